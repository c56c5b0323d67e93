//! What a command does from its start to its end: settle what is open, plan, apply. And what must hold when it has ended.

use crate::moments::{Moments, Remains, Wanted, made};
use firma_engine::{Settled, Settlement};
use firma_lab::{Frozen, Lab};
use firma_model::{desired::Desired, record::Status};
use firma_plan::{procedure::Identity, step::Mode};
use std::{collections::BTreeSet, sync::Arc};

/// What a command is to reach.
#[derive(Clone)]
pub(crate) struct Goal {
    /// The world wanted.
    pub(crate) desired: Desired,
    /// What the command does about it.
    pub(crate) mode: Mode,
    /// Whether somebody is there who adopts the only candidate of a call that nothing else settles.
    pub(crate) adopts: bool,
    /// Whether the subject has what is shown once: where that answer is lost, another one is made, and the first is deleted.
    pub(crate) once: bool,
    /// Objects that stay in the cloud and are nobody's: forgotten on purpose.
    pub(crate) left: BTreeSet<(String, String)>,
}

impl Goal {
    /// An apply of this world.
    pub(crate) fn apply(desired: Desired) -> Goal {
        Goal { desired, mode: Mode::Apply, adopts: false, once: false, left: BTreeSet::new() }
    }
}

/// What a process did.
pub(crate) struct Story {
    /// What it settled.
    pub(crate) settled: Vec<Settlement>,
    /// How many of its effects were those of recovery.
    pub(crate) recovery: usize,
    /// Operations the cloud carried out.
    pub(crate) made: Vec<String>,
    /// What it would have left, had it died at each of its moments.
    pub(crate) moments: Vec<Remains>,
    /// Where it ended.
    pub(crate) frozen: Frozen,
}

/// Says what was going on when something panics.
pub(crate) struct Scene(pub(crate) String);

impl Drop for Scene {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("while: {}", self.0);
        }
    }
}

/// Lets a process begin where another one left, and looks at what came of it.
pub(crate) async fn live(start: &Frozen, goal: &Goal, wanted: Wanted) -> Result<Story, String> {
    let (lab, moments) = Moments::of(start.thaw(), wanted);
    let ended = work(&lab, goal, &moments).await;
    let made = made(&lab);
    let frozen = lab.freeze();
    let ended = match ended {
        Ok(story) => holds(&lab, goal).await.map(|()| story),
        Err(trouble) => Err(trouble),
    };
    let moments = moments.take();
    match ended {
        Ok((settled, recovery)) => Ok(Story { settled, recovery, made, moments, frozen }),
        Err(trouble) => {
            let after = moments.iter().filter(|one| one.how.contains("after"));
            let effects: Vec<&str> = after.map(|one| one.how.trim_start_matches("died after ")).collect();
            Err(format!("{trouble}\n    after {}", effects.join(", ")))
        }
    }
}

/// Settles, plans, applies: the settlements, and how many effects it took to write them down.
async fn work(lab: &Lab, goal: &Goal, moments: &Arc<Moments>) -> Result<(Vec<Settlement>, usize), String> {
    let mut settled = Vec::new();
    if !lab.store.lock().unwrap().open_intents().unwrap().is_empty() {
        settled = lab.recover_through(None, |commit| moments.journal(commit)).await;
        for settlement in &mut settled {
            let Settled::Stuck { candidates, .. } = &settlement.how else { continue };
            let [candidate] = &candidates[..] else { return Err(format!("stuck: {settlement:?}")) };
            if !goal.adopts {
                return Err(format!("stuck: {settlement:?}"));
            }
            let adopted = lab
                .recover_through(Some(candidate.clone()), |commit| moments.journal(commit))
                .await
                .into_iter()
                .find(|other| other.run == settlement.run && other.address == settlement.address);
            let adopted = adopted.ok_or("what was stuck is not open any more")?;
            if adopted.how != Settled::Adopted(candidate.clone()) {
                return Err(format!("not adopted: {adopted:?}"));
            }
            *settlement = adopted;
        }
    }
    let recovery = moments.reached();
    // What the manifests name for import is known before it is recorded; at the end it must be.
    let mut strange: Vec<_> = difference(lab, goal).0;
    let imports = goal.desired.imports.iter();
    let named: BTreeSet<Named> = imports.map(|(to, import)| (to.kind().to_string(), import.id.clone())).collect();
    strange.retain(|object| !named.contains(object));
    if !strange.is_empty() {
        return Err(format!("after recovery the cloud has what nobody knows: {strange:?}"));
    }
    let plan = lab.plan(&goal.desired, goal.mode).await;
    let outcome = lab.apply_through(&plan, |commit| moments.journal(commit)).await;
    match outcome.is_complete() {
        true => Ok((settled, recovery)),
        false => Err(format!("not complete: {outcome:?}")),
    }
}

/// An object by its kind and id.
pub(crate) type Named = (String, String);

/// What is in the cloud and not in the state, and the other way round.
pub(crate) fn difference(lab: &Lab, goal: &Goal) -> (Vec<Named>, Vec<Named>) {
    let recorded = lab.recorded();
    let objects = recorded.records.values().chain(&recorded.deposed).filter(|record| {
        let procedure = &lab.procedures[record.kind.as_str()];
        // A link between two objects is shown by neither of them as an object of its own; the plan looks at it.
        procedure.create.is_some() && !matches!(procedure.identity, Identity::Composed(_))
    });
    let state: BTreeSet<(String, String)> =
        objects.map(|record| (record.kind.to_string(), record.cloud_id.clone())).collect();
    let cloud = lab.in_cloud();
    let strange = cloud.difference(&state).filter(|object| !goal.left.contains(object)).cloned().collect();
    (strange, state.difference(&cloud).cloned().collect())
}

/// Nothing is left to do, nothing is open, the cloud has what the state says and nothing else, the journal is whole.
pub(crate) async fn holds(lab: &Lab, goal: &Goal) -> Result<(), String> {
    let plan = lab.plan(&goal.desired, goal.mode).await;
    if plan.has_changes() {
        let steps: Vec<String> = plan
            .steps
            .iter()
            .map(|step| format!("{} {} {:?} {:?}", step.leg.as_str(), step.address, step.reasons, step.changes))
            .collect();
        return Err(format!("still to do: {steps:#?} {:?}", plan.outputs));
    }
    let (strange, missing) = difference(lab, goal);
    if !strange.is_empty() || !missing.is_empty() {
        return Err(format!("nobody's: {strange:?}; not in the cloud: {missing:?}"));
    }
    let store = lab.store.lock().unwrap();
    let open = store.open_intents().unwrap();
    let findings = store.verify_all().unwrap();
    let recorded = store.snapshot().unwrap();
    let wanted: Vec<_> = match goal.mode {
        Mode::Apply => goal.desired.resources.keys().collect(),
        Mode::Destroy => Vec::new(),
        Mode::RefreshOnly => recorded.records.keys().collect(),
    };
    let unready = recorded.records.values().find(|record| record.status != Status::Ready);
    if !open.is_empty() || !findings.is_empty() || !recorded.deposed.is_empty() || unready.is_some() {
        return Err(format!("{open:?} {findings:?} {:?} {unready:?}", recorded.deposed));
    }
    match recorded.records.keys().eq(wanted.iter().copied()) {
        true => Ok(()),
        false => Err(format!("recorded are {:?}, wanted {wanted:?}", recorded.records.keys())),
    }
}
