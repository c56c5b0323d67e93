//! A story: how a project begins and how it is edited, as instructions that are valid whatever was there before.
//!
//! Numbers pick among what there is by their remainder, so that taking an instruction out of a story, or making a number
//! smaller, leaves a story: that is what shrinking does. [`project`](crate::project) carries the instructions out.

use proptest::{collection::vec, prelude::*};
use serde::{Deserialize, Serialize};

/// A story.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Story {
    /// For a story that is kept: what it showed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) why: String,
    /// For whatever a property chooses at random.
    pub(crate) seed: u64,
    /// What is there at first.
    pub(crate) first: Vec<Make>,
    /// Edits; after each round the project is planned and applied.
    pub(crate) rounds: Vec<Vec<Edit>>,
}

/// A block to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Make {
    /// Which kind; most are `firma.value`.
    #[serde(default)]
    pub(crate) kind: u8,
    /// In which module; most are in none.
    #[serde(default)]
    pub(crate) within: u8,
    /// How it repeats.
    #[serde(default)]
    pub(crate) repeat: u8,
    /// What it refers to.
    #[serde(default)]
    pub(crate) uses: Vec<Use>,
    /// Its lifecycle.
    #[serde(default)]
    pub(crate) life: u8,
    /// Before which other block it stands, counted from the end: those behind it may come to refer to it.
    #[serde(default)]
    pub(crate) before: u8,
}

/// A reference to an earlier block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Use {
    /// How: an id, an attribute, all instances, `depends_on`, as a trigger.
    #[serde(default)]
    pub(crate) how: u8,
    /// Which.
    #[serde(default)]
    pub(crate) of: u8,
}

/// An edit of the manifests, or something that happens outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Edit {
    /// An attribute that changes in place.
    Change(u8),
    /// One that makes another object of it.
    Renew(u8),
    /// A block is added.
    Add(Make),
    /// A block leaves, with a `[[removed]]` statement or without.
    Remove(u8, u8),
    /// More or fewer instances, without a statement.
    Resize(u8, u8),
    /// It refers to something else.
    Rewire(u8, Use),
    /// Another lifecycle.
    Live(u8, u8),
    /// Another name, with a `[[moved]]` statement.
    Rename(u8),
    /// Into a module or out of it, with a `[[moved]]` statement.
    Relocate(u8, u8),
    /// From positions to keys or back, with `[[moved]]` statements; a single one becomes one of one.
    Redo(u8),
    /// A module gets another name, with a `[[moved]]` statement.
    RenameModule(u8),
    /// Somebody changes an object.
    Drift(u8),
    /// Somebody deletes an object.
    Lose(u8),
    /// `firma state rm`.
    Forget(u8),
}

impl Story {
    /// Whether nothing happens but that things move.
    pub(crate) fn only_moves(&self) -> bool {
        let moves =
            |edit: &Edit| matches!(edit, Edit::Rename(_) | Edit::Relocate(..) | Edit::Redo(_) | Edit::RenameModule(_));
        self.rounds.iter().flatten().all(moves)
    }
}

fn any_use() -> impl Strategy<Value = Use> {
    (0..8_u8, any::<u8>()).prop_map(|(how, of)| Use { how, of })
}

fn any_make() -> impl Strategy<Value = Make> {
    let life = prop_oneof![5 => Just(0_u8), 3 => any::<u8>()];
    (any::<u8>(), any::<u8>(), any::<u8>(), vec(any_use(), 0..3), life, any::<u8>())
        .prop_map(|(kind, within, repeat, uses, life, before)| Make { kind, within, repeat, uses, life, before })
}

fn any_move() -> impl Strategy<Value = Edit> {
    prop_oneof![
        any::<u8>().prop_map(Edit::Rename),
        (any::<u8>(), any::<u8>()).prop_map(|(of, to)| Edit::Relocate(of, to)),
        any::<u8>().prop_map(Edit::Redo),
        any::<u8>().prop_map(Edit::RenameModule),
    ]
}

fn any_edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => any::<u8>().prop_map(Edit::Change),
        4 => any::<u8>().prop_map(Edit::Renew),
        3 => any_make().prop_map(Edit::Add),
        4 => (any::<u8>(), 0..4_u8).prop_map(|(of, how)| Edit::Remove(of, how)),
        3 => (any::<u8>(), any::<u8>()).prop_map(|(of, to)| Edit::Resize(of, to)),
        4 => (any::<u8>(), any_use()).prop_map(|(of, to)| Edit::Rewire(of, to)),
        3 => (any::<u8>(), any::<u8>()).prop_map(|(of, life)| Edit::Live(of, life)),
        4 => any_move(),
        1 => any::<u8>().prop_map(Edit::Drift),
        1 => any::<u8>().prop_map(Edit::Lose),
        1 => any::<u8>().prop_map(Edit::Forget),
    ]
}

fn with(edits: BoxedStrategy<Edit>) -> impl Strategy<Value = Story> {
    let rounds = vec(vec(edits, 1..7), 1..3);
    (any::<u64>(), vec(any_make(), 3..14), rounds).prop_map(|(seed, first, rounds)| Story {
        seed,
        first,
        rounds,
        ..Story::default()
    })
}

/// Stories in which anything happens.
pub(crate) fn any_story() -> impl Strategy<Value = Story> {
    with(any_edit().boxed())
}

/// Stories in which things move and nothing else.
pub(crate) fn moving_story() -> impl Strategy<Value = Story> {
    with(any_move().boxed())
}
