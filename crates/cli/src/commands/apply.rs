//! `firma apply` and `firma destroy`.

use crate::{
    Context,
    args::{ApplyArgs, CarryingArgs, DestroyArgs, Events, PlanningArgs},
    exit::{Exit, Failure, Outcome},
    ops::{
        carrying::{self, Approved},
        ephemeral, plan_files, planning, project, recovering,
    },
    terminal::style,
};
use firma_model::diagnostic::Diagnostic;
use firma_plan::step::Plan;

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
            if args.converge.is_some() {
                return Err(Failure::new(
                    Diagnostic::error("E0936", "--converge and a plan file exclude each other")
                        .hint("a file is one plan that somebody approved, and each round makes another: apply the file, then `firma apply --converge`"),
                ));
            }
            let approved = plan_files::approved(context, file, &args.planning.input.variables).await?;
            let exit = carrying::carry(context, approved, &args.carrying).await?;
            Ok(tell_more(context, exit))
        }
        None => match args.converge {
            Some(bound) => super::converge::run(context, &args.planning, &args.carrying, bound).await,
            None => {
                let exit = plan_and_carry(context, &args.planning, &args.carrying, "apply").await?;
                Ok(tell_more(context, exit))
            }
        },
    }
}

/// Says how to go on where something was left for later.
fn tell_more(context: &Context, exit: Exit) -> Exit {
    if exit == Exit::More {
        let next = context.next("apply");
        let all = next.command("apply --converge");
        context.terminal.note(&format!(
            "more to do: what was deferred can be planned now; {} goes on, {all} until nothing is left",
            next.again()
        ));
    }
    exit
}

/// Deletes everything.
pub(crate) async fn destroy(context: &Context, args: &DestroyArgs) -> Outcome {
    let planning = PlanningArgs { input: args.input.clone(), destroy: true, ..PlanningArgs::default() };
    plan_and_carry(context, &planning, &args.carrying, "destroy").await
}

fn has_options(args: &PlanningArgs) -> bool {
    let input = &args.input;
    !input.refresh
        || input.accept_loss
        || !input.scope.target.is_empty()
        || !input.scope.exclude.is_empty()
        || !args.replace.is_empty()
        || args.refresh_only
        || args.destroy
}

async fn plan_and_carry(
    context: &Context,
    planning: &PlanningArgs,
    carrying: &CarryingArgs,
    command: &'static str,
) -> Outcome {
    round(context, planning, carrying, command, &mut |_| Ok(())).await
}

/// Looks at a plan before anybody is asked.
pub(crate) type Check<'c> = dyn FnMut(&Plan) -> Result<(), Failure> + Send + 'c;

/// Plans, asks, and carries the plan out.
pub(crate) async fn round(
    context: &Context,
    planning: &PlanningArgs,
    carrying: &CarryingArgs,
    command: &'static str,
    check: &mut Check<'_>,
) -> Outcome {
    let terminal = &context.terminal;
    let loaded = project::load_with(&context.directory, &context.env, &planning.input.variables)?;
    recovering::first(context, &loaded).await?;
    drop(loaded);
    let made = planning::make(context, planning).await?;
    terminal.diagnostics(&made.diagnostics, &made.sources);
    let view = made.view.with_all_drift(planning.show_drift);
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
    check(&made.plan)?;
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
    let mut store = made.store;
    let plan = ephemeral::supplied(made.plan, &made.ephemeral, &mut store)?;
    let approved = Approved { store, door: made.door, plan, id: made.id, command };
    carrying::carry(context, approved, carrying).await
}
