//! What the cloud says, and what its silence means.

use firma_engine::refresh;
use firma_lab::{
    Lab,
    stack::{REGION, desired, network, subnet, vpc},
    wire::Fate,
};
use firma_model::{address::Address, observed::Sighting};
use serde_json::json;

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn many_objects_cost_a_call_a_hundred() {
    let lab = Lab::new();
    lab.world.outside("quota", &json!({ "limits": { "*": 1000 } }));
    let resources: Vec<(String, serde_json::Value)> =
        (0..250).map(|n| (format!("vpc.subnet.n{n}"), subnet(n))).collect();
    let mut resources: Vec<(&str, serde_json::Value)> =
        resources.iter().map(|(address, json)| (address.as_str(), json.clone())).collect();
    resources.push(("vpc.vpc.main", vpc("main")));
    let wanted = desired(&resources);
    lab.converge(&wanted).await;
    lab.wire.take_sent();
    let observed = refresh(&lab.cloud, &lab.recorded(), &|kind| lab.procedures.get(kind).cloned(), u64::MAX).await;
    let calls = lab.wire.take_sent().len();
    assert!(calls as f64 <= 1.1 * 250.0 / 100.0 + 5.0, "{calls} calls");
    assert_eq!(observed.objects.len(), 251);
    assert!(observed.objects.values().all(|sighting| matches!(sighting, Sighting::Present { .. })));
}

#[tokio::test(start_paused = true)]
async fn gone_is_confirmed_and_denied_is_not_gone() {
    let lab = Lab::new();
    lab.converge(&network()).await;
    let recorded = lab.recorded();
    let keypair_id = recorded.records[&address("vm.keypair.admin")].cloud_id.clone();
    let ip = recorded.records[&address("vpc.elastic_ip.front")].cloud_id.clone();
    let call = |service: &str, operation: &str, parameters: serde_json::Value| {
        let parameters = parameters.as_object().unwrap().clone();
        let request = firma_api::build(service, operation, Some(REGION), &parameters).unwrap();
        assert_eq!(lab.world.call(&request).status, 200);
    };
    call("vm", "deleteKeypair", json!({ "keyName": keypair_id }));
    call("vpc", "deleteElasticIp", json!({ "elasticIpId": ip }));
    let procedures = |kind: &str| lab.procedures.get(kind).cloned();
    let observed = refresh(&lab.cloud, &recorded, &procedures, u64::MAX).await;
    assert_eq!(observed.objects[&address("vm.keypair.admin")], Sighting::Gone);
    assert_eq!(observed.objects[&address("vpc.elastic_ip.front")], Sighting::Gone);
    assert!(matches!(observed.objects[&address("vpc.vpc.main")], Sighting::Present { .. }));

    // No permission to read the one object, or anything of the kind: nobody can say.
    for denied in ["describeElasticIp", "describeElasticIps", "describeKeypairs"] {
        lab.wire.script(move |request, _| if request.operation == denied { Fate::Denied } else { Fate::Pass });
        let observed = refresh(&lab.cloud, &recorded, &procedures, u64::MAX).await;
        let about = if denied == "describeKeypairs" { "vm.keypair.admin" } else { "vpc.elastic_ip.front" };
        assert!(matches!(observed.objects[&address(about)], Sighting::Blocked(_)), "{denied}: {observed:?}");
    }

    // The object comes back between the list and the read: there.
    lab.wire.mend();
    let plan_again = lab.plan(&network(), firma_plan::step::Mode::Apply).await;
    assert_eq!(plan_again.steps.len(), 2);
    lab.apply(&plan_again).await;
    lab.assert_converged(&network()).await;

    // Half an answer is no answer.
    lab.wire.script(|request, _| if request.operation == "describeVpcs" { Fate::Garbled } else { Fate::Pass });
    let observed = refresh(&lab.cloud, &lab.recorded(), &procedures, u64::MAX).await;
    assert!(matches!(observed.objects[&address("vpc.vpc.main")], Sighting::Blocked(_)));
}
