//! Values that no plan keeps, given again to whoever carries one out.

use crate::{
    args::VariableArgs,
    exit::Failure,
    ops::{planning, project::Loaded},
};
use firma_model::{diagnostic::Diagnostic, value::Map};
use firma_plan::{ephemeral::Mismatch, step::Plan};
use firma_store::Store;
use std::sync::Arc;

/// The plan with these values in it. From here on it is not to be written down.
pub(crate) fn supplied(plan: Arc<Plan>, values: &Map, store: &mut Store) -> Result<Arc<Plan>, Failure> {
    if plan.ephemeral.is_empty() {
        return Ok(plan);
    }
    match firma_plan::ephemeral::supplied(&plan, values, &store.hash_key()?) {
        Ok(plan) => Ok(Arc::new(plan)),
        Err(mismatches) => {
            let mut refusals = mismatches.iter().map(refusal);
            let first = refusals.next().expect("BUG: a refusal without a reason");
            let mut failure = Failure::refused(first);
            failure.diagnostics.list.extend(refusals);
            Err(failure)
        }
    }
}

/// The plan of a file with the values that the command was given. Everything else it says itself.
pub(crate) fn of_file(
    loaded: &Loaded,
    plan: Arc<Plan>,
    given: &VariableArgs,
    store: &mut Store,
) -> Result<Arc<Plan>, Failure> {
    let needed = &plan.ephemeral.inputs;
    let names = given.vars.iter().filter_map(|var| var.split_once('='));
    if let Some((name, _)) = names.clone().find(|(name, _)| !needed.contains_key(*name)) {
        let takes: Vec<String> = needed.keys().map(|name| format!("`{name}`")).collect();
        let hint = match takes.is_empty() {
            true => "the file says already what is planned: leave the variables out".to_owned(),
            false => format!("only what is ephemeral is given again: {}", takes.join(", ")),
        };
        return Err(Failure::new(
            Diagnostic::error("E0910", format!("a plan file takes no value for `{name}`")).hint(hint),
        ));
    }
    if needed.is_empty() {
        return match given.var_files.first() {
            None => Ok(plan),
            Some(file) => Err(Failure::new(
                Diagnostic::error("E0910", format!("a plan file takes no values from {}", file.display()))
                    .hint("the file says already what is planned: leave the variables out"),
            )),
        };
    }
    let mut sources = loaded.sources.clone();
    // What is wrong with other variables is no matter of a plan that was made without them.
    let (variables, _) = planning::read_variables(loaded, given, &mut sources)?;
    supplied(plan, variables.ephemeral(), store)
}

fn refusal(mismatch: &Mismatch) -> Diagnostic {
    match mismatch {
        Mismatch::Missing(name) => {
            Diagnostic::error("E0374", format!("the plan needs the value of `{name}` again, which is ephemeral")).hint(
                format!(
                    "give it as when the plan was made: `--var {name}=...`, FIRMA_VAR_{name}, or a file of variables"
                ),
            )
        }
        Mismatch::Differs(name) => {
            Diagnostic::error("E0375", format!("`{name}` is not the value that the plan was made with"))
                .hint("what was approved is what is done: give the same value, or make the plan anew")
        }
    }
}
