//! What nothing identifies: a kind without token or marker, and a token that the cloud has forgotten by the time somebody
//! looks. Then the call is stuck with its candidate shown, and adopting that leads to the goal all the same.

use crate::{
    case::{Case, limited},
    explore::{Nesting, explore},
    kinds::spacious,
    moments::Wanted,
    session::{Goal, Scene, live},
    tally::Tally,
};
use firma_engine::Settled;
use firma_lab::{Fate, Frozen};
use firma_plan::{
    procedure::{Identity, Procedure, Recovery},
    step::Mode,
};
use std::{collections::HashSet, sync::Arc};

/// After this long no token is remembered.
const AN_HOUR: i64 = 3_600_000;

/// Makes the subject of a case as if its kind were bare, and as it is with an hour between the processes.
pub(crate) async fn sweep(procedure: &Arc<Procedure>, case: &Case, tally: &mut Tally) {
    if !matches!(procedure.identity, Identity::Assigned(_)) && !procedure.identity.is_listed() {
        return;
    }
    let goal = Goal { adopts: true, ..Goal::apply(case.create.clone()) };
    let mut lab = spacious();
    lab.converge(&case.without).await;
    let forgotten = matches!(procedure.recovery, Recovery::Tokened(_) | Recovery::Bare);
    let late = later(&format!("{} create, an hour later", case.kind), &lab.freeze(), &goal, tally).await;
    if (late > 0) != forgotten {
        tally.find(format!("{} is {:?}, and {late} were adopted after an hour", case.kind, procedure.recovery));
    }

    let what = format!("{} create, bare", case.kind);
    let patched = lab.procedures.get_mut(&case.kind).unwrap();
    Arc::make_mut(patched).recovery = Recovery::Bare;
    let limited = limited(lab.procedures.values().map(|procedure| &**procedure));
    let start = lab.freeze();
    explore(&what, &start, &goal, Nesting::Recovery, &limited, tally).await;
    for (fate, made) in [(Fate::LostAfter, true), (Fate::BrokenAfter, true), (Fate::LostBefore, false)] {
        let what = format!("{what}, {fate:?}");
        let _scene = Scene(what.clone());
        let lab = start.thaw();
        let plan = lab.plan(&goal.desired, Mode::Apply).await;
        lab.wire.script(move |request, sent| if request.mutating && sent == 0 { fate } else { Fate::Pass });
        let outcome = lab.apply(&plan).await;
        lab.wire.mend();
        tally.faults += 1;
        if outcome.unresolved.len() != 1 {
            tally.find(format!("{what}: a bare call was settled by itself: {outcome:?}"));
        }
        let frozen = lab.freeze();
        match live(&frozen, &goal, Wanted::None).await {
            Ok(story) if story.settled.iter().all(|one| is_adopted(&one.how) == made) => {}
            Ok(story) => tally.find(format!("{what}: {:?}", story.settled)),
            Err(trouble) => tally.find(format!("{what}: {trouble}")),
        }
        if made && live(&frozen, &Goal { adopts: false, ..goal.clone() }, Wanted::None).await.is_ok() {
            tally.find(format!("{what}: adopted without being asked"));
        }
    }
}

fn is_adopted(how: &Settled) -> bool {
    matches!(how, Settled::Adopted(_))
}

/// Dies at each moment; the next process comes an hour later. How many objects it had to adopt.
async fn later(what: &str, start: &Frozen, goal: &Goal, tally: &mut Tally) -> usize {
    let mut adopted = 0;
    let moments = match live(start, goal, Wanted::All).await {
        Ok(story) => story.moments,
        Err(trouble) => {
            tally.find(format!("{what}, undisturbed: {trouble}"));
            return 0;
        }
    };
    let mut shapes = HashSet::new();
    for remains in moments {
        tally.points += 1;
        if !shapes.insert(remains.frozen.shape()) {
            continue;
        }
        tally.distinct += 1;
        let _scene = Scene(format!("{what}, {}", remains.how));
        match live(&remains.frozen.later(AN_HOUR), goal, Wanted::None).await {
            Ok(story) => adopted += story.settled.iter().filter(|one| is_adopted(&one.how)).count(),
            Err(trouble) => tally.find(format!("{what}, {}: {trouble}", remains.how)),
        }
    }
    adopted
}
