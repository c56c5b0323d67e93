//! The name of a block, shared by everything that speaks of it.
//!
//! A project of a hundred thousand resources names each of them in its manifests, its records, its plan and in every
//! reference. All of these hold the same name: a [`Block`] is one pointer to it, with a hash made once.

use super::{Address, Key, KindId, ModulePath};
use smol_str::SmolStr;
use std::{
    cmp::Ordering,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    ops::Deref,
    sync::Arc,
};

/// A block of the manifests: what a header such as `[vpc.subnet.web]` names. Its parts are those of [`BlockName`].
#[derive(Clone)]
pub struct Block(Arc<Shared>);

struct Shared {
    /// Of the name; the same in every process, and nothing that order depends on.
    hash: u64,
    /// The first bytes of the name, as a number: nearly all that order needs, without a look at where the text lies. In a
    /// large map that look is what a search waits for.
    first: u128,
    name: BlockName,
}

/// Bytes of a name that are looked at first.
const FIRST: usize = 16;

/// Zeros stand behind a short name, so that it comes before those it begins.
fn first(name: &str) -> u128 {
    let mut bytes = [0; FIRST];
    let length = name.len().min(bytes.len());
    bytes[..length].copy_from_slice(&name.as_bytes()[..length]);
    u128::from_be_bytes(bytes)
}

/// What a block is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockName {
    /// The module instance it stands in.
    pub module: ModulePath,
    /// A look-up (`data.`), not a resource.
    pub data: bool,
    /// Kind.
    pub kind: KindId,
    /// Name.
    pub name: SmolStr,
}

impl From<BlockName> for Block {
    fn from(name: BlockName) -> Block {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        Block(Arc::new(Shared { hash: hasher.finish(), first: first(&name.name), name }))
    }
}

impl Block {
    /// A resource block of the root.
    pub fn resource(kind: KindId, name: &str) -> Block {
        BlockName { module: ModulePath::ROOT, data: false, kind, name: SmolStr::from(name) }.into()
    }

    /// A look-up block of the root.
    pub fn lookup(kind: KindId, name: &str) -> Block {
        BlockName { module: ModulePath::ROOT, data: true, kind, name: SmolStr::from(name) }.into()
    }

    /// The same block in another module.
    pub fn in_module(&self, module: ModulePath) -> Block {
        BlockName { module, ..BlockName::clone(self) }.into()
    }

    /// The instance with this key.
    pub fn at(&self, key: Option<Key>) -> Address {
        Address { block: self.clone(), key }
    }
}

impl Deref for Block {
    type Target = BlockName;

    fn deref(&self) -> &BlockName {
        &self.0.name
    }
}

impl PartialEq for Block {
    fn eq(&self, other: &Block) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.hash == other.0.hash && self.0.name == other.0.name
    }
}

impl Eq for Block {}

impl PartialOrd for Block {
    fn partial_cmp(&self, other: &Block) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Block {
    fn cmp(&self, other: &Block) -> Ordering {
        match Arc::ptr_eq(&self.0, &other.0) {
            true => Ordering::Equal,
            false => {
                let (a, b) = (&*self.0, &*other.0);
                let before = (&a.name.module, a.name.data).cmp(&(&b.name.module, b.name.data));
                let before = before.then_with(|| a.name.kind.cmp(&b.name.kind)).then(a.first.cmp(&b.first));
                before.then_with(|| match a.name.name.len() == b.name.name.len() && a.name.name.len() <= FIRST {
                    // All of both was compared.
                    true => Ordering::Equal,
                    false => a.name.name.cmp(&b.name.name),
                })
            }
        }
    }
}

impl Hash for Block {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.name.fmt(f)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        let data = if self.data { "data." } else { "" };
        write!(f, "{data}{}.{}", self.kind, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::Block;
    use crate::address::KindId;

    #[test]
    fn blocks_are_ordered_as_their_names_are() {
        let names =
            ["", "a", "a\0", "a\0b", "ab", "b", "sixteen-bytes-an", "sixteen-bytes-and", "sixteen-bytes-and-more", "é"];
        let mut blocks = Vec::new();
        for kind in ["disk.disk", "vpc.subnet", "vpc.vpc"] {
            for name in names {
                blocks.push(Block::resource(KindId::new(kind), name));
                blocks.push(Block::lookup(KindId::new(kind), name));
            }
        }
        for a in &blocks {
            for b in &blocks {
                assert_eq!(a.cmp(b), (**a).cmp(&**b), "{a:?} {b:?}");
                assert_eq!(a == b, **a == **b);
            }
        }
    }
}
