//! Parts of a project that statements name: a module, a resource with all its instances, or one instance.

use crate::address::{Address, AddressError, Block, Key, ModulePath, ModuleStep};
use std::{fmt, str::FromStr};

/// A part of a project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// Everything in a module: `module.net`, with all its instances, or `module.net["a"]`.
    Module(ModulePath),
    /// A resource with all its instances: `vpc.subnet.web`. Between a resource that repeats and an instance it stands for
    /// the instance without a key.
    Block(Block),
    /// One instance: `vpc.subnet.web["a"]`.
    Instance(Address),
}

impl Extent {
    /// Whether an address lies in it.
    pub fn covers(&self, address: &Address) -> bool {
        match self {
            Extent::Module(path) => within(&address.block.module, path).is_some(),
            Extent::Block(block) => address.block == *block,
            Extent::Instance(instance) => address == instance,
        }
    }
}

impl Extent {
    /// The same part, seen from inside a module.
    #[must_use]
    pub fn inside(self, module: &ModulePath) -> Extent {
        let below = |inner: &ModulePath| ModulePath::new([module.steps(), inner.steps()].concat());
        let block = |block: &Block| block.in_module(below(&block.module));
        match self {
            whole if module.is_root() => whole,
            Extent::Module(path) => Extent::Module(below(&path)),
            Extent::Block(of) => Extent::Block(block(&of)),
            Extent::Instance(of) => Extent::Instance(Address { block: block(&of.block), key: of.key }),
        }
    }
}

/// What of a module's path lies behind a part of it, and the key of the instance there. Without a key a part stands for all
/// instances of its last call.
fn within<'m>(module: &'m ModulePath, part: &ModulePath) -> Option<(Option<&'m Key>, &'m [ModuleStep])> {
    let (last, outer) = part.steps().split_last()?;
    let (here, rest) = module.steps().strip_prefix(outer)?.split_first()?;
    let meant = here.name == last.name && (last.key.is_none() || last.key == here.key);
    meant.then_some((here.key.as_ref(), rest))
}

/// The path of an instance when a module becomes another: keys stay where neither side names one.
fn moved_module(module: &ModulePath, from: &ModulePath, to: &ModulePath) -> Option<ModulePath> {
    let (key, rest) = within(module, from)?;
    let (last, outer) = to.steps().split_last()?;
    let all = from.steps().last().is_some_and(|step| step.key.is_none());
    let key = match (all, key, &last.key) {
        (true, Some(_), Some(_)) => return None,
        (true, Some(key), None) => Some(key.clone()),
        _ => last.key.clone(),
    };
    let mut steps = outer.to_vec();
    steps.push(ModuleStep { name: last.name.clone(), key });
    steps.extend_from_slice(rest);
    Some(ModulePath::new(steps))
}

/// Where an address leads when one part of a project becomes another; `None` when it does not lie in it.
pub fn moved(address: &Address, from: &Extent, to: &Extent) -> Option<Address> {
    match (from, to) {
        (Extent::Module(from), Extent::Module(to)) => {
            let module = moved_module(&address.block.module, from, to)?;
            Some(address.block.in_module(module).at(address.key.clone()))
        }
        (Extent::Block(from), Extent::Block(to)) => (address.block == *from).then(|| to.at(address.key.clone())),
        (Extent::Block(from), Extent::Instance(to)) => {
            (address.block == *from && address.key.is_none()).then(|| to.clone())
        }
        (Extent::Instance(from), Extent::Block(to)) => (address == from).then(|| to.at(None)),
        (Extent::Instance(from), Extent::Instance(to)) => (address == from).then(|| to.clone()),
        _ => None,
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Extent::Module(path) => write!(f, "{path}"),
            Extent::Block(block) => write!(f, "{block}"),
            Extent::Instance(address) => write!(f, "{address}"),
        }
    }
}

impl FromStr for Extent {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Extent, AddressError> {
        if let Ok(module) = text.parse() {
            return Ok(Extent::Module(module));
        }
        let address: Address = text.parse()?;
        Ok(match address.key {
            None => Extent::Block(address.block),
            Some(_) => Extent::Instance(address),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Extent, moved};
    use crate::address::Address;

    fn leads(address: &str, from: &str, to: &str) -> Option<String> {
        let extent = |text: &str| text.parse::<Extent>().expect(text);
        let address: Address = address.parse().expect(address);
        assert_eq!(extent(from).covers(&address), moved(&address, &extent(from), &extent(from)).is_some());
        moved(&address, &extent(from), &extent(to)).map(|address| address.to_string())
    }

    #[test]
    fn modules_lead_to_modules() {
        for (address, from, to, found) in [
            ("module.a.vpc.vpc.x", "module.a", "module.b", Some("module.b.vpc.vpc.x")),
            ("module.a[\"k\"].vpc.vpc.x[0]", "module.a", "module.b", Some("module.b[\"k\"].vpc.vpc.x[0]")),
            ("module.a[\"k\"].vpc.vpc.x", "module.a[\"k\"]", "module.b", Some("module.b.vpc.vpc.x")),
            ("module.a.vpc.vpc.x", "module.a", "module.a[0]", Some("module.a[0].vpc.vpc.x")),
            (
                "module.a[1].module.c.vpc.vpc.x",
                "module.a[1]",
                "module.o.module.a",
                Some("module.o.module.a.module.c.vpc.vpc.x"),
            ),
            ("module.a[1].vpc.vpc.x", "module.a", "module.b[0]", None),
            ("module.a[1].vpc.vpc.x", "module.a[0]", "module.b", None),
            ("module.ab.vpc.vpc.x", "module.a", "module.b", None),
            ("vpc.vpc.x", "module.a", "module.b", None),
            ("vpc.vpc.x", "vpc.vpc.x", "module.b.vpc.vpc.x", Some("module.b.vpc.vpc.x")),
        ] {
            assert_eq!(leads(address, from, to).as_deref(), found, "{address}: {from} -> {to}");
        }
    }
}
