//! Plans: kept, verified, carried out once.

use crate::world::{NOW, create, existing, folder, info};
use firma_store::{Store, Verification, read_plan_file};

const PLAN: &[u8] = br#"{"format":"firma.plan/1","secret":{"$sensitive":"not-a-secret"},"zeta":1.50}"#;

#[test]
fn a_plan_is_carried_out_once() {
    let mut store = Store::in_memory().expect("store");
    store.put_plan("p1", PLAN, NOW).expect("kept");
    store.put_plan("p1", PLAN, NOW).expect("again");
    let (first, second) = (store.begin_run(&info()).expect("run"), store.begin_run(&info()).expect("run"));
    let plan = store.plan("p1").expect("plan").expect("kept");
    assert_eq!((plan.bytes.as_slice(), plan.made, plan.consumed_by), (PLAN, NOW, None));
    store.consume_plan("p1", first).expect("first use");
    store.consume_plan("p1", first).expect("the same run resumes");
    let error = store.consume_plan("p1", second).expect_err("used");
    assert_eq!((error.code(), error.to_string()), ("E0615", "plan p1 was already carried out by run 1".to_owned()));
    assert!(error.is_refusal());
    assert_eq!(store.plan_consumed_by("p1"), Ok(Some(first)));
    let error = store.consume_plan("p2", second).expect_err("unknown");
    assert_eq!((error.code(), error.to_string()), ("E0617", "there is no plan p2".to_owned()));
    assert_eq!(store.plan("p2"), Ok(None));
}

#[test]
fn a_file_is_believed_only_by_its_own_state() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let file = store.plan_file("p1", PLAN).expect("file");
    assert!(!String::from_utf8(file.clone()).expect("text").contains("not-a-secret"));
    let plan = store.open_plan_file(&file).expect("read");
    assert_eq!((plan.id.as_str(), plan.bytes.as_slice(), plan.verification), ("p1", PLAN, Verification::Verified));

    let (_other, elsewhere) = folder_of_another();
    let other = existing(&elsewhere);
    let why = |plan: firma_store::PlanFile| match plan.verification {
        Verification::Verified => "verified".to_owned(),
        Verification::Unverified(why) => why,
    };
    assert_eq!(why(other.open_plan_file(&file).expect("read")), "it was made with another state");
    assert_eq!(why(read_plan_file(&file).expect("read")), "the state it was made with was not asked");

    // Any flipped bit is noticed, in the body and in the first line.
    for index in 0..file.len() {
        let mut flipped = file.clone();
        flipped[index] ^= 1;
        match store.open_plan_file(&flipped) {
            Ok(plan) => assert_ne!(plan.verification, Verification::Verified, "byte {index}"),
            Err(error) => assert_eq!(error.code(), "E0616", "byte {index}: {error}"),
        }
    }
    for broken in
        [&b""[..], b"{}", b"{}\n{}", b"\xff\n", br#"{"format":"firma.plan-file/9","id":"","lineage":"","code":""}"#]
    {
        assert_eq!(store.open_plan_file(broken).expect_err("no plan file").code(), "E0616");
    }
}

fn folder_of_another() -> (tempfile::TempDir, std::path::PathBuf) {
    let (folder, path) = folder();
    create(&path).hash_key().expect("key");
    (folder, path)
}

#[test]
fn a_plan_changed_in_the_table_is_refused() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    store.put_plan("p1", PLAN, NOW).expect("kept");
    store.put_plan("p2", b"{}", NOW).expect("kept");
    let connection = rusqlite::Connection::open(&path).expect("opened");
    connection
        .execute("UPDATE plan SET body = (SELECT body FROM plan WHERE id = 'p2') WHERE id = 'p1'", [])
        .expect("swapped");
    let error = store.plan("p1").expect_err("swapped");
    assert_eq!(error.to_string(), "the plan cannot be verified: it is plan p2");
    connection.execute("UPDATE plan SET body = CAST(body || ' ' AS BLOB) WHERE id = 'p2'", []).expect("changed");
    assert_eq!(
        store.plan("p2").expect_err("changed").to_string(),
        "the plan cannot be verified: it was changed after it was made"
    );
}

#[test]
fn old_plans_make_room_unless_they_were_used() {
    let mut store = Store::in_memory().expect("store");
    let run = store.begin_run(&info()).expect("run");
    store.put_plan("used", b"{}", NOW).expect("kept");
    store.consume_plan("used", run).expect("used");
    for index in 0..30_i64 {
        store.put_plan(&format!("p{index}"), b"{}", NOW.plus_millis(index)).expect("kept");
    }
    let kept = |id: &str| store.plan(id).expect("plan").is_some();
    assert!(kept("used") && kept("p29") && kept("p10"));
    assert!(!kept("p9") && !kept("p0"));
}
