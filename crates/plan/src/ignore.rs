//! `ignore_changes`: where a manifest says to leave changes alone, what stands now is what is wanted, whoever made it so.

use crate::diff::{Sides, Standing};
use firma_catalog::procedure::Attribute;
use firma_model::{
    desired::IgnoreChanges,
    path::{Path, Step},
    value::Value,
};
use std::collections::BTreeSet;

/// Puts the present value back into the desired ones where changes are to be ignored. The attributes of which nothing counts:
/// what somebody else made of them is not even written down.
pub(crate) fn leave_ignored(sides: &mut Sides<'_>) -> BTreeSet<String> {
    let procedure = sides.procedure;
    match sides.ignore {
        IgnoreChanges::All => {
            let kept = procedure.attributes.iter().filter_map(|(name, attribute)| {
                let standing = Standing::of(attribute, name, sides);
                standing.current(attribute).map(|current| (name.clone(), current.into_owned()))
            });
            sides.desired = kept.collect();
            procedure.attributes.keys().cloned().collect()
        }
        IgnoreChanges::Paths(paths) => {
            for path in paths {
                let Some(head) = path.head() else { continue };
                let Some(attribute) = procedure.attributes.get(head) else { continue };
                leave(sides, attribute, head, path);
            }
            let whole = paths.iter().filter(|path| path.0.len() == 1);
            whole.filter_map(|path| path.head().map(str::to_owned)).collect()
        }
    }
}

fn leave(sides: &mut Sides<'_>, attribute: &Attribute, head: &str, path: &Path) {
    let standing = Standing::of(attribute, head, sides);
    let current = standing.current(attribute).map(std::borrow::Cow::into_owned);
    let seen = standing.seen().cloned();
    if path.0.len() == 1 {
        match current {
            Some(current) => sides.desired.insert(head.to_owned(), current),
            None => sides.desired.remove(head),
        };
        return;
    }
    let Some(slot) = sides.desired.get_mut(head) else { return };
    keep_at(slot, current.as_ref().or(seen.as_ref()), &path.0[1..]);
}

fn keep_at(slot: &mut Value, current: Option<&Value>, rest: &[Step]) {
    if let Value::Sensitive(inner) = slot {
        keep_at(inner, current, rest);
        return;
    }
    let [step, rest @ ..] = rest else { return };
    let here = Path(vec![step.clone()]);
    let kept = current.and_then(|current| here.get(current));
    match (step, slot) {
        (Step::Key(key), Value::Map(map)) if rest.is_empty() => {
            match kept {
                Some(kept) => map.insert(key.clone(), kept.clone()),
                None => map.remove(key),
            };
        }
        (Step::Index(index), Value::List(items)) if rest.is_empty() => {
            if let (Some(item), Some(kept)) = (items.get_mut(*index), kept) {
                *item = kept.clone();
            }
        }
        (Step::Key(key), Value::Map(map)) => {
            if let Some(inner) = map.get_mut(key) {
                keep_at(inner, kept, rest);
            }
        }
        (Step::Index(index), Value::List(items)) => {
            if let Some(item) = items.get_mut(*index) {
                keep_at(item, kept, rest);
            }
        }
        _ => {}
    }
}
