//! Where a process dies: before or after one of its effects.
//!
//! An effect is what outlives the process: events made durable, or a changing request that reached the cloud. Reads are none,
//! so dying around a read is dying after the effect before it. From the moment of death nothing more gets through, also of
//! what other steps had under way.

use firma_engine::Commit;
use firma_lab::{Fate, Lab};
use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

/// On which side of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

/// A moment to die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Death {
    pub(crate) effect: usize,
    pub(crate) side: Side,
}

impl Death {
    /// Every moment, in order.
    pub(crate) fn all() -> impl Iterator<Item = Death> {
        (0..).flat_map(|effect| [Side::Before, Side::After].map(|side| Death { effect, side }))
    }

    /// Every moment that can leave something else than the one before it: what is there before an effect is what was there
    /// after the last one, give or take some time.
    pub(crate) fn each() -> impl Iterator<Item = Death> {
        let first = Death { effect: 0, side: Side::Before };
        std::iter::once(first).chain((0..).map(|effect| Death { effect, side: Side::After }))
    }
}

enum Verdict {
    /// Nothing special.
    Live,
    /// This effect still happens; nobody hears of it.
    Last,
    /// Too late.
    Dead,
}

/// Counts the effects of a process and ends it at its moment.
pub(crate) struct Reaper {
    death: Option<Death>,
    dead: AtomicBool,
    reached: AtomicUsize,
    names: Mutex<Vec<String>>,
    bell: Notify,
}

impl Reaper {
    /// Death at that moment, or never.
    pub(crate) fn new(death: Option<Death>) -> Arc<Reaper> {
        Arc::new(Reaper {
            death,
            dead: AtomicBool::new(false),
            reached: AtomicUsize::new(0),
            names: Mutex::default(),
            bell: Notify::new(),
        })
    }

    /// Effects so far.
    pub(crate) fn reached(&self) -> usize {
        self.reached.load(Ordering::SeqCst)
    }

    /// Returns when the process has died.
    pub(crate) async fn struck(&self) {
        self.bell.notified().await;
    }

    fn effect(&self, name: impl FnOnce() -> String) -> Verdict {
        if self.dead.load(Ordering::SeqCst) {
            return Verdict::Dead;
        }
        let number = self.reached.fetch_add(1, Ordering::SeqCst);
        self.names.lock().unwrap().push(name());
        match self.death {
            Some(death) if death.effect == number => {
                self.dead.store(true, Ordering::SeqCst);
                self.bell.notify_one();
                if death.side == Side::After { Verdict::Last } else { Verdict::Dead }
            }
            _ => Verdict::Live,
        }
    }

    /// Waits at the way to the cloud.
    pub(crate) fn watch_wire(self: &Arc<Reaper>, lab: &Lab) {
        let reaper = self.clone();
        lab.wire.script(move |request, _| {
            if !request.mutating {
                return if reaper.dead.load(Ordering::SeqCst) { Fate::StuckBefore } else { Fate::Pass };
            }
            match reaper.effect(|| format!("{}.{}", request.service, request.operation)) {
                Verdict::Live => Fate::Pass,
                Verdict::Last => Fate::StuckAfter,
                Verdict::Dead => Fate::StuckBefore,
            }
        });
    }

    /// Waits at the journal.
    pub(crate) fn watch_journal(self: &Arc<Reaper>, commit: Commit) -> Commit {
        let reaper = self.clone();
        Arc::new(move |events| {
            let names = || events.iter().map(|event| event.body.name()).collect::<Vec<_>>().join("+");
            match reaper.effect(names) {
                Verdict::Live => commit(events),
                Verdict::Last => {
                    drop(commit(events));
                    Box::pin(std::future::pending())
                }
                Verdict::Dead => Box::pin(std::future::pending()),
            }
        })
    }
}

impl fmt::Display for Reaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.names.lock().unwrap();
        match self.death {
            Some(death) => {
                let side = if death.side == Side::Before { "before" } else { "after" };
                let name = names.get(death.effect).map_or("never reached", String::as_str);
                write!(f, "died {side} effect {} ({name})", death.effect)
            }
            None => write!(f, "lived through {}", names.join(", ")),
        }
    }
}
