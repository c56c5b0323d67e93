//! The kinds and look-ups of this catalogue: their texts, inside the binary. The order is the order of lists.

/// Kinds by id.
pub const KINDS: &[(&str, &str)] = &[
    ("disk.disk", include_str!("../kinds/disk/disk.toml")),
    ("firma.value", include_str!("../kinds/firma/value.toml")),
    ("vm.disk_attachment", include_str!("../kinds/vm/disk_attachment.toml")),
    ("vm.elastic_ip_attachment", include_str!("../kinds/vm/elastic_ip_attachment.toml")),
    ("vm.instance", include_str!("../kinds/vm/instance.toml")),
    ("vm.keypair", include_str!("../kinds/vm/keypair.toml")),
    ("vm.keypair_attachment", include_str!("../kinds/vm/keypair_attachment.toml")),
    ("vm.network_interface_attachment", include_str!("../kinds/vm/network_interface_attachment.toml")),
    ("vpc.bandwidth_package", include_str!("../kinds/vpc/bandwidth_package.toml")),
    ("vpc.bandwidth_package_ip", include_str!("../kinds/vpc/bandwidth_package_ip.toml")),
    ("vpc.elastic_ip", include_str!("../kinds/vpc/elastic_ip.toml")),
    ("vpc.nat_gateway", include_str!("../kinds/vpc/nat_gateway.toml")),
    ("vpc.network_acl", include_str!("../kinds/vpc/network_acl.toml")),
    ("vpc.network_acl_association", include_str!("../kinds/vpc/network_acl_association.toml")),
    ("vpc.network_interface", include_str!("../kinds/vpc/network_interface.toml")),
    ("vpc.network_security_group", include_str!("../kinds/vpc/network_security_group.toml")),
    ("vpc.route_table", include_str!("../kinds/vpc/route_table.toml")),
    ("vpc.route_table_association", include_str!("../kinds/vpc/route_table_association.toml")),
    ("vpc.subnet", include_str!("../kinds/vpc/subnet.toml")),
    ("vpc.vpc", include_str!("../kinds/vpc/vpc.toml")),
    ("vpc.vpc_peering", include_str!("../kinds/vpc/vpc_peering.toml")),
];

/// Look-ups by id.
pub const LOOKUPS: &[(&str, &str)] = &[
    ("vm.image", include_str!("../lookups/vm/image.toml")),
    ("vm.instance_type", include_str!("../lookups/vm/instance_type.toml")),
    ("vpc.subnet", include_str!("../lookups/vpc/subnet.toml")),
    ("vpc.vpc", include_str!("../lookups/vpc/vpc.toml")),
];
