//! Which questions a plan is checked by, and what their answers come to.

use super::{holders, names, quotas, ranges};
use crate::{
    observe::{Batch, Question},
    step::Plan,
    worlds::Worlds,
};
use firma_catalog::procedure::Procedure;
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    fault::Fault,
};
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// One thing to ask.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// A call; its whole result is the answer.
    Call(Question),
    /// These objects as they are shown.
    Objects(Batch),
    /// Every object of a kind in a region.
    Everything {
        /// The kind.
        procedure: Arc<Procedure>,
        /// The region.
        region: Option<String>,
    },
}

impl Asked {
    /// What makes two questions the same.
    fn key(&self) -> String {
        match self {
            Asked::Call(question) => format!(
                "{}.{} {:?} {}",
                question.service,
                question.operation,
                question.region,
                Json::Object(question.parameters.clone())
            ),
            Asked::Objects(batch) => format!("{} {:?} {:?}", batch.procedure.kind, batch.region, batch.ids),
            Asked::Everything { procedure, region } => format!("{} {region:?}", procedure.kind),
        }
    }
}

/// The answer to one question: objects as JSON, or why there is none.
pub type Answer = Result<Vec<Json>, Fault>;

/// A plan under examination: the questions first, then, with their answers, the findings.
#[derive(Debug, Default)]
pub struct Inquiry {
    questions: Vec<Asked>,
    numbers: BTreeMap<String, usize>,
    quotas: Vec<quotas::Count>,
    holders: Vec<holders::Deletion>,
    names: Vec<names::Wanted>,
    ranges: Vec<ranges::Placed>,
}

impl Inquiry {
    /// What is to be asked about this plan. A plan without steps asks nothing.
    pub fn of(plan: &Plan, worlds: Worlds<'_>) -> Inquiry {
        let mut inquiry = Inquiry::default();
        let deleted = Deleted::of(plan);
        inquiry.quotas = quotas::counts(plan, worlds, &mut |asked| inquiry.number(asked));
        inquiry.holders = holders::deletions(plan, worlds, &mut |asked| inquiry.number(asked));
        inquiry.names = names::wanted(plan, worlds, &deleted, &mut |asked| inquiry.number(asked));
        inquiry.ranges = ranges::placed(plan, worlds, &mut |asked| inquiry.number(asked));
        inquiry
    }

    /// The questions, in an order that only the plan decides.
    pub fn questions(&self) -> &[Asked] {
        &self.questions
    }

    /// What the answers, in the order of the questions, say against the plan.
    pub fn judge(&self, plan: &Plan, worlds: Worlds<'_>, answers: &[Answer]) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let deleted = Deleted::of(plan);
        quotas::judge(&self.quotas, worlds, answers, &mut diagnostics);
        holders::judge(&self.holders, plan, worlds, answers, &mut diagnostics);
        names::judge(&self.names, worlds, answers, &mut diagnostics);
        ranges::judge(&self.ranges, worlds, &deleted, answers, &mut diagnostics);
        unanswered(answers, &mut diagnostics);
        diagnostics
    }

    fn number(&mut self, asked: Asked) -> usize {
        let next = self.questions.len();
        let number = *self.numbers.entry(asked.key()).or_insert(next);
        if number == next {
            self.questions.push(asked);
        }
        number
    }
}

/// What a plan deletes, by kind and cloud id.
pub(super) struct Deleted<'p>(BTreeSet<(&'p str, &'p str)>);

impl<'p> Deleted<'p> {
    fn of(plan: &'p Plan) -> Deleted<'p> {
        let steps = plan.steps.iter().filter(|step| step.leg == crate::step::Leg::Delete);
        let ids = steps.filter_map(|step| step.record.as_ref());
        Deleted(ids.map(|record| (record.kind.as_str(), record.cloud_id.as_str())).collect())
    }

    pub(super) fn has(&self, kind: &str, id: &str) -> bool {
        self.0.contains(&(kind, id))
    }
}

/// A check that could not be made is told once for each reason, and refuses nothing.
fn unanswered(answers: &[Answer], diagnostics: &mut Diagnostics) {
    let mut told = BTreeSet::new();
    for fault in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        if told.insert((fault.service.as_str(), fault.operation.as_str(), fault.status.as_deref())) {
            diagnostics.push(
                Diagnostic::warning("E0538", format!("the plan could not be checked against the cloud: {fault}"))
                    .hint("what this call would have told is found out during apply; --preflight=offline asks nothing"),
            );
        }
    }
}
