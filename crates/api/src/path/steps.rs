//! Reading and writing JSON by path.

use serde_json::{Map, Value};
use std::{fmt, str::FromStr};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A member of an object.
    Key(String),
    /// One item of a list, from 0.
    Index(usize),
    /// Every item of a list: `[]`.
    Each,
}

/// Steps from the top of a result or of the parameters; none is the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<Step>);

/// The text is not a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathSyntax {
    /// Byte offset of what cannot be read.
    pub at: usize,
    /// The text.
    pub text: String,
}

impl fmt::Display for PathSyntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a path (at byte {}); paths look like `vpcs[].vpcId`", self.text, self.at)
    }
}

impl std::error::Error for PathSyntax {}

/// Highest index that `set` will create, so that a typing error cannot ask for a gigabyte.
const MAX_INDEX: usize = 9_999;

impl Path {
    /// Reads `a.b[0].c[]`. The empty text is the empty path.
    pub fn parse(text: &str) -> Result<Path, PathSyntax> {
        let mut steps = Vec::new();
        let mut rest = text;
        let fail = |rest: &str| PathSyntax { at: text.len() - rest.len(), text: text.to_owned() };
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let (index, after) = inner.split_once(']').ok_or_else(|| fail(rest))?;
                steps.push(match index {
                    "" => Step::Each,
                    digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
                        Step::Index(digits.parse().ok().filter(|at| *at <= MAX_INDEX).ok_or_else(|| fail(inner))?)
                    }
                    _ => return Err(fail(inner)),
                });
                rest = after;
                continue;
            }
            let name = match rest.strip_prefix('.') {
                Some(name) if !steps.is_empty() => name,
                None if steps.is_empty() => rest,
                _ => return Err(fail(rest)),
            };
            let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(name.len());
            let (key, after) = name.split_at(end);
            if key.is_empty() {
                return Err(fail(name));
            }
            steps.push(Step::Key(key.to_owned()));
            rest = after;
        }
        Ok(Path(steps))
    }

    /// Whether it names many values at once.
    pub fn is_plural(&self) -> bool {
        self.0.contains(&Step::Each)
    }

    /// The part before the first `[]`, and the part behind it: a list and the path within each of its items.
    pub fn split_each(&self) -> Option<(Path, Path)> {
        let at = self.0.iter().position(|step| *step == Step::Each)?;
        let (before, after) = self.0.split_at(at);
        Some((Path(before.to_vec()), Path(after.iter().skip(1).cloned().collect())))
    }

    /// This path followed by another.
    #[must_use]
    pub fn join(&self, other: &Path) -> Path {
        Path(self.0.iter().chain(&other.0).cloned().collect())
    }
}

impl FromStr for Path {
    type Err = PathSyntax;

    fn from_str(text: &str) -> Result<Path, PathSyntax> {
        Path::parse(text)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if at == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Each => f.write_str("[]")?,
            }
        }
        Ok(())
    }
}

/// The value at a path; `None` when something on the way is missing, `null` counting as missing on the way but
/// not at the end. A path with `[]` names many: the first that exists is given.
pub fn get<'v>(value: &'v Value, path: &Path) -> Option<&'v Value> {
    select(value, path).into_iter().next()
}

/// Every value at a path, in the order of the lists.
pub fn select<'v>(value: &'v Value, path: &Path) -> Vec<&'v Value> {
    let mut found = vec![value];
    for step in &path.0 {
        let mut next = Vec::with_capacity(found.len());
        for value in found {
            match step {
                Step::Key(key) => next.extend(value.get(key)),
                Step::Index(index) => next.extend(value.get(index)),
                Step::Each => next.extend(value.as_array().into_iter().flatten()),
            }
        }
        found = next;
    }
    found
}

/// Writes a value at a path, making objects and lists on the way; an index may be at most one past the end.
///
/// `[]` writes into every item that is there. Answers whether it could be written: `false` means that a value of
/// another shape stands in the way, or an index leaves a gap; then nothing, or for `[]` only a part, was written.
pub fn set(target: &mut Value, path: &Path, value: Value) -> bool {
    set_steps(target, &path.0, value)
}

fn set_steps(target: &mut Value, steps: &[Step], value: Value) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        *target = value;
        return true;
    };
    match step {
        Step::Key(key) => {
            if target.is_null() {
                *target = Value::Object(Map::new());
            }
            match target {
                Value::Object(members) => set_steps(members.entry(key.clone()).or_insert(Value::Null), rest, value),
                _ => false,
            }
        }
        Step::Index(index) => {
            if target.is_null() {
                *target = Value::Array(Vec::new());
            }
            let Value::Array(items) = target else { return false };
            if *index == items.len() {
                items.push(Value::Null);
            }
            items.get_mut(*index).is_some_and(|item| set_steps(item, rest, value))
        }
        Step::Each => match target {
            Value::Array(items) => items.iter_mut().all(|item| set_steps(item, rest, value.clone())),
            _ => false,
        },
    }
}
