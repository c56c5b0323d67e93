//! Random worlds: a recipe for every kind of the catalogue, and random edits of what they made. Kinds that much stands on have
//! recipes here; all others are copied from what the sweep makes ([`copies`]).

use crate::simulation::{
    chance::Chance,
    copies::{self, Copies, Stamp},
    script::{Edit, Resources, edit, references},
};
use firma_catalog::Catalog;
use serde_json::{Value as Json, json};

const PLACES: [(&str, &[&str]); 3] = [
    ("cn-north-1", &["cn-north-1a", "cn-north-1b"]),
    ("cn-east-2", &["cn-east-2a", "cn-east-2b"]),
    ("cn-south-1", &["cn-south-1a"]),
];

/// A public image of the emulated cloud, the same everywhere.
const IMAGE: &str = "img-ubuntu2204";

/// What grows a world.
pub struct Grower {
    chance: Chance,
    count: u64,
    places: Vec<usize>,
    /// Decides what is created before it is destroyed, in worlds where anything is.
    pub first: Option<Chance>,
    /// Text to be kept secret, and whether it is used.
    pub secrets: Vec<String>,
}

fn kind(address: &str) -> &str {
    address.rsplit_once('.').map_or(address, |(kind, _)| kind)
}

fn region(attributes: &Json) -> &str {
    attributes["region"].as_str().unwrap_or("cn-north-1")
}

/// Kinds with a recipe and edits of their own.
const OWN: [&str; 10] = [
    "vpc.vpc",
    "vpc.subnet",
    "vpc.network_security_group",
    "vpc.elastic_ip",
    "vm.keypair",
    "vm.instance",
    "vm.disk_attachment",
    "vm.elastic_ip_attachment",
    "disk.disk",
    "firma.value",
];

/// A world takes no more copied subjects of a kind, and no more networks: there are quotas.
const SUBJECTS: usize = 2;
const NETWORKS: usize = 6;

fn is_own(address: &str) -> bool {
    OWN.contains(&kind(address))
}

/// Whether it stands there for a copied subject, which counts on its being as it is.
fn is_copy(address: &str) -> bool {
    address.rsplit_once('.').is_some_and(|(_, name)| name.starts_with("copy"))
}

/// Names the lifecycle setting among the attributes.
const FIRST: &str = "create_before_destroy";

/// Whether a new one can stand beside the old: an attachment cannot, nor then what needs one to stand.
fn may_come_first(address: &str, attributes: &Json) -> bool {
    let attaches = |address: &str| !is_own(address) || kind(address).ends_with("_attachment");
    !attaches(address) && !references(attributes).iter().any(|on| attaches(on))
}

/// Whether something is created before it is destroyed, by its own wish or that of what depends on it.
fn comes_first(address: &str, world: &Resources) -> bool {
    let mut work = vec![address.to_owned()];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(address) = work.pop() {
        if world.get(&address).is_some_and(|attributes| attributes[FIRST] == true) {
            return true;
        }
        let users = world.iter().filter(|(_, attributes)| references(attributes).contains(&address));
        work.extend(users.map(|(user, _)| user.clone()).filter(|user| seen.insert(user.clone())));
    }
    false
}

/// Whether it is the instance template of a group that keeps the one it was made with: one of nodes that may differ.
fn is_kept(address: &str, world: &Resources) -> bool {
    let keeps = |attributes: &Json| attributes["configuration_type"] == "loose";
    kind(address) == "vm.instance_template"
        && world.iter().any(|(user, attributes)| {
            kind(user) == "ag.availability_group"
                && keeps(attributes)
                && references(attributes).iter().any(|to| to == address)
        })
}

/// Whether it is the network of an instance template that a group uses: the cloud lets no such template move to another network,
/// so the network is not made anew under another name.
fn carries_a_group(address: &str, world: &Resources) -> bool {
    if !matches!(kind(address), "vpc.vpc" | "vpc.subnet") {
        return false;
    }
    let users = |of: &str| -> Vec<&String> {
        let users = world.iter().filter(|(_, attributes)| references(attributes).iter().any(|to| to == of));
        users.map(|(user, _)| user).collect()
    };
    users(address).into_iter().any(|user| match kind(user) {
        "vpc.subnet" => carries_a_group(user, world),
        "vm.instance_template" => users(user).iter().any(|group| kind(group) == "ag.availability_group"),
        _ => false,
    })
}

/// Obeys the rules of passwords: letters and digits take turns, so that no three of them count.
fn password(chance: &mut Chance) -> String {
    let pairs: String =
        (0..6).map(|_| format!("{}{}", chance.pick(&['K', 'V', 'L', 'w', 'z', 'x']), chance.below(10))).collect();
    format!("Q-{pairs}")
}

impl Grower {
    /// A grower with this chance; `secretive` ones put canaries into what is secret.
    pub fn new(mut chance: Chance, secretive: bool) -> Grower {
        let first = chance.below(PLACES.len() as u64) as usize;
        let mut places = vec![first];
        if chance.percent(20) {
            places.push((first + 1) % PLACES.len());
        }
        let secrets = match secretive {
            true => vec![password(&mut chance), format!("hidden-{:x}", chance.draw())],
            false => Vec::new(),
        };
        Grower { chance, count: 0, places, first: None, secrets }
    }

    /// Edits that make a world of nothing.
    pub fn begin(&mut self) -> Vec<Edit> {
        let mut world = Resources::new();
        let mut edits = Vec::new();
        let wanted = self.chance.between(2, 8);
        while (world.len() as u64) < wanted {
            let more = self.add(&world);
            edit(&mut world, &more);
            edits.extend(more);
        }
        edits
    }

    /// Random edits of a world: one to four things at once.
    pub fn change(&mut self, world: &Resources) -> Vec<Edit> {
        let mut world = world.clone();
        let mut edits = Vec::new();
        for _ in 0..self.chance.between(1, 4) {
            let addresses: Vec<String> = world.keys().cloned().collect();
            let more = match (self.chance.below(100), addresses.is_empty()) {
                (0..25, _) | (_, true) => self.add(&world),
                (25..45, _) => vec![Edit::Remove(self.chance.pick(&addresses).clone())],
                (45..55, _) => self.rename(&addresses, &world),
                (55..85, _) => {
                    let address = self.chance.pick(&addresses).clone();
                    self.in_place(&address, &world)
                }
                _ => {
                    let address = self.chance.pick(&addresses).clone();
                    self.replacing(&address, &world)
                }
            };
            edit(&mut world, &more);
            edits.extend(more);
        }
        if let Some(first) = &mut self.first
            && !world.is_empty()
            && first.percent(25)
        {
            let addresses: Vec<&String> = world.keys().collect();
            let address = (*first.pick(&addresses)).clone();
            if may_come_first(&address, &world[&address]) {
                let flag = if first.percent(50) { json!(true) } else { json!(null) };
                edits.push(Edit::Set(address, FIRST.to_owned(), flag));
            }
        }
        edits
    }

    fn rename(&mut self, addresses: &[String], world: &Resources) -> Vec<Edit> {
        let from = self.chance.pick(addresses).clone();
        self.count += 1;
        let stays = carries_a_group(&from, world) || is_kept(&from, world);
        // `x` and `x[0]` are the same object; any other name is another one.
        let to = match from.strip_suffix("[0]") {
            Some(bare) if stays || self.chance.percent(50) => bare.to_owned(),
            None if stays || self.chance.percent(50) => format!("{from}[0]"),
            _ if is_copy(&from) => format!("{}.copy{}", kind(&from), self.count),
            _ => format!("{}.renamed{}", kind(&from), self.count),
        };
        vec![Edit::Rename(from, to)]
    }

    /// A new resource of any kind, with what it needs.
    fn add(&mut self, world: &Resources) -> Vec<Edit> {
        let kinds: Vec<&str> = Catalog::builtin().kind_names().collect();
        // Machines take long and want much: fewer of them.
        let networks = world.keys().filter(|address| kind(address) == "vpc.vpc").count();
        let full = |name: &str| {
            networks >= NETWORKS || world.keys().filter(|address| kind(address) == name).count() >= SUBJECTS
        };
        // Lives of the kinds with recipes alone, which are half as long, are asked for: `FIRMA_LIVES=quick`.
        let all = std::env::var_os("FIRMA_LIVES").is_none_or(|which| which != "quick");
        let weight = |kind: &str| match kind {
            "vm.instance" if all => 8,
            "vm.instance" => 2,
            own if OWN.contains(&own) => 3 + if all { 9 } else { 0 },
            copied if !all || full(copied) => 0,
            _ => 2,
        };
        let weights: Vec<(u64, &str)> = kinds.iter().map(|kind| (weight(kind), *kind)).collect();
        let kind = self.chance.weighted(&weights);
        let mut world = world.clone();
        let mut edits = Vec::new();
        self.make(kind, None, &mut world, &mut edits);
        edits
    }

    /// One of a kind in a region, made if there is none; sometimes even if there is.
    fn some(&mut self, kind_wanted: &str, place: &str, world: &mut Resources, edits: &mut Vec<Edit>) -> String {
        let there: Vec<String> = world
            .iter()
            .filter(|(address, attributes)| kind(address) == kind_wanted && region(attributes) == place)
            .filter(|(address, _)| !is_copy(address))
            .map(|(address, _)| address.clone())
            .collect();
        if there.is_empty() || self.chance.percent(10) {
            return self.make(kind_wanted, Some(place), world, edits);
        }
        self.chance.pick(&there).clone()
    }

    fn make(&mut self, kind: &str, place: Option<&str>, world: &mut Resources, edits: &mut Vec<Edit>) -> String {
        let place = match place {
            Some(place) => place.to_owned(),
            None => PLACES[*self.chance.pick(&self.places)].0.to_owned(),
        };
        let mut attributes = self.recipe(kind, &place, world, edits);
        if kind != "firma.value" {
            attributes["region"] = json!(place);
        }
        self.count += 1;
        let address = format!("{kind}.r{}", self.count);
        if let Some(first) = &mut self.first
            && first.percent(30)
            && may_come_first(&address, &attributes)
        {
            attributes[FIRST] = json!(true);
        }
        world.insert(address.clone(), attributes.clone());
        edits.push(Edit::Put(address.clone(), attributes));
        address
    }

    fn zone(&mut self, place: &str) -> &'static str {
        let zones = PLACES.iter().find(|(name, _)| *name == place).map_or(PLACES[0].1, |(_, zones)| zones);
        let zone: &&'static str = self.chance.pick(zones);
        zone
    }

    fn name(&mut self) -> String {
        self.count += 1;
        format!("name-{}", self.count)
    }

    fn text(&mut self) -> Json {
        match self.secrets.get(1) {
            Some(secret) if self.chance.percent(40) => json!({ "$sensitive": secret }),
            _ => json!(format!("text {}", self.chance.below(1000))),
        }
    }

    fn tags(&mut self) -> Json {
        json!({ "stage": format!("s{}", self.chance.below(5)) })
    }

    fn recipe(&mut self, kind: &str, place: &str, world: &mut Resources, edits: &mut Vec<Edit>) -> Json {
        let some = |grower: &mut Grower, kind: &str, world: &mut Resources, edits: &mut Vec<Edit>| {
            grower.some(kind, place, world, edits)
        };
        match kind {
            "vpc.vpc" => {
                self.count += 1;
                let mut vpc =
                    json!({ "vpc_name": self.name(), "address_prefix": format!("10.{}.0.0/16", self.count % 250) });
                if self.chance.percent(40) {
                    vpc["description"] = self.text();
                }
                if self.chance.percent(40) {
                    vpc["tags"] = self.tags();
                }
                vpc
            }
            "vpc.subnet" => {
                let vpc = some(self, "vpc.vpc", world, edits);
                let mut subnet = json!({ "vpc_id": format!("@{vpc}#id"), "subnet_name": self.name(),
                    "address_prefix": self.inside(&world[&vpc]) });
                if self.chance.percent(40) {
                    subnet["description"] = self.text();
                }
                if self.chance.percent(40) {
                    subnet["tags"] = self.tags();
                }
                subnet
            }
            "vpc.network_security_group" => {
                let vpc = some(self, "vpc.vpc", world, edits);
                let mut group = json!({ "vpc_id": format!("@{vpc}#id"), "network_security_group_name": self.name() });
                if self.chance.percent(50) {
                    group["description"] = self.text();
                }
                if self.chance.percent(70) {
                    group["rules"] = self.rules();
                }
                group
            }
            "vpc.elastic_ip" => {
                let method = *self.chance.pick(&["postpaid_by_duration", "postpaid_by_usage"]);
                json!({ "bandwidth_mbps": self.chance.between(1, 10), "provider": "bgp", "billing": { "method": method } })
            }
            // Made by the service: its private half is shown once, and may be lost.
            "vm.keypair" if self.chance.percent(35) => json!({ "key_name": self.name() }),
            "vm.keypair" => json!({ "key_name": self.name(), "public_key": self.key() }),
            "disk.disk" => json!({ "zone": self.zone(place), "billing": { "method": "postpaid_by_duration" },
                "name": self.name(), "disk_type": "ssd.gp1", "disk_size_gb": self.chance.between(2, 20) * 10 }),
            "vm.instance" => self.instance(place, world, edits),
            "vm.disk_attachment" => {
                let instance = some(self, "vm.instance", world, edits);
                let disk = self.make("disk.disk", Some(place), world, edits);
                let zone = world[&instance]["zone"].clone();
                edits.push(Edit::Set(disk.clone(), "zone".to_owned(), zone.clone()));
                world.get_mut(&disk).expect("just made")["zone"] = zone;
                json!({ "instance_id": format!("@{instance}#id"), "disk_id": format!("@{disk}#id") })
            }
            "vm.elastic_ip_attachment" => {
                // An instance has one primary address; so the instance is its own.
                let instance = self.make("vm.instance", Some(place), world, edits);
                let address = self.make("vpc.elastic_ip", Some(place), world, edits);
                json!({ "instance_id": format!("@{instance}#id"), "elastic_ip_id": format!("@{address}#id") })
            }
            "firma.value" => {
                let others: Vec<String> =
                    world.keys().filter(|address| !address.starts_with("firma.")).cloned().collect();
                let mut value = match others.is_empty() || self.chance.percent(30) {
                    true => json!({ "input": self.text() }),
                    false => json!({ "input": { "of": format!("@{}#id", self.chance.pick(&others)) } }),
                };
                if self.chance.percent(30) {
                    value["triggers_replace"] = json!(self.chance.below(3));
                }
                value
            }
            copied => {
                let form = Json::Object(copies::subject(copied).create.clone());
                self.copy(&form, Copies::new(), place, world, edits)
            }
        }
    }

    /// A form of a copied subject; what it stands on and is not among the copies is made.
    fn copy(
        &mut self,
        form: &Json,
        mut copies: Copies,
        place: &str,
        world: &mut Resources,
        edits: &mut Vec<Edit>,
    ) -> Json {
        let mut around = Resources::new();
        copies::beside().gather(form, &mut around);
        around.retain(|address, _| !copies.contains_key(address));
        for address in around.keys() {
            self.count += 1;
            copies.insert(address.clone(), format!("{}.copy{}", kind(address), self.count));
        }
        let zones = PLACES.iter().find(|(name, _)| *name == place).map_or(PLACES[0].1, |(_, zones)| zones);
        for (address, attributes) in &around {
            self.count += 1;
            let mut attributes =
                copies::stamped(attributes, &copies, &Stamp { region: place, zones, number: self.count });
            if !address.starts_with("firma.") {
                attributes["region"] = json!(place);
            }
            world.insert(copies[address].clone(), attributes.clone());
            edits.push(Edit::Put(copies[address].clone(), attributes));
        }
        self.count += 1;
        copies::stamped(form, &copies, &Stamp { region: place, zones, number: self.count })
    }

    /// A copied subject becomes another form of its kind: one changed in place, one that replaces, or the first again.
    fn another(&mut self, address: &str, world: &Resources, replaces: bool) -> Vec<Edit> {
        let [made, changed, replaced] = copies::forms(kind(address));
        let mut copies = copies::recognise(kind(address), &world[address], world);
        let mut among: Vec<_> = made.into_iter().chain(if replaces { replaced } else { changed }).collect();
        let used = world.values().any(|attributes| references(attributes).iter().any(|to| to == address));
        if used {
            // What others stand on stays where it is: they would be left in another network.
            among.retain(|form| copies::stands_on(form, &copies));
        }
        if among.is_empty() {
            return Vec::new();
        }
        let form = Json::Object((*self.chance.pick(&among)).clone());
        copies::remember(&form, world, &mut copies);
        let place = region(&world[address]).to_owned();
        let (mut world, mut edits) = (world.clone(), Vec::new());
        let mut attributes = self.copy(&form, copies, &place, &mut world, &mut edits);
        attributes["region"] = json!(place);
        if used && (address.starts_with("lb.") || address.starts_with("ssl.")) {
            // What uses it lets go of it by a change of its own, which comes after the deletion unless the new one is made first.
            attributes[FIRST] = json!(true);
        }
        edits.push(Edit::Put(address.to_owned(), attributes));
        edits
    }

    fn inside(&mut self, vpc: &Json) -> String {
        self.count += 1;
        let prefix = vpc["address_prefix"].as_str().unwrap_or("10.0.0.0/16");
        let second = prefix.split('.').nth(1).unwrap_or("0");
        format!("10.{second}.{}.0/24", self.count % 250)
    }

    fn rules(&mut self) -> Json {
        let rule = |port: u64| {
            json!({ "direction": 0, "protocol": 6, "from_port": port, "to_port": port,
            "address_prefix": "0.0.0.0/0" })
        };
        let first = self.chance.between(1, 60);
        Json::Array((0..self.chance.below(3)).map(|more| rule(first + more)).collect())
    }

    fn key(&mut self) -> String {
        let keys = [
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGUgb25seTogbm8gcHJpdmF0ZSBoYWxmLi4u a@example",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGUgb25seTogbm8gcHJpdmF0ZSBoYWxmISEh b@example",
        ];
        (*self.chance.pick(&keys)).to_owned()
    }

    fn instance(&mut self, place: &str, world: &mut Resources, edits: &mut Vec<Edit>) -> Json {
        let subnet = self.some("vpc.subnet", place, world, edits);
        let vpc = world[&subnet]["vpc_id"].clone();
        let groups: Vec<String> = world
            .iter()
            .filter(|(address, group)| kind(address) == "vpc.network_security_group" && group["vpc_id"] == vpc)
            .map(|(address, _)| address.clone())
            .collect();
        let zone = self.zone(place);
        let billing = json!({ "method": "postpaid_by_duration" });
        let mut network = json!({ "subnet_id": format!("@{subnet}#id") });
        if !groups.is_empty() {
            network["security_groups"] = json!([format!("@{}#id", self.chance.pick(&groups))]);
        }
        let mut instance = json!({
            "zone": zone, "billing": billing, "name": self.name(), "instance_type": "g.n3.large", "image_id": IMAGE,
            "system_disk": { "disk_category": "cloud", "cloud_disk_spec": { "name": "system", "disk_type": "ssd.gp1",
                "disk_size_gb": 40, "zone": zone, "billing": billing } },
            "primary_network_interface": { "network_interface": network },
        });
        if self.chance.percent(40) {
            let key = self.some("vm.keypair", place, world, edits);
            instance["key_names"] = json!([format!("@{key}#key_name")]);
        }
        if let Some(secret) = self.secrets.first().cloned() {
            instance["password"] = json!(secret);
        }
        instance
    }

    /// A change that every kind can make to what is there.
    fn in_place(&mut self, address: &str, world: &Resources) -> Vec<Edit> {
        if is_copy(address) {
            return Vec::new();
        }
        if !is_own(address) {
            return self.another(address, world, false);
        }
        let set = |name: &str, value: Json| vec![Edit::Set(address.to_owned(), name.to_owned(), value)];
        let sort = self.chance.below(3);
        match (kind(address), sort) {
            ("vpc.vpc", 0) => set("vpc_name", json!(self.name())),
            ("vpc.vpc" | "vpc.subnet", 1) => set("description", self.text()),
            ("vpc.vpc" | "vpc.subnet" | "vpc.elastic_ip" | "disk.disk", 2) => set("tags", self.tags()),
            ("vpc.subnet", _) => set("subnet_name", json!(self.name())),
            ("vpc.network_security_group", 0) => set("network_security_group_name", json!(self.name())),
            ("vpc.network_security_group", 1) => set("description", self.text()),
            ("vpc.network_security_group", _) => set("rules", self.rules()),
            ("vpc.elastic_ip", 0) => set("elastic_ip_name", json!(self.name())),
            ("vpc.elastic_ip", _) => set("bandwidth_mbps", json!(self.chance.between(1, 10))),
            ("disk.disk", 0) => set("name", json!(self.name())),
            ("disk.disk", _) => {
                // An attached disk cannot be extended in place: the cloud refuses, until it is detached.
                let attached = world.iter().any(|(other, attributes)| {
                    kind(other) == "vm.disk_attachment" && attributes["disk_id"] == format!("@{address}#id")
                });
                let size = world[address]["disk_size_gb"].as_u64().unwrap_or(20);
                if attached { set("name", json!(self.name())) } else { set("disk_size_gb", json!(size + 10)) }
            }
            ("vm.instance", 0) => set("name", json!(self.name())),
            ("vm.instance", 1) => {
                set("instance_type", json!(*self.chance.pick(&["g.n3.large", "g.n3.xlarge", "g.n3.2xlarge"])))
            }
            ("vm.instance", _) => set("description", self.text()),
            ("vm.disk_attachment", _) => set("auto_delete", json!(self.chance.percent(50))),
            ("vm.keypair", _) => set("tags", self.tags()),
            ("firma.value", _) => set("input", self.text()),
            _ => set("name", json!(null)),
        }
    }

    /// A change that makes another object of it.
    fn replacing(&mut self, address: &str, world: &Resources) -> Vec<Edit> {
        if is_copy(address) || is_kept(address, world) {
            return Vec::new();
        }
        if !is_own(address) {
            return self.another(address, world, true);
        }
        let set = |address: &str, name: &str, value: Json| Edit::Set(address.to_owned(), name.to_owned(), value);
        match kind(address) {
            "vpc.vpc" => {
                self.count += 1;
                let prefix = json!(format!("10.{}.0.0/16", self.count % 250));
                let mut edits = vec![set(address, "address_prefix", prefix.clone())];
                let inside = json!({ "address_prefix": prefix });
                for (subnet, attributes) in world {
                    if kind(subnet) == "vpc.subnet" && attributes["vpc_id"] == format!("@{address}#id") {
                        edits.push(set(subnet, "address_prefix", json!(self.inside(&inside))));
                    }
                }
                edits
            }
            "vpc.subnet" => {
                let vpc = world[address]["vpc_id"].as_str().and_then(|text| text[1..].split_once('#'));
                match vpc.and_then(|(vpc, _)| world.get(vpc)) {
                    Some(vpc) => vec![set(address, "address_prefix", json!(self.inside(&vpc.clone())))],
                    None => Vec::new(),
                }
            }
            "vpc.elastic_ip" => vec![set(address, "provider", json!(*self.chance.pick(&["bgp", "no_bgp"])))],
            // The same name with another key is the hard case: the name must be free before it is taken again.
            "vm.keypair" if self.chance.percent(60) && !comes_first(address, world) => {
                vec![set(address, "public_key", json!(self.key()))]
            }
            "vm.keypair" => vec![set(address, "key_name", json!(self.name()))],
            "disk.disk" => {
                vec![set(address, "disk_type", json!(*self.chance.pick(&["ssd.gp1", "ssd.io1", "hdd.std1"])))]
            }
            "vm.instance" => {
                vec![set(address, "image_id", json!(*self.chance.pick(&[IMAGE, "img-ubuntu2404", "img-debian12"])))]
            }
            "vm.disk_attachment" => {
                // A device of an instance holds one disk, and the service gives the first ones to those that name none.
                let instance = &world[address]["instance_id"];
                let taken: Vec<&Json> = world
                    .iter()
                    .filter(|(other, one)| kind(other) == "vm.disk_attachment" && one["instance_id"] == *instance)
                    .map(|(_, one)| &one["device_name"])
                    .collect();
                let free = ["vdh", "vdi", "vdj", "vdk", "vdl", "vdm"].into_iter();
                let free: Vec<&str> = free.filter(|name| !taken.contains(&&json!(name))).collect();
                match free.is_empty() {
                    true => Vec::new(),
                    false => vec![set(address, "device_name", json!(*self.chance.pick(&free)))],
                }
            }
            "firma.value" => vec![set(address, "triggers_replace", json!(self.chance.below(100)))],
            _ => Vec::new(),
        }
    }
}
