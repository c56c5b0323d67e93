//! The content of repositories on disk: `.firma/modules/HASH`, named after what is in it and compared with that each time.

use crate::ops::git::{Content, Entry, stays_inside};
use firma_model::diagnostic::Diagnostic;
use sha2::{Digest, Sha256};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Digits of the hash that name a directory.
const SHOWN: usize = 32;

/// Where the copy with this hash lies, seen from the project's directory.
pub(crate) fn place(hash: &str) -> String {
    format!(".firma/modules/{}", &hash[..SHOWN.min(hash.len())])
}

/// SHA-256 over the sorted paths and what stands there.
pub(crate) fn hash(content: &Content) -> String {
    let mut all = Sha256::new();
    for (path, entry) in content {
        let (kind, bytes) = match entry {
            Entry::File(bytes) => ("file", bytes.as_slice()),
            Entry::Link(target) => ("link", target.as_bytes()),
        };
        let own = hex::encode(Sha256::digest(bytes));
        all.update(format!("{kind} {own} {path}\0"));
    }
    hex::encode(all.finalize())
}

/// Writes the content into the project; the copy appears whole or not at all.
pub(crate) fn write(root: &Path, content: &Content) -> Result<String, Diagnostic> {
    let hash = hash(content);
    let target = root.join(place(&hash));
    if verify(&target, &hash).is_ok() {
        return Ok(hash);
    }
    let fresh = target.with_extension(format!("new-{}", std::process::id()));
    let written = write_all(&fresh, content).and_then(|()| {
        let _ = fs::remove_dir_all(&target);
        fs::rename(&fresh, &target)
    });
    written.map_err(|error| {
        let _ = fs::remove_dir_all(&fresh);
        Diagnostic::error("E0901", format!("cannot write {}: {error}", target.display()))
    })?;
    Ok(hash)
}

fn write_all(directory: &Path, content: &Content) -> io::Result<()> {
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory)?;
    // Links come last, so that no file is written through one.
    for (path, entry) in content {
        if let Entry::File(bytes) = entry {
            let at = directory.join(path);
            if let Some(above) = at.parent() {
                fs::create_dir_all(above)?;
            }
            fs::write(at, bytes)?;
        }
    }
    for (path, entry) in content {
        if let Entry::Link(target) = entry {
            let at = directory.join(path);
            if let Some(above) = at.parent() {
                fs::create_dir_all(above)?;
            }
            std::os::unix::fs::symlink(target, at)?;
        }
    }
    Ok(())
}

/// Why a copy cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It is not there.
    Missing,
    /// It is not what was fetched.
    Altered,
}

/// Whether a copy is what was fetched.
pub(crate) fn verify(directory: &Path, expected: &str) -> Result<(), Unusable> {
    match fs::symlink_metadata(directory) {
        Err(_) => return Err(Unusable::Missing),
        Ok(found) if !found.is_dir() => return Err(Unusable::Altered),
        Ok(_) => {}
    }
    let mut content = Content::new();
    match read(directory, &mut content) {
        Ok(()) if hash(&content) == expected => Ok(()),
        _ => Err(Unusable::Altered),
    }
}

fn read(directory: &Path, content: &mut Content) -> io::Result<()> {
    let mut left: Vec<(PathBuf, String)> = vec![(directory.to_owned(), String::new())];
    while let Some((here, before)) = left.pop() {
        let mut empty = true;
        for entry in fs::read_dir(&here)? {
            let entry = entry?;
            empty = false;
            let name = entry.file_name().into_string().map_err(|_| io::Error::other("a name that is no text"))?;
            let path = format!("{before}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() {
                left.push((entry.path(), format!("{path}/")));
            } else if kind.is_file() {
                content.insert(path, Entry::File(fs::read(entry.path())?));
            } else if kind.is_symlink() {
                let target = fs::read_link(entry.path())?;
                let target = target.to_str().ok_or_else(|| io::Error::other("a link that is no text"))?.to_owned();
                if !stays_inside(&path, &target) {
                    return Err(io::Error::other("a link that leads outside"));
                }
                content.insert(path, Entry::Link(target));
            } else {
                return Err(io::Error::other("neither a file nor a link"));
            }
        }
        // A repository has no empty directories; one that appears is no harm, but it is not what was fetched.
        if empty && !before.is_empty() {
            return Err(io::Error::other("an empty directory"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Content, Entry, Unusable, hash, place, verify, write};
    use std::fs;

    fn content() -> Content {
        let file = |text: &str| Entry::File(text.as_bytes().to_vec());
        Content::from([
            ("net/net.toml".to_owned(), file("[firma.value.x]\n")),
            ("net/also".to_owned(), Entry::Link("../README".to_owned())),
            ("README".to_owned(), file("words")),
        ])
    }

    #[test]
    fn what_is_written_is_verified() {
        let root = tempfile::tempdir().expect("a directory");
        let written = write(root.path(), &content()).expect("it is written");
        let copy = root.path().join(place(&written));
        assert_eq!((verify(&copy, &written), written.as_str()), (Ok(()), hash(&content()).as_str()));
        assert_eq!(verify(&root.path().join("absent"), &written), Err(Unusable::Missing));
        type Change = fn(&std::path::Path);
        let changes: [Change; 6] = [
            |copy| fs::write(copy.join("README"), "other words").expect("it is changed"),
            |copy| fs::write(copy.join("more.toml"), "").expect("it is added"),
            |copy| fs::remove_file(copy.join("README")).expect("it is removed"),
            |copy| fs::create_dir(copy.join("empty")).expect("it is added"),
            |copy| {
                fs::remove_file(copy.join("net/also")).expect("it is removed");
                std::os::unix::fs::symlink("../../README", copy.join("net/also")).expect("it is changed");
            },
            |copy| {
                fs::remove_file(copy.join("README")).expect("it is removed");
                std::os::unix::fs::symlink("/etc/hostname", copy.join("README")).expect("it is changed");
            },
        ];
        for change in changes {
            change(&copy);
            assert_eq!(verify(&copy, &written), Err(Unusable::Altered));
            assert_eq!(write(root.path(), &content()).as_ref(), Ok(&written), "it is written anew");
            assert_eq!(verify(&copy, &written), Ok(()));
        }
    }
}
