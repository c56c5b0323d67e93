//! Load balancers: what they are made of, in which order it can come and go, and what is refused.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

/// A load balancer that has come to rest, and its subnet.
struct Scene {
    cloud: Cloud,
    vpc: String,
    subnet: String,
    balancer: String,
}

impl Scene {
    fn new() -> Scene {
        let cloud = Cloud::new();
        let (vpc, subnet) = cloud.network();
        let mut scene = Scene { cloud, vpc, subnet, balancer: String::new() };
        scene.balancer = scene.balancer("alb");
        scene
    }

    fn spec(&self, balancer_type: &str) -> Value {
        json!({"loadBalancerName": "web", "subnetId": self.subnet, "type": balancer_type, "azs": ["cn-north-1a"]})
    }

    fn balancer(&self, balancer_type: &str) -> String {
        let id = text(&self.ok("createLoadBalancer", self.spec(balancer_type)), "loadBalancerId");
        self.cloud.pass(60);
        id
    }

    fn ok(&self, operation: &str, params: Value) -> Value {
        self.cloud.ok("lb", operation, params)
    }

    #[track_caller]
    fn refuses(&self, operation: &str, params: Value, code: i64, status: &str) {
        assert_eq!(self.cloud.err("lb", operation, params.clone()), fault(code, status), "{operation} {params}");
    }

    fn show(&self, id: &str) -> Value {
        self.ok("describeLoadBalancer", json!({"loadBalancerId": id}))["loadBalancer"].clone()
    }

    fn state(&self) -> Value {
        self.show(&self.balancer)["state"]["code"].clone()
    }

    fn group(&self, group_type: &str) -> String {
        let params = json!({"targetGroupName": "web", "loadBalancerId": self.balancer, "type": group_type});
        text(&self.ok("createTargetGroup", params), "targetGroupId")
    }

    fn targets(&self, group: &str) -> Vec<Value> {
        let shown = self.ok("describeTargetGroup", json!({"targetGroupId": group}))["targetGroup"]["targets"].clone();
        shown.as_array().unwrap().clone()
    }

    fn backend_spec(&self, protocol: &str) -> Value {
        json!({"backendName": "web", "loadBalancerId": self.balancer, "protocol": protocol, "port": 80,
               "healthCheckSpec": {"protocol": "Tcp"}})
    }

    fn backend(&self, protocol: &str) -> String {
        text(&self.ok("createBackend", self.backend_spec(protocol)), "backendId")
    }

    fn listener_spec(&self, protocol: &str, port: i64, backend: &str) -> Value {
        json!({"listenerName": "web", "loadBalancerId": self.balancer, "protocol": protocol, "port": port,
               "backendId": backend})
    }

    fn listener(&self, protocol: &str, port: i64, backend: &str) -> String {
        text(&self.ok("createListener", self.listener_spec(protocol, port, backend)), "listenerId")
    }

    fn url_map(&self) -> String {
        let params = json!({"urlMapName": "web", "loadBalancerId": self.balancer});
        text(&self.ok("createUrlMap", params), "urlMapId")
    }
}

/// The same with other members.
fn with(mut spec: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        spec[name] = value.clone();
    }
    spec
}

pub(crate) fn certificate(cloud: &Cloud, algorithm: &str) -> String {
    let pem = |what: &str| format!("-----BEGIN {what}-----\nZXhhbXBsZQ==\n-----END {what}-----\n");
    let key = pem(&format!("{algorithm}PRIVATE KEY"));
    let params = json!({"certName": "web", "keyFile": key, "certFile": pem("CERTIFICATE")});
    text(&cloud.ok("ssl", "uploadCert", params), "certId")
}

#[test]
fn a_load_balancer_takes_its_time_and_an_address() {
    let scene = Scene::new();
    let id = text(&scene.ok("createLoadBalancer", scene.spec("alb")), "loadBalancerId");
    let shown = scene.show(&id);
    assert_eq!((&shown["state"]["code"], &shown["type"]), (&json!("CREATING"), &json!("alb")));
    assert_eq!((&shown["vpcId"], &shown["charge"]["chargeMode"]), (&json!(scene.vpc), &json!("postpaid_by_usage")));
    let change = |members: Value| with(json!({"loadBalancerId": id}), members);
    scene.refuses("updateLoadBalancer", change(json!({"description": "x"})), 400, "FAILED_PRECONDITION");
    scene.refuses("deleteLoadBalancer", change(json!({})), 400, "FAILED_PRECONDITION");
    let group = json!({"targetGroupName": "web", "loadBalancerId": id});
    scene.refuses("createTargetGroup", group, 400, "FAILED_PRECONDITION");
    scene.cloud.pass(60);
    assert_eq!(scene.show(&id)["state"]["code"], "ACTIVE");

    scene.ok("updateLoadBalancer", change(json!({"action": "Stop"})));
    assert_eq!(scene.show(&id)["state"]["code"], "STOPPING");
    scene.cloud.pass(60);
    assert_eq!(scene.show(&id)["state"]["code"], "DOWN");
    scene.refuses("updateLoadBalancer", change(json!({"action": "Stop"})), 400, "FAILED_PRECONDITION");
    scene.ok("updateLoadBalancer", change(json!({"action": "Start"})));
    scene.cloud.pass(60);

    scene.ok("updateLoadBalancer", change(json!({"privateIpAddress": "10.0.1.50", "deleteProtection": true})));
    assert_eq!(scene.show(&id)["privateIp"]["privateIpAddress"], "10.0.1.50");
    let taken = with(json!({"loadBalancerId": scene.balancer}), json!({"privateIpAddress": "10.0.1.50"}));
    scene.refuses("updateLoadBalancer", taken, 400, "FAILED_PRECONDITION");
    scene.refuses("deleteLoadBalancer", change(json!({})), 400, "FAILED_PRECONDITION");
    assert_eq!(
        scene.cloud.err("vpc", "deleteSubnet", json!({"subnetId": scene.subnet})),
        fault(400, "FAILED_PRECONDITION")
    );
    scene.ok("updateLoadBalancer", change(json!({"deleteProtection": false})));
    scene.ok("deleteLoadBalancer", change(json!({})));
    assert_eq!(scene.show(&id)["state"]["code"], "DELETING");
    scene.cloud.pass(60);
    scene.refuses("describeLoadBalancer", change(json!({})), 404, "NOT_FOUND");
}

#[test]
fn types_differ_in_zones_billing_and_groups() {
    let scene = Scene::new();
    let group = json!({"vpcId": scene.vpc, "networkSecurityGroupName": "web"});
    let group = text(&scene.cloud.ok("vpc", "createNetworkSecurityGroup", group), "networkSecurityGroupId");
    for wrong in [
        json!({"azs": []}),
        json!({"azs": ["cn-north-1a", "cn-north-1b", "cn-north-1c"]}),
        json!({"azs": ["cn-north-1a", "cn-north-1a"]}),
        json!({"azs": ["cn-east-2a"]}),
        json!({"type": "clb"}),
        json!({"chargeSpec": {"chargeMode": "postpaid_by_duration"}}),
        json!({"type": "dnlb", "chargeSpec": {"chargeMode": "postpaid_by_usage"}}),
        json!({"type": "nlb", "securityGroupIds": [group]}),
        json!({"loadBalancerName": "a b"}),
    ] {
        scene.refuses("createLoadBalancer", with(scene.spec("alb"), wrong), 400, "INVALID_ARGUMENT");
    }
    let everywhere = with(scene.spec("dnlb"), json!({"azs": []}));
    let everywhere = text(&scene.ok("createLoadBalancer", everywhere), "loadBalancerId");
    assert_eq!(scene.show(&everywhere)["charge"]["chargeMode"], "postpaid_by_duration");
    for _ in 0..4 {
        scene.balancer("alb");
    }
    scene.refuses("createLoadBalancer", scene.spec("alb"), 429, "QUOTA_EXCEEDED");
    scene.balancer("nlb");
}

#[test]
fn lists_show_one_type_at_a_time() {
    let scene = Scene::new();
    let network = scene.balancer("nlb");
    let list = |filters: Value| {
        let rows = scene.ok("describeLoadBalancers", json!({"filters": filters}))["loadBalancers"].clone();
        rows.as_array().unwrap().iter().map(|row| text(row, "loadBalancerId")).collect::<Vec<_>>()
    };
    let of = |name: &str| json!({"name": "loadBalancerType", "values": [name]});
    let ids = json!({"name": "loadBalancerIds", "values": [network, scene.balancer]});
    assert_eq!(list(json!([])), std::slice::from_ref(&scene.balancer));
    assert_eq!(list(json!([ids])), std::slice::from_ref(&scene.balancer));
    assert_eq!(list(json!([ids, of("nlb")])), std::slice::from_ref(&network));
    assert_eq!(list(json!([of("dnlb")])), [""; 0]);
    let two = json!({"filters": [{"name": "loadBalancerType", "values": ["alb", "nlb"]}]});
    scene.refuses("describeLoadBalancers", two, 400, "INVALID_ARGUMENT");

    let group = json!({"targetGroupName": "net", "loadBalancerId": network});
    let group = text(&scene.ok("createTargetGroup", group), "targetGroupId");
    let ids = json!({"name": "targetGroupIds", "values": [group]});
    assert_eq!(scene.ok("describeTargetGroups", json!({"filters": [ids]}))["totalCount"], 0);
    assert_eq!(scene.ok("describeTargetGroups", json!({"filters": [ids, of("nlb")]}))["totalCount"], 1);
}

#[test]
fn security_groups_and_an_elastic_ip_are_bound_and_let_go() {
    let scene = Scene::new();
    let group = json!({"vpcId": scene.vpc, "networkSecurityGroupName": "web"});
    let group = text(&scene.cloud.ok("vpc", "createNetworkSecurityGroup", group), "networkSecurityGroupId");
    let groups = json!({"loadBalancerId": scene.balancer, "securityGroupIds": [group]});
    scene.ok("associateSecurityGroup", groups.clone());
    scene.refuses("associateSecurityGroup", groups.clone(), 400, "FAILED_PRECONDITION");
    let delete = json!({"networkSecurityGroupId": group});
    assert_eq!(scene.cloud.err("vpc", "deleteNetworkSecurityGroup", delete.clone()), fault(400, "FAILED_PRECONDITION"));
    scene.ok("disassociateSecurityGroup", groups.clone());
    scene.refuses("disassociateSecurityGroup", groups, 400, "FAILED_PRECONDITION");
    scene.cloud.ok("vpc", "deleteNetworkSecurityGroup", delete);

    let (elastic_ip, other) = (scene.cloud.elastic_ip(), scene.cloud.elastic_ip());
    let bind = |id: &str| json!({"loadBalancerId": scene.balancer, "elasticIpId": id});
    scene.ok("associateElasticIp", bind(&elastic_ip));
    scene.refuses("associateElasticIp", bind(&other), 400, "FAILED_PRECONDITION");
    let shown = scene.cloud.ok("vpc", "describeElasticIp", json!({"elasticIpId": elastic_ip}))["elasticIp"].clone();
    assert_eq!((&shown["instanceId"], &shown["instanceType"]), (&json!(scene.balancer), &json!("lb")));
    assert_eq!(scene.show(&scene.balancer)["privateIp"]["elasticIpId"], json!(elastic_ip));
    scene.refuses("disassociateElasticIp", bind(&other), 400, "FAILED_PRECONDITION");
    scene.ok("disassociateElasticIp", bind(&elastic_ip));
    scene.ok("associateElasticIp", bind(&other));
    // It stays when the load balancer goes.
    scene.ok("deleteLoadBalancer", json!({"loadBalancerId": scene.balancer}));
    scene.cloud.pass(60);
    let shown = scene.cloud.ok("vpc", "describeElasticIp", json!({"elasticIpId": other}))["elasticIp"].clone();
    assert_eq!(shown["status"], "NOT_ASSOCIATED");
}

#[test]
fn targets_are_instances_or_addresses_and_there_once() {
    let scene = Scene::new();
    let instance = scene.cloud.instance(&scene.subnet);
    scene.cloud.pass(120);
    let group = scene.group("instance");
    let register = |group: &str, specs: Value| json!({"targetGroupId": group, "targetSpecs": specs});
    scene.ok("registerTargets", register(&group, json!([{"instanceId": instance}])));
    let first = scene.targets(&group)[0].clone();
    assert_eq!(
        json!([first["type"], first["port"], first["weight"], first["instanceId"]]),
        json!(["vm", 0, 10, instance])
    );
    assert_eq!(first["ipAddress"], first["privateIpAddress"]);
    let same = json!([{"instanceId": instance, "port": 8080}, {"instanceId": instance}]);
    scene.refuses("registerTargets", register(&group, same), 409, "ALREADY_EXISTS");
    assert_eq!(scene.targets(&group).len(), 1);
    for (wrong, status) in [
        (json!([]), "INVALID_ARGUMENT"),
        (json!([{"type": "ip", "ipAddress": "10.0.1.9"}]), "INVALID_ARGUMENT"),
        (json!([{"instanceId": instance, "port": 65536}]), "OUT_OF_RANGE"),
        (json!([{"instanceId": instance, "port": 1, "weight": 101}]), "OUT_OF_RANGE"),
    ] {
        scene.refuses("registerTargets", register(&group, wrong), 400, status);
    }
    scene.refuses("registerTargets", register(&group, json!([{"instanceId": "i-nobody"}])), 404, "NOT_FOUND");
    let id = text(&first, "targetId");
    let change = json!({"targetGroupId": group, "targetUpdateSpecs": [{"targetId": id, "weight": 0}]});
    scene.ok("updateTargets", change);
    assert_eq!((&scene.targets(&group)[0]["weight"], &scene.targets(&group)[0]["port"]), (&json!(0), &json!(0)));
    let some = |ids: Value| json!({"targetGroupId": group, "targetIds": ids});
    scene.refuses("deRegisterTargets", some(json!([id, "target-nobody"])), 404, "NOT_FOUND");
    assert_eq!(scene.targets(&group).len(), 1);
    let by = |name: &str, value: &str| json!({"targetGroupId": group, "filters": [{"name": name, "values": [value]}]});
    assert_eq!(scene.ok("describeTargets", by("instanceId", &instance))["totalCount"], 1);
    assert_eq!(scene.ok("describeTargets", by("type", "ip"))["totalCount"], 0);
    scene.cloud.ok("vm", "deleteInstance", json!({"instanceId": instance}));
    scene.cloud.pass(120);
    assert_eq!(scene.targets(&group).len(), 0);

    let addresses = scene.group("ip");
    scene.refuses("registerTargets", register(&addresses, json!([{"instanceId": instance}])), 400, "INVALID_ARGUMENT");
    scene.ok("registerTargets", register(&addresses, json!([{"type": "ip", "ipAddress": "10.0.1.9"}])));
    assert_eq!(scene.targets(&addresses)[0].get("instanceId"), None);
}

#[test]
fn weights_and_ports_have_limits_by_type() {
    let mut scene = Scene::new();
    scene.balancer = scene.balancer("dnlb");
    let group = scene.group("ip");
    let register = |specs: Value| json!({"targetGroupId": group, "targetSpecs": specs});
    let target = |members: Value| with(json!({"type": "ip", "ipAddress": "10.0.1.9"}), members);
    scene.refuses("registerTargets", register(json!([target(json!({"weight": 0}))])), 400, "INVALID_ARGUMENT");
    scene.ok("registerTargets", register(json!([target(json!({"port": 80}))])));
    scene.refuses("registerTargets", register(json!([target(json!({"port": 81}))])), 409, "ALREADY_EXISTS");
    scene.refuses("createBackend", scene.backend_spec("Http"), 400, "INVALID_ARGUMENT");
    let map = json!({"urlMapName": "web", "loadBalancerId": scene.balancer});
    scene.refuses("createUrlMap", map, 400, "INVALID_ARGUMENT");
}

#[test]
fn backends_have_settings_by_protocol_and_health_checks_defaults() {
    let scene = Scene::new();
    let backend = scene.backend("Http");
    let show = || scene.ok("describeBackend", json!({"backendId": backend}))["backend"].clone();
    assert_eq!((&show()["algorithm"], &show()["httpCookieExpireSeconds"]), (&json!("RoundRobin"), &json!(0)));
    let check = show()["healthCheck"].clone();
    let counts = ["healthyThresholdCount", "unhealthyThresholdCount", "checkTimeoutSeconds", "intervalSeconds", "port"];
    assert_eq!(counts.map(|name| check[name].as_i64().unwrap()), [3, 3, 3, 5, 0]);
    for wrong in [
        json!({"algorithm": "QuintupleHash"}),
        json!({"proxyProtocol": true}),
        json!({"connectionDrainingSeconds": 5}),
        json!({"healthCheckSpec": {"protocol": "Icmp"}}),
        json!({"healthCheckSpec": {"protocol": "Tcp", "httpPath": "/"}}),
        json!({"healthCheckSpec": {"protocol": "Http", "httpCode": ["5xx"]}}),
        json!({"healthCheckSpec": {"protocol": "Http", "httpCode": ["300-200"]}}),
        json!({"healthCheckSpec": {"protocol": "Http", "httpPath": "healthy"}}),
    ] {
        scene.refuses("createBackend", with(scene.backend_spec("Http"), wrong), 400, "INVALID_ARGUMENT");
    }
    let slow = json!({"healthCheckSpec": {"protocol": "Tcp", "intervalSeconds": 4}});
    scene.refuses("createBackend", with(scene.backend_spec("Http"), slow), 400, "OUT_OF_RANGE");

    // A change of the check is a whole check.
    let change = |members: Value| with(json!({"backendId": backend}), members);
    scene.ok("updateBackend", change(json!({"healthCheckSpec": {"protocol": "Http", "intervalSeconds": 30}})));
    scene.ok("updateBackend", change(json!({"healthCheckSpec": {"protocol": "Http", "httpPath": "/up"}})));
    let check = show()["healthCheck"].clone();
    assert_eq!((&check["intervalSeconds"], &check["httpPath"]), (&json!(5), &json!("/up")));
    assert_eq!(check["httpCode"], json!(["2xx", "3xx"]));

    let group = scene.group("instance");
    scene.ok("updateBackend", change(json!({"targetGroupIds": [group], "sessionStickiness": true})));
    scene.refuses("deleteTargetGroup", json!({"targetGroupId": group}), 400, "FAILED_PRECONDITION");
    let second = scene.group("instance");
    scene.refuses("updateBackend", change(json!({"targetGroupIds": [group, second]})), 400, "INVALID_ARGUMENT");
    scene.ok("updateBackend", change(json!({"targetGroupIds": []})));
    scene.ok("deleteTargetGroup", json!({"targetGroupId": group}));
    assert_eq!(show()["sessionStickiness"], json!(true));
}

#[test]
fn listeners_have_a_port_each_and_speak_to_backends_that_understand() {
    let scene = Scene::new();
    let (http, tcp, udp) = (scene.backend("Http"), scene.backend("Tcp"), scene.backend("Udp"));
    let listener = scene.listener("Http", 80, &http);
    let shown = scene.ok("describeListener", json!({"listenerId": listener}))["listener"].clone();
    assert_eq!(
        json!([shown["status"], shown["connectionIdleTimeSeconds"], shown["action"]]),
        json!(["On", 60, "Forward"])
    );
    scene.refuses("createListener", scene.listener_spec("Tcp", 80, &tcp), 409, "ALREADY_EXISTS");
    let dns = scene.listener("Udp", 80, &udp);
    let shown = scene.ok("describeListener", json!({"listenerId": dns}))["listener"].clone();
    assert_eq!(shown["connectionIdleTimeSeconds"], 300);
    for (protocol, backend, members) in [
        ("Http", &tcp, json!({})),
        ("Tcp", &http, json!({})),
        ("Https", &http, json!({})),
        ("Tcp", &tcp, json!({"hstsEnable": true})),
        ("Tcp", &tcp, json!({"limitation": {"qps": 100}})),
        ("Http", &http, json!({"action": "Redirect"})),
        ("Sctp", &tcp, json!({})),
    ] {
        scene.refuses(
            "createListener",
            with(scene.listener_spec(protocol, 443, backend), members),
            400,
            "INVALID_ARGUMENT",
        );
    }
    let few = with(scene.listener_spec("Http", 443, &http), json!({"limitation": {"qps": 99}}));
    scene.refuses("createListener", few, 400, "OUT_OF_RANGE");
    scene.refuses("deleteBackend", json!({"backendId": http}), 400, "FAILED_PRECONDITION");
    scene.ok("updateListener", json!({"listenerId": listener, "status": "Off", "limitation": {"qps": -1}}));
    scene.refuses("updateListener", json!({"listenerId": listener, "status": "off"}), 400, "INVALID_ARGUMENT");
    scene.ok("deleteListener", json!({"listenerId": listener}));
    scene.ok("deleteBackend", json!({"backendId": http}));
}

#[test]
fn certificates_of_a_listener() {
    let scene = Scene::new();
    let (rsa, another, ec) =
        (certificate(&scene.cloud, "RSA "), certificate(&scene.cloud, "RSA "), certificate(&scene.cloud, "EC "));
    let backend = scene.backend("Http");
    let spec = |ids: &[&String]| {
        let certificates: Vec<Value> = ids.iter().map(|id| json!({"certificateId": id})).collect();
        with(scene.listener_spec("Https", 443, &backend), json!({"certificateSpecs": certificates}))
    };
    scene.refuses("createListener", spec(&[&rsa, &another]), 400, "INVALID_ARGUMENT");
    scene.refuses("createListener", spec(&[&"cert-nobody".to_owned()]), 404, "NOT_FOUND");
    let listener = text(&scene.ok("createListener", spec(&[&rsa, &ec])), "listenerId");
    let add = |domains: Value| {
        let certificates = domains.as_array().unwrap().iter();
        let certificates: Vec<Value> =
            certificates.map(|domain| json!({"certificateId": another, "domain": domain})).collect();
        json!({"listenerId": listener, "certificates": certificates})
    };
    let bound = || {
        let shown = scene.ok("describeListener", json!({"listenerId": listener}))["listener"].clone();
        shown["extensionCertificateSpecs"].as_array().unwrap().clone()
    };
    scene.ok("addListenerCertificates", add(json!(["WWW.example.com", "*.example.org"])));
    assert_eq!(bound()[0]["domain"], "www.example.com");
    scene.refuses("addListenerCertificates", add(json!(["www.example.com"])), 409, "ALREADY_EXISTS");
    for wrong in ["*", "*.", "example", "-a.example", "a..b", "www.*.example"] {
        scene.refuses("addListenerCertificates", add(json!([wrong])), 400, "INVALID_ARGUMENT");
    }
    let id = text(&bound()[0], "certificateBindId");
    let change = json!({"listenerId": listener, "certificates": [{"certificateBindId": id, "certificateId": ec}]});
    scene.ok("updateListenerCertificates", change);
    assert_eq!((&bound()[0]["certificateId"], &bound()[0]["domain"]), (&json!(ec), &json!("www.example.com")));

    let used = |id: &str| scene.cloud.ok("ssl", "describeCert", json!({"certId": id}))["totalCount"].clone();
    assert_eq!([used(&rsa), used(&another), used(&ec)], [json!(1), json!(1), json!(1)]);
    assert_eq!(scene.cloud.err("ssl", "deleteCerts", json!({"certId": another})), fault(400, "FAILED_PRECONDITION"));
    let ids: Vec<String> = bound().iter().map(|one| text(one, "certificateBindId")).collect();
    let remove = |ids: Value| json!({"listenerId": listener, "certificateBindIds": ids});
    scene.refuses("deleteListenerCertificates", remove(json!(["certbind-nobody"])), 404, "NOT_FOUND");
    scene.ok("deleteListenerCertificates", remove(json!(ids)));
    scene.cloud.ok("ssl", "deleteCerts", json!({"certId": another}));
}

#[test]
fn rules_meet_each_request_once() {
    let scene = Scene::new();
    let (backend, other) = (scene.backend("Http"), scene.backend("Http"));
    let map = scene.url_map();
    let again = json!({"urlMapName": "web", "loadBalancerId": scene.balancer});
    scene.refuses("createUrlMap", again, 409, "ALREADY_EXISTS");
    let add = |specs: Value| json!({"urlMapId": map, "ruleSpecs": specs});
    let rules = || scene.ok("describeUrlMap", json!({"urlMapId": map}))["urlMap"]["rules"].as_array().unwrap().clone();
    scene.ok(
        "addRules",
        add(json!([{"host": "WWW.Example.com", "backendId": backend}, {"path": "/a/*", "backendId": backend}])),
    );
    assert_eq!((&rules()[0]["host"], &rules()[0]["path"]), (&json!("www.example.com"), &json!("/*")));
    assert_eq!((&rules()[1]["host"], &rules()[1]["action"]), (&json!(""), &json!("Forward")));
    scene.refuses("addRules", add(json!([{"path": "/a/*", "backendId": other}])), 409, "ALREADY_EXISTS");
    let redirect = |members: Value| json!([{"path": "/r", "action": "Redirect", "redirectActionSpec": members}]);
    for wrong in [
        json!([]),
        json!([{"backendId": backend}]),
        json!([{"path": "a", "backendId": backend}]),
        json!([{"host": "*", "backendId": backend}]),
        json!([{"path": "/b"}]),
        json!([{"path": "/b", "action": "Redirect"}]),
        redirect(json!({"statusCode": "http_301"})),
        redirect(json!({"statusCode": "http_303", "path": "/x"})),
        json!([{"path": "/b", "backendId": backend, "preActions": [{"extendActionType": 2, "mirrorBackendId": backend}]}]),
        json!([{"path": "/b", "backendId": backend, "postActions": [{"extendActionType": 1}]}]),
    ] {
        scene.refuses("addRules", add(wrong), 400, "INVALID_ARGUMENT");
    }
    assert_eq!(rules().len(), 2);
    let id = |at: usize| text(&rules()[at], "ruleId");
    // Two rules trade places in one call.
    let change = |specs: Value| json!({"urlMapId": map, "ruleUpdateSpecs": specs});
    scene.ok(
        "updateRules",
        change(json!([{"ruleId": id(0), "host": "", "path": "/a/*"}, {"ruleId": id(1), "host": "www.example.com", "path": "/*"}])),
    );
    scene.refuses(
        "updateRules",
        change(json!([{"ruleId": id(0), "host": "www.example.com", "path": "/*"}])),
        409,
        "ALREADY_EXISTS",
    );
    // Another action forgets what the first one did on the way.
    let header = json!([{"extendActionType": 4, "deleteHeaderSpec": {"key": "x-a"}}]);
    scene.ok("updateRules", change(json!([{"ruleId": id(0), "postActions": header}])));
    let turned =
        json!({"ruleId": id(0), "action": "Redirect", "redirectActionSpec": {"path": "/x", "statusCode": "http_302"}});
    scene.ok("updateRules", change(json!([turned])));
    assert_eq!((&rules()[0]["postActions"], rules()[0].get("backendId")), (&json!([]), None));

    let listener = with(scene.listener_spec("Http", 80, &other), json!({"urlMapId": map}));
    let listener = text(&scene.ok("createListener", listener), "listenerId");
    assert_eq!(scene.ok("describeUrlMap", json!({"urlMapId": map}))["urlMap"]["listenerIds"], json!([listener]));
    scene.refuses("deleteUrlMap", json!({"urlMapId": map}), 400, "FAILED_PRECONDITION");
    scene.refuses("deleteBackend", json!({"backendId": backend}), 400, "FAILED_PRECONDITION");
    scene.refuses("deleteRules", json!({"urlMapId": map, "ruleIds": [id(0), "rule-nobody"]}), 404, "NOT_FOUND");
    scene.ok("deleteRules", json!({"urlMapId": map, "ruleIds": [id(0), id(1)]}));
    scene.ok("deleteBackend", json!({"backendId": backend}));
}

#[test]
fn all_that_belongs_to_a_load_balancer_goes_with_it() {
    let scene = Scene::new();
    let backend = scene.backend("Http");
    let (group, map) = (scene.group("instance"), scene.url_map());
    scene.listener("Http", 80, &backend);
    let rule = json!([{"path": "/a", "backendId": backend}]);
    scene.ok("addRules", json!({"urlMapId": map, "ruleSpecs": rule}));
    scene.ok("updateBackend", json!({"backendId": backend, "targetGroupIds": [group]}));
    scene.ok("deleteLoadBalancer", json!({"loadBalancerId": scene.balancer}));
    assert_eq!(scene.state(), "DELETING");
    scene.refuses("deleteBackend", json!({"backendId": backend}), 400, "FAILED_PRECONDITION");
    scene.cloud.pass(60);
    for (operation, name, id) in [
        ("describeBackend", "backendId", &backend),
        ("describeUrlMap", "urlMapId", &map),
        ("describeTargetGroup", "targetGroupId", &group),
    ] {
        scene.refuses(operation, json!({name: id}), 404, "NOT_FOUND");
    }
    assert_eq!(scene.ok("describeListeners", json!({}))["totalCount"], 0);
    scene.cloud.ok("vpc", "deleteSubnet", json!({"subnetId": scene.subnet}));
}
