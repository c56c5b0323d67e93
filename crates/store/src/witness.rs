//! Marks: what was last seen of a state, kept outside of it, so that an older copy of the file is noticed.
//!
//! A state brought back from a backup is whole in itself: hashes, high-water mark, tables, all fit together. Only somebody
//! outside can say that it had been further. That is a mark: a small file beside the state, and one more in every folder the
//! caller names, where it is called by the lineage.
//!
//! A mark is written after what it speaks of is durable, never before: when a run begins, when it ends, and while it lasts
//! at each renewal of the lease and every [`EVERY`] events. So a mark that is *behind* its state is the normal thing after a
//! kill, and one that is *ahead* means that the state lost something. `state/README.md` lists which interleavings are
//! noticed and which are not.

use crate::{
    error::{ErrorKind, StoreError},
    journal::HASH,
    permission,
};
use firma_model::time::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// Events after which a run that goes on is remembered again: a mark costs two fsyncs, the events hundreds.
pub(crate) const EVERY: u64 = 1000;
/// What a mark says it is.
const FORMAT: &str = "firma.mark/1";
/// A mark is a line; whatever is longer is none.
const LONGEST: u64 = 4096;

/// How far a state had come: each of these numbers only ever grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Epoch of its lease.
    pub epoch: u64,
    /// Its last run.
    pub run: u64,
    /// Its last event.
    pub serial: u64,
    /// Hash of that event, which stands for all before it; hexadecimal.
    pub head: String,
}

/// What was last seen of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which state.
    pub lineage: String,
    /// How far it had come.
    pub position: Position,
    /// When, by the clock of whoever wrote it.
    pub at: Timestamp,
}

/// What was found where a mark is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing.
    Nothing,
    /// A mark.
    Mark(Mark),
    /// Something that is no mark, and why.
    Unreadable(String),
}

#[derive(Serialize, Deserialize)]
struct MarkRow {
    format: String,
    lineage: String,
    epoch: u64,
    run: u64,
    serial: u64,
    head: String,
    at: i64,
    check: String,
}

impl MarkRow {
    /// Over everything else: a flipped bit must not pass for a restored backup.
    fn check(&self) -> String {
        let text = format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n{}",
            self.format, self.lineage, self.epoch, self.run, self.serial, self.head, self.at
        );
        hex::encode(&Sha256::digest(text)[..8])
    }
}

/// Where marks of one state are kept, and what this process wrote last.
#[derive(Debug, Default)]
pub(crate) struct Witnesses {
    paths: Vec<PathBuf>,
    written: Option<Position>,
}

impl Witnesses {
    /// Beside the state, and in each of these folders under the name of its lineage.
    pub(crate) fn of(state: &Path, folders: &[PathBuf], lineage: &str) -> Witnesses {
        let mut paths = vec![beside(state)];
        // The lineage comes from the file: only one that is a plain name may become part of a path.
        if !lineage.is_empty() && lineage.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            paths.extend(folders.iter().map(|folder| folder.join(lineage)));
        }
        Witnesses { paths, written: None }
    }

    /// Nobody: a state in memory.
    pub(crate) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// What is there now.
    pub(crate) fn look(&self) -> Vec<(PathBuf, Seen)> {
        self.paths.iter().map(|path| (path.clone(), read(path))).collect()
    }

    /// Whether the last mark this process wrote is so far behind that it is time for another one.
    pub(crate) fn is_due(&self, serial: u64) -> bool {
        self.written.as_ref().is_some_and(|written| serial.saturating_sub(written.serial) >= EVERY)
    }

    /// Remembers a position everywhere; gives what could not be written, by path. Writes nothing when nothing moved.
    pub(crate) fn write(&mut self, lineage: &str, position: &Position, at: Timestamp) -> Vec<(PathBuf, StoreError)> {
        if self.written.as_ref() == Some(position) {
            return Vec::new();
        }
        let mark = Mark { lineage: lineage.to_owned(), position: position.clone(), at };
        let write =
            |path: &PathBuf| write(path, &mark).err().map(|error| (path.clone(), permission::denied(path, &error)));
        let failed = self.paths.iter().filter_map(write).collect();
        self.written = Some(position.clone());
        failed
    }
}

/// The mark beside a state.
pub(crate) fn beside(state: &Path) -> PathBuf {
    state.with_extension("mark")
}

/// How far the state of a connection has come.
pub(crate) fn position(connection: &Connection) -> Result<Position, StoreError> {
    let row = connection.prepare_cached(
        "SELECT serial, head, (SELECT coalesce(max(id), 0) FROM run), (SELECT coalesce(max(epoch), 0) FROM lease) FROM meta",
    )?
    .query_row([], |row| {
        let head: [u8; HASH] = row.get(1)?;
        Ok(Position { serial: row.get(0)?, head: hex::encode(head), run: row.get(2)?, epoch: row.get(3)? })
    })?;
    Ok(row)
}

/// Reads a mark.
fn read(path: &Path) -> Seen {
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > LONGEST => return Seen::Unreadable("it is too long for a mark".to_owned()),
        _ => {}
    }
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Seen::Nothing;
        }
        Err(error) => return Seen::Unreadable(error.to_string()),
    };
    let Ok(row) = serde_json::from_str::<MarkRow>(&text) else {
        return Seen::Unreadable("it is not a mark".to_owned());
    };
    if row.format != FORMAT {
        return Seen::Unreadable(format!("its format is {}, this firma reads {FORMAT}", row.format));
    }
    if row.check() != row.check {
        return Seen::Unreadable("it was altered".to_owned());
    }
    let position = Position { epoch: row.epoch, run: row.run, serial: row.serial, head: row.head };
    Seen::Mark(Mark { lineage: row.lineage, position, at: Timestamp(row.at) })
}

/// Writes a mark whole or not at all, on the disk when it returns.
fn write(path: &Path, mark: &Mark) -> io::Result<()> {
    /// Tells apart two stores of one process.
    static PART: AtomicU32 = AtomicU32::new(0);
    if let Some(folder) = path.parent()
        && !folder.as_os_str().is_empty()
        && !folder.is_dir()
    {
        make_private(folder)?;
    }
    let mut row = MarkRow {
        format: FORMAT.to_owned(),
        lineage: mark.lineage.clone(),
        epoch: mark.position.epoch,
        run: mark.position.run,
        serial: mark.position.serial,
        head: mark.position.head.clone(),
        at: mark.at.0,
        check: String::new(),
    };
    row.check = row.check();
    let mut line = serde_json::to_string(&row).map_err(io::Error::other)?;
    line.push('\n');
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".{}-{}.part", std::process::id(), PART.fetch_add(1, Ordering::Relaxed)));
    let part = PathBuf::from(part);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&part).and_then(|mut file| {
        file.write_all(line.as_bytes())?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&part, path)) {
        let _ = fs::remove_file(&part);
        return Err(error);
    }
    permission::sync_folder(path)
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Takes the mark of a state that is no more out of the way of one about to be made in its place.
pub(crate) fn clear(state: &Path) -> Result<(), StoreError> {
    let path = beside(state);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(permission::denied(&path, &error)),
        _ => Ok(()),
    }
}

/// The hash of the event that a mark speaks of, in the journal here; `None` when the journal has no such event.
pub(crate) fn hash_at(connection: &Connection, serial: u64) -> Result<Option<String>, StoreError> {
    if serial == 0 {
        return Ok(Some(hex::encode([0; HASH])));
    }
    let mut statement = connection.prepare_cached("SELECT hash FROM event WHERE serial = ?1")?;
    let mut rows = statement.query([serial])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let hash: [u8; HASH] = row.get(0).map_err(|e| ErrorKind::Corrupt(format!("event {serial}: {e}")))?;
    Ok(Some(hex::encode(hash)))
}
