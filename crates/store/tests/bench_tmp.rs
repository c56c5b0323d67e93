use firma_model::{address::*, desired::OnRemove, document::Document, event::*, record::*, time::Timestamp};
use firma_store::*;
use std::time::Instant;
#[test]
fn t() {
    let dir = tempfile::tempdir_in("/work/main/target").expect("x");
    let mut s = Store::open(&dir.path().join("s.db"), Mode::CreateIfMissing).expect("x");
    let lease = s.acquire("a", Timestamp(0), 1000).expect("x");
    let run = s
        .begin_run(&RunInfo {
            started: Timestamp(0),
            command: "".into(),
            argv: vec![],
            who: "".into(),
            git_commit: None,
            plan_id: None,
        })
        .expect("x");
    let evs: Vec<Event> = (0..100_000)
        .map(|i| {
            let a: Address = format!("firma.value.v[{i}]").parse().expect("x");
            let d: Node = format!("firma.value.hub[{}]", i / 100).parse().expect("x");
            Event {
                at: Timestamp(0),
                body: EventBody::Done {
                    step: i,
                    record: Record {
                        kind: a.kind().clone(),
                        address: a,
                        deposed: String::new(),
                        schema_version: 1,
                        cloud_id: format!("id-{i}"),
                        region: None,
                        zone: None,
                        billing: None,
                        status: Status::Ready,
                        inputs: Document::from_text(format!("{{\"input\":\"{}\"}}", "x".repeat(80))),
                        observed: Document::from_text(format!(
                            "{{\"id\":\"id-{i}\",\"output\":\"{}\"}}",
                            "x".repeat(80)
                        )),
                        fingerprint: String::new(),
                        dependencies: [d].into(),
                        create_before_destroy: false,
                        prevent_destroy: false,
                        on_remove: OnRemove::Destroy,
                        version: 0,
                    },
                },
            }
        })
        .collect();
    let t = Instant::now();
    for c in evs.chunks(1000) {
        s.commit(&lease, run, c).expect("x");
    }
    println!("commit 100k in chunks of 1000: {:?}", t.elapsed());
    let t = Instant::now();
    for e in &evs[..200] {
        s.commit(&lease, run, std::slice::from_ref(e)).expect("x");
    }
    println!("200 single commits: {:?}", t.elapsed());
    for _ in 0..3 {
        let t = Instant::now();
        let w = s.snapshot().expect("x");
        println!("snapshot {} {:?}", w.records.len(), t.elapsed());
    }
    let t = Instant::now();
    println!("verify {:?} {:?}", s.verify_all().expect("x").len(), t.elapsed());
    drop(s);
    let t = Instant::now();
    let s = Store::open(&dir.path().join("s.db"), Mode::Existing).expect("x");
    println!("open {:?}", t.elapsed());
    drop(s);
}
