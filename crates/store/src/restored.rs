//! A state that is not the newest one: how that is decided, and how it is accepted all the same.

use crate::{
    error::{ErrorKind, StoreError},
    journal,
    lease::{self, Lease},
    run::{self, RunInfo},
    store::Store,
    witness::{self, Mark, Position, Seen, Witnesses},
};
use firma_model::{
    diagnostic::Diagnostic,
    event::{Event, EventBody},
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension as _, config::DbConfig};

/// How a state differs from what was last seen of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It had been further: an older copy, or its end was lost.
    Behind,
    /// Where the mark saw one event it has another: two copies of it went on, each for itself.
    Forked,
    /// It is another state altogether.
    Other,
}

impl Difference {
    /// As the journal keeps it.
    pub fn as_str(self) -> &'static str {
        match self {
            Difference::Behind => "behind",
            Difference::Forked => "forked",
            Difference::Other => "other",
        }
    }
}

/// A state that does not continue what was last seen of it: it is for reading only until somebody accepts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// How it differs.
    pub difference: Difference,
    /// The file that says so.
    pub witness: String,
    /// What that file says.
    pub mark: Mark,
    /// How far this state has come.
    pub here: Position,
}

impl Restored {
    /// What is wrong with the state of this path, in a sentence.
    pub(crate) fn sentence(&self, path: &str) -> String {
        let Restored { difference, witness, mark, here } = self;
        let (seen, at) = (&mark.position, mark.at);
        match difference {
            Difference::Behind => format!(
                "the state `{path}` is older than what was last seen of it: it ends with event {} of run {}, `{witness}` saw \
                 event {} of run {} at {at}",
                here.serial, here.run, seen.serial, seen.run
            ),
            Difference::Forked => format!(
                "the state `{path}` went another way than what was last seen of it: `{witness}` saw another event {} at {at}",
                seen.serial
            ),
            Difference::Other => format!("`{path}` is another state than the one that `{witness}` saw here at {at}"),
        }
    }
}

/// What one mark says about a state that has come as far as `here`. `same` is the hash that the journal here has for the
/// mark's event; `given_up` the epoch up to which another history was given up, when a restored state was accepted.
fn decide(
    mark: &Mark,
    lineage: &str,
    here: &Position,
    same: Option<&str>,
    given_up: Option<u64>,
) -> Option<Difference> {
    if mark.lineage != lineage {
        return Some(Difference::Other);
    }
    // Epochs only grow, and accepting raises them above all that was known: a mark below is of the history given up.
    if given_up.is_some_and(|epoch| mark.position.epoch <= epoch) {
        return None;
    }
    let seen = &mark.position;
    if seen.epoch > here.epoch || seen.run > here.run || seen.serial > here.serial {
        return Some(Difference::Behind);
    }
    (same != Some(seen.head.as_str())).then_some(Difference::Forked)
}

/// What the marks say, and what is to be said about the marks themselves.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    /// The state is not the newest one.
    pub(crate) restored: Option<Restored>,
    /// Marks that cannot be read.
    pub(crate) unreadable: Vec<(String, String)>,
    /// How many could.
    pub(crate) found: usize,
}

/// Compares a state with every mark of it. Of several that differ, the one that had come furthest speaks.
pub(crate) fn look(connection: &Connection, witnesses: &Witnesses, lineage: &str) -> Result<Looked, StoreError> {
    let mut looked = Looked::default();
    let seen = witnesses.look();
    if seen.iter().all(|(_, seen)| *seen == Seen::Nothing) {
        return Ok(looked);
    }
    // Begun after the marks were read, and a mark is written after its commit: what it knows is in this snapshot.
    let snapshot = connection.unchecked_transaction()?;
    let here = witness::position(&snapshot)?;
    let given_up = given_up(&snapshot)?;
    for (path, seen) in seen {
        let witness = path.display().to_string();
        let mark = match seen {
            Seen::Nothing => continue,
            Seen::Unreadable(why) => {
                looked.unreadable.push((witness, why));
                continue;
            }
            Seen::Mark(mark) => mark,
        };
        looked.found += 1;
        let same = witness::hash_at(&snapshot, mark.position.serial)?;
        if let Some(difference) = decide(&mark, lineage, &here, same.as_deref(), given_up) {
            let found = Restored { difference, witness, mark, here: here.clone() };
            let reach =
                |r: &Restored| (r.difference != Difference::Other, r.mark.position.epoch, r.mark.position.serial);
            if looked.restored.as_ref().is_none_or(|known| reach(known) < reach(&found)) {
                looked.restored = Some(found);
            }
        }
    }
    Ok(looked)
}

/// Up to which epoch another history was given up, by the last restored state that was accepted.
fn given_up(connection: &Connection) -> Result<Option<u64>, StoreError> {
    let epoch: Option<u64> = connection
        .prepare_cached("SELECT event.epoch FROM meta JOIN event ON event.serial = meta.restored")?
        .query_row([], |row| row.get(0))
        .optional()?;
    // The event that accepts carries the first epoch above all that was known.
    Ok(epoch.map(|epoch| epoch.saturating_sub(1)))
}

/// The history a state is on: the hash of the event that last accepted a restored one, empty before there was any. Plans
/// are bound to it, because whoever approved one did not know that its state would lose its memory.
pub(crate) fn history(connection: &Connection) -> Result<String, StoreError> {
    let hash: Option<Vec<u8>> = connection
        .prepare_cached("SELECT event.hash FROM meta JOIN event ON event.serial = meta.restored")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(hash.map_or_else(String::new, hex::encode))
}

impl Store {
    /// Whether this state does not continue what was last seen of it. Then it can be read, and every write is refused,
    /// until [`Store::accept_restored`].
    pub fn restored(&self) -> Option<&Restored> {
        self.restored.as_ref()
    }

    /// Refuses, as every write would, when this state may only be read.
    pub fn refuse_restored(&self) -> Result<(), StoreError> {
        match &self.restored {
            None => Ok(()),
            Some(restored) => {
                Err(StoreError::from(ErrorKind::Restored(Box::new(restored.clone()))).in_file(&self.path))
            }
        }
    }

    /// Takes a restored state for the newest there is, in a run of its own that begins and ends here; gives its number, or
    /// nothing when there was nothing to accept. What its journal does not know stays unknown: open calls are those of the
    /// backup, and objects made since are nobody's.
    ///
    /// The epoch of the lease and the number of the run go beyond all that was ever seen, so that whoever still writes on
    /// the lost history is fenced, and no number means two things but serials, whose hashes differ. Plans made before are
    /// no longer believed. `dead` is a holder of the lease in this state that the caller knows to be dead; any other one
    /// whose term has not run out refuses.
    pub fn accept_restored(&mut self, info: &RunInfo, dead: Option<&Lease>) -> Result<Option<u64>, StoreError> {
        let looked = look(&self.connection, &self.witnesses, self.keys.lineage()).map_err(|e| e.in_file(&self.path))?;
        let Some(restored) = looked.restored else {
            self.reading_only(None)?;
            return Ok(None);
        };
        let now = info.started;
        self.reading_only(None)?;
        let accepted = self.write(|t| {
            let standing = lease::current(t)?;
            let free = standing.holder.is_empty() || standing.expires <= now || dead == Some(&standing);
            if !free {
                return Err(ErrorKind::Held { holder: standing.holder, expires: standing.expires }.into());
            }
            let here = witness::position(t)?;
            // Another state's numbers say nothing about this one's.
            let seen = (restored.difference != Difference::Other).then_some(&restored.mark.position);
            let epoch = seen.map_or(0, |seen| seen.epoch).max(here.epoch) + 1;
            let run = seen.map_or(0, |seen| seen.run).max(here.run) + 1;
            lease::set_free(t, epoch)?;
            run::insert(t, Some(run), info)?;
            let body = EventBody::Restored {
                difference: restored.difference.as_str().to_owned(),
                serial: restored.mark.position.serial,
                run: restored.mark.position.run,
                epoch: restored.mark.position.epoch,
            };
            journal::append(t, run, epoch, &[Event { at: now, body }])?;
            run::end(t, run, "accepted", now)?;
            Ok(run)
        });
        match accepted {
            Ok(run) => {
                self.remember(now);
                Ok(Some(run))
            }
            Err(error) => {
                self.reading_only(Some(restored))?;
                Err(error)
            }
        }
    }

    /// Compares with the marks again: somebody may have put another file here, or accepted it, since this one was opened.
    pub(crate) fn look_again(&mut self) -> Result<(), StoreError> {
        let looked = look(&self.connection, &self.witnesses, self.keys.lineage()).map_err(|e| e.in_file(&self.path))?;
        self.unwitnessed = looked.found == 0;
        self.reading_only(looked.restored)?;
        self.refuse_restored()
    }

    /// From now on for reading only, or not.
    pub(crate) fn reading_only(&mut self, restored: Option<Restored>) -> Result<(), StoreError> {
        if restored.is_some() != self.restored.is_some() {
            self.connection.pragma_update(None, "query_only", restored.is_some())?;
            // Nor is its write-ahead log moved into it when it is closed: it stays as it was found.
            self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, restored.is_some())?;
        }
        self.restored = restored;
        Ok(())
    }

    /// Writes down outside how far this state has come. A mark that cannot be written stops nothing: it is told.
    pub(crate) fn remember(&mut self, at: Timestamp) {
        // Read after the commit: a mark never knows more than the disk.
        if self.witnesses.is_empty() {
            return;
        }
        let Ok(position) = self.read(|t| witness::position(t)) else { return };
        if self.unwitnessed && position.serial > 0 {
            self.notices.push(
                Diagnostic::warning(
                    "E0625",
                    format!(
                        "nothing outside the state `{}` knew how far it had come; it is remembered from now on",
                        self.path
                    ),
                )
                .hint(
                    "nobody can tell whether it is the newest copy; if it came from a backup, look first: firma plan",
                ),
            );
        }
        self.unwitnessed = false;
        for (path, error) in self.witnesses.write(self.keys.lineage(), &position, at) {
            self.notices.push(unwritten(&path.display().to_string(), &error));
        }
    }
}

fn unwritten(path: &str, error: &StoreError) -> Diagnostic {
    Diagnostic::warning(
        "E0625",
        format!("how far the state has come could not be remembered in `{path}`: {}", error.what()),
    )
    .hint("the state itself is safe; a backup brought back by mistake could go unnoticed until this is mended")
}

/// What is said about a mark that cannot be read.
pub(crate) fn unreadable(path: &str, why: &str) -> Diagnostic {
    Diagnostic::warning("E0625", format!("what `{path}` says about how far the state had come cannot be read: {why}"))
        .hint("the next run writes it anew; until then a backup brought back by mistake could go unnoticed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(epoch: u64, run: u64, serial: u64) -> Position {
        Position { epoch, run, serial, head: format!("h{serial}") }
    }

    #[test]
    fn what_a_mark_says() {
        let here = position(5, 4, 20);
        let cases = [
            // The same, and older ones whose event is still in the journal.
            ("a", position(5, 4, 20), Some("h20"), None, None),
            ("a", position(3, 2, 10), Some("h10"), None, None),
            ("a", position(0, 0, 0), Some("h0"), None, None),
            // Ahead in anything.
            ("a", position(5, 4, 21), None, None, Some(Difference::Behind)),
            ("a", position(6, 4, 20), Some("h20"), None, Some(Difference::Behind)),
            ("a", position(5, 5, 20), Some("h20"), None, Some(Difference::Behind)),
            // Another event under the same serial.
            ("a", position(5, 4, 20), Some("other"), None, Some(Difference::Forked)),
            ("a", position(3, 2, 10), Some("other"), None, Some(Difference::Forked)),
            ("b", position(5, 4, 20), Some("h20"), None, Some(Difference::Other)),
            // A history that was given up says nothing any more; one that went on beyond it does.
            ("a", position(4, 9, 99), None, Some(4), None),
            ("a", position(3, 2, 10), Some("other"), Some(4), None),
            ("a", position(6, 9, 99), None, Some(4), Some(Difference::Behind)),
        ];
        for (lineage, seen, same, given_up, expected) in cases {
            let mark = Mark { lineage: lineage.to_owned(), position: seen, at: Timestamp(0) };
            assert_eq!(decide(&mark, "a", &here, same, given_up), expected, "{mark:?} {same:?} {given_up:?}");
        }
    }
}
