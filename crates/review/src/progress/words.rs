//! Steps, times and settlements in words.

use crate::{escape::line, next::Next};
use firma_plan::{
    event::{Settled, Settlement},
    step::Leg,
};

/// What a step is doing.
pub(super) fn doing(leg: Leg) -> &'static str {
    match leg {
        Leg::Create => "creating",
        Leg::Update => "changing",
        Leg::Delete => "deleting",
        Leg::Forget => "forgetting",
        Leg::Record => "recording",
        Leg::Read => "looking up",
    }
}

/// What a step has done.
pub(super) fn did(leg: Leg) -> &'static str {
    match leg {
        Leg::Create => "created",
        Leg::Update => "changed",
        Leg::Delete => "deleted",
        Leg::Forget => "forgot",
        Leg::Record => "recorded",
        Leg::Read => "looked up",
    }
}

/// `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
pub fn span(millis: i64) -> String {
    match millis.max(0) {
        millis @ ..10_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        millis @ 10_000..60_000 => format!("{} s", millis / 1000),
        millis @ 60_000..3_600_000 => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1000),
        millis => format!("{} h {} min", millis / 3_600_000, millis % 3_600_000 / 60_000),
    }
}

/// Whole seconds only: what changes ten times a second cannot be read.
pub(super) fn seconds(millis: i64) -> String {
    match millis.max(0) {
        millis @ ..60_000 => format!("{} s", millis / 1000),
        millis => span(millis),
    }
}

/// `1 step`, `12 steps`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// What became of an open call, and what happens next.
pub fn settled(one: &Settlement, next: &Next) -> String {
    let again = next.again();
    let call = format!(
        "{} {} ({} {}, run {})",
        line(&one.action),
        line(&one.address.to_string()),
        line(&one.service),
        line(&one.operation),
        one.run
    );
    let became = match &one.how {
        Settled::Created(id) => format!("it was made: {}; the next {again} finishes it", line(id)),
        Settled::NotCreated => format!("it was not made; the next {again} makes it, if it is still wanted"),
        Settled::Adopted(id) => format!("taken for {}, as you said; the next {again} finishes it", line(id)),
        Settled::Done if one.action == "delete" => "it was done; the record is gone with it".to_owned(),
        Settled::Done => format!("it was done; the next {again} goes on from there"),
        Settled::NotDone => format!("it was not done; the next {again} does it, if it is still wanted"),
        Settled::Forgotten => "closed, as you said; what it may have made is now nobody's".to_owned(),
        Settled::Stuck { why, candidates } => match candidates.as_slice() {
            [] => format!("it stays open: {}", line(why)),
            [one] => format!("it stays open: {} (it may be {})", line(why), line(one)),
            many => {
                let ids: Vec<_> = many.iter().map(|id| line(id)).collect();
                format!("it stays open: {} (it may be one of {})", line(why), ids.join(", "))
            }
        },
    };
    format!("{call}: {became}")
}
