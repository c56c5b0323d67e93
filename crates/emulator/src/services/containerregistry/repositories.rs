//! Repositories in a registry.

use super::{is_plain, registries};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond};
use crate::state::Repository;
use crate::world::World;
use crate::{names, quota};
use serde_json::{Value, json};

fn key(region: &str, registry: &str, name: &str) -> String {
    format!("{}/{name}", registries::key(region, registry))
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (region, registry) = (call.region(), call.args.text("registryName")?);
    registries::find(world, region, registry)?;
    let name = call.args.text("repositoryName")?;
    if name.len() > 256 || name.split('/').count() > 2 || !name.split('/').all(is_plain) {
        return Err(Fault::invalid(format!("repositoryName `{name}` does not follow the rules of names")));
    }
    let description = call.args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let key = key(region, registry, name);
    if world.repositories.contains_key(&key) {
        return Err(Fault::exists(format!("repository {name} exists already in {registry}")));
    }
    quota::check(&world.settings.quotas, "repository", world.repositories.count(region), 1)?;
    let repository = Repository {
        region: region.to_owned(),
        registry: registry.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        created: call.now,
    };
    let short = json!({
        "createdAt": call.now.to_string(), "repositoryName": name, "repositoryUri": uri(&repository),
    });
    world.repositories.insert(key, repository);
    Ok(json!({"repository": short}))
}

fn uri(repository: &Repository) -> String {
    format!("{}-{}.jcr.emulated/{}", repository.registry, repository.region, repository.name)
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let registry = call.args.opt_text("registryName").filter(|name| !name.is_empty());
    if let Some(registry) = registry {
        registries::find(world, call.region(), registry)?;
    }
    let mut found: Vec<&Repository> = world.repositories.in_region(call.region(), 0).map(|(_, r)| r).collect();
    found.retain(|repository| registry.is_none_or(|registry| registry == repository.registry));
    for filter in call.args.children("filters") {
        let wanted = filter.texts("values");
        match filter.text("name")? {
            "name" => found.retain(|repository| wanted.iter().any(|part| repository.name.contains(part))),
            other => return Err(Fault::invalid(format!("filter `{other}` is unknown"))),
        }
    }
    listing::page(call.args, Beyond::Empty, "repositories", &found, |repository| {
        json!({
            "createdAt": repository.created.to_string(),
            "updatedAt": repository.created.to_string(),
            "registryName": repository.registry,
            "repositoryName": repository.name,
            "repositoryUri": uri(repository),
            "totalSpaceUsedMB": 0.0,
            "description": repository.description,
        })
    })
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let (registry, name) = (call.args.text("registryName")?, call.args.text("repositoryName")?);
    registries::find(world, call.region(), registry)?;
    let key = key(call.region(), registry, name);
    world.repositories.remove(&key).map(|_| Value::Null).ok_or_else(|| Fault::not_found("repository", name))
}
