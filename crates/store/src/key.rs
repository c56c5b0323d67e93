//! The data key: made on first use, wrapped by a key file beside the state, unwrapped once a process.

use crate::{
    error::{ErrorKind, StoreError},
    permission,
    seal::{KEY, Sealer, fill, unwrap, wrap},
};
use firma_model::diagnostic::Diagnostic;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};
use std::{
    cell::OnceCell,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

/// First word of a key file.
const HEADER: &str = "firma-key-1";
/// Row of the data key.
const DATA: &str = "data";

/// Where the wrapping key is.
#[derive(Debug)]
enum Source {
    /// In this file.
    File(PathBuf),
    /// Nothing is at rest: a state in memory has a fixed key, so that the same inputs give the same bytes.
    Memory,
}

/// The keys of one state, opened when first needed.
#[derive(Debug)]
pub(crate) struct Keyring {
    source: Source,
    lineage: String,
    sealer: OnceCell<Sealer>,
}

impl Keyring {
    /// The keys of a state file; nothing is read yet.
    pub(crate) fn beside(state: &Path, lineage: String) -> Keyring {
        Keyring { source: Source::File(state.with_extension("key")), lineage, sealer: OnceCell::new() }
    }

    /// The keys of a state in memory.
    pub(crate) fn in_memory(lineage: String) -> Keyring {
        Keyring { source: Source::Memory, lineage, sealer: OnceCell::new() }
    }

    /// The lineage the keys are bound to.
    pub(crate) fn lineage(&self) -> &str {
        &self.lineage
    }

    /// The sealer, when this state has a data key at all.
    pub(crate) fn open(&self, connection: &Connection) -> Result<Option<&Sealer>, StoreError> {
        if let Some(sealer) = self.sealer.get() {
            return Ok(Some(sealer));
        }
        let Some(wrapped) = wrapped(connection)? else {
            return Ok(None);
        };
        let data_key = self.unwrap(&wrapped)?;
        self.keep(&data_key).map(Some)
    }

    /// The sealer; makes the data key, and the key file, when there is none. Says so with a notice.
    /// Made in a transaction of its own: a value must never be sealed with a key that a rollback takes away.
    pub(crate) fn make(
        &self,
        connection: &mut Connection,
        notices: &mut Vec<Diagnostic>,
    ) -> Result<&Sealer, StoreError> {
        if self.open(connection)?.is_none() {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another process may have made it meanwhile.
            if wrapped(&transaction)?.is_none() {
                let mut data_key = [0; KEY];
                let key = match &self.source {
                    Source::Memory => [0; KEY],
                    Source::File(path) => {
                        fill(&mut data_key)?;
                        make_file(path, notices)?
                    }
                };
                transaction.execute(
                    "INSERT INTO secret (name, wrapped) VALUES (?1, ?2)",
                    (DATA, wrap(&key, &data_key, &self.lineage)?),
                )?;
            }
            transaction.commit()?;
        }
        match self.open(connection)? {
            Some(sealer) => Ok(sealer),
            None => Err(ErrorKind::Unexpected("the data key disappeared".to_owned()).into()),
        }
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<[u8; KEY], StoreError> {
        match &self.source {
            Source::Memory => unwrap(&[0; KEY], wrapped, &self.lineage)
                .ok_or_else(|| ErrorKind::KeyWrong("in memory".to_owned()).into()),
            Source::File(path) => {
                let shown = path.display().to_string();
                let text = fs::read_to_string(path).map_err(|e| ErrorKind::KeyMissing(format!("{shown}: {e}")))?;
                let key = parse(&text).ok_or_else(|| ErrorKind::KeyWrong(shown.clone()))?;
                unwrap(&key, wrapped, &self.lineage).ok_or_else(|| ErrorKind::KeyWrong(shown).into())
            }
        }
    }

    fn keep(&self, data_key: &[u8; KEY]) -> Result<&Sealer, StoreError> {
        let sealer = Sealer::new(data_key, &self.lineage)?;
        Ok(self.sealer.get_or_init(|| sealer))
    }
}

fn wrapped(connection: &Connection) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT wrapped FROM secret WHERE name = ?1")?
        .query_row([DATA], |row| row.get(0))
        .optional()?)
}

fn parse(text: &str) -> Option<[u8; KEY]> {
    let (header, key) = text.trim_end().split_once(' ')?;
    if header != HEADER {
        return None;
    }
    hex::decode(key).ok()?.try_into().ok()
}

/// Makes the key file, or takes the one that a run that died before its commit left behind.
/// It is on the disk, name included, before anything is wrapped with it.
fn make_file(path: &Path, notices: &mut Vec<Diagnostic>) -> Result<[u8; KEY], StoreError> {
    let shown = path.display().to_string();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            permission::narrow(path, 0o600)?;
            let text = fs::read_to_string(path).map_err(|e| ErrorKind::KeyMissing(format!("{shown}: {e}")))?;
            return parse(&text).ok_or_else(|| ErrorKind::KeyWrong(shown).into());
        }
        Err(e) => return Err(permission::denied(path, &e)),
    };
    let mut key = [0; KEY];
    fill(&mut key)?;
    let written = file
        .write_all(format!("{HEADER} {}\n", hex::encode(key)).as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| permission::sync_folder(path));
    if let Err(e) = written {
        // Half a key file would be taken for a wrong one later.
        let _ = fs::remove_file(path);
        return Err(permission::denied(path, &e));
    }
    notices.push(
        Diagnostic::warning(
            "E0614",
            format!("made the key file `{shown}`: it opens the sensitive values of this state"),
        )
        .hint("keep a copy of it apart from the state, and never commit it"),
    );
    Ok(key)
}
