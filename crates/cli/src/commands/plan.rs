//! `firma plan`: what an apply would change.

use crate::{
    Context,
    args::{Format, PlanArgs},
    exit::{Exit, Failure, Outcome},
    ops,
    terminal::style,
};
use firma_model::diagnostic::Diagnostic;
use std::{fs, io::Write, path::Path};

/// Runs it.
pub(crate) async fn run(context: &Context, args: &PlanArgs) -> Outcome {
    let mut planning = args.planning.clone();
    if let Some(file) = &args.generate_config_out {
        planning.generate = Some(ops::generating::place(context, file)?);
    }
    let made = ops::planning::make(context, &planning).await;
    if let (Err(failure), Format::Json) = (&made, args.format) {
        // Whoever reads standard output learns why there is no plan, too.
        context.terminal.data(&super::validate::report(&failure.diagnostics, &failure.sources));
    }
    let mut made = made?;
    made.worlds.leave();
    let view = made.view.with_findings(&made.diagnostics, &made.sources).with_all_drift(args.planning.show_drift);
    if let Some(out) = &args.out {
        let file = made.store.plan_file(&made.id, &firma_plan::format::encode(&made.plan))?;
        write_private(out, &file).map_err(|error| {
            Failure::new(Diagnostic::error("E0901", format!("cannot write {}: {error}", out.display())))
        })?;
    }
    match args.format {
        Format::Json => context.terminal.data(&firma_review::json::plan(&view)),
        Format::Text => {
            context.terminal.diagnostics(&made.diagnostics, &made.sources);
            context.terminal.data(&firma_review::text::plan(&view, style(context.terminal.color_out)));
            match &args.out {
                Some(out) => {
                    let carry = context.next("apply").command(&format!("apply {}", out.display()));
                    context.terminal.note(&format!("wrote the plan to {}; {carry} carries it out", out.display()));
                }
                None => ops::telling::open_work(context, &made.store)?,
            }
        }
    }
    let exit = if args.detailed_exitcode && made.plan.has_changes() { Exit::Changes } else { Exit::Done };
    // Left to the end of the process, like what the plan was made of.
    std::mem::forget((view, made.plan));
    Ok(exit)
}

/// Writes a file that only its owner can read, whole or not at all.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = Path::new(&name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(part).and_then(|mut file| {
        ops::failpoint::at("plan-file-made");
        file.write_all(bytes)?;
        ops::failpoint::at("plan-file-written");
        file.sync_all()
    });
    match written.and_then(|()| fs::rename(part, path)) {
        Ok(()) => Ok(()),
        Err(error) => {
            let _ = fs::remove_file(part);
            Err(error)
        }
    }
}
