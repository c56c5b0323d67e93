//! Leases: one at a time, stolen only when stale, fenced for ever after.

use crate::world::{NOW, TTL, begin, create, done, existing, folder, record};
use firma_store::{ErrorKind, Store};
use std::sync::Barrier;

#[test]
fn a_lease_is_held_by_one() {
    let mut store = Store::in_memory().expect("store");
    let lease = store.acquire("a", NOW, TTL).expect("free");
    assert_eq!((lease.epoch, lease.expires), (1, NOW.plus_millis(TTL)));
    let error = store.acquire("b", NOW.plus_millis(TTL - 1), TTL).expect_err("held");
    assert_eq!(error.kind, ErrorKind::Held { holder: "a".to_owned(), expires: lease.expires });
    assert_eq!(error.to_string(), "a is changing this project until 2027-01-15T08:01:00Z");
    assert!(error.is_refusal());
    assert_eq!(store.holder(), Ok(Some(lease.clone())));
    store.release(&lease).expect("released");
    assert_eq!(store.holder(), Ok(None));
    assert_eq!(store.acquire("b", NOW, TTL).expect("free again").epoch, 2);
}

#[test]
fn a_stale_lease_is_taken_and_the_old_holder_is_fenced() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let (old, run) = begin(&mut store);
    let mut other = existing(&path);
    let new = other.acquire("b", old.expires, TTL).expect("stale");
    assert_eq!(new.epoch, old.epoch + 1);

    let error = store.commit(&old, run, &[done(0, record("vpc.vpc.a", "vpc-1"))]).expect_err("fenced");
    assert_eq!(error.kind, ErrorKind::Fenced { epoch: 1, now: 2, holder: "b".to_owned() });
    assert_eq!(
        error.to_string(),
        "the lease of this run was lost (epoch 1, now 2): b has it now; nothing more was written"
    );
    assert!(matches!(store.renew(&old, NOW, TTL).expect_err("fenced").kind, ErrorKind::Fenced { .. }));
    // Giving back what is lost changes nothing for the new holder.
    store.release(&old).expect("nothing to give back");
    assert_eq!(store.serial(), Ok(0));
    other.commit(&new, run, &[done(0, record("vpc.vpc.a", "vpc-1"))]).expect("holder writes");
}

#[test]
fn a_released_lease_writes_no_more() {
    let mut store = Store::in_memory().expect("store");
    let (lease, run) = begin(&mut store);
    store.release(&lease).expect("released");
    let error = store.commit(&lease, run, &[done(0, record("vpc.vpc.a", "vpc-1"))]).expect_err("fenced");
    assert!(error.to_string().contains("it was released"), "{error}");
}

#[test]
fn renewing_extends_it() {
    let mut store = Store::in_memory().expect("store");
    let lease = store.acquire("a", NOW, TTL).expect("free");
    let later = lease.expires.plus_millis(1);
    let renewed = store.renew(&lease, later, TTL).expect("nobody else took it");
    assert_eq!((renewed.epoch, renewed.expires), (lease.epoch, later.plus_millis(TTL)));
    assert_eq!(store.acquire("b", later, TTL).expect_err("held").code(), "E0610");
}

#[test]
fn of_many_at_once_one_gets_it() {
    let (_folder, path) = folder();
    create(&path);
    let start = Barrier::new(8);
    let won: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|index| {
                let (path, start) = (&path, &start);
                scope.spawn(move || {
                    let mut store = existing(path);
                    start.wait();
                    match store.acquire(&format!("holder {index}"), NOW, TTL) {
                        Ok(_) => 1,
                        Err(error) => {
                            assert_eq!(error.code(), "E0610", "{error}");
                            0
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    assert_eq!(won, 1);
}
