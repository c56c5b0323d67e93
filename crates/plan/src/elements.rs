//! How one list or set becomes another: which elements stay, change, go and come. The least that says it all.

use crate::compare::same;
use firma_model::value::{Map, Value};
use std::collections::BTreeMap;

/// One step of the way from `before` to `after`, by positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// The element stays as it is.
    Keep {
        /// Where it stood.
        before: usize,
        /// Where it stands.
        after: usize,
    },
    /// The element stays, and something in it changes.
    Change {
        /// Where it stood.
        before: usize,
        /// Where it stands.
        after: usize,
    },
    /// The element goes.
    Remove {
        /// Where it stood.
        before: usize,
    },
    /// The element comes.
    Add {
        /// Where it stands.
        after: usize,
    },
}

/// Beyond this many pairs to look at, a list is compared position by position: the least edit of two lists takes time that
/// grows with the product of their lengths.
const MOST_PAIRS: usize = 4_000_000;

/// The least edit of an ordered list. Neighbours that go and come are one element that changes, where both are maps.
pub fn of_list(before: &[Value], after: &[Value]) -> Vec<Edit> {
    let head = before.iter().zip(after).take_while(|(a, b)| same(a, b)).count();
    let rest = before[head..].iter().rev().zip(after[head..].iter().rev());
    let tail = rest.take_while(|(a, b)| same(a, b)).count();
    let (old, new) = (head..before.len() - tail, head..after.len() - tail);
    let mut edits: Vec<Edit> = (0..head).map(|at| Edit::Keep { before: at, after: at }).collect();
    let kept = match old.len().saturating_mul(new.len()) > MOST_PAIRS {
        true => Vec::new(),
        false => longest_common(&before[old.clone()], &after[new.clone()]),
    };
    let (mut from, mut to) = (old.start, new.start);
    for (a, b) in kept.into_iter().map(|(a, b)| (a + old.start, b + new.start)).chain([(old.end, new.end)]) {
        gap(before, after, from..a, to..b, &mut edits);
        if a < old.end {
            edits.push(Edit::Keep { before: a, after: b });
        }
        (from, to) = (a + 1, b + 1);
    }
    edits.extend((0..tail).map(|at| Edit::Keep { before: old.end + at, after: new.end + at }));
    edits
}

/// What lies between two elements that stay.
fn gap(
    before: &[Value],
    after: &[Value],
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
    edits: &mut Vec<Edit>,
) {
    let mut pairs = 0;
    for (a, b) in old.clone().zip(new.clone()) {
        if before[a].as_map().is_none() || after[b].as_map().is_none() {
            break;
        }
        edits.push(Edit::Change { before: a, after: b });
        pairs += 1;
    }
    edits.extend(old.skip(pairs).map(|before| Edit::Remove { before }));
    edits.extend(new.skip(pairs).map(|after| Edit::Add { after }));
}

/// Positions of a longest common subsequence.
fn longest_common(before: &[Value], after: &[Value]) -> Vec<(usize, usize)> {
    let wide = after.len() + 1;
    let mut lengths = vec![0_u32; (before.len() + 1) * wide];
    for a in (0..before.len()).rev() {
        for b in (0..after.len()).rev() {
            lengths[a * wide + b] = match same(&before[a], &after[b]) {
                true => lengths[(a + 1) * wide + b + 1] + 1,
                false => lengths[(a + 1) * wide + b].max(lengths[a * wide + b + 1]),
            };
        }
    }
    let (mut a, mut b, mut pairs) = (0, 0, Vec::new());
    while a < before.len() && b < after.len() {
        if same(&before[a], &after[b]) {
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if lengths[(a + 1) * wide + b] >= lengths[a * wide + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
}

/// The edit of a set, whose elements have an order only to be stored: those that go, those that change, those that come,
/// those that stay. An element is itself by the fields of its key; without a key, by all of it.
pub fn of_set(key: &[String], before: &[Value], after: &[Value]) -> Vec<Edit> {
    let mut places: BTreeMap<Vec<Value>, Vec<usize>> = BTreeMap::new();
    for (at, element) in before.iter().enumerate().rev() {
        places.entry(identity(key, element)).or_default().push(at);
    }
    let (mut came, mut changed, mut stayed) = (Vec::new(), Vec::new(), Vec::new());
    let mut gone = vec![true; before.len()];
    for (at, element) in after.iter().enumerate() {
        let found = places.get_mut(&identity(key, element)).and_then(|places| {
            // Of several with one key the one that is the same is meant, if there is one.
            let exact = places.iter().rposition(|place| same(&before[*place], element));
            exact.map(|at| places.remove(at)).or_else(|| places.pop())
        });
        match found {
            None => came.push(Edit::Add { after: at }),
            Some(place) => {
                gone[place] = false;
                match same(&before[place], element) {
                    true => stayed.push(Edit::Keep { before: place, after: at }),
                    false => changed.push(Edit::Change { before: place, after: at }),
                }
            }
        }
    }
    let gone = gone.iter().enumerate().filter(|(_, gone)| **gone).map(|(at, _)| Edit::Remove { before: at });
    gone.chain(changed).chain(came).chain(stayed).collect()
}

fn identity(key: &[String], element: &Value) -> Vec<Value> {
    let element = element.reveal_deep();
    match &element {
        Value::Map(map) if !key.is_empty() => key.iter().map(|name| field(map, name)).collect(),
        _ => vec![element],
    }
}

fn field(map: &Map, name: &str) -> Value {
    map.get(name).cloned().unwrap_or(Value::Null)
}

/// What an edit makes of `before`; elements that come or change are taken from `after`.
pub fn applied(edits: &[Edit], before: &[Value], after: &[Value]) -> Vec<Value> {
    let mut made: BTreeMap<usize, Value> = BTreeMap::new();
    for edit in edits {
        match edit {
            Edit::Keep { before: from, after: to } => {
                made.insert(*to, before[*from].clone());
            }
            Edit::Change { after: to, .. } | Edit::Add { after: to } => {
                made.insert(*to, after[*to].clone());
            }
            Edit::Remove { .. } => {}
        }
    }
    made.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scalar() -> impl Strategy<Value = Value> {
        prop_oneof![
            (0_i64..4).prop_map(Value::from),
            "[ab]".prop_map(Value::from),
            Just(Value::from("a").sensitive()),
            Just(Value::Null),
        ]
    }

    fn element() -> impl Strategy<Value = Value> {
        prop_oneof![
            scalar(),
            proptest::collection::btree_map("[kv]", scalar(), 0..3).prop_map(|map| Value::Map(map.into())),
        ]
    }

    fn elements() -> impl Strategy<Value = Vec<Value>> {
        proptest::collection::vec(element(), 0..7)
    }

    /// Each position is spoken of exactly once on either side.
    fn is_whole(edits: &[Edit], before: usize, after: usize) -> bool {
        let mut old: Vec<usize> = Vec::new();
        let mut new: Vec<usize> = Vec::new();
        for edit in edits {
            match *edit {
                Edit::Keep { before, after } | Edit::Change { before, after } => {
                    old.push(before);
                    new.push(after);
                }
                Edit::Remove { before } => old.push(before),
                Edit::Add { after } => new.push(after),
            }
        }
        old.sort_unstable();
        new.sort_unstable();
        old.into_iter().eq(0..before) && new.into_iter().eq(0..after)
    }

    proptest! {
        #[test]
        fn an_edit_leads_from_before_to_after(before in elements(), after in elements(), keyed in any::<bool>()) {
            let key: Vec<String> = keyed.then(|| "k".to_owned()).into_iter().collect();
            for edits in [of_list(&before, &after), of_set(&key, &before, &after)] {
                prop_assert!(is_whole(&edits, before.len(), after.len()), "{edits:?}");
                let made = applied(&edits, &before, &after);
                prop_assert_eq!(made.len(), after.len());
                prop_assert!(made.iter().zip(&after).all(|(a, b)| same(a, b)));
            }
        }

        #[test]
        fn what_is_the_same_is_kept(elements in elements()) {
            for edits in [of_list(&elements, &elements), of_set(&[], &elements, &elements)] {
                let kept = edits.iter().all(|edit| matches!(edit, Edit::Keep { .. }));
                prop_assert!(kept, "{edits:?}");
            }
        }
    }

    #[test]
    fn lists_keep_as_much_as_they_can() {
        let list = |text: &str| text.chars().map(|c| Value::from(c.to_string())).collect::<Vec<_>>();
        for (before, after, kept) in [("abcd", "acd", 3), ("abc", "xabc", 3), ("abcabba", "cbabac", 4), ("", "a", 0)] {
            let edits = of_list(&list(before), &list(after));
            let count = edits.iter().filter(|edit| matches!(edit, Edit::Keep { .. })).count();
            assert_eq!(count, kept, "{before} {after} {edits:?}");
        }
    }

    #[test]
    fn elements_of_a_set_are_told_by_their_key() {
        let element =
            |k: i64, v: i64| Value::Map(Map::from([("k".into(), Value::from(k)), ("v".into(), Value::from(v))]));
        let before = [element(1, 1), element(2, 1), element(3, 1)];
        let after = [element(0, 1), element(2, 2), element(3, 1)];
        assert_eq!(
            of_set(&["k".into()], &before, &after),
            [
                Edit::Remove { before: 0 },
                Edit::Change { before: 1, after: 1 },
                Edit::Add { after: 0 },
                Edit::Keep { before: 2, after: 2 },
            ]
        );
    }
}
