//! What a state and its cloud come to, in words that are the same however the ids fell out: two ways that end alike are
//! equal.

use firma_lab::Lab;
use firma_model::{
    address::Node,
    record::{Record, Recorded},
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An end, line by line.
pub(crate) type Ending = BTreeSet<String>;

/// Ids by the length of their text, longest first, each with what stands for it.
struct Names(Vec<(String, String)>);

impl Names {
    fn of(recorded: &Recorded) -> Names {
        let named = |record: &Record| {
            let old = if record.deposed.is_empty() { String::new() } else { format!(" old {}", record.deposed) };
            (record.cloud_id.clone(), format!("<{}{old}>", record.address))
        };
        let mut names: Vec<(String, String)> =
            recorded.records.values().chain(&recorded.deposed).filter(|r| is_given(r)).map(named).collect();
        // The keys of some addresses are ids themselves.
        let plain: Vec<(String, String)> = names.clone();
        for (_, name) in &mut names {
            for _ in 0..3 {
                for (id, other) in &plain {
                    if name.contains(id.as_str()) && !other.contains(id.as_str()) {
                        *name = name.replace(id.as_str(), other);
                    }
                }
            }
        }
        names.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
        Names(names)
    }

    fn apply(&self, text: &str) -> String {
        let text = self.0.iter().fold(text.to_owned(), |text, (id, name)| text.replace(id.as_str(), name));
        without_addresses(&text)
    }

    /// Inputs in which what stands in the order of ids stands in the order of their names: instances whose keys are ids are
    /// listed as the ids fell out.
    fn in_order(&self, inputs: &str) -> String {
        let mut inputs: Value = serde_json::from_str(inputs).expect("a record's inputs are JSON");
        self.sort(&mut inputs);
        inputs.to_string()
    }

    fn sort(&self, value: &mut Value) {
        match value {
            Value::Array(items) => {
                items.iter_mut().for_each(|item| self.sort(item));
                let named = |item: &Value| item.as_str().map(|id| self.apply(id)).unwrap_or_default();
                // An address that has a name for its key.
                if items.iter().any(|item| named(item).contains("[\"<")) {
                    items.sort_by_cached_key(named);
                }
            }
            Value::Object(entries) => entries.values_mut().for_each(|item| self.sort(item)),
            _ => {}
        }
    }
}

/// Public addresses are given out in the order in which they are asked for.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split("198.18.");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + "<address>" + part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'))
}

/// Whether the id is the cloud's choice: a key pair's is its name.
fn is_given(record: &Record) -> bool {
    record.kind.as_str() != "vm.keypair"
}

/// The end of a laboratory. `before` are the ids that were there: whether an object is one of them counts.
pub(crate) fn ending(lab: &Lab, before: &BTreeSet<String>) -> Ending {
    let recorded = lab.recorded();
    let names = Names::of(&recorded);
    let mut lines = Ending::new();
    for record in recorded.records.values().chain(&recorded.deposed) {
        let age = if before.contains(&record.cloud_id) { "stays" } else { "new" };
        let dependencies: Vec<String> = record.dependencies.iter().map(Node::to_string).collect();
        lines.insert(names.apply(&format!(
            "{} [{}] {age} {} inputs {} on [{}] first {} prevent {} {}",
            record.address,
            record.deposed,
            record.status.as_str(),
            names.in_order(record.inputs.as_str()),
            dependencies.join(" "),
            record.create_before_destroy,
            record.prevent_destroy,
            record.on_remove.as_str(),
        )));
    }
    let owned: BTreeSet<&str> =
        recorded.records.values().chain(&recorded.deposed).map(|record| record.cloud_id.as_str()).collect();
    let mut strangers: BTreeMap<String, u32> = BTreeMap::new();
    for ((kind, id), view) in lab.net.views() {
        if owned.contains(id.as_str()) {
            // The marker of a call is a number that counts calls.
            let tags = view["tags"].as_array().into_iter().flatten().filter(|tag| tag["key"] != "firma");
            let tags: Vec<String> = tags.map(ToString::to_string).collect();
            lines.insert(names.apply(&format!("cloud {kind} {id} {} [{}]", view["name"], tags.join(" "))));
        } else {
            *strangers.entry(format!("{kind} {}", view["name"])).or_default() += 1;
        }
    }
    lines.extend(strangers.into_iter().map(|(what, times)| format!("nobody's: {what}, {times} times")));
    lines
}

/// Ids that are recorded.
pub(crate) fn ids(lab: &Lab) -> BTreeSet<String> {
    let recorded = lab.recorded();
    recorded.records.values().chain(&recorded.deposed).map(|record| record.cloud_id.clone()).collect()
}

/// Says how two ends differ.
pub(crate) fn same(one: &Ending, other: &Ending) -> Result<(), String> {
    if one == other {
        return Ok(());
    }
    let lines = |sign: &str, all: &Ending, without: &Ending| -> String {
        all.difference(without).map(|line| format!("\n{sign} {line}")).collect()
    };
    Err(format!("the ends differ:{}{}", lines("-", one, other), lines("+", other, one)))
}
