//! The promises I1 to I9, each checked against what reached the cloud and what stands there.
//!
//! The audit knows of every request that arrived, who sent it and what it made; the tape knows what each run made durable
//! before. A request belongs to an intent when the two are the same call, byte for byte.

use crate::simulation::{script::Script, tally::Tally, violation::Violation};
use firma_api::Request;
use firma_lab::{Delivery, Lab, Object, Process, SOMEBODY};
use firma_model::{
    address::Address,
    document::to_plain_json,
    event::{EventBody, Intent},
};
use firma_plan::step::{Leg, Plan};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A call that a run made durable before it was sent.
#[derive(Clone, Debug)]
struct Asked {
    run: u64,
    by: String,
    intent: Intent,
    /// Requests that had arrived when it was written.
    delivered: usize,
}

/// A record as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    address: Address,
    /// Its key where it was set aside.
    deposed: String,
    origin: Option<usize>,
}

/// Checks a life as it goes on.
#[derive(Default)]
pub struct Promises {
    taped: usize,
    delivered: usize,
    audit: Vec<Delivery>,
    asked: BTreeMap<String, Vec<Asked>>,
    plans: BTreeMap<String, Arc<Plan>>,
    runs: BTreeMap<u64, Option<String>>,
    held: BTreeMap<Object, Held>,
    /// Objects that the network made by delivering one request twice.
    doubled: BTreeSet<Object>,
    recovering: BTreeSet<String>,
    /// What somebody said to forget.
    forgotten: BTreeSet<Object>,
}

fn key(request: &Request) -> String {
    let Request { service, operation, region, path, query, body, .. } = request;
    format!("{service} {operation} {region:?} {path}?{query} {}", String::from_utf8_lossy(body))
}

fn call_of(intent: &Intent) -> Option<Request> {
    let parameters = to_plain_json(&intent.parameters.decode().ok()?);
    firma_api::build(&intent.service, &intent.operation, intent.region.as_deref(), parameters.as_object()?).ok()
}

impl Promises {
    /// A plan that a run will carry out.
    pub fn planned(&mut self, id: &str, plan: &Arc<Plan>) {
        self.plans.insert(id.to_owned(), plan.clone());
    }

    /// What the operator found to be an object of an address, by who asked for it.
    pub fn asked_for(&self, intent: &Intent, objects: &[Object]) -> Vec<Object> {
        let Some(request) = call_of(intent) else { return Vec::new() };
        let wanted = key(&request);
        let made = self.audit.iter().filter(|delivery| key(&delivery.request) == wanted).flat_map(|d| &d.made);
        made.filter(|object| objects.contains(object)).cloned().collect()
    }

    /// Objects that are nobody's because the network doubled a request.
    pub fn doubled(&self) -> &BTreeSet<Object> {
        &self.doubled
    }

    /// Those of them that stand there and nobody has recorded.
    pub fn left_behind(&self, lab: &Lab) -> Vec<Object> {
        let there = lab.net.objects().into_iter();
        there.filter(|object| self.doubled.contains(object) && !self.held.contains_key(object)).collect()
    }

    /// Whether somebody else made an object, and not one of our processes.
    pub fn is_foreign(&self, origin: usize) -> bool {
        self.audit.get(origin).is_some_and(|delivery| delivery.by == SOMEBODY)
    }

    /// After commands have ended, however they did: everything that must hold at any time.
    ///
    /// # Errors
    /// The first promise that is broken.
    pub fn check(&mut self, lab: &Lab, processes: &[&Process<'_>], tally: &mut Tally) -> Result<(), Violation> {
        lab.net.settle();
        self.learn(lab, processes);
        let from = self.delivered;
        self.audit.extend(lab.net.deliveries(from));
        self.delivered = self.audit.len();
        for number in from..self.delivered {
            self.take_note(number);
        }
        for number in from..self.delivered {
            let delivery = &self.audit[number];
            if delivery.request.mutating && delivery.by != SOMEBODY {
                self.fidelity(number, delivery)?;
                self.right_deletion(number, delivery, tally)?;
                safe_stop(number, delivery, processes)?;
            }
        }
        self.no_lost_record(lab, tally)?;
        self.no_orphan(lab)?;
        self.no_duplicate(lab)?;
        let hurt =
            |process: &&Process<'_>| process.heart.is_dead() || process.failed.lock().expect("one thread").is_some();
        match processes.iter().any(hurt) {
            true => history(lab),
            false => Ok(()),
        }
    }

    fn learn(&mut self, lab: &Lab, processes: &[&Process<'_>]) {
        for process in processes {
            for (run, plan) in process.runs.lock().expect("one thread").iter() {
                self.runs.insert(*run, plan.clone());
                if plan.is_none() {
                    self.recovering.insert(process.name.clone());
                }
            }
        }
        let tape = lab.tape.lock().expect("one thread");
        for written in &tape[self.taped..] {
            for event in &written.events {
                if let EventBody::Begin(intent) = &event.body
                    && let Some(request) = call_of(intent)
                {
                    self.asked.entry(key(&request)).or_default().push(Asked {
                        run: written.run,
                        by: written.by.clone(),
                        intent: intent.clone(),
                        delivered: written.delivered,
                    });
                }
            }
        }
        self.taped = tape.len();
    }

    /// Objects made by the same send twice.
    fn take_note(&mut self, number: usize) {
        let delivery = &self.audit[number];
        if delivery.made.is_empty() || delivery.by == SOMEBODY {
            return;
        }
        let twins: Vec<Object> = self
            .audit
            .iter()
            .filter(|other| other.send == delivery.send && other.by == delivery.by)
            .flat_map(|other| other.made.clone())
            .collect();
        let copies = self.audit.iter().filter(|other| other.send == delivery.send && other.by == delivery.by).count();
        if copies > 1 {
            self.doubled.extend(twins);
        }
    }

    /// I7. Every changing request is one that the sender had made durable before, for a step of the plan that its run
    /// carries out and that lists this operation; or a recovery repeats a call with a token that an earlier run began.
    /// Exempt: what the network delivers late or twice.
    fn fidelity(&self, number: usize, delivery: &Delivery) -> Result<(), Violation> {
        if delivery.stray {
            return Ok(());
        }
        let broken = |why: String| {
            let Request { operation, path, .. } = &delivery.request;
            Err(Violation::new("I7", format!("delivery {number} by {}: {operation} {path}: {why}", delivery.by)))
        };
        let asked = self.asked.get(&key(&delivery.request)).map(Vec::as_slice).unwrap_or_default();
        let own = asked.iter().rev().find(|asked| asked.by == delivery.by && asked.delivered <= number);
        let Some(own) = own else {
            let repeated = self.recovering.contains(&delivery.by)
                && asked.iter().any(|asked| asked.delivered <= number && asked.intent.token.is_some());
            return if repeated { Ok(()) } else { broken("no intent was written before".to_owned()) };
        };
        let plan = self.runs.get(&own.run).and_then(|plan| self.plans.get(plan.as_ref()?));
        let Some(plan) = plan else { return broken(format!("run {} carries out no plan", own.run)) };
        let Some(step) = plan.steps.get(own.intent.step as usize) else {
            return broken(format!("the plan has no step {}", own.intent.step));
        };
        if step.address != own.intent.address {
            return broken(format!("step {} is for {}", own.intent.step, step.address));
        }
        match step.calls.iter().any(|call| call.operation == delivery.request.operation) {
            true => Ok(()),
            false => broken(format!("the plan lists no such call for {}", step.address)),
        }
    }

    /// I4. A deletion names the id of the record that a delete step of the plan is about, and what stood under that id when
    /// it arrived is what one of our own requests had made, or what was taken over as such. Exempt: a deletion that the
    /// network delivers late, when the name was given out again meanwhile.
    fn right_deletion(&self, number: usize, delivery: &Delivery, tally: &mut Tally) -> Result<(), Violation> {
        let Some((object, origin)) = &delivery.target else { return Ok(()) };
        if delivery.code != 200 {
            return Ok(());
        }
        let broken = |why: String| {
            Err(Violation::new("I4", format!("delivery {number} by {} deletes {object:?}: {why}", delivery.by)))
        };
        if self.is_foreign(*origin) {
            if delivery.stray {
                tally.note("deleted by a late request of ours", 1);
                return Ok(());
            }
            return broken("somebody else made it".to_owned());
        }
        if delivery.stray {
            return Ok(());
        }
        let asked = self.asked.get(&key(&delivery.request)).map(Vec::as_slice).unwrap_or_default();
        let own = asked.iter().rev().find(|asked| asked.by == delivery.by && asked.delivered <= number);
        let Some(own) = own else { return Ok(()) };
        let plan = self.runs.get(&own.run).and_then(|plan| self.plans.get(plan.as_ref()?));
        let step = plan.and_then(|plan| plan.steps.get(own.intent.step as usize));
        match step {
            Some(step)
                if step.leg == Leg::Delete
                    && step.record.as_ref().is_some_and(|record| record.cloud_id == object.1) =>
            {
                Ok(())
            }
            _ => broken(format!("the plan does not delete {} of {}", object.1, own.intent.address)),
        }
    }

    /// I3. What was recorded and is not any more is gone from the cloud too: no object of that id stands there that the same
    /// request had made. Exempt: what somebody said to forget, and what is on its way out because we deleted it (lists that
    /// lie twice in a row can make a run believe that it is over).
    fn no_lost_record(&mut self, lab: &Lab, tally: &mut Tally) -> Result<(), Violation> {
        let origins = lab.net.origins();
        let recorded = lab.recorded();
        let mut held = BTreeMap::new();
        for record in recorded.records.values().chain(&recorded.deposed) {
            let object = (record.kind.to_string(), record.cloud_id.clone());
            let origin = origins.get(&object).copied();
            held.insert(object, Held { address: record.address.clone(), deposed: record.deposed.clone(), origin });
        }
        for (object, was) in &self.held {
            if held.contains_key(object) || self.forgotten.contains(object) {
                continue;
            }
            if let (Some(origin), Some(now)) = (was.origin, origins.get(object))
                && origin == *now
            {
                if self.is_foreign(origin) {
                    // Ours was deleted by somebody who made another under its id; a look that found ours gone was right.
                    tally.note("record gone of an object that is somebody else's by now", 1);
                    continue;
                }
                if self.is_going(object, origin) {
                    tally.note("record gone while its deletion was still under way", 1);
                    continue;
                }
                let evidence = format!("the record of {} is gone, and {object:?} is still there", was.address);
                return Err(Violation::new("I3", evidence));
            }
        }
        self.held = held;
        Ok(())
    }

    /// I1. What stands in the cloud because one of our requests made it is recorded, or an open call is the one that made it.
    /// Exempt: what the network made by delivering one request twice; what was deleted and is on its way out.
    fn no_orphan(&self, lab: &Lab) -> Result<(), Violation> {
        let open = lab.store.lock().expect("one thread").open_intents();
        let open = open.map_err(|error| Violation::new("I8", error.to_string()))?;
        let calls: BTreeSet<String> = open.iter().filter_map(|open| Some(key(&call_of(&open.intent)?))).collect();
        for (object, origin) in lab.net.origins() {
            let delivery = &self.audit[origin];
            if delivery.by == SOMEBODY || self.held.contains_key(&object) || self.forgotten.contains(&object) {
                continue;
            }
            if calls.contains(&key(&delivery.request)) {
                continue;
            }
            if self.is_going(&object, origin) {
                continue;
            }
            if self.doubled.contains(&object) {
                continue;
            }
            let Request { operation, .. } = &delivery.request;
            let stray = if delivery.stray { ", which came late" } else { "" };
            let evidence = format!(
                "{object:?} is nobody's: {operation} of {} made it (delivery {origin} at {}{stray})",
                delivery.by, delivery.at
            );
            return Err(Violation::new("I1", evidence));
        }
        Ok(())
    }

    /// I2. At most one object stands in the cloud for an address, by the record or by the call that made it. Exempt: the
    /// deposed, what is made to depose them, and what the network doubled.
    fn no_duplicate(&self, lab: &Lab) -> Result<(), Violation> {
        let mut by_address: BTreeMap<(&Address, &str), Vec<Object>> = BTreeMap::new();
        for (object, origin) in lab.net.origins() {
            let delivery = &self.audit[origin];
            if delivery.by == SOMEBODY || self.doubled.contains(&object) || self.forgotten.contains(&object) {
                continue;
            }
            let address = self.held.get(&object).map(|held| (&held.address, held.deposed.as_str())).or_else(|| {
                let asked = self.asked.get(&key(&delivery.request))?.last()?;
                let plan = self.runs.get(&asked.run).and_then(|plan| self.plans.get(plan.as_ref()?));
                let step = plan.and_then(|plan| plan.steps.get(asked.intent.step as usize));
                let succeeds = step.is_some_and(|step| !step.deposes.is_empty());
                Some((&asked.intent.address, if succeeds { "its successor" } else { "" }))
            });
            if let Some(address) = address {
                by_address.entry(address).or_default().push(object);
            }
        }
        match by_address.into_iter().find(|(_, objects)| objects.len() > 1) {
            None => Ok(()),
            Some(((address, _), objects)) => Err(Violation::new("I2", format!("{address} has {objects:?}"))),
        }
    }

    /// Whether one of our deletions of it was accepted.
    fn is_going(&self, object: &Object, origin: usize) -> bool {
        let ours = self.audit.iter().filter(|delivery| delivery.by != SOMEBODY && delivery.code == 200);
        ours.filter_map(|delivery| delivery.target.as_ref()).any(|(target, made)| target == object && *made == origin)
    }

    /// Takes note of what the operator let go.
    pub fn forget(&mut self, objects: impl IntoIterator<Item = Object>) {
        self.forgotten.extend(objects);
    }
}

/// I9. After a commit has failed, and once the lease is somebody else's, a process changes nothing more. Exempt: what it had
/// sent before, delivered late.
fn safe_stop(number: usize, delivery: &Delivery, processes: &[&Process<'_>]) -> Result<(), Violation> {
    if delivery.stray {
        return Ok(());
    }
    let Request { operation, path, .. } = &delivery.request;
    if delivery.holding == Some(false) {
        let evidence = format!("delivery {number}: {} sends {operation} {path} without the lease", delivery.by);
        return Err(Violation::new("I9", evidence));
    }
    let own = processes.iter().find(|process| process.name == delivery.by);
    let failed = own.and_then(|process| *process.failed.lock().expect("one thread"));
    if failed.is_some_and(|failed| number >= failed) {
        let evidence = format!("delivery {number}: {} sends {operation} {path} after a commit failed", delivery.by);
        return Err(Violation::new("I9", evidence));
    }
    Ok(())
}

/// I8. The journal is dense, its hashes follow from each other, and the tables are its fold: after every death and every
/// failure of the disk, and at the end.
///
/// # Errors
/// What is wrong with it.
pub fn history(lab: &Lab) -> Result<(), Violation> {
    let findings = lab.store.lock().expect("one thread").verify_all();
    match findings {
        Ok(findings) if findings.is_empty() => Ok(()),
        Ok(findings) => Err(Violation::new("I8", findings.join("; "))),
        Err(error) => Err(Violation::new("I8", error.to_string())),
    }
}

/// I5. No secret stands in any of these texts.
///
/// # Errors
/// Where one does.
pub fn no_leak<'t>(script: &Script, texts: impl IntoIterator<Item = (&'t str, &'t [u8])>) -> Result<(), Violation> {
    for (place, text) in texts {
        for secret in &script.secrets {
            if text.windows(secret.len()).any(|window| window == secret.as_bytes()) {
                return Err(Violation::new("I5", format!("{place} holds `{secret}`")));
            }
        }
    }
    Ok(())
}
