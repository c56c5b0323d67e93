//! A laboratory in which projects written in TOML are planned and applied as the command does it.

use firma_catalog::Catalog;
use firma_engine::{Outcome, apply, find, inline, inquire, refresh};
use firma_expr::Files;
use firma_lab::Lab;
use firma_manifest::{Evaluated, Inputs, ModuleSource, Modules, evaluate, link, read, variables};
use firma_model::{
    desired::Desired,
    diagnostic::{Diagnostic, Diagnostics, Severity},
    event::{Event, EventBody},
    observed::Observed,
    record::Recorded,
    span::Source,
};
use firma_plan::{
    Options, Worlds,
    preflight::Inquiry,
    step::{Identity, Plan},
    worlds::Preflight,
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::watch;

/// Rounds in which blocks wait for each other's keys; a story has no longer chains.
const ROUNDS: usize = 16;

/// Why there is no plan: codes and what they say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusal(pub(crate) Vec<(&'static str, String)>);

impl Refusal {
    fn of(diagnostics: &Diagnostics) -> Refusal {
        Refusal(
            diagnostics
                .list
                .iter()
                .filter(|found| found.severity == Severity::Error)
                .map(|found| (found.code, found.message.clone()))
                .collect(),
        )
    }

    /// What an operator may have to live with: the wish is understood, and cannot be carried out as it stands.
    pub(crate) fn is_legitimate(&self) -> bool {
        // Steps in a circle, prevent_destroy, ranges and names that are taken, what is still inside, two of one key, what
        // moves onto something that is there, deferral that holds itself back.
        let known = ["E0502", "E0522", "E0531", "E0534", "E0535", "E0537", "E0540", "E0556", "E0570"];
        !self.0.is_empty() && self.0.iter().all(|(code, _)| known.contains(code))
    }
}

/// A plan and all it was made of.
pub(crate) struct Made {
    pub(crate) desired: Desired,
    pub(crate) recorded: Recorded,
    pub(crate) observed: Observed,
    pub(crate) options: Options,
    pub(crate) plan: Arc<Plan>,
}

/// A laboratory with the eyes of the command.
pub(crate) struct Site {
    pub(crate) lab: Lab,
}

struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("there is no such file".into())
    }

    fn exists(&self, _: &str) -> Result<bool, String> {
        Ok(false)
    }
}

struct Directories<'f>(&'f [Source]);

impl Modules for Directories<'_> {
    fn locate(&mut self, source: &ModuleSource, _: &str) -> Result<String, Diagnostic> {
        Ok(source.to_string().trim_start_matches("./").to_owned())
    }

    fn manifests(&mut self, directory: &str) -> Result<Vec<Source>, Diagnostic> {
        let inside = |file: &&Source| file.name.split_once('/').is_some_and(|(before, _)| before == directory);
        Ok(self.0.iter().filter(inside).cloned().collect())
    }
}

impl Site {
    /// What the cloud says of what is recorded.
    async fn observe(&self, recorded: &Recorded) -> Observed {
        let find = |kind: &str| self.lab.procedures.get(kind).cloned();
        refresh(&self.lab.cloud, recorded, &find, self.lab.young_from()).await
    }

    fn options(&self) -> Options {
        let mut store = self.lab.store.lock().unwrap();
        Options {
            accept_loss: true,
            now: firma_api::Clock::now(&*self.lab.clock),
            hash_key: store.hash_key().unwrap(),
            identity: Identity {
                project: "worlds".into(),
                endpoint: "in process".into(),
                account: "ours".into(),
                catalog: self.lab.catalog.clone(),
                after_run: store.last_run().unwrap(),
                ..Identity::default()
            },
            preflight: Preflight::Cloud,
            ..Options::default()
        }
    }

    /// The plan of these manifests.
    pub(crate) async fn plan(&self, files: &[Source]) -> Result<Made, Refusal> {
        let mut sources: Vec<Source> = files.iter().filter(|file| !file.name.contains('/')).cloned().collect();
        let (mut project, mut diagnostics) = read(&sources);
        let env = BTreeMap::new();
        let (values, more) = variables(&project, &env, &[]);
        diagnostics.extend(more);
        diagnostics.extend(link(&mut project, &env, &values, &mut sources, &mut Directories(files)));
        let (answers, mut outlooks) = (BTreeMap::new(), BTreeMap::new());
        let recorded = self.lab.recorded();
        let mut observed = self.observe(&recorded).await;
        let mut options = Options { due: self.lab.owing(&recorded), ..self.options() };
        let mut rounds = 0;
        let Evaluated { desired, .. } = loop {
            let inputs = Inputs {
                variables: &values,
                answers: &answers,
                outlooks: &outlooks,
                catalog: Catalog::builtin(),
                files: &Nothing,
            };
            let (evaluated, more) = evaluate(&project, inputs);
            diagnostics.extend(more);
            if diagnostics.has_errors() {
                return Err(Refusal::of(&diagnostics));
            }
            if evaluated.inquiries.is_empty() {
                break evaluated;
            }
            rounds += 1;
            assert!(rounds < ROUNDS, "inquiries without end: {:?}", evaluated.inquiries);
            let desired = &evaluated.desired;
            let procedures = &self.lab.procedures;
            let worlds = Worlds { desired, recorded: &recorded, observed: &observed, procedures };
            let (said, found) = firma_plan::foresee(worlds, &options, &evaluated.inquiries);
            if found.has_errors() {
                return Err(Refusal::of(&found));
            }
            outlooks.extend(said);
        };
        options.declared = desired.blocks.keys().cloned().collect();
        let procedures = &self.lab.procedures;
        let worlds = Worlds { desired: &desired, recorded: &recorded, observed: &observed, procedures };
        let candidates = firma_plan::imports::candidates(worlds);
        observed.found = find(&self.lab.cloud, &candidates, &|kind| procedures.get(kind).cloned()).await;
        let worlds = Worlds { desired: &desired, recorded: &recorded, observed: &observed, procedures };
        let (plan, found) = firma_plan::plan(worlds, &options);
        let Some(plan) = plan else { return Err(Refusal::of(&found)) };
        let inquiry = Inquiry::of(&plan, worlds);
        let answers = inquire(&self.lab.cloud, inquiry.questions()).await;
        let found = inquiry.judge(&plan, worlds, &answers);
        if found.has_errors() {
            return Err(Refusal::of(&found));
        }
        Ok(Made { desired, recorded, observed, options, plan: Arc::new(plan) })
    }

    /// Carries a plan out, so many steps at once.
    pub(crate) async fn apply(&self, plan: &Arc<Plan>, parallelism: usize) -> Outcome {
        self.apply_part(plan, plan, parallelism).await
    }

    /// Carries a part of a plan out, as if the rest had failed before it did anything.
    pub(crate) async fn apply_part(&self, whole: &Arc<Plan>, plan: &Arc<Plan>, parallelism: usize) -> Outcome {
        let lease = self.lab.lease();
        let run = self.lab.begin("apply", Some(whole));
        let commit = inline(self.lab.store.clone(), lease.clone(), run);
        let (_cancel, cancelled) = watch::channel(firma_engine::CancelLevel::None);
        let mut context = self.lab.context(run, commit, cancelled);
        context.parallelism = parallelism;
        let outcome = apply(plan.clone(), context).await;
        let now = firma_api::Clock::now(&*self.lab.clock);
        let word = if Arc::ptr_eq(whole, plan) { outcome.word() } else { "failed" };
        self.lab.store.lock().unwrap().end_run(run, word, now).unwrap();
        self.lab.release(&lease);
        outcome
    }

    /// Plans and applies until nothing is left that was deferred; everything must be done, and then there is nothing to do.
    pub(crate) async fn settle(&self, files: &[Source]) -> Result<(), String> {
        for _ in 0..ROUNDS {
            let made = self.plan(files).await.map_err(|refusal| format!("no plan on the way: {refusal:?}"))?;
            if !made.plan.has_changes() {
                return match made.plan.postponed.is_empty() {
                    true => Ok(()),
                    false => Err(format!("nothing to do, and still deferred: {:?}", made.plan.postponed)),
                };
            }
            let outcome = self.apply(&made.plan, 20).await;
            if !outcome.is_complete() {
                return Err(format!("not everything was done: {}", ending(&outcome)));
            }
            if made.plan.postponed.is_empty() {
                let again = self.plan(files).await.map_err(|refusal| format!("no plan after it: {refusal:?}"))?;
                return match again.plan.has_changes() {
                    false => Ok(()),
                    true => Err(format!("still to do: {}\nafter: {}", outline(&again.plan), outline(&made.plan))),
                };
            }
        }
        Err("it is deferred for ever".into())
    }

    /// `firma state rm`.
    pub(crate) fn forget(&self, address: &firma_model::address::Address, cloud_id: &str) {
        let lease = self.lab.lease();
        let run = self.lab.begin("state rm", None);
        let body = EventBody::Removed {
            step: 0,
            address: address.clone(),
            deposed: String::new(),
            cloud_id: cloud_id.to_owned(),
            how: "forgotten".into(),
        };
        let at = firma_api::Clock::now(&*self.lab.clock);
        let mut store = self.lab.store.lock().unwrap();
        store.commit(&lease, run, &[Event { at, body }]).unwrap();
        store.end_run(run, "done", at).unwrap();
        drop(store);
        self.lab.release(&lease);
    }
}

/// The steps of a plan, for whoever reads a failure.
pub(crate) fn outline(plan: &Plan) -> String {
    let line = |(at, step): (usize, &firma_plan::step::Step)| {
        let after: Vec<String> = step
            .after
            .iter()
            .map(|edge| format!("{}{}", edge.rule.as_str(), format_args!(":{}", edge.vertex)))
            .collect();
        let deposed = if step.deposed.is_empty() { String::new() } else { format!(" ({})", step.deposed) };
        let reasons: Vec<&str> = step.reasons.iter().map(|reason| reason.code()).collect();
        format!(
            "\n  {at} {} {}{deposed} [{}] after [{}]",
            step.leg.as_str(),
            step.address,
            reasons.join(" "),
            after.join(" ")
        )
    };
    let gates = plan.gates.iter().enumerate().map(|(at, gate)| {
        let after: Vec<String> = gate.after.iter().map(|edge| edge.vertex.to_string()).collect();
        format!("\n  {} gate after [{}]", at + plan.steps.len(), after.join(" "))
    });
    plan.steps.iter().enumerate().map(line).chain(gates).collect()
}

/// How a run ended, for whoever reads a failure.
pub(crate) fn ending(outcome: &Outcome) -> String {
    let failed: Vec<String> =
        outcome.failed.iter().map(|step| format!("{} {}: {}", step.leg.as_str(), step.address, step.fault)).collect();
    format!(
        "failed [{}], unresolved {:?}, skipped {:?}, outputs {:?}, journal {:?}",
        failed.join("; "),
        outcome.unresolved,
        outcome.skipped,
        outcome.outputs.broken,
        outcome.journal
    )
}
