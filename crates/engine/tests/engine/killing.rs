//! Killed at every step of the journal and around every send; then recovered, applied again, and compared.

use firma_engine::{Commit, Settled};
use firma_lab::{
    Lab,
    stack::{changed_server, network, server},
    wire::Fate,
};
use firma_model::desired::Desired;
use firma_plan::step::Mode;
use firma_store::{ErrorKind, StoreError};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Notify;

/// Where a process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    /// Before this commit is durable.
    BeforeCommit(usize),
    /// Right after it.
    AfterCommit(usize),
    /// Before this changing request leaves.
    BeforeSend(usize),
    /// After it was carried out, before the answer.
    AfterSend(usize),
}

/// A commit function that dies at commit `k`.
fn dying(commit: Commit, death: Death, killed: Arc<Notify>, reached: Arc<AtomicUsize>) -> Commit {
    Arc::new(move |events| {
        let number = reached.fetch_add(1, Ordering::SeqCst);
        match death {
            Death::BeforeCommit(k) if number >= k => {
                killed.notify_one();
                Box::pin(std::future::pending())
            }
            Death::AfterCommit(k) if number >= k => {
                if number == k {
                    drop(commit(events));
                }
                killed.notify_one();
                Box::pin(std::future::pending())
            }
            _ => commit(events),
        }
    })
}

/// Applies until death; whether it came.
async fn apply_until(lab: &Lab, desired: &Desired, mode: Mode, death: Death) -> bool {
    let plan = lab.plan(desired, mode).await;
    let killed = Arc::new(Notify::new());
    let reached = Arc::new(AtomicUsize::new(0));
    let bell = killed.clone();
    match death {
        Death::BeforeSend(k) | Death::AfterSend(k) => lab.wire.script(move |request, number| {
            if !request.mutating || number < k {
                return Fate::Pass;
            }
            bell.notify_one();
            match death {
                Death::AfterSend(_) if number == k => Fate::StuckAfter,
                _ => Fate::StuckBefore,
            }
        }),
        _ => lab.wire.mend(),
    }
    let lease = lab.lease();
    let run = lab.begin("apply", Some(&plan));
    let commit = dying(firma_engine::inline(lab.store.clone(), lease.clone(), run), death, killed.clone(), reached);
    let (_cancel, cancelled) = tokio::sync::watch::channel(firma_engine::CancelLevel::None);
    let work = firma_engine::apply(plan, lab.context(run, commit, cancelled));
    let died = tokio::select! {
        biased;
        () = killed.notified() => true,
        outcome = work => {
            assert!(outcome.is_complete(), "{death:?}: {outcome:#?}");
            false
        }
    };
    lab.wire.mend();
    lab.release(&lease);
    died
}

/// Recovers, applies again, and compares cloud and state.
async fn resurrect(lab: &Lab, desired: &Desired, death: Death) {
    for settlement in lab.recover().await {
        assert!(!matches!(settlement.how, Settled::Stuck { .. }), "{death:?}: {settlement:#?}");
    }
    // Nothing is in the cloud that the state does not know; the other way round the next plan notices.
    lab.assert_same();
    lab.converge(desired).await;
    lab.assert_converged(desired).await;
}

async fn die_everywhere(of: fn(usize) -> Death, wanted: impl Fn(&str) -> Desired) -> usize {
    for k in 0.. {
        let lab = Lab::new();
        let image = lab.image().await;
        let desired = wanted(&image);
        let died = apply_until(&lab, &desired, Mode::Apply, of(k)).await;
        resurrect(&lab, &desired, of(k)).await;
        if !died {
            return k;
        }
    }
    unreachable!("an apply has an end")
}

#[tokio::test(start_paused = true)]
async fn killed_around_every_commit_of_a_network() {
    let before = die_everywhere(Death::BeforeCommit, |_| network()).await;
    let after = die_everywhere(Death::AfterCommit, |_| network()).await;
    assert!(before > 12 && after > 12, "{before} {after}");
}

#[tokio::test(start_paused = true)]
async fn killed_around_every_send_of_a_network() {
    let before = die_everywhere(Death::BeforeSend, |_| network()).await;
    let after = die_everywhere(Death::AfterSend, |_| network()).await;
    assert!(before >= 6 && after >= 6, "{before} {after}");
}

#[tokio::test(start_paused = true)]
async fn killed_around_every_commit_of_a_server() {
    let before = die_everywhere(Death::BeforeCommit, server).await;
    let after = die_everywhere(Death::AfterCommit, server).await;
    assert!(before > 20 && after > 20, "{before} {after}");
}

#[tokio::test(start_paused = true)]
async fn killed_around_every_send_of_a_server() {
    let before = die_everywhere(Death::BeforeSend, server).await;
    let after = die_everywhere(Death::AfterSend, server).await;
    assert!(before >= 10 && after >= 10, "{before} {after}");
}

/// Makes a server, changes much of it, and dies on the way.
async fn change_everywhere(of: fn(usize) -> Death) {
    for k in 0.. {
        let lab = Lab::new();
        let image = lab.image().await;
        lab.converge(&server(&image)).await;
        let changed = changed_server(&image);
        let died = apply_until(&lab, &changed, Mode::Apply, of(k)).await;
        resurrect(&lab, &changed, of(k)).await;
        if !died {
            assert!(k >= 9, "{k}");
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn killed_around_every_commit_of_a_change() {
    change_everywhere(Death::BeforeCommit).await;
    change_everywhere(Death::AfterCommit).await;
}

#[tokio::test(start_paused = true)]
async fn killed_around_every_send_of_a_change() {
    change_everywhere(Death::BeforeSend).await;
    change_everywhere(Death::AfterSend).await;
}

/// Makes a server, destroys it, and dies on the way.
async fn destroy_everywhere(of: fn(usize) -> Death) {
    for k in 0.. {
        let lab = Lab::new();
        let image = lab.image().await;
        let desired = server(&image);
        lab.converge(&desired).await;
        let died = apply_until(&lab, &desired, Mode::Destroy, of(k)).await;
        for settlement in lab.recover().await {
            assert!(!matches!(settlement.how, Settled::Stuck { .. }), "{:?}: {settlement:#?}", of(k));
        }
        let plan = lab.plan(&desired, Mode::Destroy).await;
        let outcome = lab.apply(&plan).await;
        assert!(outcome.is_complete(), "{:?}: {outcome:#?}", of(k));
        assert!(lab.in_cloud().is_empty() && lab.recorded().records.is_empty(), "{:?}", of(k));
        if !died {
            assert!(k > 5, "{k}");
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn killed_before_every_commit_of_a_destroy() {
    destroy_everywhere(Death::BeforeCommit).await;
}

#[tokio::test(start_paused = true)]
async fn killed_after_every_commit_of_a_destroy() {
    destroy_everywhere(Death::AfterCommit).await;
}

#[tokio::test(start_paused = true)]
async fn killed_around_every_send_of_a_destroy() {
    destroy_everywhere(Death::BeforeSend).await;
    destroy_everywhere(Death::AfterSend).await;
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_at_every_commit() {
    for k in 0.. {
        let lab = Lab::new();
        let desired = network();
        let plan = lab.plan(&desired, Mode::Apply).await;
        let reached = Arc::new(AtomicUsize::new(0));
        let outcome = lab
            .apply_through(&plan, |commit| {
                Arc::new(move |events| match reached.fetch_add(1, Ordering::SeqCst) {
                    number if number == k => {
                        Box::pin(async { Err(StoreError { kind: ErrorKind::Full, path: "in memory".to_owned() }) })
                    }
                    _ => commit(events),
                })
            })
            .await;
        if outcome.is_complete() {
            assert!(k > 12);
            return;
        }
        assert!(outcome.journal.is_some(), "{k}: {outcome:#?}");
        resurrect(&lab, &desired, Death::BeforeCommit(k)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn killed_again_during_recovery() {
    for k in 0.. {
        for death in [Death::BeforeCommit(0), Death::AfterCommit(0)] {
            let lab = Lab::new();
            let desired = network();
            if !apply_until(&lab, &desired, Mode::Apply, Death::AfterSend(k)).await {
                return;
            }
            let killed = Arc::new(Notify::new());
            let recovery = lab.recover_through(None, |commit| dying(commit, death, killed.clone(), Arc::default()));
            tokio::select! {
                biased;
                () = killed.notified() => {}
                _ = recovery => panic!("{k}: there was something to settle"),
            }
            lab.release(&lab.holder());
            resurrect(&lab, &desired, death).await;
        }
    }
}
