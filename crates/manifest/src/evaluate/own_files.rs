//! The files that the functions of a module may read.

use firma_expr::Files;

/// The files of the project as a module sees them: paths are relative to the root, as everywhere, and lead into the root's
/// directory or into the module's own.
pub(super) struct OwnFiles<'f> {
    pub(super) all: &'f dyn Files,
    /// Where the module lies, seen from the root.
    pub(super) directory: &'f str,
}

impl OwnFiles<'_> {
    fn check(&self, path: &str) -> Result<(), String> {
        let path = normal(path);
        let outside = path.first() == Some(&"..");
        match outside && !path.starts_with(&normal(self.directory)) {
            true => Err("it is outside the project's directory and outside the module's".to_owned()),
            false => Ok(()),
        }
    }
}

/// The steps of a path, without those that cancel each other.
fn normal(path: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps
}

impl Files for OwnFiles<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.check(path)?;
        self.all.read(path)
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        self.check(path)?;
        self.all.exists(path)
    }

    fn list(&self, directory: &str, levels: Option<usize>) -> Result<Vec<String>, String> {
        self.check(directory)?;
        self.all.list(directory, levels)
    }

    fn directory(&self) -> Option<&str> {
        self.all.directory()
    }

    fn home(&self) -> Option<&str> {
        self.all.home()
    }
}
