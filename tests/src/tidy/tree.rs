//! The source tree: crates, their manifests and their files.

use std::path::{Path, PathBuf};

/// A checkout.
#[derive(Clone, Debug)]
pub struct Tree {
    root: PathBuf,
}

/// A crate under `crates/`.
#[derive(Clone, Debug)]
pub struct Crate {
    /// Name of the folder.
    pub name: String,
    /// The folder.
    pub dir: PathBuf,
    /// Its `Cargo.toml`.
    pub manifest: toml::Table,
}

/// A source file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path from the root, with `/`.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl Source {
    /// Whether the file holds tests only: it, or a folder it is in, is called `tests`.
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs" || part == "benches")
    }

    /// The last part of the path.
    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl Tree {
    /// The checkout that this test was compiled in.
    pub fn here() -> Tree {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        Tree::at(tests.parent().unwrap_or(tests))
    }

    /// The tree under this folder.
    pub fn at(root: &Path) -> Tree {
        Tree { root: root.to_owned() }
    }

    /// Its top folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file, or empty text where there is none: the check that needs it then says what it misses.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap_or_default()
    }

    /// The crates under `crates/`, by name.
    pub fn crates(&self) -> Vec<Crate> {
        let mut crates: Vec<Crate> = entries(&self.root.join("crates"))
            .into_iter()
            .filter_map(|dir| {
                let text = std::fs::read_to_string(dir.join("Cargo.toml")).ok()?;
                let manifest = text.parse().unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
                Some(Crate { name: name_of(&dir), dir, manifest })
            })
            .collect();
        crates.sort_by(|a, b| a.name.cmp(&b.name));
        crates
    }

    /// Files under `folder` that end in `suffix`, by path.
    pub fn files(&self, folder: &str, suffix: &str) -> Vec<Source> {
        let mut found = Vec::new();
        self.walk(&self.root.join(folder), &mut |path, relative| {
            if relative.ends_with(suffix)
                && let Ok(text) = std::fs::read_to_string(path)
            {
                found.push(Source { path: relative, text });
            }
        });
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }

    /// Every file of the tree; what is built or belongs to git is left out.
    fn walk(&self, folder: &Path, visit: &mut impl FnMut(&Path, String)) {
        for path in entries(folder) {
            let name = name_of(&path);
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | ".git" | ".firma" | "__pycache__" | ".venv") {
                    self.walk(&path, visit);
                }
                continue;
            }
            // Of a worktree it is a file.
            if name == ".git" {
                continue;
            }
            let relative = path.strip_prefix(&self.root).unwrap_or(&path);
            visit(&path, relative.to_string_lossy().replace('\\', "/"));
        }
    }
}

/// What a folder holds.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(read) = std::fs::read_dir(folder) else { return Vec::new() };
    read.filter_map(|entry| entry.ok().map(|e| e.path())).collect()
}

/// The last part of a path.
pub fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
