//! A step that looks something up: it asks, and what it finds is a value for the steps after it.
//!
//! Nothing is changed by asking, so there is no intent before it and nothing to settle after an interruption: a later run
//! asks again.

use crate::{ask, local::unfilled, observe::look_up, run::Run, young::Doubt};
use firma_model::{
    document::Document,
    event::EventBody,
    fault::{Fault, FaultKind},
    value::Value,
};
use firma_plan::{fill, lookup, procedure::LookupProcedure, progress::Progress, redact::without_secrets, step::Step};
use std::sync::Arc;

/// A look-up that may be asked now.
pub(crate) struct Asking {
    at: u32,
    procedure: Arc<LookupProcedure>,
    region: Option<String>,
    parameters: firma_model::value::Map,
    /// Somebody uses the one thing found.
    needs_one: bool,
}

impl Asking {
    /// With every hole of its parameters filled, or why one cannot be.
    pub(crate) fn of(run: &Run, at: u32, step: &Step, progress: &Progress) -> Result<Asking, Fault> {
        let bug = |message: String| ask::fault(FaultKind::Invalid, "", "", message);
        let procedure = run.plan.lookups.get(step.kind().as_str()).cloned();
        let procedure = procedure.ok_or_else(|| bug("BUG: the plan has no procedure for this look-up".to_owned()))?;
        let parameters = fill::parameters(step, progress).map_err(|findings| unfilled(&findings))?;
        if let Some((name, _)) = parameters.iter().find(|(_, value)| value.has_unknown()) {
            return Err(bug(format!("`{name}` is still unknown: the cloud did not say what it needs")));
        }
        let needs_one = run.needing_one.contains(&step.address);
        Ok(Asking { at, procedure, region: step.region.clone(), parameters, needs_one })
    }

    /// Asks. Where exactly one thing is needed and none is found, it may be too new to be shown: it is asked again for as
    /// long as that can be.
    pub(crate) async fn ask(&self, run: &Run) -> EventBody {
        let step = self.at;
        match self.find(run).await {
            Ok(items) => EventBody::Found { step, answer: Document::encode(&lookup::answer(&items)) },
            Err(mut fault) => {
                fault.message = without_secrets(&fault.message, &self.parameters);
                EventBody::Failed { step, fault, record: None }
            }
        }
    }

    async fn find(&self, run: &Run) -> Result<Value, Fault> {
        let mut doubt = Doubt::since(tokio::time::Instant::now());
        loop {
            let items = look_up(&run.cloud, &self.procedure, self.region.as_deref(), &self.parameters).await?;
            let none = items.as_list().is_none_or(<[Value]>::is_empty);
            if self.needs_one && none && doubt.lasts(&**run.cloud.clock()).await {
                continue;
            }
            let address = &run.plan.steps[self.at as usize].address;
            let wrong = Some(()).filter(|()| self.needs_one).and_then(|()| lookup::not_one(address, &items));
            return match wrong {
                None => Ok(items),
                Some(why) => {
                    let (service, operation) = (&self.procedure.service, &self.procedure.operation);
                    Err(ask::fault(FaultKind::Invalid, service, operation, why))
                }
            };
        }
    }
}
