//! The writer over a commit function that does what no store would: panic.

use super::*;
use firma_model::{event::EventBody, time::Timestamp};
use std::sync::mpsc::sync_channel;

fn event() -> Event {
    Event { at: Timestamp(0), body: EventBody::Skipped { step: 0, because: "test".to_owned() } }
}

/// Queues one event; its result comes out of the channel.
fn ask(handle: &WriterHandle) -> Receiver<Result<Vec<u64>, StoreError>> {
    let (answer, wait) = channel();
    handle.submit(vec![event()], Box::new(move |result| answer.send(result).expect("heard")));
    wait
}

#[test]
fn a_thread_that_dies_tells_everybody() {
    let (messages, queue) = channel();
    let handle = WriterHandle { messages };
    let (begun, wait_begun) = sync_channel(0);
    let (go, wait_go) = sync_channel::<()>(0);
    let thread = thread::spawn(move || {
        let commit = |_: &[Event]| {
            begun.send(()).expect("heard");
            wait_go.recv().expect("told to go on");
            panic!("BUG: on purpose, to see the thread die")
        };
        work(commit, &queue);
    });
    let in_hand = ask(&handle);
    wait_begun.recv().expect("at work");
    let queued = ask(&handle);
    go.send(()).expect("waiting");
    for wait in [in_hand, queued] {
        let error = wait.recv().expect("told").expect_err("not durable");
        assert!(error.to_string().contains("the journal's writer has stopped"), "{error}");
    }
    assert!(thread.join().is_err());
    assert!(handle.commit(vec![event()]).is_err(), "nobody waits for ever");
}
