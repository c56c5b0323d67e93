//! What a manifest asks of the plan before it can be evaluated to its end, and what waits until after an apply.
//!
//! `for_each`, `count`, `enabled` and the parameters of look-ups must be known to say what there is at all. Where they
//! refer to something that only the cloud decides, evaluation hands an [`Inquiry`] over; the planner, which knows what
//! stays as it is and what will be made anew, answers with an [`Outlook`].

use crate::{
    address::{Address, Block, Node},
    desired::Repetition,
    expr::Expr,
    span::Span,
    value::Value,
};
use std::{collections::BTreeSet, fmt, sync::Arc};

/// What an inquiry is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A resource block or a look-up.
    Block(Block),
    /// One instance of a look-up that repeats, or of a resource whose settings are open.
    Instance(Address),
    /// A module, with everything in it: `module.net`.
    Module(Arc<str>),
}

impl Subject {
    /// The look-up at an address: one that has no key is its whole block.
    pub fn look_up(address: Address) -> Subject {
        match address.key {
            None => Subject::Block(address.block),
            Some(_) => Subject::Instance(address),
        }
    }

    /// Whether a block is this one, has this instance, or lies in this module.
    pub fn covers(&self, block: &Block) -> bool {
        match self {
            Subject::Block(own) => own == block,
            Subject::Instance(own) => own.block == *block,
            Subject::Module(path) => block
                .module
                .to_string()
                .strip_prefix(&**path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || rest.starts_with('[')),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Block(block) => write!(f, "{block}"),
            Subject::Instance(address) => write!(f, "{address}"),
            Subject::Module(path) => f.write_str(path),
        }
    }
}

/// What must be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asks {
    /// The keys of `for_each`.
    ForEach,
    /// `count`.
    Count,
    /// `enabled`.
    Enabled,
    /// The parameters of a look-up, and that nothing changes what it would find.
    Parameters,
    /// Where an instance lives, how it is paid for and how it is treated.
    Settings,
}

impl Asks {
    /// As it is written in a manifest; for look-ups a word for all of them.
    pub fn as_str(self) -> &'static str {
        match self {
            Asks::ForEach => "for_each",
            Asks::Count => "count",
            Asks::Enabled => "enabled",
            Asks::Parameters => "parameters",
            Asks::Settings => "settings",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Asks> {
        Some(match text {
            "for_each" => Asks::ForEach,
            "count" => Asks::Count,
            "enabled" => Asks::Enabled,
            "parameters" => Asks::Parameters,
            "settings" => Asks::Settings,
            _ => return None,
        })
    }

    /// How a block repeats that says so in this way.
    pub fn repetition(self) -> Repetition {
        match self {
            Asks::ForEach => Repetition::ForEach,
            Asks::Count => Repetition::Count,
            Asks::Enabled | Asks::Parameters | Asks::Settings => Repetition::Single,
        }
    }

    /// Whether a value says enough.
    pub fn is_answered_by(self, value: &Value) -> bool {
        match (self, value.reveal()) {
            // What stands behind a key may be known later.
            (Asks::ForEach, Value::Map(_)) => true,
            _ => !value.has_unknown(),
        }
    }
}

/// Something that must be known before evaluation can go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Inquiry {
    /// What it is about.
    pub subject: Subject,
    /// What must be known of it.
    pub asks: Asks,
    /// The value, as far as configuration reaches; of look-ups a map of their parameters.
    pub expr: Expr,
    /// Nodes that were used on the way, whether their attributes are still open or not.
    pub uses: BTreeSet<Node>,
    /// Nodes that must be as they will be before it is asked at all.
    pub depends_on: BTreeSet<Node>,
    /// Where it is written.
    pub span: Span,
}

/// What the planner can say to an inquiry.
#[derive(Clone, Debug, PartialEq)]
pub enum Outlook {
    /// It is known now, as far as was asked.
    Known(Value),
    /// The apply of this plan can ask it, after what it depends on. Said of look-ups alone.
    Read,
    /// Only an apply will show it.
    Later,
}

/// What is left for a later plan, because an inquiry had no answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Deferred {
    /// What must be known.
    pub asks: Asks,
    /// Its value, as far as configuration reaches.
    pub expr: Expr,
    /// Everything that it refers to.
    pub dependencies: BTreeSet<Node>,
    /// Where it is written.
    pub span: Span,
}
