//! Addresses: how a manifest, a plan and the state name one resource.
//!
//! `vpc.subnet.web["a"]` is an *instance* of the *block* `vpc.subnet.web`; `data.vm.image.ubuntu` is a look-up.

mod block;

pub use block::{Block, BlockName};

use crate::path::is_plain_name;
use std::{fmt, str::FromStr, sync::Arc};

/// A kind of resource or look-up: `vpc.subnet`, `firma.value`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindId(Arc<str>);

impl KindId {
    /// From `service.kind`.
    pub fn new(text: impl AsRef<str>) -> KindId {
        KindId(Arc::from(text.as_ref()))
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The service part.
    pub fn service(&self) -> &str {
        self.0.split_once('.').map_or(&*self.0, |(service, _)| service)
    }
}

impl fmt::Display for KindId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key of an instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// From `count`.
    Index(u64),
    /// From `for_each`.
    Name(Arc<str>),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Index(index) => write!(f, "[{index}]"),
            Key::Name(name) => write!(f, "[{}]", serde_json::Value::from(&**name)),
        }
    }
}

/// One instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The block.
    pub block: Block,
    /// The key, for blocks with `count` or `for_each`.
    pub key: Option<Key>,
}

impl Address {
    /// The kind.
    pub fn kind(&self) -> &KindId {
        &self.block.kind
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.block)?;
        match &self.key {
            Some(key) => write!(f, "{key}"),
            None => Ok(()),
        }
    }
}

/// A text that is no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError(pub String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an address such as vpc.subnet.web[\"a\"]", self.0)
    }
}

impl std::error::Error for AddressError {}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        let error = || AddressError(text.to_owned());
        let (head, key) = match text.find('[') {
            None => (text, None),
            Some(at) => {
                let inner = text[at + 1..].strip_suffix(']').ok_or_else(error)?;
                let key = match inner.parse::<u64>() {
                    Ok(index) => Key::Index(index),
                    Err(_) => {
                        let name: String = serde_json::from_str(inner).map_err(|_| error())?;
                        Key::Name(Arc::from(name))
                    }
                };
                (&text[..at], Some(key))
            }
        };
        let mut parts: Vec<&str> = head.split('.').collect();
        if parts.iter().any(|part| !is_plain_name(part)) {
            return Err(error());
        }
        let mut module = Vec::new();
        while parts.len() > 2 && parts[0] == "module" {
            module.extend(parts.drain(..2));
        }
        let data = parts.len() == 4 && parts[0] == "data";
        if data {
            parts.remove(0);
        }
        let [service, kind, name] = parts[..] else {
            return Err(error());
        };
        let block = BlockName {
            module: Arc::from(module.join(".")),
            data,
            kind: KindId::new(format!("{service}.{kind}")),
            name: Arc::from(name),
        };
        Ok(Address { block: block.into(), key })
    }
}

/// What a reference depends on: one instance, or every instance of a block as one node (`block[*]`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// One instance.
    Instance(Address),
    /// All instances of a block.
    Block(Block),
}

impl Node {
    /// The block referred to.
    pub fn block(&self) -> &Block {
        match self {
            Node::Instance(address) => &address.block,
            Node::Block(block) => block,
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Instance(address) => write!(f, "{address}"),
            Node::Block(block) => write!(f, "{block}[*]"),
        }
    }
}

impl FromStr for Node {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Node, AddressError> {
        match text.strip_suffix("[*]") {
            Some(block) => block.parse::<Address>().map(|address| Node::Block(address.block)),
            None => text.parse().map(Node::Instance),
        }
    }
}
