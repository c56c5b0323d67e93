//! A failing life made smaller: whatever can be left out while the same promise breaks is left out.

use crate::simulation::{life::live, script::Script};

/// The smallest failing life that leaving things out one at a time leads to, and how many were tried.
pub fn shrink(script: &Script) -> (Script, usize) {
    let Some(violation) = live(script, false).violation else { return (script.clone(), 0) };
    let mut smallest = script.clone();
    let mut tried = 0;
    loop {
        let smaller = candidates(&smallest).into_iter().find(|candidate| {
            tried += 1;
            live(candidate, false).violation.is_some_and(|found| found.promise == violation.promise)
        });
        match smaller {
            Some(smaller) if tried < 2_000 => smallest = smaller,
            _ => return (smallest, tried),
        }
    }
}

/// Every life with one thing less.
fn candidates(script: &Script) -> Vec<Script> {
    let mut all = Vec::new();
    for (number, round) in script.rounds.iter().enumerate() {
        let mut without = script.clone();
        let gone = without.rounds.remove(number);
        if let Some(next) = without.rounds.get_mut(number) {
            // What it edited is still wanted by those after it.
            next.edits.splice(0..0, gone.edits);
        }
        all.push(without);
        let mut calm = script.clone();
        calm.rounds[number].after_millis = 0;
        if calm != *script {
            all.push(calm);
        }
        for trouble in 0..round.troubles.len() {
            let mut without = script.clone();
            without.rounds[number].troubles.remove(trouble);
            all.push(without);
        }
        for edit in 0..round.edits.len() {
            let mut without = script.clone();
            without.rounds[number].edits.remove(edit);
            all.push(without);
        }
    }
    all
}
