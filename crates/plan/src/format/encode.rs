//! Bytes of a plan, and a plan of bytes.

use super::{
    adapt::{Put, Take},
    error::FormatError,
    forms::PlanForm,
};
use crate::step::Plan;
use firma_catalog::procedure;
use serde::{Deserialize, Serialize};

/// What a plan says of itself. The number grows with every change that older readers would misunderstand.
pub const FORMAT: &str = "firma.plan/1";

/// What all versions of the format begin with.
const FAMILY: &str = "firma.plan/";

#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    procedure_format: u32,
    plan: Put<'a, PlanForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "procedure_format")]
    _procedure_format: u32,
    plan: Take<PlanForm>,
}

/// The part that every version has.
#[derive(Deserialize)]
struct Head {
    format: String,
    #[serde(default)]
    procedure_format: Option<u32>,
}

/// Canonical bytes: the same plan always gives the same ones.
pub fn encode(plan: &Plan) -> Vec<u8> {
    // A first guess that spares most of the growing; a step of a usual resource takes about this much.
    let mut bytes = Vec::with_capacity(1024 + plan.steps.len() * 1024);
    let written = Written { format: FORMAT, procedure_format: procedure::FORMAT, plan: Put(plan) };
    serde_json::to_writer(&mut bytes, &written).expect("BUG: a plan has only text keys, and memory does not fail");
    bytes
}

/// The plan of some bytes. Never panics, whatever they are.
pub fn decode(bytes: &[u8]) -> Result<Plan, FormatError> {
    check_format(bytes)?;
    let Read { plan: Take(plan), .. } = serde_json::from_slice(bytes).map_err(|e| damaged(&e))?;
    check_edges(&plan)?;
    Ok(plan)
}

fn damaged(error: &serde_json::Error) -> FormatError {
    FormatError::Damaged { why: error.to_string() }
}

/// Reads the head only, so that a plan of another version is told by its version and not by its first unknown field.
fn check_format(bytes: &[u8]) -> Result<(), FormatError> {
    let expected = format!("{{\"format\":\"{FORMAT}\",\"procedure_format\":{},", procedure::FORMAT);
    if bytes.starts_with(expected.as_bytes()) {
        return Ok(());
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|e| match begins_like_a_plan(bytes) {
        true => damaged(&e),
        false => FormatError::NotAPlan,
    })?;
    if !head.format.starts_with(FAMILY) {
        return Err(FormatError::NotAPlan);
    }
    if head.format != FORMAT {
        return Err(FormatError::Newer { format: head.format });
    }
    match head.procedure_format {
        Some(version) if version == procedure::FORMAT => Ok(()),
        Some(version) => Err(FormatError::Newer { format: format!("{FORMAT} with procedures of version {version}") }),
        None => Err(FormatError::Damaged { why: "it does not say which procedures it has".into() }),
    }
}

fn begins_like_a_plan(bytes: &[u8]) -> bool {
    bytes.starts_with(format!("{{\"format\":\"{FAMILY}").as_bytes())
}

/// Edges index steps and gates; whoever follows them does so without looking.
fn check_edges(plan: &Plan) -> Result<(), FormatError> {
    let vertices = plan.steps.len() + plan.gates.len();
    let mut edges =
        plan.steps.iter().flat_map(|step| &step.after).chain(plan.gates.iter().flat_map(|gate| &gate.after));
    match edges.find(|edge| edge.vertex as usize >= vertices) {
        Some(edge) => {
            Err(FormatError::Damaged { why: format!("an edge leads to vertex {} of {vertices}", edge.vertex) })
        }
        None => Ok(()),
    }
}
