//! One life of a project as data: its world, what is edited, and what goes wrong. A seed generates one; a failing one is
//! printed, made smaller and run again.

use firma_emulator::{
    Injection,
    injection::{At, Match},
};
use firma_lab::Beat;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Resources by address, attributes in the laboratory's notation.
pub type Resources = BTreeMap<String, Json>;

/// A life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// For a life that is kept: what it showed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// The seed it came from: ids, durations and back-off depend on it too.
    pub seed: u64,
    /// Steps at once.
    pub parallelism: usize,
    /// Text that must never be seen outside the cloud.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// What is wanted, as it changes, and what goes wrong meanwhile. Afterwards all goes well: it must converge, and then
    /// everything is destroyed.
    pub rounds: Vec<Round>,
}

/// One wish, and the attempts at it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// How the wish differs from the one before.
    pub edits: Vec<Edit>,
    /// Instead, everything is to be destroyed in this round; the next one wants it again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub destroy: bool,
    /// Milliseconds that pass before it.
    #[serde(default)]
    pub after_millis: u64,
    /// What goes wrong.
    #[serde(default)]
    pub troubles: Vec<Trouble>,
}

/// A change of the wish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// A resource is added, or put in another's place.
    Put(String, Json),
    /// A resource is removed, with all that refers to it.
    Remove(String),
    /// An attribute is set; null takes it away.
    Set(String, String, Json),
    /// A resource gets another address; references follow.
    Rename(String, String),
}

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// In which attempt of the round, from 0.
    #[serde(default)]
    pub attempt: u32,
    /// From when on.
    #[serde(default)]
    pub from: Phase,
    /// What.
    pub what: What,
}

/// A part of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Settling what is open.
    #[default]
    Recover,
    /// Observing and planning.
    Plan,
    /// Carrying out.
    Apply,
}

/// A moment of a process, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// See [`Beat`].
    BeforeCommit,
    /// See [`Beat`].
    AfterCommit,
    /// See [`Beat`].
    BeforeSend,
    /// See [`Beat`].
    AfterSend,
}

impl Moment {
    /// As the laboratory calls it.
    pub fn beat(self) -> Beat {
        match self {
            Moment::BeforeCommit => Beat::BeforeCommit,
            Moment::AfterCommit => Beat::AfterCommit,
            Moment::BeforeSend => Beat::BeforeSend,
            Moment::AfterSend => Beat::AfterSend,
        }
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// Something on the way to the cloud, or there.
    Call(Injection),
    /// Lists lose half of what they hold.
    Short {
        /// Which calls.
        #[serde(rename = "match")]
        matching: Match,
        /// Which of them.
        at: At,
    },
    /// The process is killed at this moment of the phase, counted from 1.
    Kill {
        /// Which.
        at: Moment,
        /// Counted from the beginning of the phase.
        number: u64,
        /// The next attempt is on another machine, and must wait until the lease runs out.
        elsewhere: bool,
    },
    /// A commit fails for want of room, or because the disk does.
    Disk {
        /// Which commit.
        number: u64,
        /// Want of room.
        full: bool,
    },
    /// The process is paused after a commit.
    Pause {
        /// After which.
        number: u64,
        /// For how long.
        millis: u64,
        /// Somebody else tries to do the same meanwhile.
        other: bool,
    },
    /// Somebody asks it to stop.
    Stop {
        /// At which moment.
        at: Moment,
        /// Counted from the beginning of the phase.
        number: u64,
        /// And asks again at once.
        twice: bool,
    },
    /// Somebody else runs the same command at the same time.
    Beside {
        /// So much later.
        after_millis: u64,
    },
    /// The machine's clock is wrong for the rest of the attempt.
    Clock {
        /// By so much.
        millis: i64,
    },
    /// The credentials are another account's from now on.
    Account,
    /// Somebody deletes an object of ours.
    Deleted(u64),
    /// Somebody changes an object of ours.
    Changed(u64),
    /// Somebody deletes an object of ours and makes another one of the same name or id.
    Reused(u64),
    /// Somebody hangs an object of theirs on one of ours, which can then not be deleted.
    Dependant(u64),
    /// The plan is carried out a second time.
    PlanAgain,
    /// So many milliseconds pass before the attempt: a token is forgotten by then, for example.
    Later(u64),
    /// Somebody carries out another plan first.
    PlanLate,
    /// A bit of the plan's file is flipped.
    PlanFlipped(u64),
}

impl Script {
    /// As it is printed and read.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a script is plain data")
    }

    /// From what was printed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Script, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
}

/// Carries edits out, and drops what refers to nothing afterwards.
pub fn edit(world: &mut Resources, edits: &[Edit]) {
    for edit in edits {
        match edit {
            Edit::Put(address, attributes) => {
                world.insert(address.clone(), attributes.clone());
            }
            Edit::Remove(address) => {
                world.remove(address);
            }
            Edit::Set(address, name, value) => {
                if let Some(Json::Object(attributes)) = world.get_mut(address) {
                    match value {
                        Json::Null => attributes.remove(name),
                        value => attributes.insert(name.clone(), value.clone()),
                    };
                }
            }
            Edit::Rename(from, to) => {
                if !world.contains_key(to)
                    && let Some(attributes) = world.remove(from)
                {
                    world.insert(to.clone(), attributes);
                    for attributes in world.values_mut() {
                        point(attributes, &format!("@{from}#"), &format!("@{to}#"));
                    }
                }
            }
        }
    }
    loop {
        let lost: Vec<String> = world
            .iter()
            .filter(|(_, attributes)| references(attributes).iter().any(|to| !world.contains_key(to)))
            .map(|(address, _)| address.clone())
            .collect();
        if lost.is_empty() {
            return;
        }
        world.retain(|address, _| !lost.contains(address));
    }
}

fn point(json: &mut Json, from: &str, to: &str) {
    match json {
        Json::String(text) => {
            if let Some(rest) = text.strip_prefix(from) {
                *text = format!("{to}{rest}");
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| point(item, from, to)),
        Json::Object(map) => map.values_mut().for_each(|item| point(item, from, to)),
        _ => {}
    }
}

/// Addresses that attributes refer to.
pub fn references(json: &Json) -> Vec<String> {
    match json {
        Json::String(text) => text
            .strip_prefix('@')
            .and_then(|text| text.split_once('#'))
            .map(|(address, _)| address.to_owned())
            .into_iter()
            .collect(),
        Json::Array(items) => items.iter().flat_map(references).collect(),
        Json::Object(map) => map.values().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
