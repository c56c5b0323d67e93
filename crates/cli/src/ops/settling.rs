//! Evaluation to its end: look-ups are answered by the cloud, inquiries by the planner, until neither is left.

use crate::{
    Context,
    exit::Failure,
    ops::{cloud::Door, patience::patiently, planning},
};
use firma_catalog::Catalog;
use firma_manifest::Evaluated;
use firma_model::{
    address::Address,
    deferral::{Outlook, Subject},
    desired::Lookup,
    diagnostic::{Diagnostic, Diagnostics},
    observed::Observed,
    record::Recorded,
    span::Source,
    value::Value,
};
use firma_plan::{
    Options, Worlds,
    select::{Patterns, requested},
};
use firma_store::Store;
use std::collections::BTreeMap;

/// Rounds of look-ups and blocks that depend on each other; more is a chain nobody wrote by hand.
const ROUNDS: usize = 64;

/// What was learned beside the manifests.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    /// What look-ups found.
    pub answers: BTreeMap<Address, Result<Value, String>>,
    /// What the planner said.
    pub outlooks: BTreeMap<Subject, Outlook>,
}

/// What settling needs at hand.
pub(crate) struct Settling<'s> {
    /// The terminal.
    pub context: &'s Context,
    /// The cloud.
    pub door: &'s Door,
    /// The state.
    pub store: &'s Store,
    /// What is recorded.
    pub recorded: &'s Recorded,
    /// The files, for messages.
    pub sources: &'s [Source],
    /// What the plan will be about, as it was asked.
    pub patterns: &'s Patterns,
    /// How the plan will be made, but for its part of the project.
    pub options: &'s Options,
    /// Whether the cloud is asked what became of everything recorded.
    pub refresh: bool,
}

/// What evaluation comes to.
type Evaluate<'e> = dyn Fn(&Learned) -> (Evaluated, Diagnostics) + 'e;

impl Settling<'_> {
    /// Goes on from a first evaluation; also hands back what the cloud says of everything recorded, if it had to be known.
    pub(crate) async fn settle(
        &self,
        (mut evaluated, mut findings): (Evaluated, Diagnostics),
        evaluate: &Evaluate<'_>,
    ) -> Result<(Evaluated, Diagnostics, Option<Observed>), Failure> {
        let mut learned = Learned::default();
        let mut observed = None;
        for round in 0.. {
            if evaluated.lookups.is_empty() && evaluated.inquiries.is_empty() {
                break;
            }
            if round == ROUNDS {
                let message = "look-ups and blocks depend on each other in a chain that is too long".to_owned();
                return Err(Failure::in_sources(Diagnostic::error("E0505", message).into(), self.sources));
            }
            // What the cloud answers may settle more than one inquiry: it is asked first.
            if !evaluated.lookups.is_empty() {
                patiently(self.context.terminal, self.door, self.answer(&evaluated.lookups, &mut learned)).await;
            } else {
                if observed.is_none() {
                    observed = Some(self.observe(self.recorded).await?);
                }
                let seen = observed.as_ref().expect("BUG: observed just now");
                let procedures = planning::procedures(&evaluated.desired.kinds, self.recorded);
                let worlds = Worlds {
                    desired: &evaluated.desired,
                    recorded: self.recorded,
                    observed: seen,
                    procedures: &procedures,
                };
                let selection = requested(self.patterns, &evaluated.desired);
                let options = Options { selection, ..self.options.clone() };
                let (outlooks, found) = firma_plan::foresee(worlds, &options, &evaluated.inquiries);
                if found.has_errors() {
                    return Err(Failure::in_sources(found, self.sources));
                }
                learned.outlooks.extend(outlooks);
            }
            (evaluated, findings) = evaluate(&learned);
            if findings.has_errors() {
                return Err(Failure::in_sources(findings, self.sources));
            }
        }
        Ok((evaluated, findings, observed))
    }

    /// What the cloud says of what is recorded; nothing where it is not to be asked.
    pub(crate) async fn observe(&self, recorded: &Recorded) -> Result<Observed, Failure> {
        if !self.refresh {
            return Ok(Observed::default());
        }
        let procedures = planning::procedures(&Default::default(), recorded);
        let find = |kind: &str| procedures.get(kind).cloned();
        let young_from = planning::young_from(self.store, self.door)?;
        let refreshed = firma_engine::refresh(&self.door.cloud, recorded, &find, young_from);
        Ok(patiently(self.context.terminal, self.door, refreshed).await)
    }

    /// Asks the look-ups that can be asked.
    async fn answer(&self, lookups: &[Lookup], learned: &mut Learned) {
        for lookup in lookups {
            let found = match Catalog::builtin().lookup(lookup.address.kind()) {
                Some(procedure) => {
                    firma_engine::look_up(&self.door.cloud, &procedure, lookup.region.as_deref(), &lookup.parameters)
                        .await
                        .map_err(|fault| fault.to_string())
                }
                None => Err(format!("there is no look-up {}", lookup.address.kind())),
            };
            learned.answers.insert(lookup.address.clone(), found);
        }
    }
}
