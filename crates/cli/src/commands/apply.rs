//! `firma apply` and `firma destroy`.

use crate::{
    Context,
    args::{ApplyArgs, CarryingArgs, DestroyArgs, Events, PlanningArgs},
    exit::{Exit, Failure, Outcome},
    ops::{
        carrying::{self, Approved},
        cloud,
        patience::patiently,
        planning, project, recovering, state,
    },
    terminal::style,
};
use firma_catalog::Catalog;
use firma_model::diagnostic::Diagnostic;
use firma_review::View;
use firma_store::Verification;
use std::{path::Path, sync::Arc};

/// Applies what the manifests say, or a plan file.
pub(crate) async fn apply(context: &Context, args: &ApplyArgs) -> Outcome {
    match &args.plan {
        Some(file) => {
            if has_options(&args.planning) {
                return Err(Failure::new(
                    Diagnostic::error("E0910", "planning options and a plan file exclude each other")
                        .hint("the file says already what is planned; leave the options out, or the file"),
                ));
            }
            let approved = from_file(context, file).await?;
            carrying::carry(context, approved, &args.carrying).await
        }
        None => plan_and_carry(context, &args.planning, &args.carrying, "apply").await,
    }
}

/// Deletes everything.
pub(crate) async fn destroy(context: &Context, args: &DestroyArgs) -> Outcome {
    let planning = PlanningArgs { input: args.input.clone(), destroy: true, refresh_only: false, show_drift: false };
    plan_and_carry(context, &planning, &args.carrying, "destroy").await
}

fn has_options(args: &PlanningArgs) -> bool {
    let input = &args.input;
    !input.variables.vars.is_empty()
        || !input.variables.var_files.is_empty()
        || !input.refresh
        || input.accept_loss
        || args.refresh_only
        || args.destroy
}

async fn plan_and_carry(
    context: &Context,
    planning: &PlanningArgs,
    carrying: &CarryingArgs,
    command: &'static str,
) -> Outcome {
    let terminal = &context.terminal;
    let loaded = project::load(&context.directory, &context.env)?;
    recovering::first(context, &loaded).await?;
    drop(loaded);
    let made = planning::make(context, planning).await?;
    terminal.diagnostics(&made.diagnostics, &made.sources);
    let view = View::of(&made.plan, &made.id).with_all_drift(planning.show_drift);
    // Standard output belongs to the events when they are JSON.
    match carrying.events {
        Events::Json => {}
        Events::None => {}
        _ => terminal.data(&firma_review::text::plan(&view, style(terminal.color_out))),
    }
    if !made.plan.has_changes() {
        made.worlds.leave();
        return Ok(Exit::Done);
    }
    // Applying needs the plan alone, and may go on for hours.
    drop(made.worlds);
    if !carrying.auto_approve {
        if !terminal.interactive {
            return Err(Failure::refused(
                Diagnostic::error("E0909", "nobody approved this plan; nothing was changed")
                    .hint(format!("look at it, then run `firma {command} --auto-approve`, or apply a file made with `firma plan --out`")),
            ));
        }
        // The head of a long plan has left the screen by now.
        let text = firma_review::text::plan(&view, style(false));
        let head = text.lines().next().unwrap_or_default();
        if !terminal.confirm(&format!("\n{head} Carry it out? Only `yes` does it:")) {
            return Err(Failure::refused(Diagnostic::error("E0909", "not approved; nothing was changed")));
        }
    }
    let approved = Approved { store: made.store, door: made.door, plan: made.plan, id: made.id, command };
    carrying::carry(context, approved, carrying).await
}

/// Reads a plan file and checks that it belongs here.
async fn from_file(context: &Context, file: &Path) -> Result<Approved, Failure> {
    let loaded = project::load(&context.directory, &context.env)?;
    recovering::first(context, &loaded).await?;
    let mut store = state::open(context, &loaded)?;
    let bytes = crate::ops::files::read_plan(file).map_err(|error| {
        Failure::new(Diagnostic::error("E0905", format!("cannot read {}: {error}", file.display())))
    })?;
    let opened = store.open_plan_file(&bytes)?;
    if opened.verification != Verification::Verified {
        return Err(Failure::refused(
            Diagnostic::error("E0616", format!("{} cannot be verified against this state", file.display()))
                .hint("a plan file belongs to the state it was made from, and to nobody else; make it anew here"),
        ));
    }
    if let Some(run) = store.plan_consumed_by(&opened.id)? {
        return Err(Failure::refused(
            Diagnostic::error("E0615", format!("this plan was carried out already, by run {run}"))
                .hint(format!("`firma history show {run}` shows what it did; `firma apply` does what is left")),
        ));
    }
    let plan = firma_plan::format::decode(&opened.bytes)
        .map_err(|error| Failure::refused(Diagnostic::error("E0812", format!("the plan cannot be read: {error}"))))?;
    if plan.identity.catalog != Catalog::builtin().digest() {
        return Err(Failure::refused(
            Diagnostic::error("E0813", "the plan was made with another catalogue")
                .hint("make it anew with this version of firma"),
        ));
    }
    let door = cloud::open(&loaded)?;
    if plan.identity.endpoint != door.endpoint {
        return Err(Failure::refused(
            Diagnostic::error(
                "E0814",
                format!("the plan is for {}, this project now uses {}", plan.identity.endpoint, door.endpoint),
            )
            .hint("make it anew"),
        ));
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
        let files = crate::ops::files::ProjectFiles::new(&loaded.directory);
        let now = firma_expr::Files::read(&files, path).ok().and_then(|_| files.hashes().remove(path));
        if now.as_ref() != Some(hash) {
            return Err(Failure::refused(
                Diagnostic::error("E0816", format!("{path} is not as it was when the plan was made"))
                    .hint("make the plan anew, so that somebody sees what it does now"),
            ));
        }
    }
    store.put_plan(&opened.id, &opened.bytes, carrying::now())?;
    let command = if plan.mode == firma_plan::step::Mode::Destroy { "destroy" } else { "apply" };
    Ok(Approved { store, door, plan: Arc::new(plan), id: opened.id, command })
}
