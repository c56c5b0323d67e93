//! Endings as diagnostics: what a person must know of them, and do.

use crate::outcome::Outcome;
use firma_model::diagnostic::{Diagnostic, Diagnostics};
use firma_plan::{
    basis::Moved,
    event::{Settled, Settlement},
};

impl Outcome {
    /// Everything that did not go as planned, the journal first; skipped steps are only counted.
    pub fn diagnostics(&self) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if let Some(error) = &self.journal {
            diagnostics.push(
                Diagnostic::error("E0804", "the journal could not be written, so nothing more was done")
                    .hint("mend the state's disk, then run `firma recover`"),
            );
            diagnostics.push(error.diagnostic());
        }
        for step in &self.failed {
            let mut diagnostic =
                Diagnostic::error("E0801", format!("{} {} failed: {}", step.leg.as_str(), step.address, step.fault));
            if step.incomplete {
                diagnostic = diagnostic.hint("the object exists and is not finished; the next apply goes on with it");
            }
            diagnostics.push(diagnostic);
        }
        for (address, fault) in &self.unresolved {
            diagnostics.push(
                Diagnostic::error("E0802", format!("nobody knows what became of a call for {address}: {fault}"))
                    .hint("run `firma recover`, or `firma apply`, which looks first"),
            );
        }
        for (name, why) in self.outputs.failures() {
            diagnostics.push(Diagnostic::error("E0805", format!("output {name} cannot be evaluated: {why}")));
        }
        if self.interrupted {
            let message = format!("interrupted: {} steps done, {} not begun", self.done.len(), self.skipped.len());
            diagnostics.push(Diagnostic::error("E0803", message).hint("run `firma apply` again to do the rest"));
        }
        diagnostics
    }
}

/// The refusal of a stale plan; `None` for one that may be carried out.
pub fn stale(moved: &[Moved]) -> Option<Diagnostic> {
    if moved.is_empty() {
        return None;
    }
    let shown: Vec<String> = moved.iter().take(5).map(ToString::to_string).collect();
    let more = moved.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let message = format!("the plan is stale: {}{more}", shown.join(", "));
    Some(Diagnostic::error("E0806", message).hint("make a new plan; nothing was changed"))
}

/// What recovery could not settle.
pub fn stuck(settlements: &[Settlement]) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for settlement in settlements {
        let Settled::Stuck { why, candidates } = &settlement.how else { continue };
        let message = format!(
            "run {} sent {} {} for {} and nobody knows what became of it: {why}",
            settlement.run, settlement.service, settlement.operation, settlement.address
        );
        let diagnostic = Diagnostic::error("E0807", message);
        let diagnostic = match &candidates[..] {
            [] => diagnostic.hint("run `firma recover` again when the cause is mended"),
            [one] => diagnostic.hint(format!("look at {one}; if it is the one: firma recover --adopt {one}")),
            many => diagnostic.hint(format!("if one of these is it, `firma recover --adopt ID`: {}", many.join(", "))),
        };
        let address = &settlement.address;
        diagnostics.push(
            diagnostic
                .hint(format!("if you have looked and nothing of it is wanted: firma recover --forget '{address}'")),
        );
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::FailedStep;
    use firma_model::fault::{Fault, FaultKind};
    use firma_plan::step::Leg;

    #[test]
    fn endings_have_their_codes() {
        let address: firma_model::address::Address = "vpc.vpc.main".parse().expect("an address");
        let fault = Fault {
            kind: FaultKind::Denied,
            service: "vpc".into(),
            operation: "createVpc".into(),
            http_status: Some(403),
            code: None,
            status: None,
            message: "no".into(),
            request_id: None,
        };
        let mut outcome = Outcome {
            failed: vec![FailedStep {
                address: address.clone(),
                leg: Leg::Create,
                fault: fault.clone(),
                incomplete: true,
            }],
            unresolved: vec![(address, fault)],
            interrupted: true,
            journal: Some(firma_store::StoreError::from(firma_store::ErrorKind::Full)),
            ..Outcome::default()
        };
        outcome.outputs.broken.insert("first".into(), Diagnostic::error("E0207", "there is no element 0").into());
        let codes: Vec<&str> = outcome.diagnostics().list.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, ["E0804", "E0606", "E0801", "E0802", "E0805", "E0803"]);
    }
}
