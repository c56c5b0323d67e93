//! Reading a project's directory: manifests, settings, and what the environment says.

use crate::{args::VariableArgs, exit::Failure, ops::planning::variables_of};
use firma_manifest::{Project, Settings, Variables, is_manifest_file, read, settings};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics, Severity},
    span::Source,
};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The largest manifest file that is read.
const FILE_LIMIT: u64 = 32 << 20;

/// A project as it lies on disk.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Its directory.
    pub directory: PathBuf,
    /// Its manifests.
    pub sources: Vec<Source>,
    /// What they say.
    pub project: Project,
    /// Its settings.
    pub settings: Settings,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Warnings so far.
    pub warnings: Diagnostics,
    /// The directories of its modules, once they are read.
    pub modules: Vec<PathBuf>,
}

impl Loaded {
    /// The project's name: as set, else the directory's.
    pub(crate) fn name(&self) -> String {
        self.settings.project.clone().unwrap_or_else(|| {
            let full = fs::canonicalize(&self.directory).unwrap_or_else(|_| self.directory.clone());
            full.file_name().map_or_else(|| "project".to_owned(), |name| name.to_string_lossy().into_owned())
        })
    }

    /// Where the state lies.
    pub(crate) fn state_path(&self) -> PathBuf {
        match &self.settings.state_path {
            Some(path) => self.directory.join(path),
            None => self.directory.join(".firma").join("state.db"),
        }
    }

    /// Where the embedded cloud lies.
    pub(crate) fn emulator_path(&self) -> PathBuf {
        self.directory.join(".firma").join("emulator.db")
    }
}

/// Reads the project of a directory. Findings of severity error fail. Its settings may use variables: those that files and
/// the environment give.
pub(crate) fn load(directory: &Path, env: &BTreeMap<String, String>) -> Result<Loaded, Failure> {
    load_with(directory, env, &VariableArgs::default())
}

/// [`load`] with the variables that a command was given.
pub(crate) fn load_with(
    directory: &Path,
    env: &BTreeMap<String, String>,
    args: &VariableArgs,
) -> Result<Loaded, Failure> {
    let sources = read_manifests(directory)?;
    if sources.is_empty() {
        return Err(Failure::new(
            Diagnostic::error("E0904", format!("there is no manifest (*.toml) in {}", shown(directory)))
                .hint("run `firma init` to write a first one, or name the project's directory with -C DIR"),
        ));
    }
    let (project, mut diagnostics) = read(&sources);
    let mut all = sources.clone();
    let mut variables = Variables::default();
    if project.settings_use_variables() {
        let (values, mut found) = variables_of(&project, directory, env, args, &mut all)?;
        found.list.retain(|finding| finding.severity == Severity::Error);
        diagnostics.extend(found);
        variables = values;
    }
    let (found, more) = settings(&project, env, &variables, env!("CARGO_PKG_VERSION"));
    diagnostics.extend(more);
    if diagnostics.has_errors() {
        return Err(Failure::in_sources(diagnostics, &all));
    }
    Ok(Loaded {
        directory: directory.to_owned(),
        sources,
        project,
        settings: found,
        env: env.clone(),
        warnings: diagnostics,
        modules: Vec::new(),
    })
}

/// A directory as people see it.
pub(crate) fn shown(directory: &Path) -> String {
    match directory.as_os_str().is_empty() || directory == Path::new(".") {
        true => "this directory".to_owned(),
        false => directory.display().to_string(),
    }
}

fn cannot(what: &Path, error: &io::Error) -> Failure {
    Failure::new(Diagnostic::error("E0905", format!("cannot read {}: {error}", what.display())))
}

/// The text of a manifest or of a file of variables; a pipe will do for the latter, and may not go on for ever.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| {
            // Room for all of a file at once; what is no file says nothing of its length, and grows.
            let room = file.metadata()?.len().min(FILE_LIMIT) + 1;
            bytes.reserve_exact(usize::try_from(room).unwrap_or_default());
            file.take(FILE_LIMIT + 1).read_to_end(&mut bytes)
        })
        .map_err(|error| cannot(path, &error))?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(Failure::new(
            Diagnostic::error("E0906", format!("{} is longer than 32 MiB", path.display()))
                .hint("split a manifest into several files of the same directory"),
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::new(Diagnostic::error("E0907", format!("{} is not UTF-8 text (at byte {at})", path.display())))
    })
}

/// The manifests of a directory in the order of their names.
pub(crate) fn read_manifests(directory: &Path) -> Result<Vec<Source>, Failure> {
    let entries = fs::read_dir(directory).map_err(|error| cannot(directory, &error))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| cannot(directory, &error))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !is_manifest_file(&name) {
            continue;
        }
        // A link that leads nowhere is a manifest that was lost; to go on without it would delete what it describes.
        let path = entry.path();
        if !fs::metadata(&path).map_err(|error| cannot(&path, &error))?.is_dir() {
            names.push(name);
        }
    }
    names.sort();
    let mut sources = Vec::with_capacity(names.len());
    for name in names {
        let path = directory.join(&name);
        if !fs::metadata(&path).map_err(|error| cannot(&path, &error))?.is_file() {
            return Err(cannot(&path, &io::Error::other("it is not a file")));
        }
        let text = read_text(&path)?;
        let name = match directory == Path::new(".") {
            true => name,
            false => path.display().to_string(),
        };
        sources.push(Source { name, text });
    }
    Ok(sources)
}
