//! Tags: what may be written, what reads show, what tag filters match.

use crate::call::Args;
use crate::fault::Fault;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Tags of one object.
pub(crate) type Tags = BTreeMap<String, String>;

/// Most tags of one object.
pub(crate) const LIMIT: usize = 10;

/// Refuses a pair no object may carry.
pub(crate) fn check(key: &str, value: &str) -> Result<(), Fault> {
    if key.is_empty() || key.chars().count() > 127 || value.chars().count() > 255 {
        return Err(Fault::invalid(format!("tag `{key}`: a key has 1 to 127 characters, a value at most 255")));
    }
    if key.starts_with("jrn:") || key.starts_with("jdc-") {
        return Err(Fault::invalid(format!("tag `{key}`: keys beginning jrn: or jdc- are reserved")));
    }
    Ok(())
}

/// Reads a list of `{key, value}`.
pub(crate) fn read(args: Args<'_>, field: &str) -> Result<Tags, Fault> {
    let mut tags = Tags::new();
    for pair in args.children(field) {
        let (key, value) = (pair.opt_text("key").unwrap_or_default(), pair.opt_text("value").unwrap_or_default());
        check(key, value)?;
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(Fault::invalid(format!("tag `{key}` is given twice")));
        }
    }
    if tags.len() > LIMIT {
        return Err(Fault::invalid(format!("at most {LIMIT} tags are allowed, {} are given", tags.len())));
    }
    Ok(tags)
}

/// As reads show them: sorted by key.
pub(crate) fn view(tags: &Tags) -> Value {
    tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
}

/// Tag filters of a list call: all must match, any value of one.
#[derive(Clone, Debug, Default)]
pub(crate) struct TagFilters<'a>(Vec<(&'a str, Vec<&'a str>)>);

impl<'a> TagFilters<'a> {
    /// Reads `{key, values}` objects.
    pub(crate) fn read(args: Args<'a>, field: &str) -> TagFilters<'a> {
        TagFilters(
            args.children(field)
                .into_iter()
                .map(|f| (f.opt_text("key").unwrap_or_default(), f.texts("values")))
                .collect(),
        )
    }

    /// Whether an object with these tags is meant.
    pub(crate) fn accept(&self, tags: &Tags) -> bool {
        self.0.iter().all(|(key, values)| {
            tags.get(*key).is_some_and(|value| values.is_empty() || values.contains(&value.as_str()))
        })
    }

    /// Whether there is nothing to match.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
