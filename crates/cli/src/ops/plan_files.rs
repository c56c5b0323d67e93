//! A plan file that somebody wants carried out: everything it must be before it is.

use crate::{
    Context,
    args::VariableArgs,
    exit::Failure,
    ops::{
        carrying::{self, Approved},
        cloud, ephemeral,
        patience::patiently,
        project, recovering, resuming, state,
    },
};
use firma_catalog::Catalog;
use firma_model::diagnostic::Diagnostic;
use firma_plan::step::Identity;
use firma_store::Verification;
use std::{path::Path, sync::Arc};

/// Reads a plan file and checks that it belongs here.
pub(crate) async fn approved(context: &Context, file: &Path, given: &VariableArgs) -> Result<Approved, Failure> {
    let loaded = project::load(&context.directory, &context.env)?;
    recovering::first(context, &loaded).await?;
    let mut store = state::open(context, &loaded)?;
    let bytes = super::files::read_plan(file).map_err(|error| {
        Failure::new(Diagnostic::error("E0905", format!("cannot read {}: {error}", file.display())))
    })?;
    // A state that was put under another project knows its own.
    store.pin_project(&loaded.name())?;
    let opened = store.open_plan_file(&bytes)?;
    if let Verification::Unverified(why) = &opened.verification {
        return Err(Failure::refused(
            Diagnostic::error("E0616", format!("{} cannot be verified: {why}", file.display()))
                .hint("a plan file belongs to the state it was made from, and to nobody else; make it anew here"),
        ));
    }
    let plan = firma_plan::format::decode(&opened.bytes).map_err(|error| Failure::refused(error.into()))?;
    let (id, plan) = resuming::left_of(context, &mut store, opened.id.clone(), plan)?;
    let door = cloud::open(&loaded)?;
    if let Some(refusal) = misplaced(&plan.identity, &loaded.name(), &Catalog::builtin().digest(), &door.endpoint) {
        return Err(Failure::refused(refusal));
    }
    if door.embedded.is_none() {
        let account = patiently(context.terminal, &door, cloud::account(&door)).await?;
        if account != plan.identity.account {
            return Err(Failure::refused(
                Diagnostic::error(
                    "E0815",
                    format!("the plan was made for {}, these credentials are {account}", plan.identity.account),
                )
                .hint("use the credentials the plan was made with, or make it anew"),
            ));
        }
    }
    for (path, hash) in &plan.files {
        // A module may lie outside of the project, and its files with it.
        let beside: Vec<_> =
            loaded.directory.join(path).parent().and_then(|at| at.canonicalize().ok()).into_iter().collect();
        let files = super::files::ProjectFiles::new(&loaded.directory, &beside);
        let now = firma_expr::Files::read(&files, path).ok().and_then(|_| files.hashes().remove(path));
        if now.as_ref() != Some(hash) {
            return Err(Failure::refused(
                Diagnostic::error("E0816", format!("{path} is not as it was when the plan was made"))
                    .hint("make the plan anew, so that somebody sees what it does now"),
            ));
        }
    }
    match id == opened.id {
        true => store.put_plan(&id, &opened.bytes, carrying::now())?,
        false => store.put_plan(&id, &firma_plan::format::encode(&plan), carrying::now())?,
    }
    let plan = ephemeral::of_file(&loaded, Arc::new(plan), given, &mut store)?;
    let command = if plan.mode == firma_plan::step::Mode::Destroy { "destroy" } else { "apply" };
    Ok(Approved { store, door, plan, id, command })
}

/// The refusal of a plan that was made elsewhere: for another project, with another catalogue, or for another endpoint.
fn misplaced(plan: &Identity, project: &str, catalog: &str, endpoint: &str) -> Option<Diagnostic> {
    if plan.project != project {
        let message = format!("the plan is of project `{}`, this is `{project}`", plan.project);
        return Some(Diagnostic::error("E0627", message).hint("apply it where it was made"));
    }
    if plan.catalog != catalog {
        return Some(
            Diagnostic::error("E0813", "the plan was made with another catalogue")
                .hint("make it anew with this version of firma"),
        );
    }
    if plan.endpoint != endpoint {
        let message = format!("the plan is for {}, this project now uses {endpoint}", plan.endpoint);
        return Some(Diagnostic::error("E0814", message).hint("make it anew"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::misplaced;
    use firma_plan::step::Identity;

    #[test]
    fn a_plan_that_was_made_elsewhere_is_refused_with_the_reason() {
        let plan = Identity {
            project: "shop".into(),
            catalog: "digest".into(),
            endpoint: "emulator".into(),
            ..Identity::default()
        };
        let code = |project, catalog, endpoint| misplaced(&plan, project, catalog, endpoint).map(|found| found.code);
        assert_eq!(code("shop", "digest", "emulator"), None);
        assert_eq!(code("store", "digest", "emulator"), Some("E0627"));
        assert_eq!(code("shop", "another", "emulator"), Some("E0813"));
        assert_eq!(code("shop", "digest", "https://{service}.example"), Some("E0814"));
    }
}
