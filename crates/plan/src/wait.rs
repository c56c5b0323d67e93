//! Waiting for an object: what ends a wait, and how soon to look again. Pure: the engine asks and tells.

use crate::observe::Look;
use firma_catalog::procedure::Procedure;
use firma_model::observed::Sighting;

/// What a wait is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    /// The object can be seen at all: what was just made may take a moment to appear.
    Seen,
    /// It has one of these status values; none given means any that the kind calls ready.
    Status(Vec<String>),
    /// It is no longer there.
    Gone,
}

/// What one look means for a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is over.
    Reached,
    /// It will never be over: the cloud reports this status, which is final.
    Failed(String),
    /// Not yet; the status, where there is one.
    NotYet(Option<String>),
    /// The object was not in the answer. Once, that proves nothing.
    Absent,
}

/// Judges a look.
pub fn judge(procedure: &Procedure, until: &Until, look: &Look) -> Judgement {
    let status = match look {
        Look::Missing => return Judgement::Absent,
        Look::Seen(sighting) => match &**sighting {
            Sighting::Present { status, .. } => status,
            Sighting::Gone => return Judgement::Absent,
            Sighting::Blocked(_) => return Judgement::NotYet(None),
        },
    };
    let (Some(rule), Some(status)) = (&procedure.status, status) else {
        return match until {
            Until::Seen | Until::Status(_) => Judgement::Reached,
            Until::Gone => Judgement::NotYet(None),
        };
    };
    let reached = match until {
        Until::Seen => true,
        Until::Status(values) if values.is_empty() => rule.ready.contains(status),
        Until::Status(values) => values.contains(status),
        Until::Gone => false,
    };
    if reached {
        return Judgement::Reached;
    }
    match rule.has_failed(status) {
        true => Judgement::Failed(status.clone()),
        false => Judgement::NotYet(Some(status.clone())),
    }
}

/// Whether an object at rest has this status: neither on its way nor failed.
pub fn is_at_rest(procedure: &Procedure, status: Option<&str>) -> bool {
    match (&procedure.status, status) {
        (Some(rule), Some(status)) => rule.ready.iter().any(|value| value == status) || rule.has_failed(status),
        _ => true,
    }
}

/// The shortest pause between two looks: below it a local cloud is only kept busy.
const SHORTEST_MILLIS: i64 = 50;
/// The longest: later than this nobody should learn of anything.
const LONGEST_MILLIS: i64 = 15_000;
/// What is said to take long is asked for less often from the start, but a cloud may be twenty times as fast as said.
const LONGEST_START_MILLIS: i64 = 500;
/// However long it took before, it is looked at by then: it may have been stuck before, and be quick today.
const FIRST_MILLIS: i64 = 2_000;
/// Without experience, a wait is noticed at most by this part of it too late.
const BLIND: i64 = 20;
/// With it, around the time at which it usually ends, by this part of it.
const FOCUSED: i64 = 25;

/// Milliseconds that the catalogue says an action of a kind takes: `delete`, `update`, anything else is a create.
pub fn declared(procedure: &Procedure, action: &str) -> i64 {
    let seconds = match action {
        "delete" => procedure.usual_seconds.delete,
        "update" => procedure.usual_seconds.update,
        _ => procedure.usual_seconds.create,
    };
    i64::from(seconds) * 1000
}

/// The usual duration after one more that took so long; milliseconds. What is shorter weighs a half, what is longer a
/// quarter and as twice as long at most: an object that was stuck moves it little.
pub fn averaged(usual: i64, took: i64) -> i64 {
    match took < usual {
        true => (usual + took) / 2,
        false => (usual * 3 + took.min((usual * 2).max(1000))) / 4,
    }
}

/// Milliseconds until the next look, after `waited`. `declared` is how long the kind usually takes, `learned` how long it
/// took here before.
///
/// Without experience the pauses grow with the time already waited, so that a wait is noticed at most a twentieth too late
/// whatever its length. With it there are few looks before three quarters of the usual time, and many around it; but a few
/// there are, so that what was learned from an object that was stuck does not hide one that is quick.
pub fn pause(waited: i64, declared: i64, learned: Option<i64>) -> i64 {
    let pause = match learned.map(|usual| (usual, usual / 4 * 3)) {
        Some((usual, expected)) if waited < expected => {
            (expected - waited).min((usual / 8).min(FIRST_MILLIS).max(waited / 2)).max(SHORTEST_MILLIS)
        }
        Some((usual, _)) if waited < usual.saturating_mul(2) => (usual / FOCUSED).max(SHORTEST_MILLIS),
        _ => (waited / BLIND).max((declared / 100).clamp(SHORTEST_MILLIS, LONGEST_START_MILLIS)),
    };
    pause.min(LONGEST_MILLIS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(length: i64, declared: i64, learned: Option<i64>) -> (usize, i64) {
        let (mut waited, mut count) = (0, 0);
        while waited < length {
            waited += pause(waited, declared, learned);
            count += 1;
        }
        (count, waited - length)
    }

    #[test]
    fn a_wait_is_noticed_soon_and_costs_few_looks() {
        for length in [100, 1_500, 30_000, 60_000] {
            let (count, late) = looks(length, length, None);
            assert!(late <= length / 10 + SHORTEST_MILLIS, "{length}: {late} ms late");
            assert!(count <= 70, "{length}: {count} looks");
            let (count, late) = looks(length, length, Some(length));
            assert!(late <= length / 20 + SHORTEST_MILLIS, "{length}: {late} ms late");
            assert!(count <= 18, "{length}: {count} looks");
        }
        // A cloud twenty times as fast as declared.
        let (_, late) = looks(1_500, 30_000, None);
        assert!(late <= 300, "{late} ms late");
        assert_eq!(pause(1_000_000, 0, None), LONGEST_MILLIS);
    }

    #[test]
    fn what_was_stuck_once_does_not_hide_what_is_quick() {
        // Learned from one that took five minutes, or an hour: an object of three seconds.
        for learned in [300_000, 3_600_000] {
            let (_, late) = looks(3_000, 10_000, Some(learned));
            assert!(late <= 1_500, "{late} ms late");
            let (count, late) = looks(20_000, 10_000, Some(learned));
            assert!(late <= 10_000 && count <= 12, "{late} ms late after {count} looks");
        }
    }

    #[test]
    fn no_pause_is_negative_or_endless() {
        for learned in [None, Some(0), Some(1), Some(i64::MAX / 4), Some(i64::MAX)] {
            for waited in [0, 1, 1_000, 1_000_000_000, i64::MAX / 4] {
                for declared in [0, 1, i64::MAX] {
                    let pause = pause(waited, declared, learned);
                    assert!(
                        (SHORTEST_MILLIS..=LONGEST_MILLIS).contains(&pause),
                        "{waited} {declared} {learned:?}: {pause}"
                    );
                }
            }
        }
    }
}
