//! The kinds and look-ups of this catalogue: their texts, inside the binary. The order is the order of lists.

/// Kinds by id.
pub const KINDS: &[(&str, &str)] = &[
    ("disk.disk", include_str!("../kinds/disk/disk.toml")),
    ("firma.value", include_str!("../kinds/firma/value.toml")),
    ("vm.disk_attachment", include_str!("../kinds/vm/disk_attachment.toml")),
    ("vm.elastic_ip_attachment", include_str!("../kinds/vm/elastic_ip_attachment.toml")),
    ("vm.instance", include_str!("../kinds/vm/instance.toml")),
    ("vm.keypair", include_str!("../kinds/vm/keypair.toml")),
    ("vpc.elastic_ip", include_str!("../kinds/vpc/elastic_ip.toml")),
    ("vpc.network_security_group", include_str!("../kinds/vpc/network_security_group.toml")),
    ("vpc.subnet", include_str!("../kinds/vpc/subnet.toml")),
    ("vpc.vpc", include_str!("../kinds/vpc/vpc.toml")),
];

/// Look-ups by id.
pub const LOOKUPS: &[(&str, &str)] = &[
    ("vm.image", include_str!("../lookups/vm/image.toml")),
    ("vm.instance_type", include_str!("../lookups/vm/instance_type.toml")),
    ("vpc.subnet", include_str!("../lookups/vpc/subnet.toml")),
    ("vpc.vpc", include_str!("../lookups/vpc/vpc.toml")),
];
