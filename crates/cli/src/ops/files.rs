//! Files that expressions read: inside the project only, each remembered by its hash.

use firma_expr::Files;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// The largest file an expression may read: the largest string it may make.
const LIMIT: u64 = 16 << 20;

/// The most files that one listing may find.
const MOST: usize = 100_000;

/// The files of a project.
#[derive(Debug)]
pub(crate) struct ProjectFiles {
    root: PathBuf,
    /// Directories of modules, which may lie elsewhere.
    modules: Vec<PathBuf>,
    read: Mutex<BTreeMap<String, String>>,
}

/// Reads a plan file. Devices and pipes are none: some of them never end.
pub(crate) fn read_plan(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_file() { fs::read(path) } else { Err(io::Error::other("it is not a file")) }
}

/// Whether a file begins as plans at rest do; others are not read further.
pub(crate) fn begins_like_a_plan(path: &Path) -> bool {
    let mut head = [0; 64];
    let read = fs::File::open(path).and_then(|mut file| io::Read::read(&mut file, &mut head));
    read.is_ok_and(|count| String::from_utf8_lossy(&head[..count]).contains("\"firma.plan-file/"))
}

impl ProjectFiles {
    /// The files under a directory, and under those of the modules.
    pub(crate) fn new(directory: &Path, modules: &[PathBuf]) -> ProjectFiles {
        let root = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
        ProjectFiles { root, modules: modules.to_vec(), read: Mutex::new(BTreeMap::new()) }
    }

    /// Path and SHA-256 of every file that was read.
    pub(crate) fn hashes(&self) -> BTreeMap<String, String> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The real path, if it lies inside the project; links are followed before that is decided.
    fn inside(&self, path: &str) -> Result<Option<PathBuf>, String> {
        let asked = self.root.join(path);
        let lexical = asked.components().fold(PathBuf::new(), |mut path, part| {
            match part {
                std::path::Component::ParentDir => {
                    path.pop();
                }
                std::path::Component::CurDir => {}
                other => path.push(other),
            }
            path
        });
        let outside = "it is outside the project's directory".to_owned();
        let inside = |path: &Path| path.starts_with(&self.root) || self.modules.iter().any(|at| path.starts_with(at));
        if !inside(&lexical) {
            return Err(outside);
        }
        match fs::canonicalize(&asked) {
            Ok(real) if inside(&real) => Ok(Some(real)),
            Ok(_) => Err(outside),
            Err(_) => Ok(None),
        }
    }
}

impl Files for ProjectFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let real = self.inside(path)?.ok_or_else(|| "there is no such file".to_owned())?;
        let metadata = fs::metadata(&real).map_err(|error| error.to_string())?;
        if !metadata.is_file() {
            return Err("it is not a file".to_owned());
        }
        if metadata.len() > LIMIT {
            return Err(format!("it is {} bytes long; an expression may read 16 MiB", metadata.len()));
        }
        let bytes = fs::read(&real).map_err(|error| error.to_string())?;
        let hash = hex::encode(Sha256::digest(&bytes));
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), hash);
        Ok(bytes)
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        Ok(self.inside(path)?.is_some_and(|real| real.is_file()))
    }

    fn list(&self, directory: &str, levels: Option<usize>) -> Result<Vec<String>, String> {
        let Some(real) = self.inside(directory)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        // Links to directories are not followed: they may lead outside, or round in circles.
        let mut left = vec![(real, String::new(), 0)];
        while let Some((here, before, depth)) = left.pop() {
            for entry in fs::read_dir(&here).map_err(|error| error.to_string())? {
                let entry = entry.map_err(|error| error.to_string())?;
                let name = format!("{before}{}", entry.file_name().to_string_lossy());
                let kind = entry.file_type().map_err(|error| error.to_string())?;
                if kind.is_dir() {
                    if levels.is_none_or(|levels| depth < levels) {
                        left.push((entry.path(), format!("{name}/"), depth + 1));
                    }
                } else if kind.is_file() || entry.path().is_file() {
                    found.push(name);
                }
                if found.len() + left.len() > MOST {
                    return Err(format!("there are more than {MOST} files below it"));
                }
            }
        }
        Ok(found)
    }

    fn directory(&self) -> Option<&str> {
        self.root.to_str()
    }
}
