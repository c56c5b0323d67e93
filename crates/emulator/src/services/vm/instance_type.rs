//! Instance types: sizes by family and generation, and which zone has them in stock.

use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::places;
use crate::world::World;
use serde_json::{Value, json};

/// vCPUs of a size.
const SIZES: [(&str, u32); 9] = [
    ("medium", 1),
    ("large", 2),
    ("xlarge", 4),
    ("2xlarge", 8),
    ("4xlarge", 16),
    ("8xlarge", 32),
    ("16xlarge", 64),
    ("18xlarge", 72),
    ("small", 1),
];

/// Family with generation, GB of memory per vCPU, sizes sold.
const FAMILIES: [(&str, u32, &[&str]); 10] = [
    ("c.n1", 2, &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge"]),
    ("c.n2", 2, &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge", "18xlarge"]),
    ("c.n3", 2, &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"]),
    ("g.n1", 4, &["medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge"]),
    ("g.n2", 4, &["medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge", "18xlarge"]),
    ("g.n3", 4, &["medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"]),
    ("g.s1", 2, &["small"]),
    ("h.g2", 4, &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge"]),
    ("m.n2", 8, &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"]),
    ("m.n3", 8, &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"]),
];

/// An instance type.
#[derive(Clone, Debug)]
pub(crate) struct InstanceType {
    name: String,
    family: &'static str,
    cpu: u32,
    memory_mb: u32,
    generation: u32,
}

fn all() -> impl Iterator<Item = InstanceType> {
    FAMILIES.iter().flat_map(|(family, ratio, sizes)| {
        sizes.iter().filter_map(move |size| {
            let (_, cpu) = SIZES.iter().find(|(name, _)| name == size)?;
            let generation = family.chars().last().and_then(|c| c.to_digit(10)).unwrap_or(1);
            Some(InstanceType {
                name: format!("{family}.{size}"),
                family,
                cpu: *cpu,
                memory_mb: cpu * ratio * 1024,
                generation,
            })
        })
    })
}

impl InstanceType {
    /// cn-east-1 has no high-frequency types; the largest third-generation one is sold out in the south.
    fn in_stock(&self, region: &str) -> bool {
        match region {
            "cn-east-1" => !self.family.starts_with("h."),
            "cn-south-1" => self.name != "g.n3.16xlarge",
            _ => true,
        }
    }

    /// Most cloud disks, the system disk included.
    pub(crate) fn disk_limit() -> usize {
        8
    }
}

/// Refuses a type that does not exist or is not in stock.
pub(crate) fn check(region: &str, az: &str, name: &str) -> Result<(), Fault> {
    match all().find(|t| t.name == name) {
        None => Err(Fault::invalid(format!("instanceType `{name}` is unknown"))),
        Some(t) if !t.in_stock(region) => Err(Fault::precondition(format!("instanceType {name} is sold out in {az}"))),
        Some(_) => Ok(()),
    }
}

/// Generation of a type, 1 for unknown ones.
pub(crate) fn generation(name: &str) -> u32 {
    all().find(|t| t.name == name).map_or(1, |t| t.generation)
}

pub(crate) fn list(_: &World, call: &Call<'_>) -> Answer {
    let mut names: Option<Vec<&str>> = None;
    let mut zones: Option<Vec<&str>> = None;
    for filter in call.args.children("filters") {
        let values = filter.texts("values");
        match filter.text("name")? {
            "instanceTypes" => names = Some(values),
            "az" => zones = Some(values),
            "architecture" if values.contains(&"x86_64") => {}
            "architecture" => names = Some(Vec::new()),
            other => return Err(Fault::invalid(format!("filter `{other}` is unknown"))),
        }
    }
    let region = call.region();
    let asked = |zone: &str| zones.as_ref().is_none_or(|z| z.iter().any(|a| places::same_zone(a, zone)));
    let rows: Vec<Value> = all()
        .filter(|t| names.as_ref().is_none_or(|n| n.contains(&t.name.as_str())))
        .map(|t| {
            let state: Vec<Value> = places::zones(region)
                .filter(|zone| asked(zone))
                .map(|zone| json!({"az": zone, "inStock": t.in_stock(region)}))
                .collect();
            (t, state)
        })
        .filter(|(_, state)| !state.is_empty())
        .map(|(t, state)| {
            json!({
                "family": t.family,
                "instanceType": t.name,
                "cpu": t.cpu,
                "architecture": "x86_64",
                "memoryMB": t.memory_mb,
                "nicLimit": 4,
                "cloudDiskCountLimit": InstanceType::disk_limit(),
                "desc": format!("{} vCPU, {} GB", t.cpu, t.memory_mb / 1024),
                "state": state,
                "generation": t.generation,
                "cloudDiskTypes": ["ssd.gp1", "ssd.io1", "hdd.std1"],
            })
        })
        .collect();
    Ok(json!({"totalCount": rows.len(), "instanceTypes": rows, "specificInstanceTypes": []}))
}
