//! The graphs: what is to be made, and what hangs on what.

use firma_lab::stack;
use firma_model::{address::Address, desired::Desired};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// A form of graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Disks, none of which needs another: one service, one region, and each takes seconds.
    Wide,
    /// Twenty chains in which a network comes after a disk and a disk after a network.
    Chains,
    /// Networks, subnets in them, instances in those, disks beside them and attached to them.
    Tree,
    /// One network, and everything else is a subnet of it.
    Hub,
    /// Everything mixed: five kinds in three services and three regions, hanging on whatever was there before.
    Mixed,
}

impl Shape {
    /// All of them.
    pub const ALL: [Shape; 5] = [Shape::Wide, Shape::Chains, Shape::Tree, Shape::Hub, Shape::Mixed];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Shape::Wide => "wide",
            Shape::Chains => "chains",
            Shape::Tree => "tree",
            Shape::Hub => "hub",
            Shape::Mixed => "mixed",
        }
    }

    /// A graph of so many resources.
    pub fn desired(self, resources: usize, image: &str) -> Desired {
        let mut graph = Graph { image: image.to_owned(), resources: Vec::new(), regions: BTreeMap::new() };
        match self {
            Shape::Wide => graph.wide(resources),
            Shape::Chains => graph.chains(resources),
            Shape::Tree => graph.tree(resources),
            Shape::Hub => graph.hub(resources),
            Shape::Mixed => graph.mixed(resources),
        }
        graph.finish()
    }
}

const REGIONS: [&str; 3] = ["cn-north-1", "cn-east-2", "cn-south-1"];

struct Graph {
    image: String,
    resources: Vec<(String, Json)>,
    regions: BTreeMap<String, &'static str>,
}

fn vpc(number: usize, description: &str) -> Json {
    json!({ "vpc_name": format!("net-{number}"), "address_prefix": "10.0.0.0/16", "description": description })
}

fn disk(region: &str, number: usize, description: &str) -> Json {
    json!({ "zone": format!("{region}a"), "billing": { "method": "postpaid_by_duration" }, "name": format!("data-{number}"),
        "disk_type": "ssd.gp1", "disk_size_gb": 100, "description": description })
}

/// The subnet with this number in its network: 4096 of 16 addresses.
fn subnet(network: &str, number: usize) -> Json {
    let range = format!("10.0.{}.{}/28", number / 16, number % 16 * 16);
    json!({ "vpc_id": format!("@{network}#id"), "subnet_name": format!("range-{number}"), "address_prefix": range })
}

fn instance(image: &str, region: &str, number: usize, subnet: &str) -> Json {
    let billing = json!({ "method": "postpaid_by_duration" });
    json!({
        "zone": format!("{region}a"), "billing": billing, "name": format!("server-{number}"),
        "instance_type": "g.n3.large", "image_id": image,
        "system_disk": { "disk_category": "cloud", "cloud_disk_spec": { "name": "system", "disk_type": "ssd.gp1",
            "disk_size_gb": 40, "zone": format!("{region}a"), "billing": billing } },
        "primary_network_interface": { "network_interface": { "subnet_id": format!("@{subnet}#id") } },
    })
}

fn attachment(instance: &str, disk: &str) -> Json {
    json!({ "instance_id": format!("@{instance}#id"), "disk_id": format!("@{disk}#id") })
}

impl Graph {
    fn add(&mut self, region: &'static str, address: String, attributes: Json) -> String {
        self.regions.insert(address.clone(), region);
        self.resources.push((address.clone(), attributes));
        address
    }

    fn finish(self) -> Desired {
        let named: Vec<(&str, Json)> = self.resources.iter().map(|(a, j)| (a.as_str(), j.clone())).collect();
        let mut desired = stack::desired(&named);
        for (address, region) in &self.regions {
            let address: Address = address.parse().expect("an address");
            if let Some(resource) = desired.resources.get_mut(&address) {
                resource.region = Some((*region).to_owned());
            }
        }
        desired
    }

    fn wide(&mut self, resources: usize) {
        for i in 0..resources {
            self.add(REGIONS[0], format!("disk.disk.d{i}"), disk(REGIONS[0], i, "alone"));
        }
    }

    fn chains(&mut self, resources: usize) {
        let chains = 20.min(resources.max(1));
        let mut ends: Vec<String> = vec![String::new(); chains];
        for i in 0..resources {
            let (chain, link) = (i % chains, i / chains);
            let after = match ends[chain].as_str() {
                "" => "first".to_owned(),
                end => format!("@{end}#id"),
            };
            ends[chain] = match link % 2 {
                0 => self.add(REGIONS[0], format!("vpc.vpc.v{i}"), vpc(i, &after)),
                _ => self.add(REGIONS[0], format!("disk.disk.d{i}"), disk(REGIONS[0], i, &after)),
            };
        }
    }

    /// Of a hundred: one network, four subnets, 25 instances, 35 disks, 35 attachments, each disk to one instance.
    fn tree(&mut self, resources: usize) {
        let region = REGIONS[0];
        let image = self.image.clone();
        for part in 0..resources.div_ceil(100) {
            let room = (resources - part * 100).min(100);
            let network = self.add(region, format!("vpc.vpc.n{part}"), vpc(part, "a branch"));
            let disks = room.saturating_sub(5) * 35 / 95;
            let instances = room.saturating_sub(5 + 2 * disks);
            let subnets: Vec<String> = (0..room.saturating_sub(1).min(4))
                .map(|i| self.add(region, format!("vpc.subnet.s{part}_{i}"), subnet(&network, i)))
                .collect();
            let servers: Vec<String> = (0..instances)
                .map(|i| {
                    let within = &subnets[i % subnets.len()];
                    self.add(region, format!("vm.instance.i{part}_{i}"), instance(&image, region, i, within))
                })
                .collect();
            for i in 0..disks {
                let disk = self.add(region, format!("disk.disk.d{part}_{i}"), disk(region, i, "a leaf"));
                let server = &servers[i % servers.len()];
                self.add(region, format!("vm.disk_attachment.a{part}_{i}"), attachment(server, &disk));
            }
        }
    }

    fn hub(&mut self, resources: usize) {
        // A network holds 4096 of them; more take more hubs.
        for i in 0..resources {
            let hub = i / 4000;
            let network = format!("vpc.vpc.hub{hub}");
            match i % 4000 {
                0 => self.add(REGIONS[0], network, vpc(hub, "the hub")),
                number => self.add(REGIONS[0], format!("vpc.subnet.s{i}"), subnet(&network, number)),
            };
        }
    }

    fn mixed(&mut self, resources: usize) {
        let image = self.image.clone();
        let mut dice = Dice(2026);
        let mut networks: BTreeMap<&str, Vec<(String, usize)>> = BTreeMap::new();
        let mut subnets: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut servers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut free: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut all: Vec<String> = Vec::new();
        for i in 0..resources {
            // Half of everything in one region, the rest in the two others.
            let region = REGIONS[[0, 0, 1, 2][dice.below(4)]];
            let after = match all.is_empty() || dice.below(3) == 0 {
                true => "nothing before it".to_owned(),
                // Rather something recent, so that there is depth.
                false => format!("@{}#id", all[all.len() - 1 - dice.below(all.len().min(200))]),
            };
            let (ranges, homes) = (networks.entry(region).or_default(), subnets.entry(region).or_default());
            let (hosts, loose) = (servers.entry(region).or_default(), free.entry(region).or_default());
            let address = match dice.below(20) {
                0..=2 if ranges.iter().any(|(_, used)| *used < 4000) => {
                    let at = dice.below(ranges.len());
                    let (network, used) = &mut ranges[at];
                    *used += 1;
                    let (network, used) = (network.clone(), *used - 1);
                    let made = format!("vpc.subnet.s{i}");
                    homes.push(made.clone());
                    self.add(region, made, subnet(&network, used))
                }
                3..=7 if !homes.is_empty() => {
                    let home = homes[dice.below(homes.len())].clone();
                    let made = format!("vm.instance.i{i}");
                    hosts.push(made.clone());
                    self.add(region, made, instance(&image, region, i, &home))
                }
                8..=11 if !hosts.is_empty() && !loose.is_empty() => {
                    let host = hosts[dice.below(hosts.len())].clone();
                    let one = loose.swap_remove(dice.below(loose.len()));
                    self.add(region, format!("vm.disk_attachment.a{i}"), attachment(&host, &one))
                }
                8..=16 => {
                    let made = format!("disk.disk.d{i}");
                    loose.push(made.clone());
                    self.add(region, made, disk(region, i, &after))
                }
                _ => {
                    let made = format!("vpc.vpc.v{i}");
                    ranges.push((made.clone(), 0));
                    self.add(region, made, vpc(i, &after))
                }
            };
            // An attachment has no id of its own worth hanging on.
            if !address.contains("attachment") {
                all.push(address);
            }
        }
    }
}

/// Numbers that look random and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }
}
