//! Plans carried out when nothing goes wrong.

use firma_lab::{
    Lab,
    stack::{desired, disk, elastic_ip, group, keypair, network, server, subnet, vpc},
};
use firma_model::value::Value;
use firma_plan::step::{Leg, Mode};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn a_network_is_made_changed_and_destroyed() {
    let lab = Lab::new();
    let first = network();
    lab.converge(&first).await;
    lab.assert_converged(&first).await;
    let recorded = lab.recorded();
    let vpc_id = &recorded.records[&"vpc.vpc.main".parse().unwrap()].cloud_id;
    assert_eq!(recorded.outputs["vpc"].value.decode().unwrap(), Value::string(vpc_id));
    let note = recorded.records[&"firma.value.note".parse().unwrap()].observed.decode().unwrap();
    assert_eq!(note.as_map().unwrap()["output"].as_map().unwrap()["vpc"], Value::string(vpc_id));

    // In place: a name, the tags of a kind whose create takes none, rules added and taken away.
    let mut web = group(&[443, 8080]);
    web["tags"] = json!({ "stage": "test" });
    let mut main = vpc("renamed");
    main["description"] = json!("now with another description");
    let second = desired(&[
        ("vpc.vpc.main", main),
        ("vpc.subnet.a", subnet(1)),
        ("vpc.network_security_group.web", web),
        ("vm.keypair.admin", keypair()),
        ("vpc.elastic_ip.front", elastic_ip()),
        ("firma.value.note", json!({ "input": 2 })),
    ]);
    let plan = lab.converge(&second).await;
    assert!(plan.steps.iter().all(|step| step.leg == Leg::Update), "{:?}", plan.steps);
    lab.assert_converged(&second).await;

    // Another range makes another subnet.
    let third = desired(&[("vpc.vpc.main", vpc("renamed")), ("vpc.subnet.a", subnet(2))]);
    let plan = lab.converge(&third).await;
    assert!(plan.steps.iter().any(|step| step.leg == Leg::Delete && step.address.to_string() == "vpc.subnet.a"));
    lab.assert_converged(&third).await;

    let plan = lab.plan(&third, Mode::Destroy).await;
    let outcome = lab.apply(&plan).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    assert!(lab.in_cloud().is_empty(), "{:?}", lab.in_cloud());
    assert!(lab.recorded().records.is_empty());
    assert!(lab.store.lock().unwrap().open_intents().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_kind_is_made_and_destroyed() {
    let lab = Lab::new();
    let image = lab.image().await;
    let wanted = server(&image);
    lab.converge(&wanted).await;
    lab.assert_converged(&wanted).await;
    assert!(lab.recorded().outputs.contains_key("address"));

    // A type is changed by stopping, resizing and starting.
    let mut bigger = server(&image);
    let resource = bigger.resources.get_mut(&"vm.instance.web".parse().unwrap()).unwrap();
    resource.attributes.insert("instance_type".into(), firma_model::expr::Expr::literal(Value::string("g.n3.xlarge")));
    lab.wire.take_sent();
    lab.converge(&bigger).await;
    let sent = lab.wire.take_sent();
    let changes: Vec<&String> = sent.iter().filter(|name| !name.starts_with("describe")).collect();
    assert_eq!(changes, ["stopInstance", "resizeInstance", "startInstance"]);
    lab.assert_converged(&bigger).await;

    let plan = lab.plan(&bigger, Mode::Destroy).await;
    let outcome = lab.apply(&plan).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    assert!(lab.in_cloud().is_empty(), "{:?}", lab.in_cloud());
    assert!(lab.recorded().records.is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_task_at_a_time_runs_on_an_instance() {
    let lab = Lab::new();
    let image = lab.image().await;
    let mut wanted = server(&image);
    for n in 0..3 {
        let disk_name = format!("disk.disk.more{n}");
        let attachment = format!("vm.disk_attachment.more{n}");
        let mut spec = disk(50);
        spec["name"] = json!(format!("more-{n}"));
        let more = desired(&[
            (&disk_name, spec),
            (&attachment, json!({ "instance_id": "@vm.instance.web#id", "disk_id": format!("@{disk_name}#id") })),
        ]);
        wanted.blocks.extend(more.blocks);
        wanted.resources.extend(more.resources);
    }
    let start = lab.cloud.clock().now();
    lab.converge(&wanted).await;
    let took = lab.cloud.clock().now().millis_since(start);
    assert_eq!(lab.cloud.counts().failed, 0, "a call was refused: {:?}", lab.cloud.counts());
    lab.assert_converged(&wanted).await;
    // A later run knows how long things take, and wastes less on asking.
    assert!(took < 90_000, "{took} ms");
}

#[tokio::test(start_paused = true)]
async fn quick_objects_share_their_reads() {
    let lab = Lab::new();
    lab.world.outside("quota", &json!({ "limits": { "*": 1000 } }));
    let mut resources = vec![("vpc.vpc.main".to_owned(), vpc("main"))];
    resources.extend((0..200).map(|n| (format!("vpc.subnet.n{n}"), subnet(n))));
    let resources: Vec<(&str, serde_json::Value)> =
        resources.iter().map(|(address, json)| (address.as_str(), json.clone())).collect();
    let wanted = desired(&resources);
    lab.wire.take_sent();
    let plan = lab.plan(&wanted, Mode::Apply).await;
    let start = lab.cloud.clock().now();
    let outcome = lab.apply(&plan).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    let sent = lab.wire.take_sent();
    let reads = sent.iter().filter(|name| name.starts_with("describe")).count();
    assert_eq!(sent.len() - reads, 201);
    assert!(reads <= 40, "{reads} reads for 201 creates");
    // 201 creates within the rate: a burst, then 1000 a minute.
    let took = lab.cloud.clock().now().millis_since(start);
    assert!(took <= 12_000, "{took} ms");
    lab.assert_converged(&wanted).await;
}

#[tokio::test(start_paused = true)]
async fn values_are_written_in_batches() {
    let lab = Lab::new();
    let resources: Vec<(String, serde_json::Value)> =
        (0..5_000).map(|n| (format!("firma.value.v{n}"), json!({ "input": n }))).collect();
    let mut resources: Vec<(&str, serde_json::Value)> =
        resources.iter().map(|(address, json)| (address.as_str(), json.clone())).collect();
    resources.push(("firma.value.sum", json!({ "input": ["@firma.value.v1#output", "@firma.value.v4999#output"] })));
    let wanted = desired(&resources);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    let commits = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = commits.clone();
    let outcome = lab
        .apply_through(&plan, move |commit| {
            std::sync::Arc::new(move |events| {
                counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                commit(events)
            })
        })
        .await;
    assert!(outcome.is_complete(), "{:?}", outcome.failed);
    assert!(commits.load(std::sync::atomic::Ordering::SeqCst) <= 8, "{commits:?} commits");
    assert_eq!(lab.recorded().records.len(), 5_001);
    lab.assert_converged(&wanted).await;
}
