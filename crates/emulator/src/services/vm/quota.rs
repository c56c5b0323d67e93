//! How many instances, key pairs and images there may be.

use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::quota;
use crate::world::World;
use serde_json::{Value, json};

const TYPES: [&str; 4] = ["instance", "keypair", "image", "instanceTemplate"];

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let mut wanted: Vec<&str> = TYPES.to_vec();
    for filter in call.args.children("filters") {
        match filter.text("name")? {
            "resourceTypes" => wanted = filter.texts("values"),
            other => return Err(Fault::invalid(format!("filter `{other}` is unknown"))),
        }
    }
    let rows: Vec<Value> = wanted
        .into_iter()
        .filter(|name| TYPES.contains(name))
        .map(|name| {
            let used = match name {
                "instance" => world.instances.count(call.region()),
                "keypair" => world.keypairs.count(call.region()),
                "instanceTemplate" => world.instance_templates.count(call.region()),
                "image" => world.images.count(call.region()),
                _ => 0,
            };
            let limit = quota::limit(&world.settings.quotas, name).unwrap_or_default();
            json!({"resourceType": name, "limit": limit, "used": used})
        })
        .collect();
    Ok(json!({"quotas": rows}))
}
