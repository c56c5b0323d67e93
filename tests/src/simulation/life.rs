//! Living a life: every command of it, what goes wrong meanwhile, and the ending in which all goes well.

use crate::simulation::{
    operator,
    promises::{Promises, history, no_leak},
    script::{Phase, Resources, Round, Script, Trouble, What, edit},
    tally::Tally,
    trace::trace,
    troubles,
    violation::Violation,
};
use firma_api::Clock as _;
use firma_emulator::Settings;
use firma_engine::{CancelLevel, Outcome};
use firma_lab::{Blow, Lab, Planned, Process, Refusal, stack};
use firma_model::{desired::Desired, diagnostic::Diagnostic};
use firma_plan::step::Mode;
use firma_store::{ErrorKind, Verification};
use std::{
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};
use tokio::{runtime::Builder, time::sleep};

/// Commands in a round at most.
const ATTEMPTS: u32 = 6;

/// What came of a life.
#[derive(Clone, Debug, Default)]
pub struct Lived {
    /// What it met.
    pub tally: Tally,
    /// Everything that happened, as a hash.
    pub hash: String,
    /// The promise it broke.
    pub violation: Option<Violation>,
    /// Everything that happened, when that was asked for.
    pub trace: Vec<String>,
}

/// Lives it.
pub fn live(script: &Script, traced: bool) -> Lived {
    let lived = RefCell::new(Lived::default());
    let result = catch_unwind(AssertUnwindSafe(|| {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        runtime.block_on(async {
            let settings = Settings { quotas: [("*".to_owned(), 1000)].into(), ..Settings::default() };
            let lab = Lab::seeded(script.seed, settings);
            lab.store.lock().expect("one thread").pin_account("ours").expect("a state in memory");
            let mut life = Life::new(&lab, script);
            let result = life.all().await;
            let mut lived = lived.borrow_mut();
            lived.tally = life.tally;
            (lived.hash, lived.trace) = trace(&lab, traced);
            result
        })
    }));
    let mut lived = lived.into_inner();
    lived.violation = match result {
        Ok(result) => result.err(),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Some(Violation::new("panic", text.unwrap_or_default()))
        }
    };
    lived
}

/// How an attempt ended.
enum Ended {
    Done(Box<Option<Outcome>>),
    Refused(Refusal),
    Died { elsewhere: bool },
}

/// A life under way.
pub(crate) struct Life<'l> {
    pub(crate) lab: &'l Lab,
    pub(crate) script: &'l Script,
    pub(crate) world: Resources,
    pub(crate) promises: Promises,
    pub(crate) tally: Tally,
    processes: u64,
}

/// A world as the planner takes it.
pub(crate) fn desired(world: &Resources) -> Desired {
    let resources: Vec<(&str, serde_json::Value)> =
        world.iter().map(|(address, attributes)| (address.as_str(), attributes.clone())).collect();
    stack::desired(&resources)
}

impl<'l> Life<'l> {
    fn new(lab: &'l Lab, script: &'l Script) -> Life<'l> {
        Life {
            lab,
            script,
            world: Resources::new(),
            promises: Promises::default(),
            tally: Tally::default(),
            processes: 0,
        }
    }

    async fn all(&mut self) -> Result<(), Violation> {
        for round in &self.script.rounds {
            sleep(Duration::from_millis(round.after_millis)).await;
            edit(&mut self.world, &round.edits);
            self.round(round).await?;
        }
        self.heal().await?;
        self.leaks()?;
        self.end().await?;
        history(self.lab)
    }

    /// A new process, on the machine that all share.
    pub(crate) fn process(&mut self) -> Process<'l> {
        self.processes += 1;
        let name = format!("p{}", self.processes);
        let mut process = Process::new(self.lab, &name, self.script.seed.wrapping_add(self.processes));
        process.parallelism = self.script.parallelism;
        process
    }

    async fn round(&mut self, round: &Round) -> Result<(), Violation> {
        let mode = if round.destroy { Mode::Destroy } else { Mode::Apply };
        let wanted = desired(&self.world);
        for attempt in 0..ATTEMPTS {
            let troubles: Vec<&Trouble> = round.troubles.iter().filter(|trouble| trouble.attempt == attempt).collect();
            for trouble in &troubles {
                if let What::Later(millis) = trouble.what {
                    sleep(Duration::from_millis(millis)).await;
                }
            }
            let ended = self.attempt(&troubles, &wanted, mode).await?;
            let more = round.troubles.iter().any(|trouble| trouble.attempt > attempt);
            match ended {
                Ended::Done(_) if !more => return Ok(()),
                Ended::Done(_) => {}
                Ended::Refused(_) if !more => return Ok(()),
                Ended::Refused(_) => sleep(Duration::from_secs(20)).await,
                Ended::Died { elsewhere } => {
                    if elsewhere {
                        self.wait_for_lease().await;
                    }
                }
            }
        }
        Ok(())
    }

    /// Waits until nobody's lease stands any more.
    pub(crate) async fn wait_for_lease(&self) {
        let holder = self.lab.store.lock().expect("one thread").holder().expect("a state in memory");
        if let Some(held) = holder {
            let left = held.expires.millis_since(self.lab.clock.now()).max(0) + 1_000;
            sleep(Duration::from_millis(left.unsigned_abs())).await;
        }
    }

    /// One command with what goes wrong in it.
    async fn attempt(&mut self, troubles: &[&Trouble], wanted: &Desired, mode: Mode) -> Result<Ended, Violation> {
        let process = self.process();
        let other = self.process();
        let phase = Cell::new(Phase::Recover);
        let found = RefCell::new((Tally::default(), Vec::new()));
        let moment = |now: Phase| {
            phase.set(now);
            process.heart.disarm();
            let mut found = found.borrow_mut();
            for trouble in troubles.iter().filter(|trouble| trouble.from == now) {
                begin(self.lab, &process, &trouble.what, &mut found.0);
            }
        };
        let command = async {
            moment(Phase::Recover);
            let settled = process.recover_first(None).await;
            for settlement in match &settled {
                Ok(settled) | Err(Refusal::Stuck(settled)) => settled.as_slice(),
                Err(_) => &[],
            } {
                found.borrow_mut().0.branch(&operator::branch(settlement));
            }
            settled?;
            moment(Phase::Plan);
            let planned = process.plan(wanted, mode).await?;
            found.borrow_mut().1.push(planned.clone());
            moment(Phase::Apply);
            for trouble in troubles {
                if let What::PlanFlipped(bit) = trouble.what {
                    flipped(self.lab, &planned, bit)?;
                    found.borrow_mut().0.trouble("plan flipped", 1);
                }
            }
            if troubles.iter().any(|trouble| trouble.what == What::PlanLate) {
                let first = other.plan(wanted, mode).await?;
                found.borrow_mut().1.push(first.clone());
                if first.plan.has_changes() && other.apply(&first).await.is_ok() {
                    found.borrow_mut().0.trouble("plan late", 1);
                }
            }
            if !planned.plan.has_changes() {
                return Ok(None);
            }
            let outcome = process.apply(&planned).await?;
            if troubles.iter().any(|trouble| trouble.what == What::PlanAgain) {
                found.borrow_mut().0.trouble("plan twice", 1);
                if process.apply(&planned).await.is_ok() {
                    return Err(bug("a plan was carried out twice"));
                }
            }
            Ok(Some(outcome))
        };
        let ended = Cell::new(false);
        let first = async {
            let result = process.heart.live(command).await;
            ended.set(true);
            result
        };
        let beside = self.beside(troubles, &process, &other, &ended, wanted, mode, &found);
        let (result, ()) = tokio::join!(biased; first, beside);
        for (name, hits) in self.lab.net.mend() {
            self.tally.trouble(&name, hits);
        }
        let (tally, planned) = found.into_inner();
        self.tally.join(&tally);
        for planned in &planned {
            self.promises.planned(&planned.id, &planned.plan);
        }
        self.count_blows(&process, phase.get());
        let died = result.is_none();
        let elsewhere = troubles.iter().any(|trouble| matches!(trouble.what, What::Kill { elsewhere: true, .. }));
        if died && !elsewhere {
            self.lab.bury(&process.name);
        }
        self.promises.check(self.lab, &[&process, &other], &mut self.tally)?;
        let ended = match result {
            None => Ended::Died { elsewhere },
            Some(Ok(outcome)) => Ended::Done(Box::new(outcome)),
            Some(Err(refusal)) => Ended::Refused(refusal),
        };
        if !self.script.secrets.is_empty() {
            self.told(&process, &ended)?;
        }
        if let Ended::Refused(Refusal::NoPlan(diagnostics)) = &ended
            && let Some(bug) = diagnostics.list.iter().find(|d| d.message.contains("BUG") || d.code == "E0590")
        {
            return Err(Violation::new("I7", bug.message.clone()));
        }
        Ok(ended)
    }

    /// What somebody else does at the same time.
    #[expect(clippy::too_many_arguments, reason = "the two sides of one attempt")]
    async fn beside(
        &self,
        troubles: &[&Trouble],
        process: &Process<'_>,
        other: &Process<'_>,
        ended: &Cell<bool>,
        wanted: &Desired,
        mode: Mode,
        found: &RefCell<(Tally, Vec<Planned>)>,
    ) {
        let command = async {
            let _ = other.recover_first(None).await?;
            let planned = other.plan(wanted, mode).await?;
            found.borrow_mut().1.push(planned.clone());
            if planned.plan.has_changes() {
                other.apply(&planned).await?;
            }
            Ok::<(), Refusal>(())
        };
        for trouble in troubles {
            match &trouble.what {
                What::Beside { after_millis } => {
                    sleep(Duration::from_millis(*after_millis)).await;
                    if !ended.get() {
                        found.borrow_mut().0.trouble("two at once", 1);
                    }
                    let _ = other.heart.live(command).await;
                    return;
                }
                What::Pause { millis, other: true, .. } => {
                    let paused = || process.heart.struck().iter().any(|(_, _, blow)| matches!(blow, Blow::Freeze(_)));
                    while !ended.get() && !paused() {
                        sleep(Duration::from_secs(1)).await;
                    }
                    if ended.get() {
                        return;
                    }
                    // After the lease has run out, where the pause is as long.
                    let wait = if *millis > 190_000 { 185_000 } else { 1_000 };
                    sleep(Duration::from_millis(wait)).await;
                    found.borrow_mut().0.note("worked while another one was paused", 1);
                    let _ = other.heart.live(command).await;
                    return;
                }
                _ => {}
            }
        }
    }

    fn count_blows(&mut self, process: &Process<'_>, phase: Phase) {
        use firma_lab::Beat::{AfterCommit, AfterSend, BeforeCommit, BeforeSend};
        for (beat, _, blow) in process.heart.struck() {
            let name = match (blow, beat) {
                (Blow::Die, beat) => {
                    if phase == Phase::Recover {
                        self.tally.trouble("kill during recovery", 1);
                    }
                    match beat {
                        BeforeCommit => "kill before a commit",
                        AfterCommit => "kill after a commit",
                        BeforeSend => "kill before a send",
                        AfterSend => "kill after a send",
                    }
                }
                (Blow::Fail(ErrorKind::Full), _) => "disk full",
                (Blow::Fail(_), _) => "disk fails",
                (Blow::Freeze(duration), _) if duration.as_secs() > 180 => "pause beyond the lease",
                (Blow::Freeze(_), _) => "pause",
                (Blow::Cancel(CancelLevel::Abandon), _) => "stop twice",
                (Blow::Cancel(_), _) => "stop",
            };
            self.tally.trouble(name, 1);
        }
    }

    /// I5, in what was told.
    fn told(&self, process: &Process<'_>, ended: &Ended) -> Result<(), Violation> {
        let events =
            process.told.lock().expect("one thread").iter().map(|event| format!("{event:?}\n")).collect::<String>();
        let said = match ended {
            Ended::Done(outcome) => match outcome.as_ref() {
                Some(outcome) => format!("{:?}", outcome.diagnostics()),
                None => String::new(),
            },
            Ended::Refused(Refusal::Stuck(settlements)) => format!("{:?}", firma_engine::stuck(settlements)),
            Ended::Refused(Refusal::NoPlan(diagnostics)) => format!("{diagnostics:?}"),
            Ended::Refused(_) | Ended::Died { .. } => String::new(),
        };
        no_leak(self.script, [("an event", events.as_bytes()), ("a diagnostic", said.as_bytes())])
    }
}

/// A plan file of which a bit was flipped must not be believed.
fn flipped(lab: &Lab, planned: &Planned, bit: u64) -> Result<(), Refusal> {
    let mut store = lab.store.lock().expect("one thread");
    let mut file = store.plan_file(&planned.id, &firma_plan::format::encode(&planned.plan))?;
    let bit = bit % (file.len() as u64 * 8);
    file[(bit / 8) as usize] ^= 1 << (bit % 8);
    match store.open_plan_file(&file) {
        Ok(opened) if opened.verification == Verification::Verified => Err(bug("a changed plan was believed")),
        _ => Ok(()),
    }
}

/// A broken promise that shows itself inside a flow.
fn bug(message: &str) -> Refusal {
    Refusal::NoPlan(Diagnostic::error("E0590", format!("BUG: {message}")).into())
}

/// A trouble begins.
fn begin(lab: &Lab, process: &Process<'_>, what: &What, tally: &mut Tally) {
    let heart = &process.heart;
    let trap = |at: firma_lab::Beat, number: u64, blow| heart.trap(at, heart.count(at) + number, blow);
    let happened = |tally: &mut Tally, name, happened: bool| tally.trouble(name, u64::from(happened));
    match what {
        What::Call(injection) => lab.net.inject(troubles::name(injection), injection.clone()),
        What::Short { matching, at } => lab.net.shorten("short list", matching.clone(), at.clone()),
        What::Kill { at, number, .. } => trap(at.beat(), *number, Blow::Die),
        What::Disk { number, full } => {
            let kind = if *full { ErrorKind::Full } else { ErrorKind::Io("on purpose".to_owned()) };
            trap(firma_lab::Beat::BeforeCommit, *number, Blow::Fail(kind));
        }
        What::Pause { number, millis, .. } => {
            trap(firma_lab::Beat::AfterCommit, *number, Blow::Freeze(Duration::from_millis(*millis)));
        }
        What::Stop { at, number, twice } => {
            let level = if *twice { CancelLevel::Abandon } else { CancelLevel::Finish };
            trap(at.beat(), *number, Blow::Cancel(level));
        }
        What::Clock { millis } => {
            process.clock.set_off(*millis);
            tally.trouble(if *millis > 0 { "clock ahead" } else { "clock behind" }, 1);
        }
        What::Deleted(pick) => happened(tally, "deleted by somebody", operator::delete(lab, *pick)),
        What::Changed(pick) => happened(tally, "changed by somebody", operator::alter(lab, *pick)),
        What::Reused(pick) => happened(tally, "name or id used again", operator::reuse(lab, *pick)),
        What::Dependant(pick) => happened(tally, "dependant of somebody", operator::depend(lab, *pick)),
        What::Account => {
            process.change_account("theirs");
            tally.trouble("another account", 1);
        }
        What::Beside { .. } | What::PlanAgain | What::PlanLate | What::PlanFlipped(_) | What::Later(_) => {}
    }
}
