//! The end of a life: all goes well, so it must converge; then everything is destroyed, and nothing may be left.

use crate::simulation::{
    life::{Life, desired},
    operator,
    promises::no_leak,
    violation::Violation,
};
use firma_engine::Outcome;
use firma_lab::Refusal;
use firma_model::desired::Desired;
use firma_plan::{
    procedure::{Identity, Procedure, Recovery},
    step::Mode,
};
use std::time::Duration;
use tokio::time::sleep;

/// No job of the cloud's sticks for longer.
const STUCK_MINUTES: u32 = 30;

impl Life<'_> {
    /// Faults stop. At most two rounds of recovering, planning and applying, and there is nothing left to do.
    pub(crate) async fn heal(&mut self) -> Result<(), Violation> {
        // What is under way arrives, what is held runs out.
        sleep(Duration::from_secs(120)).await;
        self.going_are_gone().await;
        self.wait_for_lease().await;
        self.settle().await?;
        self.doubled_are_found().await?;
        if operator::clean(self.lab, &self.promises) > 0 {
            // What rests before it can go has come to rest.
            sleep(Duration::from_secs(120)).await;
            operator::clean(self.lab, &self.promises);
        }
        self.give_up().await;
        self.not_first().await;
        let wanted = desired(&self.world);
        for round in 0..2 {
            let ended = self.well(&wanted, Mode::Apply).await?;
            if round == 0 {
                // Somebody's object may have stood in the way.
                operator::clean(self.lab, &self.promises);
            }
            if let Some(outcome) = ended
                && !outcome.is_complete()
            {
                self.tally.note("first round after all faults was not complete", 1);
            }
        }
        let process = self.process();
        let planned = process.plan(&wanted, Mode::Apply).await;
        let planned = planned.map_err(|refusal| Violation::new("I6", format!("no plan at the end: {refusal:?}")))?;
        if planned.plan.has_changes() {
            let steps: Vec<String> = planned
                .plan
                .steps
                .iter()
                .map(|step| format!("{} {} {:?}", step.leg.as_str(), step.address, step.reasons))
                .collect();
            return Err(Violation::new("I6", format!("after two applies there is still to do: {}", steps.join("; "))));
        }
        self.same()
    }

    /// A deletion that the cloud is stuck in is a fault too, and ends as they do. Until then nobody can use what is going, nor have
    /// another one in its place.
    async fn going_are_gone(&mut self) {
        let going = || {
            let views = self.lab.net.views();
            views.iter().any(|(_, view)| view["status"].as_str().is_some_and(|s| s.eq_ignore_ascii_case("deleting")))
        };
        for _ in 0..STUCK_MINUTES {
            if !going() {
                return;
            }
            sleep(Duration::from_secs(60)).await;
        }
    }

    /// What failed with data in it is the operator's to decide about: they delete it, and another one is made.
    async fn give_up(&mut self) {
        let process = self.process();
        let Err(Refusal::NoPlan(diagnostics)) = process.plan(&desired(&self.world), Mode::Apply).await else { return };
        let refusals = diagnostics.list.iter().filter(|d| d.code == "E0870");
        let given_up = refusals.map(|d| operator::give_up(self.lab, &d.message)).sum::<u64>();
        if given_up > 0 {
            self.tally.note("failed with its data, and given up by the operator", given_up);
            sleep(Duration::from_secs(120)).await;
        }
    }

    /// Where creating first is not possible, the operator lets the old ones go first.
    async fn not_first(&mut self) {
        let process = self.process();
        let Err(Refusal::NoPlan(diagnostics)) = process.plan(&desired(&self.world), Mode::Apply).await else { return };
        if diagnostics.list.iter().any(|d| matches!(d.code, "E0502" | "E0540")) {
            self.tally.note("what was to be created first could not be", 1);
            for attributes in self.world.values_mut() {
                attributes.as_object_mut().into_iter().for_each(|attributes| {
                    attributes.remove("create_before_destroy");
                });
            }
        }
    }

    /// What a doubled request left behind is nobody's, and shown to who asks (`firma doctor --orphans`).
    async fn doubled_are_found(&mut self) -> Result<(), Violation> {
        let left = self.promises.left_behind(self.lab);
        if left.is_empty() {
            return Ok(());
        }
        let process = self.process();
        let (markers, recorded) = {
            let store = self.lab.store.lock().expect("one thread");
            (store.markers(), store.snapshot())
        };
        let (Ok(markers), Ok(recorded)) = (markers, recorded) else {
            return Err(Violation::new("I8", "the state cannot be read"));
        };
        let known = recorded.records.values().chain(&recorded.deposed).map(|record| record.cloud_id.clone()).collect();
        let procedures = &self.lab.procedures;
        let find = |kind: &str| procedures.get(kind).cloned();
        let found = firma_engine::orphans(&process.cloud, &markers, &known, &find).await;
        let found = found.map_err(|fault| Violation::new("I1", format!("nobody looks for orphans: {fault}")))?;
        for (kind, id) in left {
            // What carries no mark looks like anybody's.
            if procedures.get(&kind).is_some_and(|procedure| procedure.recovery == Recovery::Bare) {
                self.tally.note("left behind by a doubled request, without a mark", 1);
                continue;
            }
            self.tally.note("left behind by a doubled request, and found", 1);
            if !found.iter().any(|orphan| orphan.id == id) {
                let evidence = format!("{kind} {id} was left behind by a doubled request, and is not found");
                return Err(Violation::new("I1", evidence));
            }
        }
        Ok(())
    }

    /// What is open is settled, with the help of somebody who knows.
    async fn settle(&mut self) -> Result<(), Violation> {
        let process = self.process();
        match process.recover_first(None).await {
            Ok(settled) => {
                for settlement in &settled {
                    self.tally.branch(&operator::branch(settlement));
                }
            }
            Err(Refusal::Stuck(settled)) => {
                for settlement in &settled {
                    self.tally.branch(&operator::branch(settlement));
                }
                self.promises.check(self.lab, &[&process], &mut self.tally)?;
                operator::resolve(self.lab, &process, &settled, &self.promises, &mut self.tally).await?;
            }
            Err(refusal) => return Err(Violation::new("I6", format!("recovery at the end: {refusal:?}"))),
        }
        self.promises.check(self.lab, &[&process], &mut self.tally)
    }

    /// A command in which nothing goes wrong.
    async fn well(&mut self, wanted: &Desired, mode: Mode) -> Result<Option<Outcome>, Violation> {
        let process = self.process();
        let all = async {
            process.recover_first(None).await?;
            let planned = match process.plan(wanted, mode).await {
                // Somebody deleted more than an accident looks like; the operator knows.
                Err(Refusal::NoPlan(diagnostics)) if diagnostics.list.iter().any(|d| d.code == "E0524") => {
                    process.plan_with(wanted, mode, true).await?
                }
                other => other?,
            };
            self.promises.planned(&planned.id, &planned.plan);
            match planned.plan.has_changes() {
                true => process.apply(&planned).await.map(Some),
                false => Ok(None),
            }
        };
        let result = all.await;
        self.promises.check(self.lab, &[&process], &mut self.tally)?;
        result.map_err(|refusal| Violation::new("I6", format!("refused although nothing is wrong: {refusal:?}")))
    }

    /// What is recorded stands in the cloud, and nothing else does.
    fn same(&mut self) -> Result<(), Violation> {
        let open = self.lab.store.lock().expect("one thread").open_intents();
        if open.as_ref().is_ok_and(|open| !open.is_empty()) {
            return Err(Violation::new("I6", format!("still open: {open:?}")));
        }
        let mut there = self.lab.net.objects();
        there.sort();
        let mut recorded: Vec<(String, String)> = self
            .lab
            .recorded()
            .records
            .values()
            .filter(|record| stands_in_the_cloud(&self.lab.procedures[record.kind.as_str()]))
            .map(|record| (record.kind.to_string(), record.cloud_id.clone()))
            .collect();
        recorded.sort();
        match there == recorded {
            true => Ok(()),
            false => Err(Violation::new("I6", format!("in the cloud {there:?}, recorded {recorded:?}"))),
        }
    }

    /// I5, in what is at rest.
    pub(crate) fn leaks(&self) -> Result<(), Violation> {
        if self.script.secrets.is_empty() {
            return Ok(());
        }
        let state = self.lab.store.lock().expect("one thread").at_rest();
        let state = state.map_err(|error| Violation::new("I8", error.to_string()))?;
        no_leak(self.script, [("the state", state.as_slice())])
    }

    /// Everything is destroyed, and nothing is left.
    pub(crate) async fn end(&mut self) -> Result<(), Violation> {
        let wanted = desired(&self.world);
        for _ in 0..2 {
            let outcome = self.well(&wanted, Mode::Destroy).await?;
            if outcome.is_none_or(|outcome| outcome.is_complete()) {
                break;
            }
        }
        let there = self.lab.net.objects();
        let state = self.lab.recorded();
        let recorded = state.records;
        match there.is_empty() && recorded.is_empty() && state.deposed.is_empty() {
            true => Ok(()),
            false => {
                Err(Violation::new("I6", format!("after destroying everything: {there:?}, {:?}", recorded.keys())))
            }
        }
    }
}

/// Whether a kind's objects are objects of the cloud too: a value is not, nor is a link between two others.
fn stands_in_the_cloud(procedure: &Procedure) -> bool {
    procedure.create.is_some() && !matches!(procedure.identity, Identity::Composed(_))
}
