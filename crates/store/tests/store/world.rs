//! Small worlds for the tests: a state in a temporary folder, records and events.

use firma_model::{
    address::{Address, KindId, NodeSet},
    desired::OnRemove,
    document::Document,
    event::{Event, EventBody, Intent},
    fault::{Fault, FaultKind},
    place::Billing,
    record::{Record, Status},
    time::Timestamp,
};
use firma_store::{Lease, Mode, RunInfo, Store};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub(crate) const TTL: i64 = 60_000;

/// A folder of its own, and the path of a state in it.
pub(crate) fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join(".firma").join("state.db");
    (folder, path)
}

pub(crate) fn create(path: &Path) -> Store {
    Store::open(path, Mode::CreateIfMissing).expect("created")
}

pub(crate) fn existing(path: &Path) -> Store {
    Store::open(path, Mode::Existing).expect("opened")
}

pub(crate) fn info() -> RunInfo {
    RunInfo {
        started: NOW,
        command: "apply".to_owned(),
        argv: vec!["firma".to_owned(), "apply".to_owned()],
        who: "somebody@somewhere".to_owned(),
        git_commit: Some("0123abc".to_owned()),
        plan_id: None,
    }
}

/// Takes the lease and begins a run.
pub(crate) fn begin(store: &mut Store) -> (Lease, u64) {
    let lease = store.acquire("somebody, pid 1", NOW, TTL).expect("lease");
    let run = store.begin_run(&info()).expect("run");
    (lease, run)
}

pub(crate) fn address(text: &str) -> Address {
    text.parse().expect("address")
}

pub(crate) fn record(text: &str, cloud_id: &str) -> Record {
    let address = address(text);
    Record {
        kind: address.kind().clone(),
        address,
        deposed: String::new(),
        schema_version: 1,
        cloud_id: cloud_id.to_owned(),
        region: Some("cn-north-1".to_owned()),
        zone: None,
        billing: Some(Billing {
            method: "prepaid_by_duration".to_owned(),
            unit: Some("month".to_owned()),
            duration: Some(1),
            auto_renew: None,
        }),
        status: Status::Ready,
        inputs: Document::from_text(r#"{"name":"a","weight":0.1}"#),
        observed: Document::from_text(r#"{"id":"x","name":"a"}"#),
        fingerprint: "vpc-1".to_owned(),
        dependencies: NodeSet::from([
            "vpc.vpc.main".parse().expect("node"),
            "vm.instance.web[*]".parse().expect("node"),
        ]),
        create_before_destroy: false,
        prevent_destroy: true,
        on_remove: OnRemove::Retain,
        version: 0,
    }
}

pub(crate) fn event(body: EventBody) -> Event {
    Event { at: NOW, body }
}

pub(crate) fn done(step: u32, record: Record) -> Event {
    event(EventBody::Done { step, record })
}

pub(crate) fn begun(step: u32, call: u32) -> Event {
    event(EventBody::Begin(intent(step, call)))
}

pub(crate) fn intent(step: u32, call: u32) -> Intent {
    Intent {
        step,
        call,
        address: address("vpc.subnet.web[\"a\"]"),
        deposed: String::new(),
        action: "create".to_owned(),
        class: "tokened".to_owned(),
        service: "vpc".to_owned(),
        operation: "createSubnet".to_owned(),
        region: Some("cn-north-1".to_owned()),
        cloud_id: String::new(),
        parameters: Document::from_text(r#"{"subnetName":"a"}"#),
        body_hash: "00".to_owned(),
        token: Some("t-1".to_owned()),
        marker: None,
        ids_before: Some(vec!["subnet-0".to_owned()]),
    }
}

pub(crate) fn fault() -> Fault {
    Fault {
        kind: FaultKind::Ambiguous,
        service: "vpc".to_owned(),
        operation: "createSubnet".to_owned(),
        http_status: Some(502),
        code: None,
        status: None,
        message: "bad gateway".to_owned(),
        request_id: None,
    }
}

pub(crate) fn kind(text: &str) -> KindId {
    KindId::new(text)
}
