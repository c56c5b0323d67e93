//! Objects that failed: those that another one takes the place of, and those that only a person decides about.

use crate::{nodes::recorded_inputs, once, step::Reason};
use firma_catalog::procedure::Procedure;
use firma_model::{
    diagnostic::Diagnostic,
    path::Path,
    record::{Record, Status},
};

/// How a recorded object stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It did not fail.
    Sound,
    /// It is of no use, and another one is to be made.
    Useless(Reason),
    /// It failed, and has what a replacement would lose.
    Grave,
}

/// Judges by what was recorded, and by the status that the cloud shows.
pub(crate) fn standing(procedure: &Procedure, record: &Record, status: Option<&str>) -> Standing {
    let rule = procedure.status.as_ref().zip(status);
    if rule.is_some_and(|(rule, status)| rule.is_grave(status, was_finished(record))) {
        return Standing::Grave;
    }
    if record.status == Status::Tainted {
        let reason = match once::lost(procedure, &recorded_inputs(record), &once::kept(procedure, record)) {
            Some(name) => Reason::SecretLost { path: Path::attribute(name) },
            None => Reason::Tainted,
        };
        return Standing::Useless(reason);
    }
    match rule.is_some_and(|(rule, status)| rule.failed.iter().any(|failed| failed == status)) {
        true => Standing::Useless(Reason::Tainted),
        false => Standing::Sound,
    }
}

/// Whether there can be something in the object: it was ready once. One that is incomplete may have been; who says that it was
/// not loses nothing by asking.
pub fn was_finished(record: &Record) -> bool {
    matches!(record.status, Status::Ready | Status::Incomplete)
}

/// The refusal to replace what failed and has data.
pub(crate) fn grave(record: &Record, status: &str) -> Diagnostic {
    let address = &record.address;
    let message =
        format!("{address} failed: the cloud reports `{}` as `{status}`, and its data is in it", record.cloud_id);
    Diagnostic::error("E0870", message)
        .hint("nothing is planned for it: another one would be empty. Save what is in it, have it mended (in the console, or by JD Cloud's support), and plan again")
        .hint(format!("`--replace '{address}'` makes another one all the same; `--exclude '{address}'` goes on with the rest"))
}
