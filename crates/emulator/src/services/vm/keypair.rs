//! Key pairs: their name is their id; the private half is shown once, and is not a real key.

use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond};
use crate::services::vm::instance;
use crate::state::{InstanceStatus, Keypair};
use crate::tags::Tags;
use crate::world::World;
use crate::{names, quota};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde_json::{Value, json};

/// Key types of an OpenSSH public key line.
const KEY_TYPES: [&str; 6] =
    ["ssh-rsa", "ssh-dss", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];

fn check_new(world: &World, call: &Call<'_>) -> Result<(String, String), Fault> {
    let name = call.args.text("keyName")?;
    names::keypair(name)?;
    let key = World::keypair_key(call.region(), name);
    if world.keypairs.contains_key(&key) {
        return Err(Fault::exists(format!("keypair {name} already exists")));
    }
    let used = world.keypairs.count(call.region());
    quota::check(&world.settings.quotas, "keypair", used, 1)?;
    Ok((name.to_owned(), key))
}

fn insert(world: &mut World, call: &Call<'_>, name: &str, key: String, fingerprint: &str) {
    let keypair = Keypair {
        region: call.region().to_owned(),
        name: name.to_owned(),
        fingerprint: fingerprint.to_owned(),
        created: call.now,
        tags: Tags::new(),
    };
    world.keypairs.insert(key, keypair);
}

/// MD5 of the key's bytes in colon-separated pairs, as OpenSSH used to print it.
fn fingerprint(key: &[u8]) -> String {
    let pairs: Vec<String> = Md5::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (name, key) = check_new(world, call)?;
    let text = world.ids.hex("private key");
    let fingerprint = fingerprint(text.as_bytes());
    insert(world, call, &name, key, &fingerprint);
    let private = format!("-----BEGIN EMULATED PRIVATE KEY-----\n{text}\n-----END EMULATED PRIVATE KEY-----\n");
    Ok(json!({"keyName": name, "privateKey": private, "keyFingerprint": fingerprint}))
}

pub(crate) fn import(world: &mut World, call: &Call<'_>) -> Answer {
    let (name, key) = check_new(world, call)?;
    let line = call.args.text("publicKey")?;
    let mut words = line.split_whitespace();
    let (kind, blob) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let bytes = STANDARD.decode(blob).ok().filter(|bytes| !bytes.is_empty() && KEY_TYPES.contains(&kind));
    let bytes = bytes.ok_or_else(|| Fault::invalid("publicKey is not an OpenSSH public key line"))?;
    let fingerprint = fingerprint(&bytes);
    insert(world, call, &name, key, &fingerprint);
    Ok(json!({"keyName": name, "keyFingerprint": fingerprint}))
}

/// Refuses a key pair that does not exist.
pub(crate) fn check(world: &World, region: &str, name: &str) -> Result<(), Fault> {
    match world.keypairs.contains_key(&World::keypair_key(region, name)) {
        true => Ok(()),
        false => Err(Fault::not_found("keypair", name)),
    }
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let mut wanted: Option<Vec<&str>> = None;
    for filter in call.args.children("filters") {
        match filter.text("name")? {
            "keyNames" => wanted = Some(filter.texts("values")),
            other => return Err(Fault::invalid(format!("filter `{other}` is unknown"))),
        }
    }
    let mut found: Vec<&Keypair> = match wanted {
        Some(names) => {
            let get = |name: &str| world.keypairs.get(&World::keypair_key(call.region(), name));
            names.into_iter().filter_map(get).collect()
        }
        None => world.keypairs.in_region(call.region(), 0).map(|(_, keypair)| keypair).collect(),
    };
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup_by(|a, b| a.name == b.name);
    listing::page(call.args, Beyond::Empty, "keypairs", &found, |keypair| {
        let users: Vec<&String> = world
            .instances
            .in_region(&keypair.region, 0)
            .filter(|(_, i)| i.key_names.contains(&keypair.name))
            .map(|(id, _)| id)
            .collect();
        json!({
            "keyName": keypair.name,
            "keyFingerprint": keypair.fingerprint,
            "createTime": keypair.created.to_string(),
            "instanceIds": users,
        })
    })
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("keyName")?;
    check(world, call.region(), name)?;
    world.keypairs.remove(&World::keypair_key(call.region(), name));
    // No page says what an instance shows of a key pair that is gone. Its name could be of another one by tomorrow, and
    // nobody could detach it, so it is not shown.
    for instance in world.instances.values_mut().filter(|instance| instance.region == call.region()) {
        instance.key_names.retain(|key| key != name);
    }
    Ok(Value::Null)
}

/// Sets or clears the key of each instance that is idle and stable; the answer says which were.
fn tie(
    world: &mut World,
    call: &Call<'_>,
    accept: fn(&[String], &str) -> bool,
    set: fn(&str) -> Vec<String>,
) -> Answer {
    let name = call.args.text("keyName")?;
    check(world, call.region(), name)?;
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for id in call.args.texts("instanceIds") {
        let idle = instance::find_idle(world, call.region(), id).is_ok_and(|i| {
            matches!(i.status, InstanceStatus::Running | InstanceStatus::Stopped) && accept(&i.key_names, name)
        });
        match world.instances.get_mut(id).filter(|_| idle) {
            Some(instance) => {
                instance.key_names = set(name);
                done.push(id);
            }
            None => failed.push(id),
        }
    }
    Ok(json!({"successInstanceId": done, "failInstanceId": failed}))
}

pub(crate) fn attach(world: &mut World, call: &Call<'_>) -> Answer {
    tie(world, call, |keys, _| keys.is_empty(), |name| vec![name.to_owned()])
}

pub(crate) fn detach(world: &mut World, call: &Call<'_>) -> Answer {
    tie(world, call, |keys, name| keys.iter().any(|k| k == name), |_| Vec::new())
}
