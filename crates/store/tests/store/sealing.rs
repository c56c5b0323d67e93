//! Sealing: what is sensitive never reaches the disk in the clear.

use crate::world::{NOW, TTL, begin, begun, create, done, event, existing, fault, folder, intent, record};
use firma_model::{document::Document, event::EventBody, fault::Fault};
use firma_store::{Mode, Store};
use std::{fs, path::Path};

const CANARY: &str = "not-a-secret-canary";

fn on_disk(path: &Path) -> Vec<(String, bool)> {
    let folder = path.parent().expect("folder");
    let mut found: Vec<(String, bool)> = fs::read_dir(folder)
        .expect("listed")
        .map(|entry| {
            let path = entry.expect("entry").path();
            let bytes = fs::read(&path).expect("read");
            let name = path.file_name().expect("name").to_string_lossy().into_owned();
            (name, bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()))
        })
        .collect();
    found.sort();
    found
}

fn secret() -> Document {
    Document::from_text(format!(r#"{{"name":"a","password":{{"$sensitive":"{CANARY}"}}}}"#))
}

fn write_secrets(store: &mut Store) -> u64 {
    let (lease, run) = begin(store);
    let mut with = record("vm.instance.web", "i-1");
    with.inputs = secret();
    with.observed = Document::from_text(format!(r#"[{{"$sensitive":["{CANARY}",1]}}]"#));
    let mut call = intent(1, 0);
    call.parameters = secret();
    let events = [
        event(EventBody::Begin(call)),
        done(0, with),
        event(EventBody::Outputs(vec![
            ("marked".to_owned(), secret(), true),
            ("whole".to_owned(), Document::from_text(format!("\"{CANARY}\"")), true),
            ("plain".to_owned(), Document::from_text("1"), false),
        ])),
    ];
    store.commit(&lease, run, &events).expect("commit");
    store
        .put_plan(
            "p1",
            format!(r#"{{"b":{},"a":"{{\"$sensitive\":\"{CANARY}\"}}"}}"#, secret().as_str()).as_bytes(),
            NOW,
        )
        .expect("plan");
    store.release(&lease).expect("released");
    run
}

/// What the cloud says about a failed call may repeat a secret that was sent. Marked, it is sealed like any other value.
#[test]
fn a_marked_message_of_a_fault_is_sealed_whole() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let (lease, run) = begin(&mut store);
    let said = |message: &str| Fault { message: message.to_owned(), ..fault() };
    let marked = format!("{{\"$sensitive\":\"password {CANARY} is too short\"}}");
    // One that only looks sealed must not be taken for it, and one that is neither JSON nor plain comes back as it was.
    let messages = [marked.as_str(), "{\"$sealed\":\"x\"}", "half a $sensitive\" text", "plain text"];
    store.commit(&lease, run, &[begun(0, 0)]).expect("commit");
    for message in messages {
        let bodies = [
            EventBody::Unresolved { step: 0, call: 0, fault: said(message) },
            EventBody::Refused { step: 7, call: 0, fault: said(message) },
            EventBody::Failed { step: 8, fault: said(message), record: None },
        ];
        store.commit(&lease, run, &bodies.map(event)).expect("commit");
    }
    store
        .commit(&lease, run, &[event(EventBody::Unresolved { step: 0, call: 0, fault: said(&marked) })])
        .expect("commit");
    assert!(on_disk(&path).iter().all(|(_, found)| !found), "{:?}", on_disk(&path));
    let read: Vec<String> = store
        .events(run)
        .expect("events")
        .into_iter()
        .filter_map(|(_, event)| match event.body {
            EventBody::Unresolved { fault, .. }
            | EventBody::Refused { fault, .. }
            | EventBody::Failed { fault, .. } => Some(fault.message),
            _ => None,
        })
        .collect();
    let expected: Vec<&str> = messages.iter().flat_map(|message| [*message; 3]).chain([marked.as_str()]).collect();
    assert_eq!(read, expected);
    assert_eq!(store.open_intents().expect("read")[0].fault, Some(said(&marked)));
    assert_eq!(store.verify_all(), Ok(Vec::new()));
}

#[test]
fn the_canary_is_in_no_file() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let run = write_secrets(&mut store);
    let clean = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), false)).collect::<Vec<_>>();
    assert_eq!(on_disk(&path), clean(&["state.db", "state.db-shm", "state.db-wal", "state.key", "state.mark"]));
    drop(store);
    assert_eq!(on_disk(&path), clean(&["state.db", "state.key", "state.mark"]));

    let store = existing(&path);
    let world = store.snapshot().expect("snapshot");
    let record = world.records.values().next().expect("record");
    assert_eq!(record.inputs, secret());
    assert_eq!(record.observed.as_str(), format!(r#"[{{"$sensitive":["{CANARY}",1]}}]"#));
    assert_eq!(world.outputs["marked"].value, secret());
    assert_eq!(world.outputs["whole"].value.as_str(), format!("\"{CANARY}\""));
    assert_eq!(world.outputs["plain"].value.as_str(), "1");
    assert_eq!(store.open_intents().expect("intents")[0].intent.parameters, secret());
    let events = store.events(run).expect("events");
    assert!(matches!(&events[1].1.body, EventBody::Done { record: r, .. } if r.inputs == secret()));
    let plan = store.plan("p1").expect("plan").expect("kept");
    assert_eq!(
        String::from_utf8(plan.bytes).expect("text"),
        format!(r#"{{"b":{},"a":"{{\"$sensitive\":\"{CANARY}\"}}"}}"#, secret().as_str())
    );
    assert_eq!(store.verify_all(), Ok(Vec::new()));
}

#[test]
fn making_the_key_file_is_said_once() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    assert!(!path.with_extension("key").exists());
    let key = store.hash_key().expect("key");
    let notices = store.take_notices();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].code, "E0614");
    let shown = path.with_extension("key").display().to_string();
    assert_eq!(notices[0].message, format!("made the key file `{shown}`: it opens the sensitive values of this state"));
    assert_eq!(store.hash_key(), Ok(key));
    assert!(store.take_notices().is_empty());
    drop(store);
    assert_eq!(existing(&path).hash_key(), Ok(key));
}

#[test]
fn without_its_key_file_nothing_begins() {
    let (_folder, path) = folder();
    let key = path.with_extension("key");
    write_secrets(&mut create(&path));
    let good = fs::read_to_string(&key).expect("read");
    let shown = (key.display().to_string(), path.display().to_string());

    fs::remove_file(&key).expect("removed");
    let mut store = existing(&path);
    let missing = format!(
        "the key file `{}: No such file or directory (os error 2)` of the state `{}` cannot be read",
        shown.0, shown.1
    );
    for error in [
        store.acquire("a", NOW, TTL).expect_err("no key"),
        store.hash_key().expect_err("no key"),
        store.snapshot().expect_err("no key"),
        store.begin_run(&crate::world::info()).expect_err("no key"),
    ] {
        assert_eq!((error.code(), error.to_string()), ("E0612", missing.clone()));
    }
    assert!(!key.exists(), "a lost key file is never replaced");

    for wrong in [format!("firma-key-1 {}\n", "00".repeat(32)), "garbage".to_owned(), String::new()] {
        fs::write(&key, wrong).expect("written");
        let mut store = existing(&path);
        let error = store.acquire("a", NOW, TTL).expect_err("wrong key");
        assert_eq!(
            (error.code(), error.to_string()),
            ("E0613", format!("the key file `{}` does not open the state `{}`", shown.0, shown.1))
        );
    }

    fs::write(&key, good).expect("restored");
    existing(&path).acquire("a", NOW, TTL).expect("lease");
}

#[test]
fn a_key_file_left_by_a_run_that_died_is_taken() {
    let (_folder, path) = folder();
    drop(create(&path));
    let text = format!("firma-key-1 {}\n", "07".repeat(32));
    fs::write(path.with_extension("key"), &text).expect("written");
    let mut store = existing(&path);
    store.hash_key().expect("key");
    assert!(store.take_notices().is_empty());
    assert_eq!(fs::read_to_string(path.with_extension("key")).expect("read"), text);
}

#[test]
fn two_states_have_different_keys_and_memory_always_the_same() {
    let (_a, one) = folder();
    let (_b, two) = folder();
    assert_ne!(create(&one).hash_key().expect("key"), create(&two).hash_key().expect("key"));
    let memory = || Store::in_memory().expect("store").hash_key().expect("key");
    assert_eq!(memory(), memory());
}

#[test]
fn many_may_make_the_key_at_once() {
    let (_folder, path) = folder();
    create(&path);
    let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| Store::open(&path, Mode::Existing).expect("opened").hash_key().expect("key")))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
}
