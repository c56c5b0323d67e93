//! `firma validate`: the manifests alone.

use crate::{
    Context,
    args::{Format, ValidateArgs, VariableArgs},
    exit::{Exit, Failure, Outcome},
    ops::{files::ProjectFiles, modules, planning, project},
};
use firma_catalog::Catalog;
use firma_manifest::Inputs;
use firma_model::diagnostic::Severity;
use serde_json::json;
use std::collections::BTreeMap;

/// Runs it.
pub(crate) fn run(context: &Context, args: &ValidateArgs) -> Outcome {
    let checked = check(context, &args.variables);
    let (diagnostics, sources) = match &checked {
        Ok((diagnostics, sources, _)) => (diagnostics, sources),
        Err(failure) => (&failure.diagnostics, &failure.sources),
    };
    if args.format == Format::Json {
        let errors = diagnostics.list.iter().filter(|d| d.severity == Severity::Error).count();
        let findings = firma_review::json::findings(&firma_review::diagnostic::findings(diagnostics, sources));
        let findings: serde_json::Value = serde_json::from_str(&findings).unwrap_or_default();
        context.terminal.json(&json!({
            "valid": errors == 0,
            "errors": errors,
            "warnings": diagnostics.list.len() - errors,
            "diagnostics": findings,
        }));
        return Ok(if errors == 0 { Exit::Done } else { Exit::Error });
    }
    let (diagnostics, sources, resources) = checked?;
    context.terminal.diagnostics(&diagnostics, &sources);
    context.terminal.note(&format!("the manifests are valid: {resources} resource instances"));
    Ok(Exit::Done)
}

type Checked = (firma_model::diagnostic::Diagnostics, Vec<firma_model::span::Source>, usize);

fn check(context: &Context, variables: &VariableArgs) -> Result<Checked, Failure> {
    let mut loaded = project::load_with(&context.directory, &context.env, variables)?;
    let mut sources = loaded.sources.clone();
    let (variables, found) = planning::read_variables(&loaded, variables, &mut sources)?;
    let mut diagnostics = loaded.warnings.clone();
    diagnostics.extend(found);
    if diagnostics.has_errors() {
        return Err(Failure::in_sources(diagnostics, &sources));
    }
    diagnostics.extend(modules::read_modules(&mut loaded, &variables, &mut sources)?);
    let files = ProjectFiles::new(&loaded.directory, &loaded.modules);
    let answers = BTreeMap::new();
    let inputs = Inputs { variables: &variables, answers: &answers, catalog: Catalog::builtin(), files: &files };
    let (evaluated, found) = firma_manifest::evaluate(&loaded.project, inputs);
    diagnostics.extend(found);
    if diagnostics.has_errors() {
        return Err(Failure::in_sources(diagnostics, &sources));
    }
    Ok((diagnostics, sources, evaluated.desired.resources.len()))
}
