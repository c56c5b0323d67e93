//! Every example is applied, re-planned to nothing, and destroyed to an empty cloud, by the real command.

use firma_tests::{sandbox::Sandbox, tidy::tree};
use std::path::{Path, PathBuf};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

/// Applies, and expects the next plan and the next apply to be empty.
#[track_caller]
fn apply(name: &str, variables: &[&str]) -> Sandbox {
    let sandbox = Sandbox::copy_of(&examples().join(name));
    converge(&sandbox, variables);
    sandbox
}

#[track_caller]
fn converge(sandbox: &Sandbox, variables: &[&str]) {
    let with =
        |args: &[&'static str]| -> Vec<String> { args.iter().chain(variables).map(|a| (*a).to_owned()).collect() };
    let run = |args: &[String]| sandbox.firma(&args.iter().map(String::as_str).collect::<Vec<_>>());
    sandbox.firma(&["validate"]).expect(0);
    run(&with(&["apply", "--auto-approve"])).expect(0);
    run(&with(&["plan", "--detailed-exitcode"])).expect(0);
    run(&with(&["apply", "--auto-approve"])).expect(0);
}

/// Destroys, and expects nothing to be left anywhere.
#[track_caller]
fn destroy(sandbox: &Sandbox, variables: &[&str]) {
    let args: Vec<&str> = ["destroy", "--auto-approve"].iter().chain(variables).copied().collect();
    sandbox.firma(&args).expect(0);
    assert_eq!(sandbox.addresses(), Vec::<String>::new());
    assert_eq!(sandbox.inventory(), Vec::<serde_json::Value>::new());
}

/// How many objects of a kind somebody asked for exist.
fn count(sandbox: &Sandbox, kind: &str) -> usize {
    sandbox.inventory().iter().filter(|o| o["kind"] == kind && o.get("madeBy").is_none()).count()
}

#[test]
fn minimal() {
    let sandbox = apply("minimal", &[]);
    assert_eq!(sandbox.addresses(), ["vpc.vpc.main"]);
    destroy(&sandbox, &[]);
}

#[test]
fn web() {
    let sandbox = apply("web", &[]);
    let kinds = ["vpc", "subnet", "network_security_group", "elastic_ip", "keypair", "instance", "disk"];
    assert_eq!(kinds.map(|kind| count(&sandbox, kind)), [1, 2, 1, 2, 1, 2, 1]);
    assert_eq!(sandbox.addresses().len(), 13);

    let outputs = sandbox.firma(&["output", "--format", "json"]).expect(0).json();
    let addresses = outputs["addresses"].as_object().expect("a map of addresses");
    assert_eq!(addresses.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert!(addresses.values().all(|a| a.as_str().is_some_and(|a| a.split('.').count() == 4)), "{outputs}");
    assert_eq!(outputs["instances"].as_array().map(Vec::len), Some(2));
    destroy(&sandbox, &[]);
}

#[test]
fn three_tier() {
    let sandbox = apply("three-tier", &[]);
    let addresses = sandbox.addresses();
    assert!(addresses.len() >= 60, "{} resources", addresses.len());
    let outputs = sandbox.firma(&["output", "--format", "json"]).expect(0).json();
    assert!(outputs["address"].as_str().is_some_and(|address| address.split('.').count() == 4), "{outputs}");
    assert_eq!(outputs["names"].as_array().map(Vec::len), Some(6), "{outputs}");
    assert!(outputs["database"].as_str().is_some_and(|name| !name.is_empty()), "{outputs}");
    for tier in ["web", "app"] {
        assert_eq!(outputs["servers"][tier].as_array().map(Vec::len), Some(2), "{outputs}");
    }
    destroy(&sandbox, &[]);
}

#[test]
fn kubernetes() {
    let sandbox = apply("kubernetes", &[]);
    let kinds = ["subnet", "cluster", "node_group", "registry"];
    // The first group of nodes is the cluster's own.
    assert_eq!(kinds.map(|kind| count(&sandbox, kind)), [4, 1, 2, 1]);
    let outputs = sandbox.firma(&["output", "--format", "json"]).expect(0).json();
    assert_eq!(outputs["images"].as_array().map(Vec::len), Some(3), "{outputs}");
    assert_eq!(outputs["node_groups"].as_object().map(serde_json::Map::len), Some(2), "{outputs}");
    destroy(&sandbox, &[]);
}

#[test]
fn multi_region() {
    let sandbox = apply("multi-region", &[]);
    let mut regions: Vec<String> = sandbox
        .inventory()
        .iter()
        .filter(|object| object["kind"] == "vpc")
        .map(|object| object["region"].as_str().unwrap_or_default().to_owned())
        .collect();
    regions.sort();
    assert_eq!(regions, ["cn-east-2", "cn-north-1", "cn-south-1"]);
    destroy(&sandbox, &[]);
}

#[test]
fn prepaid_is_let_go_of_and_stays() {
    let sandbox = apply("prepaid", &[]);
    sandbox.firma(&["destroy", "--auto-approve"]).expect(0);
    assert_eq!(sandbox.addresses(), Vec::<String>::new());
    // What is paid for afterwards is gone, what is paid for stays.
    assert_eq!((count(&sandbox, "disk"), count(&sandbox, "elastic_ip")), (1, 1));
}

#[test]
fn prepaid_can_be_deleted_once_it_has_expired() {
    let wanted = ["--var", "on_remove=destroy", "--var", "renew=false"];
    let sandbox = apply("prepaid", &wanted);
    let said = sandbox.firma(&["plan", "--var", "on_remove=destroy", "--var", "renew=false"]).expect(0).stdout;
    assert!(said.contains("Paid in advance: disk.disk.archive until "), "{said}");
    let args: Vec<&str> = ["destroy", "--auto-approve"].iter().chain(&wanted).copied().collect();
    let refused = sandbox.firma(&args);
    assert_ne!(refused.code, Some(0), "{}", refused.stdout);
    assert!(refused.stderr.contains("[E0523]"), "{}", refused.stderr);
    assert_eq!((count(&sandbox, "disk"), count(&sandbox, "elastic_ip")), (2, 1));

    sandbox.firma(&["emulator", "clock", "--advance", "33d"]).expect(0);
    destroy(&sandbox, &wanted);
}

/// An example that nobody runs is an example that nobody knows to work.
#[test]
fn every_example_is_here() {
    let mut names: Vec<String> =
        tree::entries(&examples()).iter().filter(|path| path.is_dir()).map(|path| tree::name_of(path)).collect();
    names.sort();
    assert_eq!(names, ["kubernetes", "minimal", "multi-region", "prepaid", "three-tier", "web"]);
}
