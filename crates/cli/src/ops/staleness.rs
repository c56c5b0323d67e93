//! Why a plan is stale: which of the records it stands on moved, how, and by whom. The plan knows versions; the journal
//! knows what was written at each.

use crate::exit::Failure;
use firma_model::{address::Address, diagnostic::Diagnostic};
use firma_plan::{
    basis::{Moved, moved},
    step::Plan,
};
use firma_review::stale::{difference, differences};
use firma_store::{Moment, Store};

/// Records that are told of; more of them say nothing more.
const TOLD: usize = 5;
/// Fields that are told of one record.
const FIELDS: usize = 6;

/// The refusal of a plan that stands on something that moved since; `None` for one that may be carried out.
pub(crate) fn refusal(store: &Store, plan: &Plan) -> Result<Option<Diagnostic>, Failure> {
    let moved = moved(plan, &store.snapshot()?);
    let Some(mut refusal) = firma_engine::stale(&moved) else { return Ok(None) };
    for moved in moved.iter().take(TOLD) {
        let words = match moved {
            Moved::Record { address, deposed, expected, found } => record(store, address, deposed, *expected, *found)?,
            Moved::User { address, found } => {
                format!("{address}: {}", by("written", store.written_at(*found)?.as_ref().map(|moment| moment.run)))
            }
            Moved::Taken { holder, found, .. } => {
                format!("{holder}: {}", by("written", store.written_at(*found)?.as_ref().map(|moment| moment.run)))
            }
            Moved::Output { name, before, now, sensitive: false } => {
                difference(&format!("output {name}"), before.as_ref(), now.as_ref()).unwrap_or_default()
            }
            Moved::Output { name, .. } => format!("output {name}: (sensitive) -> (sensitive)"),
        };
        refusal.hints.insert(refusal.hints.len().saturating_sub(1), words);
    }
    Ok(Some(refusal))
}

/// `vpc.vpc.main: vpc_name: "a" -> "b" (written by run 3)`
fn record(
    store: &Store,
    address: &Address,
    deposed: &str,
    expected: Option<u64>,
    found: Option<u64>,
) -> Result<String, Failure> {
    let at = |version: Option<u64>| match version {
        Some(version) => store.written_at(version),
        None => Ok(None),
    };
    let (old, new) = (at(expected)?, at(found)?);
    Ok(match (expected, found) {
        (_, Some(_)) => {
            let run = new.as_ref().map(|moment| moment.run);
            let fields = fields(old, new);
            match (expected, fields.as_str()) {
                (None, _) => format!("{address}: {}", by("recorded", run)),
                (_, "") => format!("{address}: {}, with the same content", by("written again", run)),
                (_, fields) => format!("{address}: {fields} ({})", by("written", run)),
            }
        }
        (Some(expected), None) => {
            let run = store.removed_since(expected, address, deposed)?;
            format!("{address}: {}", by("removed from the state", run))
        }
        (None, None) => address.to_string(),
    })
}

fn by(verb: &str, run: Option<u64>) -> String {
    match run {
        Some(run) => format!("{verb} by run {run}"),
        None => format!("{verb} since"),
    }
}

fn fields(old: Option<Moment>, new: Option<Moment>) -> String {
    let (Some(old), Some(new)) = (old.and_then(|moment| moment.record), new.and_then(|moment| moment.record)) else {
        return String::new();
    };
    let all = differences(&old, &new);
    let mut shown: Vec<String> = all.iter().take(FIELDS).cloned().collect();
    if all.len() > FIELDS {
        shown.push(format!("and {} more", all.len() - FIELDS));
    }
    shown.join(", ")
}
