//! Unique keys: what no two objects of a kind can have at once, such as a key pair's name or a range inside a VPC.

use crate::{nodes::recorded_attributes, step::Step};
use firma_catalog::procedure::{Procedure, Unique};
use firma_model::{
    document::Document,
    expr::{Expr, ExprKind},
    path::{self, Path},
    record::Record,
    small_map::SmallMap,
    value::{Map, Value},
};
use ipnet::Ipv4Net;

/// A unique key as one object has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Held {
    /// Which of the kind's keys.
    pub key: usize,
    /// Region of the object: keys of two regions never meet.
    pub region: Option<String>,
    /// What must be equal, one canonical text each.
    pub equal: Vec<String>,
    /// What must not overlap.
    pub range: Option<Ipv4Net>,
}

impl Held {
    /// Whether two objects cannot both have theirs.
    pub fn collides(&self, other: &Held) -> bool {
        let meet = match (self.range, other.range) {
            (Some(a), Some(b)) => a.contains(&b) || b.contains(&a),
            (None, None) => true,
            _ => false,
        };
        meet && (self.key, &self.region, &self.equal) == (other.key, &other.region, &other.equal)
    }
}

/// The keys that a recorded object has.
pub fn of_record(procedure: &Procedure, record: &Record) -> Vec<Held> {
    if procedure.unique.is_empty() {
        return Vec::new();
    }
    let attributes = Value::Map(recorded_attributes(record));
    held(procedure, record.region.as_ref(), &|path| path.get(&attributes).cloned())
}

/// The keys that a step's object will have, as far as they are known.
pub fn of_step(procedure: &Procedure, step: &Step) -> Vec<Held> {
    held(procedure, step.region.as_ref(), &|path| planned(&step.attributes, path))
}

/// The first key that two sets have in common.
pub fn collision(procedure: &Procedure, some: &[Held], others: &[Held]) -> Option<Unique> {
    let both = some.iter().find(|held| others.iter().any(|other| held.collides(other)))?;
    procedure.unique.get(both.key).cloned()
}

/// A key's value as a message may show it: its attributes, without what is sensitive.
pub fn shown(key: &Unique, attributes: &Map) -> String {
    let of = Value::Map(attributes.clone());
    let paths = key.equal.iter().chain(&key.overlapping);
    let parts: Vec<String> = paths
        .map(|name| match Path::parse(name).and_then(|path| path.get(&of).cloned()) {
            Some(value) if value.has_sensitive() => format!("{name} (sensitive)"),
            Some(Value::String(text)) => format!("{name} = {text}"),
            Some(value) => format!("{name} = {}", Document::encode(&value).as_str()),
            None => name.clone(),
        })
        .collect();
    parts.join(", ")
}

fn held(procedure: &Procedure, region: Option<&String>, at: &dyn Fn(&Path) -> Option<Value>) -> Vec<Held> {
    let known = |name: &String| at(&Path::parse(name)?).filter(|value| !value.is_null() && !value.has_unknown());
    let mut found = Vec::new();
    for (key, unique) in procedure.unique.iter().enumerate() {
        let text = |name: &String| Some(Document::encode(&known(name)?.reveal_deep()).as_str().to_owned());
        let Some(equal) = unique.equal.iter().map(text).collect::<Option<Vec<_>>>() else { continue };
        let range = match &unique.overlapping {
            None => None,
            Some(name) => {
                let net = known(name).and_then(|value| value.as_str()?.parse::<Ipv4Net>().ok());
                let Some(net) = net else { continue };
                Some(net.trunc())
            }
        };
        found.push(Held { key, region: region.cloned(), equal, range });
    }
    found
}

/// What a planned attribute will be at a path, if that is known: the rest of it may still be open.
fn planned(attributes: &SmallMap<String, Expr>, path: &Path) -> Option<Value> {
    let mut here = attributes.get(path.head()?)?;
    let mut steps = &path.0[1..];
    loop {
        match (&here.kind, steps.split_first()) {
            (ExprKind::Literal(value), _) => return Path(steps.to_vec()).get(value).cloned(),
            (ExprKind::Map(entries), Some((path::Step::Key(name), rest))) => {
                let named = |key: &Expr| key.as_value().and_then(Value::as_str).is_some_and(|key| key == name);
                here = entries.iter().find(|(key, _)| named(key)).map(|(_, value)| value)?;
                steps = rest;
            }
            _ => return None,
        }
    }
}
