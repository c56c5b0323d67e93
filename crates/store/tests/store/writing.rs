//! Writing together: the writer's thread, groups, and what happens to the others when one fails.

use crate::world::{begin, create, done, existing, folder, record};
use firma_model::event::Event;
use firma_store::{Store, Writer, inline};
use std::sync::{Arc, Mutex, mpsc::channel};

fn value(index: u32) -> Event {
    done(index, record(&format!("firma.value.v[{index}]"), &format!("v-{index}")))
}

#[test]
fn every_commit_is_answered_and_kept() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let (lease, run) = begin(&mut store);
    let store = Arc::new(Mutex::new(store));
    let writer = Writer::spawn(Arc::clone(&store), lease, run).expect("thread");
    let mut serials: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8_u32)
            .map(|thread| {
                let handle = writer.handle();
                scope.spawn(move || {
                    let each = |index: u32| handle.commit(vec![value(thread * 50 + index)]).expect("commit");
                    (0..50).flat_map(each).collect::<Vec<u64>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    serials.sort_unstable();
    assert_eq!(serials, (1..=400).collect::<Vec<u64>>());
    drop(writer);
    drop(store);
    let store = existing(&path);
    assert_eq!(store.snapshot().expect("snapshot").records.len(), 400);
    assert_eq!(store.verify_all(), Ok(Vec::new()));
}

#[test]
fn what_is_queued_is_one_group_and_one_bad_job_harms_nobody_else() {
    let mut store = Store::in_memory().expect("store");
    let (lease, run) = begin(&mut store);
    let store = Arc::new(Mutex::new(store));
    let writer = Writer::spawn(Arc::clone(&store), lease, run).expect("thread");
    let handle = writer.handle();
    let (answer, answers) = channel();
    {
        // The writer cannot commit while the store is held here, so all of these are queued together.
        let _held = store.lock().expect("lock");
        for (index, id) in [(0_u32, "a"), (1, "b"), (2, "a"), (3, "c")] {
            let answer = answer.clone();
            let event = done(index, record(&format!("firma.value.v[{index}]"), id));
            handle.submit(vec![event], Box::new(move |result| answer.send((index, result)).expect("heard")));
        }
    }
    drop(writer);
    drop(answer);
    let mut results: Vec<(u32, Result<Vec<u64>, &str>)> =
        answers.iter().map(|(index, result)| (index, result.map_err(|error| error.code()))).collect();
    results.sort();
    assert_eq!(results, [(0, Ok(vec![1])), (1, Ok(vec![2])), (2, Err("E0618")), (3, Ok(vec![3]))]);

    let error = handle.commit(vec![value(9)]).expect_err("the writer is gone");
    assert!(error.to_string().contains("the journal's writer has stopped"), "{error}");
}

#[test]
fn a_lost_lease_refuses_every_job() {
    let mut store = Store::in_memory().expect("store");
    let (lease, run) = begin(&mut store);
    store.release(&lease).expect("released");
    let store = Arc::new(Mutex::new(store));
    let writer = Writer::spawn(Arc::clone(&store), lease.clone(), run).expect("thread");
    assert_eq!(writer.handle().commit(vec![value(0)]).expect_err("fenced").code(), "E0611");
    assert_eq!(inline(store, lease, run)(&[value(0)]).expect_err("fenced").code(), "E0611");
}

#[test]
fn inline_commits_before_it_returns() {
    let mut store = Store::in_memory().expect("store");
    let (lease, run) = begin(&mut store);
    let store = Arc::new(Mutex::new(store));
    let commit = inline(Arc::clone(&store), lease, run);
    assert_eq!(commit(&[value(0), value(1)]), Ok(vec![1, 2]));
    assert_eq!(store.lock().expect("lock").serial(), Ok(2));
}

/// What a reply says must be so at that very moment, for anybody who looks: a second connection sees only what was committed.
#[test]
fn nothing_is_acknowledged_before_it_is_committed() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let (lease, run) = begin(&mut store);
    let writer = Writer::spawn(Arc::new(Mutex::new(store)), lease, run).expect("thread");
    let handle = writer.handle();
    let (answer, answers) = channel();
    for index in 0..50 {
        let (answer, path) = (answer.clone(), path.clone());
        let reply = move |result: Result<Vec<u64>, _>| {
            let seen = existing(&path).serial().expect("read");
            answer.send((result.expect("durable"), seen)).expect("heard");
        };
        handle.submit(vec![value(index)], Box::new(reply));
    }
    drop(answer);
    drop(writer);
    let told: Vec<(Vec<u64>, u64)> = answers.iter().collect();
    assert_eq!(told.len(), 50);
    assert!(told.iter().all(|(serials, seen)| serials[0] <= *seen), "{told:?}");
    assert!(told.is_sorted_by_key(|(serials, _)| serials[0]), "in the order of the commits: {told:?}");
}

/// What was refused is not there, what was acknowledged is: also when the disk fills up in between.
#[test]
fn an_acknowledged_event_is_there_afterwards() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let (lease, run) = begin(&mut store);
    store.limit_pages(Some(60)).expect("little room");
    let writer = Writer::spawn(Arc::new(Mutex::new(store)), lease, run).expect("thread");
    let handle = writer.handle();
    let results: Vec<bool> = (0..400).map(|index| handle.commit(vec![value(index)]).is_ok()).collect();
    drop(writer);
    let store = existing(&path);
    let records = store.snapshot().expect("snapshot").records;
    for (index, acknowledged) in results.iter().enumerate() {
        let there = records.contains_key(&crate::world::address(&format!("firma.value.v[{index}]")));
        assert_eq!(there, *acknowledged, "event {index}");
    }
    assert!(results.iter().any(|acknowledged| !acknowledged), "the disk never filled up");
    assert_eq!(store.verify_all(), Ok(Vec::new()));
}

#[test]
fn a_reply_that_panics_harms_nobody_else() {
    let mut store = Store::in_memory().expect("store");
    let (lease, run) = begin(&mut store);
    let store = Arc::new(Mutex::new(store));
    let writer = Writer::spawn(Arc::clone(&store), lease, run).expect("thread");
    let handle = writer.handle();
    let (answer, answers) = channel();
    {
        let _held = store.lock().expect("lock");
        for index in 0..3_u32 {
            let answer = answer.clone();
            let reply = move |result: Result<Vec<u64>, _>| {
                assert!(index != 1, "on purpose: a reply that panics");
                answer.send(result).expect("heard");
            };
            handle.submit(vec![value(index)], Box::new(reply));
        }
    }
    assert_eq!(handle.commit(vec![value(9)]), Ok(vec![4]), "the writer lives on");
    drop(answer);
    assert_eq!(answers.iter().collect::<Vec<_>>(), [Ok(vec![1]), Ok(vec![3])]);
}

#[test]
fn a_commit_is_on_the_disk_when_it_returns() {
    let (_folder, path) = folder();
    for store in [create(&path), existing(&path)] {
        assert_eq!(store.durability(), Ok(("wal".to_owned(), 2)), "write-ahead log, synchronous=FULL");
    }
}
