//! Every point of a command, one after the other, each in a project of its own.

use crate::project::{Ended, Project};
use std::{
    collections::BTreeSet,
    fs,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Sweeps wait more than they compute, for fsyncs and for each other.
const THREADS: usize = 4;

/// Whether everything is visited.
pub(crate) fn is_full() -> bool {
    std::env::var_os("FIRMA_PROCESSES").is_some_and(|value| value == "full")
}

/// Those of a list to visit: all, or about `share` of them, evenly spread, with the first and the last.
pub(crate) fn some<T: Clone>(all: &[T], share: usize) -> Vec<T> {
    if is_full() || all.len() <= share {
        return all.to_vec();
    }
    (0..share).map(|n| all[n * (all.len() - 1) / (share - 1)].clone()).collect()
}

/// Does something for each, several at a time. A panic says which.
pub(crate) fn each<T: Sync + std::fmt::Debug>(all: &[T], check: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let failed: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(all.len()) {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let shown = format!("{one:?}");
                    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(one))).is_err() {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).push(shown);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(failed.is_empty(), "{} of {} failed: {failed:?}", failed.len(), all.len());
}

/// The points that a command passes, in order.
pub(crate) fn points(project: &Project, args: &[&str]) -> Vec<String> {
    let log = project.sandbox.root().join("points");
    let ended = project.with(args, &[("FIRMA_FAILPOINT_LOG", &log.to_string_lossy())]);
    assert_eq!(ended.signal, None, "{ended}");
    let text = fs::read_to_string(log).unwrap_or_else(|error| panic!("no points were passed, {error}: {ended}"));
    text.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
}

/// Runs in which a point may be met.
const TRIES: usize = 4;

/// What is swept: a command, in projects that were made ready for it.
pub(crate) struct Sweep<'s> {
    /// Makes a project.
    pub(crate) project: fn() -> Project,
    /// Makes it ready.
    pub(crate) prepare: &'s (dyn Fn(&Project) + Sync),
    /// The command.
    pub(crate) args: &'s [&'s str],
    /// Points visited when not all are.
    pub(crate) share: usize,
    /// What must hold after it was killed at a point.
    pub(crate) check: &'s (dyn Fn(&Project, &str) + Sync),
}

impl Sweep<'_> {
    /// Kills the command at each of its points.
    pub(crate) fn kill(&self) {
        let passed = || {
            let project = (self.project)();
            (self.prepare)(&project);
            points(&project, self.args)
        };
        // What only one of two runs passes is a matter of time, mostly one more look at something that waits.
        let (mut all, second) = (passed(), passed());
        all.retain(|point| second.contains(point));
        let kinds = |points: &[String]| -> BTreeSet<String> {
            points.iter().filter_map(|point| Some(point.split_once(':')?.0.to_owned())).collect()
        };
        let mut chosen = some(&all, self.share);
        // Whatever the share: no kind of point is left out.
        let missing = kinds(&all).difference(&kinds(&chosen)).map(|kind| format!("{kind}:1")).collect::<Vec<_>>();
        chosen.extend(missing);
        let missed = AtomicUsize::new(0);
        each(&chosen, |point| {
            // How often is polled, and what is open after a kill, depends on time: the last points of one run may not be met in
            // another, which then comes to its end. It is tried again before it counts as missed.
            let killed = (0..TRIES).any(|_| {
                let project = (self.project)();
                (self.prepare)(&project);
                let ended: Ended = project.at(point, self.args);
                let killed = ended.signal == Some(9);
                if !killed {
                    assert_eq!(ended.code, Some(0), "it was not killed at {point}: {ended}");
                }
                (self.check)(&project, point);
                killed
            });
            if !killed {
                missed.fetch_add(1, Ordering::Relaxed);
            }
        });
        let missed = missed.into_inner();
        assert!(missed * 5 <= chosen.len(), "{missed} of {} points were not reached", chosen.len());
        println!("{:?}: killed at {} of {} points", self.args, chosen.len() - missed, all.len());
    }
}
