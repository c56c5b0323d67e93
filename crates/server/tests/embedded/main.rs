//! The cloud in a file: shared, kept, never torn.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod crash;
mod faults;
mod refuse;
mod share;

use firma_api::{Request, Transport};
use firma_server::{Embedded, Options, WallClock};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

fn options(path: &Path) -> Options {
    Options { path: path.to_owned(), speed: Some(0.0), seed: 1 }
}

fn open(path: &Path) -> Embedded {
    Embedded::open(&options(path), Arc::new(WallClock)).unwrap()
}

fn create_vpc(name: &str) -> Request {
    let params = json!({"vpcName": name, "addressPrefix": "10.0.0.0/16"});
    firma_api::build("vpc", "createVpc", Some("cn-north-1"), params.as_object().unwrap()).unwrap()
}

/// The id of a new VPC.
async fn vpc(cloud: &Embedded, name: &str) -> String {
    let response = cloud.send(create_vpc(name)).await.unwrap();
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    body["result"]["vpcId"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

/// Ids of all VPCs.
async fn vpcs(cloud: &Embedded) -> Vec<String> {
    let inventory = cloud.inventory().await.unwrap();
    let of_kind = inventory.as_array().unwrap().iter().filter(|o| o["kind"] == "vpc");
    of_kind.map(|o| o["id"].as_str().unwrap().to_owned()).collect()
}

async fn raise_quotas(cloud: &Embedded) {
    cloud.outside("quota", &json!({"limits": {"*": 100_000}})).await.unwrap();
    cloud.outside("settings", &json!({"ratePerMinute": null})).await.unwrap();
}
