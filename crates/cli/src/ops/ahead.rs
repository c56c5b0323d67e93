//! Reading a large state while the manifests are evaluated.
//!
//! The two take about as long, and neither needs the other. What is wrong with the manifests is still said first: until they
//! are evaluated nobody asks what came of the state. A small state is opened when it is needed, and not before.

use crate::{
    Context,
    exit::Failure,
    ops::{project::Loaded, state},
};
use firma_model::record::Recorded;
use firma_store::{Mode, Store, StoreError};
use std::{
    fs,
    thread::{Builder, JoinHandle},
};

/// Bytes of a state that are worth a thread: some thousands of objects.
const WORTH: u64 = 2 << 20;

/// A state that may be on its way.
pub(crate) struct Ahead(Option<JoinHandle<Result<(Store, Recorded), StoreError>>>);

impl Ahead {
    /// Begins with it, if it is there and large.
    pub(crate) fn of(loaded: &Loaded) -> Ahead {
        let path = loaded.state_path();
        if !fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() >= WORTH) {
            return Ahead(None);
        }
        let marks = state::marks(loaded);
        let read = move || {
            let store = Store::open_witnessed(&path, Mode::Existing, &marks)?;
            let recorded = store.snapshot()?;
            Ok((store, recorded))
        };
        // Without a thread it is read later.
        Ahead(Builder::new().name("state".to_owned()).spawn(read).ok())
    }

    /// The state, opened, and what it records if that was read already.
    pub(crate) fn open(self, context: &Context, loaded: &Loaded) -> Result<(Store, Option<Recorded>), Failure> {
        let Some(thread) = self.0 else { return Ok((state::open(context, loaded)?, None)) };
        let (mut store, recorded) = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        state::tell(context, &mut store);
        Ok((store, Some(recorded)))
    }
}
