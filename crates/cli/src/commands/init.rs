//! `firma init`: a first manifest, or a new state on purpose.

use crate::{
    Context,
    args::InitArgs,
    exit::{Exit, Failure, Outcome},
    ops,
};
use firma_model::diagnostic::Diagnostic;
use firma_store::{Mode, Store};
use std::{fs, io::Write};

const FIRST: &str = r#"# The project, and the cloud it lives in. "emulator" is a local JD Cloud kept in .firma/: it costs nothing.
[project]
name = "NAME"

[cloud]
endpoint = "emulator"

[defaults]
region = "cn-north-1"
zone = "cn-north-1a"
billing = { method = "postpaid_by_duration" }

[vpc.vpc.main]
vpc_name = "NAME"
address_prefix = "10.0.0.0/16"

[output.vpc_id]
value = "${vpc.vpc.main.id}"
"#;

/// Runs it.
pub(crate) fn run(context: &Context, args: &InitArgs) -> Outcome {
    if args.new_state {
        return new_state(context);
    }
    let cannot = |what: &str, error: std::io::Error| {
        Failure::new(Diagnostic::error("E0901", format!("cannot write {what}: {error}")))
    };
    fs::create_dir_all(&context.directory).map_err(|error| cannot("the directory", error))?;
    let has_manifests = fs::read_dir(&context.directory)
        .map_err(|error| cannot("the directory", error))?
        .flatten()
        .any(|entry| entry.file_name().to_str().is_some_and(firma_manifest::is_manifest_file));
    if has_manifests {
        return Err(Failure::refused(
            Diagnostic::error("E0913", format!("{} has manifests already", ops::project::shown(&context.directory)))
                .hint("`firma plan` shows what they would do; `firma init --new-state` makes an empty state for them"),
        ));
    }
    let full = fs::canonicalize(&context.directory).unwrap_or_else(|_| context.directory.clone());
    let name: String = full
        .file_name()
        .map_or_else(|| "project".into(), |name| name.to_string_lossy().into_owned())
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' })
        .take(32)
        .collect();
    let path = context.directory.join("firma.toml");
    fs::write(&path, FIRST.replace("NAME", &name)).map_err(|error| cannot("firma.toml", error))?;
    ignore_local_files(context).map_err(|error| cannot(".gitignore", error))?;
    context.terminal.note(&format!("wrote {}; next: firma -C {} plan", path.display(), context.directory.display()));
    Ok(Exit::Done)
}

/// The state of a project does not belong into its repository.
fn ignore_local_files(context: &Context) -> std::io::Result<()> {
    let path = context.directory.join(".gitignore");
    let old = fs::read_to_string(&path).unwrap_or_default();
    if old.lines().any(|line| line.trim().trim_end_matches('/') == ".firma") {
        return Ok(());
    }
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
    let gap = if old.is_empty() || old.ends_with('\n') { "" } else { "\n" };
    file.write_all(format!("{gap}.firma/\n").as_bytes())
}

fn new_state(context: &Context) -> Outcome {
    let loaded = ops::project::load(&context.directory, &context.env)?;
    let path = loaded.state_path();
    if path.exists() {
        return Err(Failure::refused(Diagnostic::error(
            "E0913",
            format!("there is a state already at {}", path.display()),
        )));
    }
    let mut store = Store::open(&path, Mode::CreateIfMissing)?;
    store.pin_project(&loaded.name())?;
    store.hash_key()?;
    for notice in store.take_notices() {
        context.terminal.diagnostics(&notice.into(), &[]);
    }
    context.terminal.note(&format!("made an empty state at {}", path.display()));
    Ok(Exit::Done)
}
