//! `firma.lock.toml`: which commit each repository of modules is pinned to, and what its content hashes to.

use super::ModuleSource;
use crate::{
    codes,
    source::{Reader, parse_document},
};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    span::SourceId,
};
use std::{collections::BTreeMap, fmt::Write, ops::Range};
use toml::de::{DeTable, DeValue};

/// What the lock file of a project is called.
pub const LOCK_FILE: &str = "firma.lock.toml";

const HEAD: &str = "\
# Written by `firma init`: the content of every module that comes from a repository. Commit this file, so that everybody
# plans with the same; `firma init --upgrade` asks the repositories again.
version = 1
";

/// One repository at one reference, pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The commit, in hexadecimal.
    pub commit: String,
    /// SHA-256 of the content, in hexadecimal.
    pub hash: String,
}

/// The pins of a project by repository and reference, `git+https://host/x.git?ref=v1`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The pins.
    pub pins: BTreeMap<String, Pin>,
}

impl Lock {
    /// Reads the text of a lock file, which is kept under the number `source`.
    ///
    /// # Errors
    /// It is no lock file, or one of a newer version.
    pub fn read(text: &str, source: SourceId) -> Result<Lock, Diagnostics> {
        let mut reader = Reader::new(source, text);
        let lock = parse_document(&mut reader).and_then(|table| read(&mut reader, table.get_ref()));
        match lock {
            Some(lock) if !reader.diagnostics.has_errors() => Ok(lock),
            _ => Err(reader.diagnostics),
        }
    }

    /// As it is written into the file.
    pub fn to_text(&self) -> String {
        let mut text = HEAD.to_owned();
        for (source, pin) in &self.pins {
            // Nothing that a source or a hash may hold needs an escape.
            let _ = write!(
                text,
                "\n[[module]]\nsource = \"{source}\"\ncommit = \"{}\"\nhash   = \"sha256:{}\"\n",
                pin.commit, pin.hash
            );
        }
        text
    }
}

fn read(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<Lock> {
    let mut lock = Lock::default();
    match table.get("version").map(|version| version.get_ref()) {
        Some(DeValue::Integer(version)) if version.as_str() == "1" => {}
        Some(DeValue::Integer(_)) => {
            wrong(reader, "this lock file was written by a newer version of Firma", &(0..0));
            return None;
        }
        _ => {
            wrong(reader, "a lock file begins with `version = 1`", &(0..0));
            return None;
        }
    }
    for (key, value) in table {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("version", _) => {}
            ("module", DeValue::Array(items)) => {
                for item in items {
                    let pin = item.get_ref().as_table().and_then(pin);
                    let known = match pin {
                        Some((source, pin)) => lock.pins.insert(source, pin).is_some(),
                        None => true,
                    };
                    if known {
                        let needs = "each `[[module]]` needs a `source` of its own, its `commit` and its `hash`";
                        wrong(reader, needs, &item.span());
                    }
                }
            }
            (name, _) => wrong(reader, &format!("a lock file has no `{name}`"), &key.span()),
        }
    }
    Some(lock)
}

fn wrong(reader: &mut Reader<'_>, what: &str, at: &Range<usize>) {
    let span = reader.span(at);
    reader
        .diagnostics
        .push(Diagnostic::error(codes::LOCK_FILE, what).at(span).hint("`firma init --upgrade` writes the file anew"));
}

fn pin(table: &DeTable<'_>) -> Option<(String, Pin)> {
    let text = |name: &str| table.get(name).and_then(|value| value.get_ref().as_str());
    if table.len() != 3 {
        return None;
    }
    let ModuleSource::Git(source) = ModuleSource::parse(text("source")?).ok()? else { return None };
    let hexadecimal = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let commit = text("commit").filter(|commit| matches!(commit.len(), 40 | 64) && hexadecimal(commit))?;
    let hash = text("hash")?.strip_prefix("sha256:").filter(|hash| hash.len() == 64 && hexadecimal(hash))?;
    Some((source.repository(), Pin { commit: commit.to_owned(), hash: hash.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::{Lock, Pin};
    use firma_model::span::SourceId;

    fn lock() -> Lock {
        let pin = |digit: &str| Pin { commit: digit.repeat(40), hash: digit.repeat(64) };
        let pins = [("git+https://example.com/x.git?ref=v1", "a"), ("git+ssh://git@example.com/y.git", "0")];
        Lock { pins: pins.into_iter().map(|(source, digit)| (source.to_owned(), pin(digit))).collect() }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for lock in [lock(), Lock::default()] {
            assert_eq!(Lock::read(&lock.to_text(), SourceId(0)), Ok(lock));
        }
    }

    #[test]
    fn what_is_no_lock_file_is_refused() {
        let text = lock().to_text();
        for (old, new) in [
            ("version = 1", "version = 2"),
            ("version = 1", ""),
            ("version = 1", "version = \"1\""),
            ("commit = \"a", "commit = \"../a"),
            ("hash   = \"sha256:a", "hash   = \"sha256:../"),
            ("hash   = \"sha256:", "hash   = \"md5:"),
            ("source = \"git+https", "source = \"git+ext"),
            ("git+ssh://git@example.com/y.git", "git+https://example.com/x.git?ref=v1"),
            ("[[module]]", "[[modules]]"),
            ("hash   =", "hush   ="),
            ("source =", "source"),
        ] {
            assert!(text.contains(old), "{old}");
            let found = Lock::read(&text.replace(old, new), SourceId(0)).expect_err(new);
            assert!(found.has_errors(), "{new}");
        }
    }
}
