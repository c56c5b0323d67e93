//! Finding manifests to lay out anew, and putting the new text in the place of the old.

use crate::exit::{Exit, Failure};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    span::Source,
};
use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// A file, as it is and as it is to be.
pub(crate) struct Formed {
    /// Where it is; none for standard input.
    pub path: Option<PathBuf>,
    /// What it is called.
    pub name: String,
    /// Its text.
    pub before: String,
    /// Its text in the conventional form.
    pub after: String,
}

/// The files that are meant: those named, and the manifests of the directories named, or of the project's.
pub(crate) fn files(directory: &Path, paths: &[PathBuf], recursive: bool) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut left: Vec<PathBuf> = match paths {
        [] => vec![directory.to_owned()],
        paths => paths.iter().rev().map(|path| directory.join(path)).collect(),
    };
    while let Some(path) = left.pop() {
        if !path.is_dir() {
            found.push(path);
            continue;
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(&path).map_err(|error| unreadable(&path, &error))? {
            let entry = entry.map_err(|error| unreadable(&path, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // Links to directories are not followed: they may lead outside, or round in circles.
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if !name.starts_with('.') && ((is_directory && recursive) || (!entry.path().is_dir() && is_meant(&name))) {
                entries.push(entry.path());
            }
        }
        entries.sort();
        left.extend(entries.into_iter().rev());
    }
    Ok(found)
}

/// Manifests, and beside them values of variables and tests.
fn is_meant(name: &str) -> bool {
    firma_manifest::is_manifest_file(name) || name.ends_with(".vars.toml") || name.ends_with(".test.toml")
}

/// Lays a file out.
pub(crate) fn form(path: &Path) -> Result<Formed, Failure> {
    let name = path.strip_prefix(".").unwrap_or(path).display().to_string();
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(unreadable(path, &io::Error::other("it is not a file")));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    formed(Some(path.to_owned()), name, bytes)
}

/// Lays standard input out.
pub(crate) fn standard_input() -> Result<Formed, Failure> {
    let mut bytes = Vec::new();
    let name = "standard input";
    io::stdin().lock().read_to_end(&mut bytes).map_err(|error| unreadable(Path::new(name), &error))?;
    formed(None, name.to_owned(), bytes)
}

fn formed(path: Option<PathBuf>, name: String, bytes: Vec<u8>) -> Result<Formed, Failure> {
    let before = String::from_utf8(bytes)
        .map_err(|_| Failure::new(Diagnostic::error("E0907", format!("{name} is not UTF-8 text"))))?;
    let source = Source { name, text: before };
    let after = firma_manifest::layout::lay_out(&source)
        .map_err(|found| Failure::in_sources(found, std::slice::from_ref(&source)))?;
    Ok(Formed { path, name: source.name, before: source.text, after })
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Diagnostic::error("E0905", format!("cannot read {}: {error}", path.display())))
}

/// What changes, as `diff -u` shows it.
pub(crate) fn difference(file: &Formed) -> String {
    let new = format!("{} (firma fmt)", file.name);
    similar::TextDiff::from_lines(&file.before, &file.after)
        .unified_diff()
        .context_radius(3)
        .header(&file.name, &new)
        .to_string()
}

/// Puts the new text in the place of the old: whole or not at all, with the same permissions, behind links.
pub(crate) fn replace(file: &Formed) -> Result<(), Failure> {
    let Some(path) = &file.path else { return Ok(()) };
    swap(path, file)
        .map_err(|error| Failure::new(Diagnostic::error("E0901", format!("cannot write {}: {error}", path.display()))))
}

fn swap(path: &Path, file: &Formed) -> io::Result<()> {
    let real = fs::canonicalize(path)?;
    let permissions = fs::metadata(&real)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it may not be written"));
    }
    let name = real.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = real.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = fs::File::options().write(true).create_new(true).open(&beside).and_then(|mut new| {
        new.write_all(file.after.as_bytes())?;
        new.set_permissions(permissions)?;
        new.sync_all()?;
        // Somebody may have saved the file while it was laid out.
        if fs::read(&real)? != file.before.as_bytes() {
            return Err(io::Error::other("it was changed meanwhile; run the command again"));
        }
        fs::rename(&beside, &real)
    });
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written
}

impl Failure {
    /// Takes another failure's findings in, with the sources they point into.
    pub(crate) fn absorb(&mut self, other: Failure) {
        let shift = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        let Diagnostics { list } = other.diagnostics;
        self.diagnostics.list.extend(list.into_iter().map(|mut diagnostic| {
            for span in diagnostic.span.iter_mut().chain(diagnostic.related.iter_mut().map(|label| &mut label.span)) {
                span.source.0 += shift;
            }
            diagnostic
        }));
        self.sources.extend(other.sources);
        if other.exit != Exit::Done {
            self.exit = other.exit;
        }
    }
}
