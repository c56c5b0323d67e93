//! `firma validate`: the manifests alone.

use crate::{
    Context,
    args::{Format, ValidateArgs, VariableArgs},
    exit::{Exit, Failure, Outcome},
    ops::{files::ProjectFiles, modules, planning, project},
};
use firma_catalog::Catalog;
use firma_manifest::Inputs;
use firma_model::{address::KindId, desired::Desired, diagnostic::Diagnostics, span::Source};
use std::collections::BTreeMap;

/// Runs it.
pub(crate) fn run(context: &Context, args: &ValidateArgs) -> Outcome {
    let checked = check(context, &args.variables);
    let (diagnostics, sources) = match &checked {
        Ok(checked) => (&checked.diagnostics, &checked.sources),
        Err(failure) => (&failure.diagnostics, &failure.sources),
    };
    if args.format == Format::Json {
        context.terminal.data(&report(diagnostics, sources));
        return Ok(if diagnostics.has_errors() { Exit::Error } else { Exit::Done });
    }
    let Checked { diagnostics, sources, desired } = checked?;
    context.terminal.diagnostics(&diagnostics, &sources);
    let count = desired.resources.len();
    // The process ends: to give a large world back piece by piece would take longer than to look at it did.
    std::mem::forget(desired);
    let instances = match count {
        1 => "1 resource instance".to_owned(),
        many => format!("{many} resource instances"),
    };
    context.terminal.note(&format!("the manifests are valid: {instances}"));
    Ok(Exit::Done)
}

/// All findings, for programs.
pub(crate) fn report(diagnostics: &Diagnostics, sources: &[Source]) -> String {
    firma_review::json::report(&firma_review::diagnostic::findings(diagnostics, sources))
}

/// Manifests that hold, as far as that can be told without the cloud.
pub(crate) struct Checked {
    /// Warnings.
    pub diagnostics: Diagnostics,
    /// Files that spans point into.
    pub sources: Vec<Source>,
    /// What they ask for.
    pub desired: Desired,
}

/// Reads and evaluates the manifests, without asking anybody.
pub(crate) fn check(context: &Context, variables: &VariableArgs) -> Result<Checked, Failure> {
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
    let outlooks = BTreeMap::new();
    let catalog = Catalog::builtin();
    let inputs = Inputs { variables: &variables, answers: &answers, outlooks: &outlooks, catalog, files: &files };
    let (evaluated, found) = firma_manifest::evaluate(&loaded.project, inputs);
    diagnostics.extend(found);
    // Ranges that are known need no cloud to be seen to overlap.
    let procedure = |kind: &str| catalog.kind(&KindId::new(kind));
    firma_plan::preflight::offline::check_ranges(&evaluated.desired, &procedure, &mut diagnostics);
    if diagnostics.has_errors() {
        return Err(Failure::in_sources(diagnostics, &sources));
    }
    // What was read is no longer needed, and is not worth giving back: see `run`.
    std::mem::forget(loaded);
    Ok(Checked { diagnostics, sources, desired: evaluated.desired })
}
