//! The same changes make the same cloud, whatever was read in between and however often it was read back.

use crate::cloud::Cloud;
use firma_api::Clock;
use firma_emulator::{Change, Settings, World, handle_kept, outside, replay, sign_local, snapshot};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Something a test does. Numbers choose among what exists.
#[derive(Clone, Debug)]
enum Step {
    Vpc(u8),
    Subnet(u8, u8),
    Instance(u8),
    Power(u8, u8),
    DeleteInstance(u8),
    Disk,
    Attach(u8, u8),
    Detach(u8, u8),
    DeleteDisk(u8),
    Advance(u32),
    Look,
    Pass(u16),
    Fault(u8),
    Account(bool),
}

/// Faults that change what a call makes of the cloud, and some that only change its answer.
const FAULTS: [&str; 9] = [
    r#""twice""#,
    r#"{"late": {"millis": 30000}}"#,
    r#"{"late": {"millis": 0}}"#,
    r#""job_fails""#,
    r#"{"job_sticks": {"millis": 40000}}"#,
    r#"{"job_sticks": {}}"#,
    r#""answer_lost""#,
    r#"{"error_after": {"code": 500, "status": "INTERNAL"}}"#,
    r#"{"lags": {"millis": 100000}}"#,
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<u8>().prop_map(Step::Vpc),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Subnet(a, b)),
        any::<u8>().prop_map(Step::Instance),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Power(a, b)),
        any::<u8>().prop_map(Step::DeleteInstance),
        Just(Step::Disk),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Attach(a, b)),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Detach(a, b)),
        any::<u8>().prop_map(Step::DeleteDisk),
        (0..100_000_u32).prop_map(Step::Advance),
        Just(Step::Look),
        (0..60_u16).prop_map(Step::Pass),
        any::<u8>().prop_map(Step::Fault),
        any::<bool>().prop_map(Step::Account),
    ]
}

/// A world with what was kept of it.
struct Run {
    cloud: Cloud,
    changes: Vec<Change>,
    nonce: u64,
    vpcs: Vec<Value>,
    subnets: Vec<Value>,
    instances: Vec<Value>,
    disks: Vec<Value>,
}

fn pick(from: &[Value], number: u8) -> Value {
    from.get(usize::from(number) % from.len().max(1)).cloned().unwrap_or_else(|| json!("nothing"))
}

impl Run {
    fn new() -> Run {
        let (vpcs, subnets, instances, disks) = (vec![], vec![], vec![], vec![]);
        Run { cloud: Cloud::new(), changes: Vec::new(), nonce: 0, vpcs, subnets, instances, disks }
    }

    fn call(&mut self, service: &str, operation: &str, mut params: Value) -> Value {
        params["regionId"] = json!("cn-north-1");
        self.nonce += 1;
        let request = firma_api::build(service, operation, Some("cn-north-1"), params.as_object().unwrap()).unwrap();
        let now = self.cloud.clock.now();
        let signed = sign_local(&request, now, &self.nonce.to_string());
        let handled = self.cloud.inner.with(|world| handle_kept(world, &signed, now));
        self.changes.extend(handled.changes);
        serde_json::from_slice::<Value>(&handled.response.body).unwrap()["result"].take()
    }

    fn outside(&mut self, operation: &str, body: Value) {
        let now = self.cloud.clock.now();
        let handled = self.cloud.inner.with(|world| handle_kept(world, &outside(operation, &body), now));
        let answer: Value = serde_json::from_slice(&handled.response.body).unwrap();
        assert!(answer.get("error").is_none(), "{answer}");
        self.changes.extend(handled.changes);
    }

    fn go(&mut self, step: &Step) {
        match step {
            Step::Vpc(n) => {
                let made =
                    self.call("vpc", "createVpc", json!({"vpcName": "v", "addressPrefix": format!("10.{n}.0.0/16")}));
                self.vpcs.extend(made.get("vpcId").cloned());
            }
            Step::Subnet(v, n) => {
                let vpc = pick(&self.vpcs, *v);
                let params = json!({"vpcId": vpc, "subnetName": "s", "addressPrefix": format!("10.{v}.{n}.0/24")});
                let made = self.call("vpc", "createSubnet", params);
                self.subnets.extend(made.get("subnetId").cloned());
            }
            Step::Instance(s) => {
                let spec = self.cloud.spec(pick(&self.subnets, *s).as_str().unwrap());
                let made = self.call("vm", "createInstances", json!({"instanceSpec": spec}));
                self.instances.extend(made["instanceIds"].as_array().into_iter().flatten().cloned());
            }
            Step::Power(i, n) => {
                let operation = ["startInstance", "stopInstance", "rebootInstance"][usize::from(*n) % 3];
                let id = pick(&self.instances, *i);
                self.call("vm", operation, json!({"instanceId": id}));
            }
            Step::DeleteInstance(i) => {
                let id = pick(&self.instances, *i);
                self.call("vm", "deleteInstance", json!({"instanceId": id}));
            }
            Step::Disk => {
                let spec = json!({"az": "cn-north-1a", "name": "d", "diskType": "ssd.gp1", "diskSizeGB": 20});
                let token = format!("t{}", self.nonce);
                let made =
                    self.call("disk", "createDisks", json!({"diskSpec": spec, "maxCount": 1, "clientToken": token}));
                self.disks.extend(made["diskIds"].as_array().into_iter().flatten().cloned());
            }
            Step::Attach(i, d) | Step::Detach(i, d) => {
                let operation = if matches!(step, Step::Attach(..)) { "attachDisk" } else { "detachDisk" };
                let params = json!({"instanceId": pick(&self.instances, *i), "diskId": pick(&self.disks, *d)});
                self.call("vm", operation, params);
            }
            Step::DeleteDisk(d) => {
                let id = pick(&self.disks, *d);
                self.call("disk", "deleteDisk", json!({"diskId": id}));
            }
            Step::Advance(millis) => {
                self.outside("clock", json!({"advanceMillis": millis}));
            }
            Step::Look => drop(self.call("vm", "describeInstances", json!({}))),
            Step::Pass(seconds) => self.cloud.pass(i64::from(*seconds)),
            Step::Fault(number) => {
                let kind: Value = serde_json::from_str(FAULTS[usize::from(*number) % FAULTS.len()]).unwrap();
                self.outside("fault", json!({"add": {"at": {"times": 2}, "kind": kind}}));
            }
            Step::Account(other) => {
                let account = if *other { "other" } else { "" };
                self.outside("keys", json!({"accessKey": "emulator", "account": account}));
            }
        }
    }
}

/// The durable part, after everything due by the last change happened.
fn settled(world: &mut World, now: firma_model::time::Timestamp) -> Vec<u8> {
    handle_kept(world, &outside("inventory", &json!({})), now);
    snapshot::write(world)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn replaying_the_changes_makes_the_same_world(steps in proptest::collection::vec(step(), 1..60)) {
        let mut run = Run::new();
        for step in &steps {
            run.go(step);
        }
        let now = run.cloud.clock.now();
        let original = run.cloud.inner.with(|world| settled(world, now));

        let mut again = World::new(7, Settings::default());
        for (number, change) in run.changes.iter().enumerate() {
            // Read it back now and then, as another process would.
            if number % 7 == 3 {
                again = snapshot::read(&snapshot::write(&again)).expect("a snapshot of this version");
            }
            let kept: Change = serde_json::from_str(&serde_json::to_string(change).unwrap()).unwrap();
            prop_assert_eq!(replay(&mut again, &kept), Ok(()));
        }
        let again = settled(&mut again, now);
        prop_assert_eq!(String::from_utf8(again).unwrap(), String::from_utf8(original).unwrap());
    }
}

#[test]
fn the_same_seed_gives_the_same_ids() {
    let ids = || {
        let cloud = Cloud::new();
        let (vpc, subnet) = cloud.network();
        (vpc, subnet.clone(), cloud.instance(&subnet))
    };
    assert_eq!(ids(), ids());
    let (vpc, _, _) = ids();
    assert!(vpc.len() == 14 && vpc[4..].bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{vpc}");
}

#[test]
fn time_never_goes_backwards() {
    let cloud = Cloud::new();
    let seen = |cloud: &Cloud| cloud.inner.outside("inventory", &json!({}))["result"]["now"].clone();
    cloud.pass(100);
    let later = seen(&cloud);
    cloud.pass(-50);
    assert_eq!(seen(&cloud), later);
    assert_eq!(cloud.inner.outside("clock", &json!({"advanceMillis": -1}))["error"]["status"], "INVALID_ARGUMENT");
}

#[test]
fn a_reset_cloud_is_empty_and_begins_again() {
    let cloud = Cloud::new();
    let first = cloud.vpc("main", "10.0.0.0/16");
    cloud.inner.outside("reset", &json!({}));
    assert_eq!(cloud.inner.outside("inventory", &json!({}))["result"]["objects"], json!([]));
    assert_eq!(cloud.vpc("main", "10.0.0.0/16"), first);
}
