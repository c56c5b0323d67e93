//! `firma init`: a first manifest, the modules that come from repositories, or a new state on purpose.

use crate::{
    Context,
    args::InitArgs,
    exit::{Exit, Failure, Outcome},
    ops::{
        modules::{self, Fetch},
        planning, project,
    },
};
use firma_manifest::LOCK_FILE;
use firma_model::diagnostic::Diagnostic;
use firma_store::{Mode, Store};
use std::{fs, io::Write};

const FIRST: &str = r#"#:schema ./.firma/schema.json
# The project, and the cloud it lives in. "emulator" is a local JD Cloud kept in .firma/: it costs nothing.
[project]
name = "NAME"

[cloud]
endpoint = "emulator"

[defaults]
region  = "cn-north-1"
zone    = "cn-north-1a"
billing = { method = "postpaid_by_duration" }

[vpc.vpc.main]
vpc_name       = "NAME"
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
    if has_manifests && fetch_modules(context, args)? {
        return Ok(Exit::Done);
    }
    if has_manifests {
        return Err(Failure::refused(
            Diagnostic::error("E0913", format!("{} has manifests already", project::shown(&context.directory)))
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
    super::schema::write(&context.directory.join(super::schema::PLACE)).map_err(|error| cannot("the schema", error))?;
    ignore_local_files(context).map_err(|error| cannot(".gitignore", error))?;
    let shown = path.strip_prefix(".").unwrap_or(&path).display();
    context.terminal.note(&format!("wrote {shown}; next: {}", context.next("plan").plan()));
    Ok(Exit::Done)
}

/// Fetches the repositories that the project takes modules from; `false` when there are none and there were none.
fn fetch_modules(context: &Context, args: &InitArgs) -> Result<bool, Failure> {
    let mut loaded = project::load_with(&context.directory, &context.env, &args.variables)?;
    let mut sources = loaded.sources.clone();
    let (variables, mut found) = planning::read_variables(&loaded, &args.variables, &mut sources)?;
    let pinned = context.directory.join(LOCK_FILE).exists();
    let fetch = if args.upgrade { Fetch::Upgrade } else { Fetch::Missing };
    let (used, more) = modules::gather(&mut loaded, &variables, &mut sources, fetch)?;
    found.extend(more);
    if found.has_errors() {
        return Err(Failure::in_sources(found, &sources));
    }
    if used.lock.pins.is_empty() && !pinned {
        return Ok(false);
    }
    modules::write_lock(&context.directory, &used.lock)?;
    ignore_local_files(context)
        .map_err(|error| Failure::new(Diagnostic::error("E0901", format!("cannot write .gitignore: {error}"))))?;
    context.terminal.diagnostics(&found, &sources);
    for (name, old) in &used.changed {
        let pin = &used.lock.pins[name];
        let before = match old {
            Some(old) if old.commit != pin.commit => format!(", was {}", short(&old.commit)),
            _ => String::new(),
        };
        context.terminal.note(&format!("pinned {name} to {}{before}", short(&pin.commit)));
    }
    let count = used.lock.pins.len();
    let repositories = if count == 1 { "1 repository".to_owned() } else { format!("{count} repositories") };
    let next = context.next("plan").plan();
    context.terminal.note(&format!("the modules of {repositories} are here, as firma.lock.toml says; next: {next}"));
    Ok(true)
}

/// Enough of a commit for people.
fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
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
    let loaded = project::load(&context.directory, &context.env)?;
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
