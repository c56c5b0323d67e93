//! A cloud under a clock that only moves when told to.

use firma_api::{BoxFuture, Clock, Response};
use firma_emulator::{InProcess, Settings, World};
use firma_model::time::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A clock for tests.
pub(crate) struct Still(AtomicI64);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.fetch_add(duration.as_millis() as i64, Ordering::SeqCst);
        Box::pin(async {})
    }
}

/// A cloud and its region.
pub(crate) struct Cloud {
    pub(crate) inner: InProcess<Still>,
    pub(crate) clock: Arc<Still>,
    pub(crate) region: &'static str,
}

impl Cloud {
    /// An empty cloud at 2026-01-15 10:00 UTC.
    pub(crate) fn new() -> Cloud {
        Cloud::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Cloud {
        let start = Timestamp::parse("2026-01-15T10:00:00Z").unwrap();
        let clock = Arc::new(Still(AtomicI64::new(start.0)));
        Cloud { inner: InProcess::new(World::new(7, settings), clock.clone()), clock, region: "cn-north-1" }
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// The raw answer of a call.
    pub(crate) fn raw(&self, service: &str, operation: &str, params: Value) -> Response {
        let mut params = params.as_object().unwrap().clone();
        let facts = firma_api::operation(service, operation).unwrap();
        let regional = facts.params.iter().any(|p| p.name == "regionId");
        if regional && !params.contains_key("regionId") {
            params.insert("regionId".into(), json!(self.region));
        }
        let region = params.get("regionId").and_then(Value::as_str).map(str::to_owned);
        let request = firma_api::build(service, operation, region.as_deref(), &params)
            .unwrap_or_else(|p| panic!("{operation}: {p:?}"));
        self.inner.call(&request)
    }

    /// The whole body of a call.
    pub(crate) fn body(&self, service: &str, operation: &str, params: Value) -> Value {
        serde_json::from_slice(&self.raw(service, operation, params).body).unwrap()
    }

    /// The result of a call that must succeed.
    pub(crate) fn ok(&self, service: &str, operation: &str, params: Value) -> Value {
        let body = self.body(service, operation, params);
        assert!(body.get("error").is_none(), "{operation}: {body}");
        assert!(body["requestId"].as_str().is_some_and(|id| id.len() == 36), "{body}");
        body["result"].clone()
    }

    /// Code and status of a call that must fail.
    pub(crate) fn err(&self, service: &str, operation: &str, params: Value) -> (i64, String) {
        let (code, status, _) = self.error(service, operation, params);
        (code, status)
    }

    /// Code, status and message of a call that must fail.
    pub(crate) fn error(&self, service: &str, operation: &str, params: Value) -> (i64, String, String) {
        let response = self.raw(service, operation, params);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        let error = body.get("error").unwrap_or_else(|| panic!("{operation} succeeded: {body}"));
        assert_eq!(i64::from(response.status), error["code"].as_i64().unwrap());
        assert_eq!(response.header("x-jdcloud-request-id"), body["requestId"].as_str());
        let text = |name: &str| error[name].as_str().unwrap().to_owned();
        (error["code"].as_i64().unwrap(), text("status"), text("message"))
    }

    pub(crate) fn vpc(&self, name: &str, prefix: &str) -> String {
        text(&self.ok("vpc", "createVpc", json!({"vpcName": name, "addressPrefix": prefix})), "vpcId")
    }

    pub(crate) fn subnet(&self, vpc: &str, prefix: &str) -> String {
        let params = json!({"vpcId": vpc, "subnetName": "subnet", "addressPrefix": prefix});
        text(&self.ok("vpc", "createSubnet", params), "subnetId")
    }

    pub(crate) fn elastic_ip(&self) -> String {
        let spec = json!({"bandwidthMbps": 5, "provider": "bgp", "chargeSpec": {"chargeMode": "postpaid_by_usage"}});
        let result = self.ok("vpc", "createElasticIps", json!({"maxCount": 1, "elasticIpSpec": spec}));
        result["elasticIpIds"][0].as_str().unwrap().to_owned()
    }

    pub(crate) fn disk(&self) -> String {
        let spec = json!({"az": "cn-north-1a", "name": "data", "diskType": "ssd.gp1", "diskSizeGB": 100});
        let number = self.inner.with(|world| world.revision());
        let params = json!({"diskSpec": spec, "maxCount": 1, "clientToken": format!("disk-{number}")});
        self.ok("disk", "createDisks", params)["diskIds"][0].as_str().unwrap().to_owned()
    }

    /// An instance specification that works.
    pub(crate) fn spec(&self, subnet: &str) -> Value {
        json!({
            "az": "cn-north-1a",
            "name": "web",
            "instanceType": "g.n2.medium",
            "imageId": "img-ubuntu2204",
            "password": "DevOps2018~",
            "primaryNetworkInterface": {"networkInterface": {"subnetId": subnet}},
        })
    }

    pub(crate) fn instance(&self, subnet: &str) -> String {
        let result = self.ok("vm", "createInstances", json!({"instanceSpec": self.spec(subnet)}));
        result["instanceIds"][0].as_str().unwrap().to_owned()
    }

    /// The instance as describeInstance shows it.
    pub(crate) fn show(&self, instance: &str) -> Value {
        self.ok("vm", "describeInstance", json!({"instanceId": instance}))["instance"].clone()
    }

    /// A VPC with a subnet.
    pub(crate) fn network(&self) -> (String, String) {
        let vpc = self.vpc("main", "10.0.0.0/16");
        let subnet = self.subnet(&vpc, "10.0.1.0/24");
        (vpc, subnet)
    }
}

/// A text member.
pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}

/// Code and status, for comparisons.
pub(crate) fn fault(code: i64, status: &str) -> (i64, String) {
    (code, status.to_owned())
}
