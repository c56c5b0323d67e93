//! Parts of a project that statements name: a module, a resource with all its instances, or one instance.

use crate::address::{Address, AddressError, Block};
use std::{fmt, str::FromStr, sync::Arc};

/// A part of a project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// Everything in a module: `module.net`.
    Module(Arc<str>),
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

/// What of a module's path lies behind a part of it: empty, or beginning with a dot.
fn within<'m>(module: &'m str, path: &str) -> Option<&'m str> {
    let rest = module.strip_prefix(path)?;
    (rest.is_empty() || rest.starts_with('.')).then_some(rest)
}

/// Where an address leads when one part of a project becomes another; `None` when it does not lie in it.
pub fn moved(address: &Address, from: &Extent, to: &Extent) -> Option<Address> {
    match (from, to) {
        (Extent::Module(from), Extent::Module(to)) => {
            let rest = within(&address.block.module, from)?;
            let block = address.block.in_module(Arc::from(format!("{to}{rest}")));
            Some(block.at(address.key.clone()))
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
            Extent::Module(path) => f.write_str(path),
            Extent::Block(block) => write!(f, "{block}"),
            Extent::Instance(address) => write!(f, "{address}"),
        }
    }
}

impl FromStr for Extent {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Extent, AddressError> {
        let parts: Vec<&str> = text.split('.').collect();
        let calls = parts.len() % 2 == 0 && parts.chunks(2).all(|pair| pair[0] == "module");
        if calls && parts.iter().all(|part| crate::path::is_plain_name(part)) {
            return Ok(Extent::Module(Arc::from(text)));
        }
        let address: Address = text.parse()?;
        Ok(match address.key {
            None => Extent::Block(address.block),
            Some(_) => Extent::Instance(address),
        })
    }
}
