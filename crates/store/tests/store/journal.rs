//! The journal: events come back as they were, and do to the tables what they mean.

use crate::world::{
    NOW, address, begin, begun, create, done, event, existing, fault, folder, info, intent, kind, record,
};
use firma_model::{
    document::Document,
    event::{Event, EventBody},
    record::{RecordedOutput, Status},
    time::Timestamp,
};
use firma_store::{Duration, Store};

/// One event of each sort, in an order that a run could have.
fn one_of_each() -> Vec<Event> {
    let mut creating = record("vpc.subnet.web[\"a\"]", "subnet-1");
    creating.status = Status::Creating;
    let mut incomplete = record("vpc.vpc.main", "vpc-1");
    incomplete.status = Status::Incomplete;
    incomplete.billing = None;
    incomplete.dependencies.clear();
    let mut deposed = record("vpc.subnet.web[\"a\"]", "subnet-0");
    deposed.deposed = "d1".to_owned();
    deposed.status = Status::Deposed;
    vec![
        begun(0, 0),
        event(EventBody::Accepted {
            step: 0,
            call: 0,
            record: Some(creating.clone()),
            request_id: Some("r-1".to_owned()),
        }),
        done(0, record("vpc.subnet.web[\"a\"]", "subnet-1")),
        event(EventBody::Done { step: 9, record: deposed }),
        begun(1, 0),
        event(EventBody::Refused { step: 1, call: 0, fault: fault() }),
        event(EventBody::Failed { step: 1, fault: fault(), record: Some(incomplete) }),
        event(EventBody::Skipped { step: 2, because: "vpc.vpc.main failed".to_owned() }),
        begun(3, 0),
        event(EventBody::Unresolved { step: 3, call: 0, fault: fault() }),
        begun(4, 1),
        event(EventBody::Settled { run: 1, step: 4, call: 1, how: "not_created".to_owned(), record: None }),
        done(5, record("vm.keypair.k[3]", "k3")),
        event(EventBody::Removed {
            step: 6,
            address: address("vm.keypair.k[3]"),
            deposed: String::new(),
            cloud_id: "k3".to_owned(),
            how: "deleted".to_owned(),
        }),
        event(EventBody::Outputs(vec![("url".to_owned(), Document::from_text("\"http://x\""), false)])),
    ]
}

/// The same with the versions that the store gives.
fn numbered(mut events: Vec<Event>) -> Vec<(u64, Event)> {
    for (serial, event) in (1..).zip(&mut events) {
        match &mut event.body {
            EventBody::Accepted { record: Some(r), .. }
            | EventBody::Failed { record: Some(r), .. }
            | EventBody::Done { record: r, .. } => r.version = serial,
            _ => {}
        }
    }
    (1..).zip(events).collect()
}

#[test]
fn events_come_back_as_they_were() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let (lease, run) = begin(&mut store);
    let serials = store.commit(&lease, run, &one_of_each()).expect("commit");
    assert_eq!(serials, (1..=15).collect::<Vec<u64>>());
    drop(store);
    let store = existing(&path);
    assert_eq!(store.events(run), Ok(numbered(one_of_each())));
    assert_eq!(store.events(run + 1), Ok(Vec::new()));
    assert_eq!(store.serial(), Ok(15));
    assert_eq!(store.verify_all(), Ok(Vec::new()));
}

#[test]
fn the_snapshot_is_what_the_events_mean() {
    let mut store = Store::in_memory().expect("store");
    let (lease, run) = begin(&mut store);
    store.commit(&lease, run, &one_of_each()).expect("commit");
    let world = store.snapshot().expect("snapshot");
    let names: Vec<String> = world.records.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["vpc.subnet.web[\"a\"]", "vpc.vpc.main"]);
    let subnet = &world.records[&address("vpc.subnet.web[\"a\"]")];
    let mut expected = record("vpc.subnet.web[\"a\"]", "subnet-1");
    expected.version = 3;
    assert_eq!(*subnet, expected);
    assert_eq!(world.records[&address("vpc.vpc.main")].status, Status::Incomplete);
    assert_eq!(world.deposed.len(), 1);
    assert_eq!((world.deposed[0].cloud_id.as_str(), world.deposed[0].version), ("subnet-0", 4));
    let url = RecordedOutput { value: Document::from_text("\"http://x\""), sensitive: false };
    assert_eq!(world.outputs.into_iter().collect::<Vec<_>>(), [("url".to_owned(), url)]);
    assert_eq!(store.version("vpc.vpc.main", ""), Ok(7));
    assert_eq!(store.version("vpc.vpc.other", ""), Ok(0));
}

#[test]
fn an_intent_is_open_until_its_outcome_is_known() {
    let unresolved = |step| event(EventBody::Unresolved { step, call: 0, fault: fault() });
    let accepted = |step| event(EventBody::Accepted { step, call: 0, record: None, request_id: None });
    let refused = |step| event(EventBody::Refused { step, call: 0, fault: fault() });
    let failed = |step| event(EventBody::Failed { step, fault: fault(), record: None });
    let settled = |run, step| event(EventBody::Settled { run, step, call: 0, how: "created".to_owned(), record: None });
    let removed = |step| {
        event(EventBody::Removed {
            step,
            address: address("vpc.vpc.x"),
            deposed: String::new(),
            cloud_id: "x".to_owned(),
            how: "gone".to_owned(),
        })
    };
    let cases: Vec<(&str, Vec<Event>, bool)> = vec![
        ("begun", vec![], true),
        ("unclear", vec![unresolved(7)], true),
        ("unclear, then the step failed", vec![unresolved(7), failed(7)], true),
        ("another step ends", vec![done(8, record("vpc.vpc.x", "x"))], true),
        ("accepted", vec![accepted(7)], false),
        ("refused", vec![refused(7), failed(7)], false),
        ("unclear, then resolved", vec![unresolved(7), accepted(7)], false),
        ("unclear, then done", vec![unresolved(7), done(7, record("vpc.vpc.x", "x"))], false),
        ("removed", vec![unresolved(7), removed(7)], false),
        ("settled", vec![settled(1, 7)], false),
        ("the intent of another run is settled", vec![settled(2, 7)], true),
        ("refused, begun again", vec![refused(7), begun(7, 0)], true),
    ];
    for (name, events, open) in cases {
        let mut store = Store::in_memory().expect("store");
        let (lease, run) = begin(&mut store);
        store.commit(&lease, run, &[begun(7, 0)]).expect("commit");
        store.commit(&lease, run, &events).expect("commit");
        let intents = store.open_intents().expect("intents");
        assert_eq!(intents.len(), usize::from(open), "{name}");
        assert_eq!(store.verify_all(), Ok(Vec::new()), "{name}");
        if let [one] = &intents[..] {
            assert_eq!((one.run, one.at, &one.intent), (1, NOW, &intent(7, 0)), "{name}");
            assert_eq!(one.fault.is_some(), name.starts_with("unclear"), "{name}");
        }
    }
}

#[test]
fn a_conflict_writes_nothing() {
    let mut store = Store::in_memory().expect("store");
    let (lease, run) = begin(&mut store);
    store.commit(&lease, run, &[done(0, record("vpc.vpc.a", "vpc-1"))]).expect("commit");
    let clash = [done(1, record("vpc.vpc.b", "vpc-2")), done(2, record("vpc.vpc.c", "vpc-1"))];
    let error = store.commit(&lease, run, &clash).expect_err("claimed twice");
    assert_eq!(error.code(), "E0618");
    assert!(error.to_string().contains("vpc.vpc vpc-1 for vpc.vpc.c"), "{error}");
    assert_eq!(store.serial(), Ok(1));
    assert_eq!(store.snapshot().expect("snapshot").records.len(), 1);
    // The old half of a replacement may share an id; so may another region and objects without any id.
    let mut deposed = record("vpc.vpc.c", "vpc-1");
    deposed.deposed = "d1".to_owned();
    let mut elsewhere = record("vpc.vpc.d", "vpc-1");
    elsewhere.region = Some("cn-east-2".to_owned());
    let fine =
        [done(1, deposed), done(2, elsewhere), done(3, record("vpc.vpc.e", "")), done(4, record("vpc.vpc.f", ""))];
    store.commit(&lease, run, &fine).expect("commit");
    assert_eq!(store.verify_all(), Ok(Vec::new()));
}

#[test]
fn a_call_is_begun_once() {
    let mut store = Store::in_memory().expect("store");
    let (lease, run) = begin(&mut store);
    store.commit(&lease, run, &[begun(1, 0)]).expect("commit");
    assert_eq!(store.commit(&lease, run, &[begun(1, 0)]).expect_err("open already").code(), "E0618");
    store.commit(&lease, run, &[begun(1, 1), begun(2, 0)]).expect("other calls");
}

#[test]
fn runs_are_listed_with_their_outcome() {
    let mut store = Store::in_memory().expect("store");
    let (lease, first) = begin(&mut store);
    store.commit(&lease, first, &[done(0, record("vpc.vpc.a", "vpc-1"))]).expect("commit");
    let second = store.begin_run(&info()).expect("run");
    store.end_run(first, "done", Timestamp(NOW.0 + 5)).expect("ended");
    let runs = store.runs().expect("runs");
    assert_eq!((first, second, runs.len()), (1, 2, 2));
    assert_eq!(
        (runs[0].ended, runs[0].outcome.as_deref(), runs[0].events),
        (Some(Timestamp(NOW.0 + 5)), Some("done"), 1)
    );
    assert_eq!((runs[1].ended, runs[1].outcome.as_deref(), runs[1].events), (None, None, 0));
    assert_eq!(runs[0].info, info());
    assert_eq!(store.run(2).expect("run").as_ref(), Some(&runs[1]));
    assert_eq!(store.run(3), Ok(None));
}

#[test]
fn durations_are_learned() {
    let mut store = Store::in_memory().expect("store");
    for millis in [1000, 3000, 1500] {
        store.record_duration(&kind("vm.instance"), "create", millis).expect("learned");
    }
    let durations = store.durations().expect("durations");
    let learned = durations[&(kind("vm.instance"), "create".to_owned())];
    // 3000 counts as twice 1000, then a quarter of each.
    assert_eq!(learned, Duration { count: 3, usual_ms: 1312, longest_ms: 3000 });
    assert_eq!(durations.len(), 1);
}

#[test]
fn a_large_state_is_read_whole() {
    let mut store = Store::in_memory().expect("store");
    let (lease, run) = begin(&mut store);
    let events: Vec<Event> = (0..20_000)
        .map(|index| done(index, record(&format!("firma.value.v[{index}]"), &format!("v-{index}"))))
        .collect();
    store.commit(&lease, run, &events).expect("commit");
    let world = store.snapshot().expect("snapshot");
    assert_eq!(world.records.len(), 20_000);
    // Keys are in the order of numbers, not of text.
    let second = world.records.keys().nth(2).expect("three").to_string();
    assert_eq!(second, "firma.value.v[2]");
}

#[test]
fn every_form_of_address_is_read_back() {
    let texts = [
        "firma.value.v",
        "firma.value.w[0]",
        "firma.value.w[18446744073709551615]",
        "firma.value.x[\"a\"]",
        "firma.value.x[\"7\"]",
        "firma.value.x[\"a[b].c\\\"]\"]",
        "firma.value.x[\"\u{e9} \\n\"]",
        "module.net.firma.value.x[\"a\"]",
        "module.net.firma.value.x[\"b\"]",
        "module.net[\"a.b\"].firma.value.x",
        "module.net[\"a.b\"].firma.value.y[0]",
        "module.net[0].module.web[\"]\"].firma.value.y[\"[\"]",
    ];
    let mut store = Store::in_memory().expect("store");
    let (lease, run) = begin(&mut store);
    let events: Vec<Event> = (0..).zip(texts).map(|(index, text)| done(index, record(text, text))).collect();
    store.commit(&lease, run, &events).expect("commit");
    let world = store.snapshot().expect("snapshot");
    let expected: std::collections::BTreeSet<_> = texts.iter().map(|text| address(text)).collect();
    assert_eq!(world.records.into_keys().collect::<std::collections::BTreeSet<_>>(), expected);
}
