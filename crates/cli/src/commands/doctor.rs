//! `firma doctor`: whether all is well, in one line a question; and accepting a state that was brought back.

use crate::{
    Context,
    args::{DoctorArgs, Format},
    exit::{Exit, Failure, Outcome},
    ops::{
        carrying::now,
        examining::{all, has_errors},
        holder, project, provenance, state,
    },
    terminal::style,
};
use firma_model::diagnostic::{Diagnostic, Severity};
use firma_review::{
    escape::line,
    style::{Role, Style},
};
use firma_store::{Checked, RunInfo};
use serde_json::json;

/// Runs it.
pub(crate) async fn run(context: &Context, args: &DoctorArgs) -> Outcome {
    let loaded = project::load(&context.directory, &context.env)?;
    if args.accept {
        accept(context, &loaded, args.auto_approve)?;
    }
    let checks = all(context, &loaded, args.offline).await;
    match args.format {
        Format::Json => context.terminal.json(&as_json(&checks)),
        Format::Text => context.terminal.data(&text(&checks, style(context.terminal.color_out))),
    }
    Ok(if checks.iter().any(has_errors) { Exit::Error } else { Exit::Done })
}

/// Takes a restored state for the newest, when somebody says so.
fn accept(context: &Context, loaded: &project::Loaded, approved: bool) -> Result<(), Failure> {
    let mut store = state::quietly(loaded)?;
    let Err(restored) = store.refuse_restored() else {
        context.terminal.note("there is nothing to accept: this state continues what was last seen of it");
        return Ok(());
    };
    if !approved {
        if !context.terminal.interactive {
            let next = context.next("apply").command("doctor --accept --auto-approve");
            return Err(Failure::refused(
                Diagnostic::error("E0909", format!("nobody accepted this: {restored}; nothing was changed"))
                    .hint(format!("put the newest copy back, or, when this is the newest there is: {next}")),
            ));
        }
        context.terminal.note(&format!(
            "{restored}.\nWhat was done since is not in it: objects made since are nobody's, deleted ones seem to be there."
        ));
        if !context.terminal.confirm("\nIs this the newest state there is? Only `yes` takes it for that:") {
            return Err(Failure::refused(Diagnostic::error("E0909", "not accepted; nothing was changed")));
        }
    }
    let now = now();
    let holder = holder::this(&context.env);
    let info = RunInfo {
        started: now,
        command: "doctor --accept".to_owned(),
        argv: provenance::argv(),
        who: holder::shown(&holder).to_owned(),
        git_commit: None,
        plan_id: None,
    };
    let dead = store.holder()?.filter(|held| holder::is_dead(&held.holder));
    if let Some(run) = store.accept_restored(&info, dead.as_ref())? {
        let next = context.next("apply");
        context.terminal.note(&format!(
            "accepted, as run {run}; {} shows how the cloud differs from it. Look at every create: what exists already is not \
             to be made again",
            next.plan()
        ));
    }
    state::tell(context, &mut store);
    Ok(())
}

fn status(check: &Checked) -> &'static str {
    match (check.findings.is_empty(), has_errors(check)) {
        (true, _) => "ok",
        (false, false) => "warning",
        (false, true) => "problem",
    }
}

fn text(checks: &[Checked], style: Style) -> String {
    let mut out = String::new();
    let mut row = |status: &str, role: Option<Role>, name: &str, text: &str| {
        let status = format!("{status:<8}");
        let status = role.map_or_else(|| status.clone(), |role| style.paint(role, &status));
        out.push_str(&format!("{status} {name:<12} {}\n", line(text)));
    };
    for check in checks {
        if check.findings.is_empty() {
            row("ok", Some(Role::Create), check.name, &check.says);
        }
        for finding in &check.findings {
            let (word, role) = match finding.severity {
                Severity::Error => ("problem", Role::Alert),
                Severity::Warning => ("warning", Role::Update),
            };
            row(word, Some(role), check.name, &format!("{} [{}]", finding.message, finding.code));
            for hint in &finding.hints {
                row("", None, "", &format!("-> {hint}"));
            }
        }
    }
    let count = |word: &str| checks.iter().filter(|check| status(check) == word).count();
    let (problems, warnings) = (count("problem"), count("warning"));
    let plural = |n: usize, word: &str| if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") };
    out.push_str(&match (problems, warnings) {
        (0, 0) => "all is well\n".to_owned(),
        (0, n) => format!("{}, nothing is broken\n", plural(n, "warning")),
        (n, 0) => format!("{}\n", plural(n, "problem")),
        (n, m) => format!("{}, {}\n", plural(n, "problem"), plural(m, "warning")),
    });
    out
}

fn as_json(checks: &[Checked]) -> serde_json::Value {
    let rows: Vec<_> = checks
        .iter()
        .map(|check| {
            let findings: Vec<_> = check
                .findings
                .iter()
                .map(|finding| {
                    let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
                    json!({ "code": finding.code, "severity": severity, "message": finding.message, "hints": finding.hints })
                })
                .collect();
            json!({ "name": check.name, "status": status(check), "says": check.says, "findings": findings })
        })
        .collect();
    json!({ "format": "firma.doctor/v1", "healthy": !checks.iter().any(has_errors), "checks": rows })
}
