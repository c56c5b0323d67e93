//! Accounts: what belongs to one is not there for another. Each but the usual one has a whole cloud of its own inside
//! the world, which shares its clock and its settings.

use crate::clock::WorldClock;
use crate::world::{Settings, World};
use sha2::{Digest, Sha256};

impl World {
    /// Does something in the cloud of an account; empty for the usual one.
    pub(crate) fn of_account<T>(&mut self, account: &str, act: impl FnOnce(&mut World) -> T) -> T {
        if account.is_empty() {
            return act(self);
        }
        let mut theirs = self.accounts.remove(account).unwrap_or_else(|| self.empty_account(account));
        let result = self.lend(&mut theirs, act);
        // One that was only looked at leaves no trace: a replay knows nothing of reads.
        if theirs.revision > 0 {
            self.accounts.insert(account.to_owned(), theirs);
        }
        result
    }

    /// Does something in the cloud of every account but the usual one.
    pub(crate) fn each_account(&mut self, mut act: impl FnMut(&mut World)) {
        let mut accounts = std::mem::take(&mut self.accounts);
        for theirs in accounts.values_mut() {
            self.lend(theirs, &mut act);
        }
        self.accounts = accounts;
    }

    /// Lends an account's cloud the clock and the settings, which it does not keep.
    fn lend<T>(&mut self, theirs: &mut World, act: impl FnOnce(&mut World) -> T) -> T {
        std::mem::swap(&mut self.settings, &mut theirs.settings);
        std::mem::swap(&mut self.clock, &mut theirs.clock);
        let result = act(theirs);
        std::mem::swap(&mut self.settings, &mut theirs.settings);
        std::mem::swap(&mut self.clock, &mut theirs.clock);
        self.arrived.append(&mut theirs.arrived);
        result
    }

    fn empty_account(&self, account: &str) -> World {
        let hash = Sha256::new().chain_update(self.ids.seed.to_le_bytes()).chain_update(account.as_bytes()).finalize();
        let seed = hash.iter().take(8).fold(0, |seed: u64, byte| (seed << 8) | u64::from(*byte));
        let mut empty = World::new(seed, Settings::default());
        empty.clock = WorldClock::default();
        empty.keys.clear();
        empty
    }
}
