//! A run while it happens: the live view, the lines of a log, the lines for programs.

use crate::told::{Told, fault};
use firma_model::{fault::FaultKind, record::Status};
use firma_plan::{
    event::{RunEvent, Settled, Settlement},
    step::{Action, Leg},
};
use firma_review::{
    Next, Style,
    progress::{Size, events, frame},
    run::Report,
};
use std::collections::BTreeSet;

const SIZE: Size = Size { width: 80, height: 24 };

fn many(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("vm.instance.web[{n}]")).collect()
}

fn creating(names: &[String]) -> Told {
    let steps: Vec<(&str, Leg, Action)> =
        names.iter().map(|name| (name.as_str(), Leg::Create, Action::Create)).collect();
    Told::new(&steps)
}

#[test]
fn the_live_view_at_80_columns() {
    let names = many(400);
    let mut told = creating(&names);
    for step in 0..123 {
        told.done(step, 400);
    }
    let quota = fault(FaultKind::Quota, "createInstances", Some((429, "QUOTA_EXCEEDED")), "the quota is 3");
    told.failed(123, quota.clone(), None).failed(124, quota, None).skipped(125, "vm.instance.web[123]");
    for step in 126..190 {
        told.start(step).pass(100);
    }
    told.waiting(126, "pending", 40_000).waiting(127, "", 2_000).pass(6_000);
    let lines = frame(&told.tally(), told.now, SIZE, Style::Plain);
    assert!(lines.iter().all(|line| line.chars().count() <= SIZE.width), "{lines:#?}");
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn it_fits_any_terminal() {
    let mut names = many(3);
    names.push(format!("vpc.subnet.{}[\"a-very-long-key-of-a-map-in-some-module\"]", "x".repeat(60)));
    let mut told = creating(&names);
    for step in 0..4 {
        told.start(step).waiting(step, "pending", 600_000).pass(700_000);
    }
    for width in [1, 5, 12, 20, 40, 61, 80, 200] {
        for height in [1, 3, 4, 24] {
            let lines = frame(&told.tally(), told.now, Size { width, height }, Style::Plain);
            assert!(lines.len() <= height.max(1), "{width}x{height}: {lines:#?}");
            if width >= 40 {
                assert!(lines.iter().all(|line| line.chars().count() <= width), "{width}: {lines:#?}");
            }
        }
    }
}

#[test]
fn a_small_run_in_lines() {
    let mut told = Told::new(&[
        ("vpc.vpc.main", Leg::Create, Action::Create),
        ("vpc.subnet.a", Leg::Update, Action::Update),
        ("vpc.subnet.b", Leg::Delete, Action::Delete),
        ("firma.value.kept", Leg::Record, Action::Record),
        ("vpc.subnet.c", Leg::Create, Action::Create),
    ]);
    told.done(0, 400).done(1, 75_000).start(2).waiting(2, "deleting", 4_000).pass(31_000);
    told.waiting(2, "deleting", 4_000).pass(1_000).waiting(2, "deleting", 4_000);
    let denied = fault(FaultKind::Denied, "deleteSubnet", Some((403, "PERMISSION_DENIED")), "no\u{1b}[2J");
    told.failed(2, denied, None).done(3, 0).skipped(4, "vpc.subnet.b").finish();
    insta::assert_snapshot!(told.lines());
}

#[test]
fn ten_thousand_steps_are_some_lines() {
    let names = many(10_000);
    let mut told = creating(&names);
    let invalid = fault(FaultKind::Invalid, "createInstances", Some((400, "INVALID_ARGUMENT")), "no");
    for step in 0..10_000 {
        match step % 20 {
            0 => told.failed(step, invalid.clone(), None),
            _ => told.done(step, 10),
        };
    }
    told.finish();
    let lines = told.lines();
    // The beginning, ten tenths, fifty failures, and that there are more.
    assert!((15..=65).contains(&lines.lines().count()), "{} lines", lines.lines().count());
    assert!(lines.contains("further failures are counted"), "{lines}");
    assert!(lines.contains("of 10000 done"), "{lines}");
}

/// One event of every kind, every optional field given.
fn one_of_each() -> Told {
    let mut told = Told::new(&[
        ("vpc.vpc.main", Leg::Create, Action::Create),
        ("vpc.subnet.a", Leg::Create, Action::Create),
        ("vpc.subnet.b", Leg::Create, Action::Create),
    ]);
    let refused = fault(FaultKind::Invalid, "createVpc", Some((400, "INVALID_ARGUMENT")), "no");
    told.start(0).waiting(0, "pending", 4_000).done(0, 10).failed(1, refused, Some(Status::Incomplete));
    told.skipped(2, "vpc.subnet.a");
    told.tell(RunEvent::CallMade {
        service: "vpc".into(),
        operation: "createVpc".into(),
        region: Some("cn-north-1".into()),
        status: Some(200),
        outcome: "ok",
        request_id: Some("r-1".into()),
        elapsed: 5,
    });
    told.tell(RunEvent::CallSettled(Settlement {
        run: 3,
        address: "vpc.vpc.other".parse().expect("an address"),
        action: "create".into(),
        service: "vpc".into(),
        operation: "createVpc".into(),
        class: "markable".into(),
        how: Settled::Stuck { why: "nobody knows".into(), candidates: vec!["vpc-1".into()] },
    }));
    told.tell(RunEvent::OutputBroken { name: "a".into(), why: "b".into() });
    told.tell(RunEvent::ConditionMissed { why: "c".into(), warning: true });
    told.tell(RunEvent::JournalLost { code: "E0606".into(), message: "full".into() });
    told.finish();
    told
}

fn printed(told: &Told) -> Vec<serde_json::Value> {
    let mut lines: Vec<String> = told.events.iter().map(|stamped| events::json(stamped.at, &stamped.event)).collect();
    let tally = told.tally();
    lines.push(events::report(&tally, &Report::of(&tally), &Next::default()));
    lines.iter().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn events_for_programs() {
    let told = one_of_each();
    let lines: Vec<String> = told.events.iter().map(|stamped| events::json(stamped.at, &stamped.event)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

fn names(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (name, inner) in map {
                found.insert(name.clone());
                // Its keys are actions, which the page of plans explains.
                if name != "done" && name != "broken_outputs" {
                    names(inner, found);
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

/// The page of the format and what is printed name the same things.
#[test]
fn the_page_names_every_event_and_every_field() {
    let read = |page: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../state/formats").join(page);
        std::fs::read_to_string(path).expect("the page")
    };
    let (page, reports) = (read("events.md"), read("review.md"));
    let rows: Vec<(&str, &str)> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).collect();
    let mut kinds = BTreeSet::new();
    for line in printed(&one_of_each()) {
        let event = line["event"].as_str().expect("every line names its event").to_owned();
        let row = rows.iter().find(|(name, _)| *name == event);
        let (_, fields) = row.unwrap_or_else(|| panic!("`{event}` is not in state/formats/events.md"));
        let line = line.as_object().expect("an object");
        for name in line.keys().filter(|name| !["format", "at", "event"].contains(&name.as_str())) {
            assert!(fields.contains(&format!("`{name}")), "`{name}` of `{event}` is not in state/formats/events.md");
        }
        let mut inner = BTreeSet::new();
        line.iter().filter(|(name, _)| *name != "report").for_each(|(_, value)| names(value, &mut inner));
        for name in inner {
            assert!(page.contains(&name), "`{name}` in `{event}` is not in state/formats/events.md");
        }
        if event == "report" {
            let mut inner = BTreeSet::new();
            names(&line["report"], &mut inner);
            for name in inner {
                assert!(reports.contains(&format!("`{name}`")), "`{name}` is not in state/formats/review.md");
            }
        }
        kinds.insert(event);
    }
    let documented: BTreeSet<String> = rows.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(kinds, documented);
}
