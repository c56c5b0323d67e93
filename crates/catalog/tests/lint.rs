//! The lint catches each sort of mistake: a sound kind is spoiled in one place, and the finding names it.

use firma_catalog::{builtin, lint};

fn known(kind: &str) -> bool {
    builtin::KINDS.iter().chain(builtin::LOOKUPS).any(|(id, _)| *id == kind)
}

fn text_of(id: &str) -> &'static str {
    builtin::KINDS.iter().find(|(known, _)| *known == id).expect("a kind").1
}

/// Replaces `from` in a kind's text and expects exactly these findings.
#[track_caller]
fn check(id: &str, from: &str, to: &str, expected: &[&str]) {
    let text = text_of(id);
    assert!(text.contains(from), "{id} no longer says {from:?}");
    let problems = lint::lint(id, &text.replace(from, to), &known);
    let found: Vec<String> = problems.iter().map(|p| p.to_string().replace(&format!("{id}: "), "")).collect();
    assert_eq!(found, expected, "{from:?} -> {to:?}");
}

#[test]
fn operations_exist() {
    check("vpc.vpc", "\"vpc.deleteVpc\"", "\"vpc.removeVpc\"", &["the API has no operation vpc.removeVpc"]);
    check(
        "vpc.vpc",
        "\"vpc.modifyVpc\"",
        "\"vcp.modifyVpc\"",
        &[
            "the API has no operation vcp.modifyVpc",
            "an update changes `vpc_name` but sends it nowhere",
            "an update changes `description` but sends it nowhere",
        ],
    );
}

#[test]
fn paths_lead_somewhere() {
    check(
        "vpc.vpc",
        "object = \"vpc\"",
        "object = \"vcp\"",
        &["read.object: `vcp` leads nowhere: the result of vpc.describeVpc has no `vcp`"],
    );
    check("vpc.vpc", "items = \"vpcs\"", "items = \"totalCount\"", &["list.items: expected a list"]);
    check(
        "vpc.vpc",
        "id = \"vpcId\"",
        "id = \"vpcIds\"",
        &["list.id: `vpcIds` leads nowhere: vpc.Vpc has no `vpcIds`"],
    );
    check(
        "vpc.vpc",
        "assigned = \"vpcId\"",
        "assigned = \"id\"",
        &["identity: `id` leads nowhere: the result of vpc.createVpc has no `id`"],
    );
    check(
        "vpc.vpc",
        "read = \"tags\"",
        "read = \"userTags\"",
        &["tags.read: `userTags` leads nowhere: vpc.Vpc has no `userTags`"],
    );
    check(
        "vpc.vpc",
        "[\"createdTime\"]",
        "[\"created\"]",
        &["fingerprint or expires: `created` leads nowhere: vpc.Vpc has no `created`"],
    );
    check(
        "vm.instance",
        "read = \"instanceName\"",
        "read = \"name\"",
        &["attributes.name.read: `name` leads nowhere: vm.Instance has no `name`"],
    );
    check(
        "vm.instance",
        "securityGroups[].groupId",
        "securityGroups[].id",
        &["primary_network_interface.network_interface.security_groups: `securityGroups[].id` leads nowhere: \
         vm.SecurityGroupSimple has no `id`"],
    );
    check(
        "vm.disk_attachment",
        "dataDisks[0].diskId",
        "dataDisks[0].volumeId",
        &[
            "vm.modifyInstanceDiskAttribute: `dataDisks[0].volumeId` leads nowhere: vm.InstanceDiskAttribute has no `volumeId`",
        ],
    );
    check(
        "vm.disk_attachment",
        "within = \"attachments\"",
        "within = \"attachment\"",
        &[
            "select.within: `attachment` leads nowhere: disk.Disk has no `attachment`",
            "paths into an object need a read or a list",
            "paths into an object need a read or a list",
        ],
    );
}

#[test]
fn types_fit() {
    check(
        "vm.instance",
        "read = \"instanceName\"",
        "read = \"charge\"",
        &["attributes.name.read: expected a field of the same type"],
    );
    check("vm.instance", "[attributes.key_names]\nset", "[attributes.hostname]\nset", &["hostname: expected a list"]);
    check(
        "vpc.elastic_ip",
        "unwrap = [\"elasticIpSpec\"]",
        "unwrap = [\"elasticIpSpec\", \"ipType\"]",
        &[
            "create.unwrap ipType: expected an object",
            "attributes: there is no `ip_type`",
            "replaces, records or updates: there is no `ip_type`",
            "rules: there is no `ip_type`",
            "rules: there is no `ip_type`",
        ],
    );
}

#[test]
fn rules_are_about_something() {
    let rule = "at = \"name\"\nis = \"plain_name\"";
    check("disk.disk", rule, "at = \"nam\"\nis = \"plain_name\"", &["rules: there is no `nam`"]);
    check("disk.disk", rule, "at = \"name\"\nis = \"plain\"", &["rules: there is no `plain`"]);
    let said = "a rule is one with a name, or says what must be and where that comes from";
    check("disk.disk", rule, "at = \"name\"", &[said]);
    check("disk.disk", rule, "at = \"name\"\nis = \"plain_name\"\nmust = \"address\"", &[said]);
    let bare = "at = \"name\"\nmust = \"address\"\nsource = \"nowhere\"";
    check("disk.disk", rule, bare, &["a rule names a value that it takes and one that it refuses"]);
    check(
        "disk.disk",
        "when = { disk_type = [\"ssd\"] }",
        "when = { disk_typ = [\"ssd\"] }",
        &["rules: there is no `disk_typ`"],
    );
}

#[test]
fn names_are_used_somewhere() {
    check(
        "vpc.vpc",
        "omit = [\"resourceTag\"]",
        "omit = [\"resourceTag\", \"zone\"]",
        &["create.omit: there is no `zone`"],
    );
    check("vpc.vpc", "[attributes.description]", "[attributes.descripton]", &["attributes: there is no `descripton`"]);
    check("vpc.vpc", "hide = [\"subnets\"", "hide = [\"subnet\"", &["computed: there is no `subnet`"]);
    check(
        "vpc.vpc",
        "\"address_prefix\", \"resource_group_id\"",
        "\"prefix\", \"address_prefix\", \"resource_group_id\"",
        &["replaces, records or updates: there is no `prefix`"],
    );
    check(
        "vm.instance",
        "\"network_interface.zone\"",
        "\"network_interface.az\"",
        &["attributes.primary_network_interface.fields: there is no `network_interface.az`"],
    );
    check(
        "vm.instance",
        "network_interface.subnet_id\" = \"vpc.subnet\"",
        "network_interface.subnet\" = \"vpc.subnet\"",
        &["references: there is no `primary_network_interface.network_interface.subnet`"],
    );
    check("vpc.subnet", "vpc_id = \"vpc.vpc\"", "vpc_id = \"vpc.vcp\"", &["references: there is no `vpc.vcp`"]);
    check(
        "vpc.network_security_group",
        "\"rule_action\",\n",
        "\"action\",\n",
        &["attributes.rules.elements: there is no `action`"],
    );
    check(
        "vpc.network_security_group",
        "server_id = \"ruleId\"",
        "server_id = \"id\"",
        &["attributes.rules.elements: `id` leads nowhere: vpc.SecurityGroupRule has no `id`"],
    );
    check(
        "vm.disk_attachment",
        "serial = [\"instance_id\"",
        "serial = [\"instance\"",
        &["serial: there is no `instance`"],
    );
    check("vpc.subnet", "equal = [\"vpc_id\"]", "equal = [\"vpc\"]", &["unique: there is no `vpc`"]);
    check("vm.keypair", "unique = [{ equal = [\"key_name\"] }]", "", &["a chosen id is a unique key"]);
    check("vpc.subnet", "parent = \"vpc_id\"", "parent = \"vpc\"", &["cidr: there is no `vpc`"]);
    check(
        "vpc.subnet",
        "attribute = \"vpc_id\", parameter",
        "attribute = \"vpc\", parameter",
        &["quotas: there is no `vpc`"],
    );
    check(
        "vpc.vpc",
        "parameters = { type = \"vpc\" }",
        "parameters = { kind = \"vpc\" }",
        &["parameters of vpc.describeQuota: there is no `kind`"],
    );
    check(
        "vpc.vpc",
        "used = \"quota.count\"",
        "used = \"quotas.count\"",
        &["quotas: `quotas.count` leads nowhere: the result of vpc.describeQuota has no `quotas`"],
    );
    check(
        "disk.disk",
        "path = \"attachments[].instanceId\"",
        "path = \"attachments[].instance\"",
        &["held_by.path: `attachments[].instance` leads nowhere: disk.DiskAttachment has no `instance`"],
    );
}

#[test]
fn lists_of_parents_and_lists_that_show_a_part() {
    // What the list of a policy shows is less than what its read does, and must be said to be.
    check("iam.policy", "partial = true\n", "", &["list.items: expected the same objects as read"]);
    check(
        "iam.policy",
        "defaultPolicyEdition.policyDocument",
        "defaultPolicyEdition.document",
        &["read.beside: `defaultPolicyEdition.document` leads nowhere: iam.PolicyEdition has no `document`"],
    );
    // A list of a parent's is asked for by that parent's part of the id.
    check(
        "iam.group_member",
        "identity = { composed = [\"group_name\", \"sub_user\"] }",
        "identity = { chosen = \"sub_user\" }",
        &[
            "iam.describeGroupSubUsers demands `groupName`, nothing fills it",
            "list.key: there is no `sub_user`",
            "iam.removeSubUserFromGroup demands `subUser`, nothing fills it",
            "a chosen id is a unique key",
        ],
    );
}

#[test]
fn filters_are_offered() {
    // A read of one object has no filters.
    check(
        "vpc.vpc",
        "\"vpc.describeVpcs\"",
        "\"vpc.describeVpc\"",
        &[
            "list.items: `vpcs` leads nowhere: the result of vpc.describeVpc has no `vpcs`",
            "parameters of vpc.describeVpc: there is no `filters`",
            "vpc.describeVpc demands `vpcId`, nothing fills it",
        ],
    );
    check(
        "vm.keypair",
        "filter = \"keyNames\"",
        "parameter = \"pageSize\"",
        &["list.parameter: expected a list of ids"],
    );
}

#[test]
fn what_is_listed_by_parents_names_them() {
    check(
        "containerregistry.repository",
        "within = { registryName = \"registry_name\" }",
        "within = { registry = \"registry\" }",
        &[
            "containerregistry.describeRepositories: `registry` leads nowhere: containerregistry.describeRepositories has no \
             `registry`",
            "list.within: there is no `registry`",
        ],
    );
    check(
        "rds.account",
        "id = \"instanceId\", filter = \"instanceId\", attribute = \"instance_id\"",
        "id = \"instance\", filter = \"instanceId\", attribute = \"instance\"",
        &[
            "list.host.id: `instance` leads nowhere: rds.DBInstance has no `instance`",
            "list.host: there is no `instance`",
        ],
    );
}

#[test]
fn what_a_list_of_its_parents_names_is_known_by_them() {
    check(
        "privatezone.record",
        "parents = [\"zone_id\"]",
        "parents = [\"zone\"]",
        &[
            "privatezone.modifyResourceRecord demands `zoneId`, nothing fills it",
            "privatezone.setResourceRecordsStatus demands `zoneId`, nothing fills it",
            "identity: there is no `zone`",
            "privatezone.describeResourceRecords demands `zoneId`, nothing fills it",
            "privatezone.deleteResourceRecords demands `zoneId`, nothing fills it",
        ],
    );
    check(
        "privatezone.record",
        "recovery = \"bare\"",
        "recovery = \"named\"",
        &["recovery: an id that a list shows needs a list, and its kind is bare"],
    );
    check(
        "vm.instance",
        "required_unless = [\"instance_template_id\", \"ag_id\"]",
        "required_unless = [\"template\"]",
        &["required_unless: there is no `template`"; 3],
    );
}

#[test]
fn every_change_has_one_meaning() {
    check("vpc.vpc", "\"address_prefix\", ", "", &["nothing says what a change of `address_prefix` means"]);
    check(
        "vpc.vpc",
        "[\"vpc_name\", \"description\"]",
        "[\"vpc_name\"]",
        &["nothing says what a change of `description` means"],
    );
    check(
        "vpc.vpc",
        "[\"vpc_name\", \"description\"]",
        "[\"vpc_name\", \"description\", \"address_prefix\"]",
        &["two things say what a change of `address_prefix` means"],
    );
    check(
        "vm.instance",
        "[\"password\"]\noperation = \"vm.modifyInstancePassword\"",
        "[\"password\"]\noperation = \"vm.startInstance\"",
        &["an update changes `password` but sends it nowhere"],
    );
}

#[test]
fn calls_get_what_they_demand() {
    check("vpc.elastic_ip", "fixed = { maxCount = 1 }", "", &["nothing says what a change of `max_count` means"]);
    check(
        "disk.snapshot",
        "token = \"clientToken\"",
        "omit = [\"clientToken\"]",
        &[
            "disk.createSnapshot demands `clientToken`, nothing fills it",
            "disk.createSnapshot demands `clientToken`, nothing fills it",
            "recovery: tokened needs create.token",
        ],
    );
    check(
        "vm.keypair",
        "\"vm.deleteKeypair\"",
        "\"vm.attachKeypair\"",
        &[
            "vm.attachKeypair demands `instanceIds`, nothing fills it",
            "vm.attachKeypair demands `passWordAuth`, nothing fills it",
        ],
    );
}

#[test]
fn what_every_resource_shares_is_lifted() {
    let zone = "[zone]\nrule = \"required\"\nwrite = \"diskSpec.az\"\nread = \"az\"\n";
    check("disk.disk", zone, "", &["`diskSpec.az` belongs to every resource: lift it or leave it out"]);
    let tags = "[tags]\nwrite = \"userTags\"\nread = \"tags\"\nservice_code = \"disk\"\n";
    check("disk.disk", tags, "", &["`userTags` belongs to every resource: lift it or leave it out"]);
    check(
        "disk.disk",
        "write = \"diskSpec.az\"",
        "write = \"az\"",
        &[
            "parameters of disk.createDisks: there is no `az`",
            "`diskSpec.az` belongs to every resource: lift it or leave it out",
        ],
    );
}

#[test]
fn reserved_names_and_collisions_are_refused() {
    let spoil = |rename: &str| format!("replaces = [\"address_prefix\", \"resource_group_id\"]\nrename = {rename}");
    let from = "replaces = [\"address_prefix\", \"resource_group_id\"]";
    check(
        "vpc.vpc",
        from,
        &spoil("{ resourceGroupId = \"count\" }"),
        &["`count` is reserved; rename the attribute", "replaces, records or updates: there is no `resource_group_id`"],
    );
    check(
        "vpc.vpc",
        from,
        &spoil("{ resourceGroupId = \"address_prefix\" }"),
        &[
            "two parameters become the attribute `address_prefix`; rename one",
            "replaces, records or updates: there is no `resource_group_id`",
        ],
    );
    check("vpc.vpc", from, &spoil("{ group = \"x\" }"), &["rename: there is no `group`"]);
}

#[test]
fn values_are_plausible() {
    check(
        "disk.disk",
        "\"in-use\"]\nfailed",
        "\"in_use\"]\nfailed",
        &["status value `in-use` is not plausible", "status value `in_use` is not plausible"],
    );
    check(
        "disk.disk",
        "\"in-use\"]\nfailed",
        "\"in-use\", \"deleted\"]\nfailed",
        &["status value `deleted` is not plausible"],
    );
    check(
        "vm.instance",
        "until = [\"running\"]",
        "until = [\"rebooted\"]",
        &["status value `rebooted` is not plausible"],
    );
    check("disk.disk", "\"postpaid_by_duration\"]", "\"postpaid\"]", &["`postpaid` is no billing method"]);
    check(
        "vpc.network_security_group",
        "recovery = \"marked_by_description\"",
        "recovery = \"marked_by_tag\"",
        &["recovery: marked_by_tag needs tags that create writes and a read shows"],
    );
}

#[test]
fn an_id_that_a_list_shows_is_never_certain() {
    check(
        "privatezone.zone",
        "recovery = \"bare\"",
        "recovery = \"named\"",
        &["recovery: an id that a list shows needs a list, and its kind is bare"],
    );
}

#[test]
fn a_list_of_one_sort_at_a_time_names_the_sorts() {
    check(
        "lb.load_balancer",
        "values = [\"alb\", \"nlb\", \"dnlb\"]",
        "values = []",
        &["a list that is asked for each value of a filter needs values"],
    );
}

#[test]
fn what_says_nothing_is_a_field() {
    check(
        "lb.target_group",
        "derived = [{ field = \"ip_address\"",
        "derived = [{ field = \"address\"",
        &["attributes.targets.elements: there is no `address`"],
    );
}

#[test]
fn the_text_has_the_form_of_a_kind() {
    let problems = lint::lint("x.y", "title = \"x\"\ncolour = 1\n", &known);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].to_string().contains("unknown field `colour`"), "{}", problems[0]);
    let problems = lint::lint_lookup(
        "vm.image",
        "title = \"x\"\noperation = \"vm.describeImages\"\nitems = \"image\"\nid = \"id\"",
    );
    assert_eq!(problems.len(), 1);
    let problems = lint::lint_lookup(
        "vm.image",
        "title = \"x\"\noperation = \"vm.describeImages\"\nitems = \"images\"\nid = \"id\"",
    );
    assert_eq!(problems[0].to_string(), "vm.image: id: there is no `id`");
}

#[test]
fn what_is_shown_once_is_in_the_answer_that_makes_the_object() {
    check(
        "vm.keypair",
        "private_key = \"privateKey\"",
        "private_key = \"secret\"",
        &["computed.once.private_key: `secret` leads nowhere: the result of vm.importKeypair has no `secret`"],
    );
    check(
        "vm.keypair",
        "private_key = \"privateKey\"",
        "public_key = \"privateKey\"",
        &["two parameters become the attribute `public_key`; rename one"],
    );
}

#[test]
fn another_create_call_takes_what_the_usual_one_takes() {
    check(
        "vm.keypair",
        "attribute = \"public_key\"",
        "attribute = \"tags\"",
        &["parameters of vm.createKeypair: there is no `publicKey`"],
    );
    check(
        "vm.keypair",
        "\"vm.createKeypair\"",
        "\"vm.makeKeypair\"",
        &[
            "computed.once.private_key: `privateKey` leads nowhere: the result of vm.importKeypair has no `privateKey`",
            "the API has no operation vm.makeKeypair",
        ],
    );
}

#[test]
fn a_call_hangs_on_an_attribute_that_there_is() {
    check(
        "iam.access_key",
        "field = \"active\", values = [true]",
        "field = \"activ\", values = [true]",
        &["stages.when: there is no `activ`"],
    );
}

#[test]
fn what_is_at_rest_has_not_failed_with_its_data() {
    check(
        "redis.cache_instance",
        "grave = [\"error\"]",
        "grave = [\"running\"]",
        &["status value `running` is not plausible"],
    );
}
