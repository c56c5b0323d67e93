//! Paths into a value: `primary_network_interface.network_interface.subnet_id`, `rules[2].from_port`, `tags["a b"]`.

use crate::value::Value;
use std::fmt;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute or map key.
    Key(String),
    /// A position in a list.
    Index(usize),
}

/// A path from the top of a resource's attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<Step>);

/// Whether a key can stand after a dot.
pub fn is_plain_name(key: &str) -> bool {
    let mut chars = key.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

impl Path {
    /// A path of one attribute.
    pub fn attribute(name: &str) -> Path {
        Path(vec![Step::Key(name.to_owned())])
    }

    /// This path and one more key.
    pub fn key(&self, key: &str) -> Path {
        let mut steps = self.0.clone();
        steps.push(Step::Key(key.to_owned()));
        Path(steps)
    }

    /// This path and one more position.
    pub fn index(&self, index: usize) -> Path {
        let mut steps = self.0.clone();
        steps.push(Step::Index(index));
        Path(steps)
    }

    /// The attribute the path begins with.
    pub fn head(&self) -> Option<&str> {
        match self.0.first() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// Whether this path is `other` or lies inside it.
    pub fn starts_with(&self, other: &Path) -> bool {
        self.0.starts_with(&other.0)
    }

    /// Reads `a.b[0]["c d"]`.
    pub fn parse(text: &str) -> Option<Path> {
        let mut steps = Vec::new();
        let mut rest = text;
        let mut first = true;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                if inner.starts_with('"') {
                    let mut stream = serde_json::Deserializer::from_str(inner).into_iter::<String>();
                    let key = stream.next()?.ok()?;
                    rest = inner[stream.byte_offset()..].strip_prefix(']')?;
                    steps.push(Step::Key(key));
                } else {
                    let end = inner.find(']')?;
                    steps.push(Step::Index(inner[..end].parse().ok()?));
                    rest = &inner[end + 1..];
                }
            } else {
                if !first {
                    rest = rest.strip_prefix('.')?;
                }
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let name = &rest[..end];
                if name.is_empty() {
                    return None;
                }
                steps.push(Step::Key(name.to_owned()));
                rest = &rest[end..];
            }
            first = false;
        }
        (!steps.is_empty()).then_some(Path(steps))
    }

    /// The value at this path, looking through sensitive marks.
    pub fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        let mut here = value;
        for step in &self.0 {
            here = match (step, here.reveal()) {
                (Step::Key(key), Value::Map(map)) => map.get(key)?,
                (Step::Index(index), Value::List(items) | Value::Set(items)) => items.get(*index)?,
                _ => return None,
            };
        }
        Some(here)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_plain_name(key) => {
                    let dot = if i == 0 { "" } else { "." };
                    write!(f, "{dot}{key}")?;
                }
                Step::Key(key) => write!(f, "[{}]", serde_json::Value::from(key.as_str()))?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
