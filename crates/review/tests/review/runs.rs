//! How a run ended.

use firma_model::fault::{Fault, FaultKind};
use firma_plan::step::Action;
use firma_review::{
    Style,
    run::{Outcome, Report, Trouble, json, summary},
};
use std::collections::BTreeMap;

fn fault(kind: FaultKind, operation: &str, status: Option<(u16, &str)>, message: &str) -> Fault {
    Fault {
        kind,
        service: "vpc".into(),
        operation: operation.into(),
        http_status: status.map(|(http, _)| http),
        code: status.map(|(http, _)| i64::from(http)),
        status: status.map(|(_, name)| name.into()),
        message: message.into(),
        request_id: status.map(|_| "bq1c8ok0h".into()),
    }
}

fn trouble(address: &str, leg: &str, outcome: Outcome) -> Trouble {
    Trouble { address: address.into(), leg: leg.into(), outcome }
}

fn troubled() -> Report {
    let invalid =
        fault(FaultKind::Invalid, "createSubnet", Some((400, "INVALID_ARGUMENT")), "addressPrefix overlaps\u{1b}[2J");
    let lost =
        fault(FaultKind::Ambiguous, "createElasticIps", None, "the connection was reset after the request was sent");
    Report {
        run: 7,
        done: BTreeMap::from([(Action::Create, 3), (Action::Update, 1), (Action::Delete, 0)]),
        troubles: vec![
            trouble("vpc.subnet.b", "create", Outcome::Failed(invalid)),
            trouble(
                "vpc.elastic_ip.web",
                "create",
                Outcome::Unresolved { fault: lost, candidates: vec!["fip-1".into(), "fip-2".into()] },
            ),
            trouble("vm.instance.b", "create", Outcome::Skipped { because: "vpc.subnet.b failed".into() }),
        ],
        interrupted: false,
        millis: 83_400,
    }
}

#[test]
fn a_run_that_went_well() {
    let report = Report { done: BTreeMap::from([(Action::Create, 2)]), millis: 1_250, ..Report::default() };
    assert_eq!(summary(&report, Style::Plain), "Done: 2 created in 1.2 s.\n");
    let idle = Report { millis: 80, ..Report::default() };
    assert_eq!(summary(&idle, Style::Plain), "Done: nothing was finished in 0.0 s.\n");
}

#[test]
fn a_run_with_troubles() {
    insta::assert_snapshot!(summary(&troubled(), Style::Plain));
}

#[test]
fn a_stopped_run() {
    let skipped = Outcome::Skipped { because: "the run was stopped".into() };
    let report = Report {
        done: BTreeMap::from([(Action::Replace, 1)]),
        troubles: vec![trouble("vpc.vpc.main", "create", skipped)],
        interrupted: true,
        millis: 12_000,
        ..Report::default()
    };
    insta::assert_snapshot!(summary(&report, Style::Plain));
}

#[test]
fn every_fault_has_its_advice() {
    let kinds = [
        FaultKind::Denied,
        FaultKind::Invalid,
        FaultKind::NotFound,
        FaultKind::Conflict,
        FaultKind::Throttled,
        FaultKind::Quota,
        FaultKind::Unavailable,
        FaultKind::Ambiguous,
    ];
    for kind in kinds {
        let failed = Outcome::Failed(fault(kind, "deleteVpc", None, "no"));
        let report = Report { troubles: vec![trouble("vpc.vpc.main", "delete", failed)], ..Report::default() };
        let text = summary(&report, Style::Plain);
        let advice = text.lines().find_map(|line| line.trim().strip_prefix("what to do: ")).expect("advice");
        assert!(advice.len() > 20, "{kind:?}: {advice}");
    }
}

#[test]
fn as_json() {
    insta::assert_snapshot!(json(&troubled()));
}
