//! Addresses: how a manifest, a plan and the state name one resource.
//!
//! `vpc.subnet.web["a"]` is an *instance* of the *block* `vpc.subnet.web`; `data.vm.image.ubuntu` is a look-up;
//! `module.net["a"].vpc.subnet.web["a"]` stands in an instance of a module.

mod module;
mod block;
mod nodes;
mod text;
mod naming;

pub use block::{Block, BlockName};
pub use module::{ModulePath, ModuleStep};
pub use naming::{NameHasher, NameMap, NameSet};
pub use nodes::NodeSet;

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
        text::address(text).ok_or_else(|| AddressError(text.to_owned()))
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

/// The kind of what stands for outputs of a module of which nobody can say yet which instances it has.
pub const MODULE_OUTPUT: &str = "module.output";

impl Node {
    /// The block referred to.
    pub fn block(&self) -> &Block {
        match self {
            Node::Instance(address) => &address.block,
            Node::Block(block) => block,
        }
    }

    /// Whether it stands for an output of a module that is deferred: a value of any form, and no resource.
    pub fn is_output(&self) -> bool {
        self.block().kind.as_str() == MODULE_OUTPUT
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
            Some(block) => match block.parse::<Address>()? {
                Address { block, key: None } => Ok(Node::Block(block)),
                Address { .. } => Err(AddressError(text.to_owned())),
            },
            None => text.parse().map(Node::Instance),
        }
    }
}
