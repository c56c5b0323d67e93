//! The lease: one writer at a time, by compare-and-set, fenced by its epoch.
//!
//! The interleaving that breaks without a fence: A takes the lease and is paused; the lease runs out; B takes it and
//! writes; A wakes and writes over it. The epoch grows with each taking and every commit compares it in its own
//! transaction, so A's write is refused.

use crate::{
    error::{ErrorKind, StoreError},
    store::Store,
};
use firma_model::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

/// The row of the whole project; finer prefixes have their place in the same table.
const PROJECT: &str = "";

/// The right to write, until it runs out or somebody takes it after that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Who, as shown to others: `user@host, pid 12`.
    pub holder: String,
    /// Grows each time the lease changes hands.
    pub epoch: u64,
    /// When it runs out.
    pub expires: Timestamp,
}

impl Store {
    /// Takes the lease when nobody holds it, or when it has run out. Keys are opened here when there are any.
    pub fn acquire(&mut self, holder: &str, now: Timestamp, ttl_millis: i64) -> Result<Lease, StoreError> {
        self.look_again()?;
        self.prove_keys()?;
        let expires = now.plus_millis(ttl_millis);
        self.write(|t| {
            let taken = t.execute(
                "UPDATE lease SET holder = ?2, epoch = epoch + 1, expires = ?3
                 WHERE scope = ?1 AND (holder = '' OR expires <= ?4)",
                (PROJECT, holder, expires.0, now.0),
            )?;
            let lease = current(t)?;
            if taken == 0 {
                return Err(ErrorKind::Held { holder: lease.holder, expires: lease.expires }.into());
            }
            Ok(lease)
        })
    }

    /// Takes the lease from a holder that the caller knows to be dead, before it runs out. Whoever was faster wins: the
    /// lease must still be the very one that was looked at. Should the holder live after all, its writes are fenced.
    pub fn take_over(
        &mut self,
        dead: &Lease,
        holder: &str,
        now: Timestamp,
        ttl_millis: i64,
    ) -> Result<Lease, StoreError> {
        self.look_again()?;
        self.prove_keys()?;
        let expires = now.plus_millis(ttl_millis);
        self.write(|t| {
            fence(t, dead)?;
            t.execute(
                "UPDATE lease SET holder = ?2, epoch = epoch + 1, expires = ?3 WHERE scope = ?1",
                (PROJECT, holder, expires.0),
            )?;
            current(t)
        })
    }

    /// Extends it. Also after it ran out, as long as nobody else took it.
    pub fn renew(&mut self, lease: &Lease, now: Timestamp, ttl_millis: i64) -> Result<Lease, StoreError> {
        let expires = now.plus_millis(ttl_millis);
        let renewed = self.write(|t| {
            fence(t, lease)?;
            t.prepare_cached("UPDATE lease SET expires = ?2 WHERE scope = ?1")?.execute((PROJECT, expires.0))?;
            Ok(Lease { expires, ..lease.clone() })
        })?;
        self.remember(now);
        Ok(renewed)
    }

    /// Gives it back. Losing it before is no error: then there is nothing to give back.
    pub fn release(&mut self, lease: &Lease) -> Result<(), StoreError> {
        self.write(|t| {
            t.execute(
                "UPDATE lease SET holder = '', expires = 0 WHERE scope = ?1 AND epoch = ?2 AND holder = ?3",
                (PROJECT, lease.epoch, &lease.holder),
            )?;
            Ok(())
        })
    }

    /// Who holds the lease now, expired or not.
    pub fn holder(&self) -> Result<Option<Lease>, StoreError> {
        self.read(|t| Ok(Some(current(t)?).filter(|lease| !lease.holder.is_empty())))
    }
}

/// Nobody holds it any more, and whoever did is fenced.
pub(crate) fn set_free(connection: &Connection, epoch: u64) -> Result<(), StoreError> {
    connection.execute("UPDATE lease SET holder = '', epoch = ?2, expires = 0 WHERE scope = ?1", (PROJECT, epoch))?;
    Ok(())
}

/// Refuses unless this very lease still stands. Called inside the transaction that writes.
pub(crate) fn fence(connection: &Connection, lease: &Lease) -> Result<(), StoreError> {
    let now = current(connection)?;
    if now.epoch == lease.epoch && now.holder == lease.holder {
        return Ok(());
    }
    Err(ErrorKind::Fenced { epoch: lease.epoch, now: now.epoch, holder: now.holder }.into())
}

/// The lease's row as it stands.
pub(crate) fn current(connection: &Connection) -> Result<Lease, StoreError> {
    let row = connection
        .prepare_cached("SELECT holder, epoch, expires FROM lease WHERE scope = ?1")?
        .query_row([PROJECT], |row| {
            Ok(Lease { holder: row.get(0)?, epoch: row.get(1)?, expires: Timestamp(row.get(2)?) })
        })
        .optional()?;
    row.ok_or_else(|| ErrorKind::Corrupt("the lease's row is missing".to_owned()).into())
}
