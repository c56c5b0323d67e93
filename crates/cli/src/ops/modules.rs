//! Where the modules of a project lie: directories beside it, and repositories that `firma init` has fetched.

use crate::{
    exit::Failure,
    ops::{
        checkout::{self, Unusable},
        git::Scratch,
        project::{self, Loaded},
    },
};
use firma_manifest::{GitSource, LOCK_FILE, Lock, ModuleSource, Modules, Pin, Variables, link};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    span::{Source, SourceId},
};
use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

/// What to do about repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetch {
    /// Take what is here, and nothing else.
    Never,
    /// Fetch what is not here, as it is pinned.
    Missing,
    /// Ask every repository again what its reference stands for.
    Upgrade,
}

/// What was found about repositories.
#[derive(Clone, Debug, Default)]
pub(crate) struct Used {
    /// The pins in use.
    pub lock: Lock,
    /// Those that are new or changed, with what they were pinned to before.
    pub changed: Vec<(String, Option<Pin>)>,
}

/// Reads the modules that a project calls, fetching nothing; their manifests are added to `sources`.
pub(crate) fn read_modules(
    loaded: &mut Loaded,
    variables: &Variables,
    sources: &mut Vec<Source>,
) -> Result<Diagnostics, Failure> {
    gather(loaded, variables, sources, Fetch::Never).map(|(_, found)| found)
}

/// [`read_modules`], fetching repositories as `fetch` says.
pub(crate) fn gather(
    loaded: &mut Loaded,
    variables: &Variables,
    sources: &mut Vec<Source>,
    fetch: Fetch,
) -> Result<(Used, Diagnostics), Failure> {
    let old = read_lock(&loaded.directory, sources, fetch)?;
    let root = fs::canonicalize(&loaded.directory).unwrap_or_else(|_| loaded.directory.clone());
    let mut modules = ProjectModules {
        shown: loaded.directory.clone(),
        root,
        directories: Vec::new(),
        fetch,
        old,
        used: Used::default(),
    };
    let found = link(&mut loaded.project, &loaded.env, variables, sources, &mut modules);
    loaded.modules = modules.directories;
    Ok((modules.used, found))
}

fn read_lock(directory: &Path, sources: &mut Vec<Source>, fetch: Fetch) -> Result<Lock, Failure> {
    let path = directory.join(LOCK_FILE);
    let text = match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Lock::default()),
        _ => project::read_text(&path)?,
    };
    let id = SourceId(u32::try_from(sources.len()).unwrap_or(u32::MAX));
    let name = match directory == Path::new(".") {
        true => LOCK_FILE.to_owned(),
        false => path.display().to_string(),
    };
    sources.push(Source { name, text: text.clone() });
    match Lock::read(&text, id) {
        Ok(lock) => Ok(lock),
        // It is about to be written anew.
        Err(_) if fetch == Fetch::Upgrade => Ok(Lock::default()),
        Err(found) => Err(Failure::in_sources(found, sources)),
    }
}

/// The directories of modules, seen from the root.
struct ProjectModules {
    /// The project's directory as it was named, for messages.
    shown: PathBuf,
    root: PathBuf,
    /// Every directory that was read, in full.
    directories: Vec<PathBuf>,
    fetch: Fetch,
    old: Lock,
    used: Used,
}

fn missing(path: &str, why: &str) -> Diagnostic {
    Diagnostic::error("E0142", format!("there is no module in `{path}`: {why}"))
        .hint("the source of a module is relative to the directory of the manifest that says it")
}

fn outside(path: &str) -> Diagnostic {
    Diagnostic::error("E0150", format!("`{path}` leads out of the repository that the module comes from"))
        .hint("a module from a repository can call modules of that repository and of other repositories")
}

impl ProjectModules {
    /// The directory of a path below `from`, links followed, so that one directory has one name.
    fn directory(&self, from: &str, path: &str) -> Result<String, Diagnostic> {
        let asked = self.root.join(from).join(path);
        let real = fs::canonicalize(&asked).map_err(|_| missing(path, "there is no such directory"))?;
        if !real.is_dir() {
            return Err(missing(path, "it is not a directory"));
        }
        let way = relative(&self.root, &real).ok_or_else(|| missing(path, "its name is not UTF-8 text"))?;
        match repository_of(from) {
            Some(repository) if repository_of(&way) != Some(repository) => Err(outside(path)),
            _ => Ok(way),
        }
    }

    /// The copy of a repository, seen from the root: verified, and fetched if that is wanted.
    fn repository(&mut self, source: &GitSource) -> Result<String, Diagnostic> {
        let name = source.repository();
        if let Some(pin) = self.used.lock.pins.get(&name) {
            return Ok(checkout::place(&pin.hash));
        }
        let old = self.old.pins.get(&name).cloned();
        let pin = match (self.fetch, &old) {
            (Fetch::Never, None) => {
                return Err(Diagnostic::error("E0145", format!("`{name}` is not pinned yet"))
                    .hint("`firma init` fetches it and writes firma.lock.toml"));
            }
            (Fetch::Upgrade, _) | (_, None) => self.fetched(source, None)?,
            (fetch, Some(pin)) => {
                match (checkout::verify(&self.root.join(checkout::place(&pin.hash)), &pin.hash), fetch) {
                    (Ok(()), _) => pin.clone(),
                    (Err(Unusable::Missing), Fetch::Never) => {
                        return Err(Diagnostic::error("E0145", format!("`{name}` is not here yet"))
                            .hint("`firma init` fetches what firma.lock.toml names"));
                    }
                    (Err(Unusable::Altered), Fetch::Never) => {
                        let place = checkout::place(&pin.hash);
                        return Err(Diagnostic::error(
                        "E0146",
                        format!("the copy of `{name}` in {place} is not what firma.lock.toml says"),
                    )
                    .hint("`firma init` fetches it anew; to change a module, change its repository, or copy it into the project"));
                    }
                    (Err(_), _) => {
                        let fetched = self.fetched(source, Some(&pin.commit))?;
                        if fetched != *pin {
                            return Err(Diagnostic::error(
                            "E0147",
                            format!("`{name}` has another content than firma.lock.toml says, at the same commit"),
                        )
                        .hint("somebody changed the lock file or the repository; `firma init --upgrade` accepts what is there now"));
                        }
                        fetched
                    }
                }
            }
        };
        if old.as_ref() != Some(&pin) {
            self.used.changed.push((name.clone(), old));
        }
        let place = checkout::place(&pin.hash);
        self.used.lock.pins.insert(name, pin);
        Ok(place)
    }

    fn fetched(&self, source: &GitSource, commit: Option<&str>) -> Result<Pin, Diagnostic> {
        let within = self.root.join(".firma/modules");
        fs::create_dir_all(&within)
            .map_err(|error| Diagnostic::error("E0901", format!("cannot write {}: {error}", within.display())))?;
        let scratch = Scratch::new(&within)?;
        let commit = scratch.fetch(source, commit)?;
        let hash = checkout::write(&self.root, &scratch.content(&commit)?)?;
        Ok(Pin { commit, hash })
    }
}

impl Modules for ProjectModules {
    fn locate(&mut self, source: &ModuleSource, from: &str) -> Result<String, Diagnostic> {
        match source {
            ModuleSource::Directory(path) => self.directory(from, path),
            ModuleSource::Git(git) => {
                let place = self.repository(git)?;
                match git.directory.is_empty() {
                    true => Ok(place),
                    false => self.directory(&place, &git.directory),
                }
            }
        }
    }

    fn manifests(&mut self, directory: &str) -> Result<Vec<Source>, Diagnostic> {
        let full = self.root.join(directory);
        self.directories.push(fs::canonicalize(&full).unwrap_or(full));
        let shown = match self.shown == Path::new(".") {
            true => PathBuf::from(directory),
            false => self.shown.join(directory),
        };
        let first = |mut diagnostics: Diagnostics| match diagnostics.list.is_empty() {
            true => missing(directory, "it cannot be read"),
            false => diagnostics.list.remove(0),
        };
        project::read_manifests(&shown).map_err(|failure| first(failure.diagnostics))
    }
}

/// The copy of a repository that a directory belongs to.
fn repository_of(directory: &str) -> Option<&str> {
    directory.strip_prefix(".firma/modules/").map(|rest| rest.split('/').next().unwrap_or(rest))
}

/// The way from one directory to another, both in full, with `/` between its steps.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let mut from = from.components().peekable();
    let mut to = to.components().peekable();
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let up = from.map(|_| Some("..".to_owned()));
    let down = to.map(|step| match step {
        Component::Normal(name) => name.to_str().map(str::to_owned),
        _ => None,
    });
    Some(up.chain(down).collect::<Option<Vec<_>>>()?.join("/"))
}

/// Writes the lock file of a project; none when nothing is pinned.
pub(crate) fn write_lock(directory: &Path, lock: &Lock) -> Result<(), Failure> {
    let path = directory.join(LOCK_FILE);
    let fresh = directory.join(format!(".{LOCK_FILE}.{}", std::process::id()));
    let written = match (lock.pins.is_empty(), path.exists()) {
        (true, false) => Ok(()),
        (true, true) => fs::remove_file(&path),
        (false, _) => fs::write(&fresh, lock.to_text()).and_then(|()| fs::rename(&fresh, &path)),
    };
    written.map_err(|error| {
        let _ = fs::remove_file(&fresh);
        Failure::new(Diagnostic::error("E0901", format!("cannot write {}: {error}", path.display())))
    })
}

#[cfg(test)]
mod tests {
    use super::{relative, repository_of};
    use std::path::Path;

    #[test]
    fn ways_from_the_root() {
        for (to, way) in [
            ("/a/b", ""),
            ("/a/b/modules/net", "modules/net"),
            ("/a/shared/net", "../shared/net"),
            ("/c", "../../c"),
            ("/a", ".."),
        ] {
            assert_eq!(relative(Path::new("/a/b"), Path::new(to)).as_deref(), Some(way), "{to}");
        }
    }

    #[test]
    fn copies_of_repositories() {
        assert_eq!(repository_of(".firma/modules/0a/net"), Some("0a"));
        assert_eq!(repository_of(".firma/modules/0a"), Some("0a"));
        assert_eq!(repository_of("modules/net"), None);
    }
}
