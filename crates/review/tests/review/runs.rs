//! How a run ended: the report, made of the events of a run.

use crate::told::{Told, fault};
use firma_model::{fault::FaultKind, record::Status};
use firma_plan::{
    event::{RunEvent, Settled, Settlement},
    step::{Action, Leg},
};
use firma_review::{
    Next, Style,
    run::{Report, json, summary},
};

fn text(told: &Told) -> String {
    summary(&Report::of(&told.tally()), &Next::default(), Style::Plain)
}

#[test]
fn a_run_that_went_well() {
    let mut told =
        Told::new(&[("vpc.vpc.main", Leg::Create, Action::Create), ("vpc.vpc.b", Leg::Create, Action::Create)]);
    told.done(0, 400).done(1, 850).finish();
    assert_eq!(text(&told), "Done: 2 created in 1.2 s.\n");
    let mut idle = Told::new(&[]);
    idle.finish();
    assert_eq!(text(&idle), "Done: nothing was finished in 0.0 s.\n");
}

#[test]
fn halves_are_counted_once() {
    let mut told = Told::new(&[
        ("vpc.vpc.a", Leg::Delete, Action::Replace),
        ("vpc.vpc.a", Leg::Create, Action::Replace),
        ("vpc.vpc.b", Leg::Record, Action::Update),
        ("vpc.vpc.b", Leg::Update, Action::Update),
    ]);
    told.done(0, 1).done(1, 1).done(2, 1).done(3, 1).finish();
    assert_eq!(text(&told), "Done: 1 updated, 1 replaced in 0.0 s.\n");
}

/// One of everything that can go wrong with a step.
fn troubled() -> Told {
    let names: Vec<String> = (0..12).map(|n| format!("vm.instance.web[{n}]")).collect();
    let mut steps = vec![
        ("vpc.subnet.b", Leg::Create, Action::Create),
        ("vpc.elastic_ip.web", Leg::Create, Action::Create),
        ("disk.disk.a", Leg::Create, Action::Create),
        ("disk.disk.b", Leg::Create, Action::Create),
        ("vpc.vpc.old", Leg::Delete, Action::Delete),
    ];
    steps.extend(names.iter().map(|name| (name.as_str(), Leg::Create, Action::Create)));
    let mut told = Told::new(&steps);
    let invalid =
        fault(FaultKind::Invalid, "createSubnet", Some((400, "INVALID_ARGUMENT")), "addressPrefix overlaps\u{1b}[2J");
    told.failed(0, invalid, None);
    let lost = fault(FaultKind::Ambiguous, "createElasticIps", None, "the connection was reset after it was sent");
    told.unresolved(1, lost);
    let slow = fault(FaultKind::Unavailable, "createDisks", None, "vol-1 is not there after 300 seconds");
    told.failed(2, slow, Some(Status::Incomplete));
    let broken = fault(FaultKind::Invalid, "createDisks", None, "the cloud reports vol-2 as `error`");
    told.failed(3, broken, Some(Status::Tainted));
    told.start(4);
    for step in 5..14 {
        let quota = fault(FaultKind::Quota, "createInstances", Some((429, "QUOTA_EXCEEDED")), "the quota of vm is 3");
        told.failed(step, quota, None);
    }
    told.skipped(14, "vpc.subnet.b").skipped(15, "vpc.subnet.b");
    told
}

#[test]
fn everything_unfinished_says_why_and_what_to_do() {
    let mut told = troubled();
    told.tell(RunEvent::OutputBroken { name: "address".into(), why: "there is no attribute `ip`".into() });
    told.finish();
    insta::assert_snapshot!(text(&told));
}

#[test]
fn as_json() {
    let mut told = troubled();
    told.finish();
    insta::assert_snapshot!(json(&Report::of(&told.tally()), &Next::default()));
}

#[test]
fn a_stopped_run() {
    let mut told = Told::new(&[
        ("vpc.vpc.a", Leg::Create, Action::Replace),
        ("vpc.vpc.b", Leg::Create, Action::Create),
        ("vpc.vpc.c", Leg::Create, Action::Create),
    ]);
    told.done(0, 12_000).start(1).skipped(2, "interrupted").stop();
    insta::assert_snapshot!(text(&told));
}

#[test]
fn a_run_that_was_killed() {
    let mut told = Told::new(&[("vpc.vpc.a", Leg::Create, Action::Create), ("vpc.vpc.b", Leg::Create, Action::Create)]);
    told.start(0);
    let next = Next { firma: "firma -C net".into(), again: "destroy" };
    insta::assert_snapshot!(summary(&Report::of(&told.tally()), &next, Style::Plain));
}

#[test]
fn a_run_whose_journal_was_lost() {
    let mut told = Told::new(&[("vpc.vpc.a", Leg::Create, Action::Create), ("vpc.vpc.b", Leg::Create, Action::Create)]);
    told.start(0);
    told.tell(RunEvent::JournalLost { code: "E0606".into(), message: "there is no room to write the state".into() });
    told.skipped(1, "the journal could not be written").finish();
    insta::assert_snapshot!(text(&told));
}

#[test]
fn a_recovery() {
    let mut told = Told::new(&[]);
    let ways = [
        Settled::Created("vpc-1".into()),
        Settled::NotCreated,
        Settled::Adopted("fip-1".into()),
        Settled::Done,
        Settled::NotDone,
        Settled::Forgotten,
        Settled::Stuck { why: "403 PERMISSION_DENIED".into(), candidates: Vec::new() },
        Settled::Stuck { why: "one object could be it".into(), candidates: vec!["fip-2".into()] },
        Settled::Stuck { why: "2 objects could be it".into(), candidates: vec!["fip-3".into(), "fip-4".into()] },
    ];
    for (at, how) in ways.into_iter().enumerate() {
        told.tell(RunEvent::CallSettled(Settlement {
            run: 3,
            address: format!("vpc.elastic_ip.web[{at}]").parse().expect("an address"),
            action: "create".into(),
            service: "vpc".into(),
            operation: "createElasticIps".into(),
            class: "bare".into(),
            how,
        }));
    }
    told.finish();
    insta::assert_snapshot!(format!("{}\n{}", told.lines(), text(&told)));
}

#[test]
fn every_fault_has_its_advice() {
    let kinds = [
        (FaultKind::Denied, None, "let this access key call vpc:deleteVpc"),
        (FaultKind::Denied, Some((401, "ACCESS_ERROR")), "renew the key or its session token"),
        (FaultKind::Invalid, None, "what still uses the object has to go first"),
        (FaultKind::NotFound, None, "`firma plan` shows what is missing"),
        (
            FaultKind::Conflict,
            Some((409, "ALREADY_EXISTS")),
            "choose another name, or remove the other one, then `firma apply`",
        ),
        (FaultKind::Throttled, None, "`firma apply` goes on"),
        (FaultKind::Quota, None, "raise the quota"),
        (FaultKind::Unavailable, None, "`firma apply`, when vpc answers again"),
        (FaultKind::Ambiguous, None, "`firma recover` looks"),
    ];
    for (kind, status, expected) in kinds {
        let mut told = Told::new(&[("vpc.vpc.main", Leg::Delete, Action::Delete)]);
        told.failed(0, fault(kind, "deleteVpc", status, "no"), None).finish();
        let text = text(&told);
        let advice = text.lines().find_map(|line| line.trim().strip_prefix("what to do: ")).expect("advice");
        assert!(advice.contains(expected), "{kind:?}: {advice}");
    }
    let clock = fault(
        FaultKind::Denied,
        "deleteVpc",
        Some((401, "ACCESS_ERROR")),
        "bad date; this machine's clock is 20 minutes ahead of the cloud's",
    );
    let mut told = Told::new(&[("vpc.vpc.main", Leg::Delete, Action::Delete)]);
    told.failed(0, clock, None).finish();
    assert!(text(&told).contains("what to do: set this machine's clock, then `firma apply`"), "{}", text(&told));
    let local =
        fault(FaultKind::Unavailable, "createVpc", None, "this machine's clock is 5 minutes behind the cloud's");
    let mut told = Told::new(&[("vpc.vpc.main", Leg::Create, Action::Create)]);
    told.failed(0, local, None).finish();
    assert!(text(&told).contains("what to do: set this machine's clock, then `firma apply`"), "{}", text(&told));
    // Looked at before it was touched, and found to be another: no answer of the cloud.
    let other = fault(FaultKind::Conflict, "deleteVpc", None, "vpc-1 is another object now");
    let mut told = Told::new(&[("vpc.vpc.main[\"a\"]", Leg::Delete, Action::Delete)]);
    told.failed(0, other, None).finish();
    assert!(text(&told).contains("`firma state rm 'vpc.vpc.main[\"a\"]'` forgets ours"), "{}", text(&told));
}

#[test]
fn a_hundred_that_wait_for_one_are_one_line() {
    let names: Vec<String> = (0..100).map(|n| format!("vpc.subnet.s[{n}]")).collect();
    let mut steps = vec![("vpc.vpc.main", Leg::Create, Action::Create)];
    steps.extend(names.iter().map(|name| (name.as_str(), Leg::Create, Action::Create)));
    let mut told = Told::new(&steps);
    told.failed(0, fault(FaultKind::Denied, "createVpc", Some((403, "PERMISSION_DENIED")), "no"), None);
    for step in 1..=100 {
        told.skipped(step, "vpc.vpc.main");
    }
    told.finish();
    let text = text(&told);
    assert!(text.contains("  100 because vpc.vpc.main was not done: vpc.subnet.s[0], "), "{text}");
    assert!(text.contains(" and 94 more\n") && text.lines().count() < 15, "{text}");
}
