//! Access keys of sub users. The secret is in the answer that makes a key, and in no other.

use super::sub_user;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::state::UserKey;
use crate::world::{AccessKey, World};
use serde_json::{Value, json};

fn place(user: &str, key: &str) -> String {
    format!("{user}/{key}")
}

fn view(key: &UserKey, secret: Option<&str>) -> Value {
    let mut view = json!({
        "accessKey": key.access_key,
        "createTime": key.created.to_string(),
        "status": i64::from(key.enabled),
    });
    if let Some(secret) = secret {
        view["secretAccessKey"] = json!(secret);
    }
    view
}

/// Makes a key that may call at once; its two halves.
pub(super) fn make(world: &mut World, call: &Call<'_>, user: &str) -> (String, String) {
    let access_key = format!("JDC_{}", world.ids.hex("access key")[..28].to_ascii_uppercase());
    let secret = world.ids.hex("secret key")[..32].to_ascii_uppercase();
    let key = UserKey { user: user.to_owned(), access_key: access_key.clone(), enabled: true, created: call.now };
    world.user_keys.insert(place(user, &access_key), key);
    let pair = AccessKey { secret: secret.clone(), enabled: true, account: call.account.to_owned(), session: None };
    world.keys.insert(access_key.clone(), pair);
    (access_key, secret)
}

/// Takes all keys of a user away.
pub(super) fn take_all(world: &mut World, user: &str) {
    let places: Vec<String> =
        world.user_keys.iter().filter(|(_, key)| key.user == user).map(|(place, _)| place.clone()).collect();
    for place in places {
        if let Some(key) = world.user_keys.remove(&place) {
            world.keys.remove(&key.access_key);
        }
    }
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let user = call.args.text("subUser")?;
    sub_user::find(world, user)?;
    let (access_key, secret) = make(world, call, user);
    let key = world.user_keys.get(&place(user, &access_key));
    Ok(json!({"userAccessKey": key.map(|key| view(key, Some(&secret)))}))
}

pub(super) fn list(world: &World, call: &Call<'_>) -> Answer {
    let user = call.args.text("subUser")?;
    sub_user::find(world, user)?;
    let keys = world.user_keys.values().filter(|key| key.user == user);
    Ok(json!({"userAccessKeys": keys.map(|key| view(key, None)).collect::<Vec<Value>>()}))
}

fn set(world: &mut World, call: &Call<'_>, enabled: bool) -> Answer {
    let (user, access_key) = (call.args.text("subUser")?, call.args.text("accessKey")?);
    let key = world.user_keys.get_mut(&place(user, access_key));
    key.ok_or_else(|| Fault::not_found("access key", access_key))?.enabled = enabled;
    if let Some(pair) = world.keys.get_mut(access_key) {
        pair.enabled = enabled;
    }
    Ok(Value::Null)
}

pub(super) fn enable(world: &mut World, call: &Call<'_>) -> Answer {
    set(world, call, true)
}

pub(super) fn disable(world: &mut World, call: &Call<'_>) -> Answer {
    set(world, call, false)
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let (user, access_key) = (call.args.text("subUser")?, call.args.text("accessKey")?);
    let removed = world.user_keys.remove(&place(user, access_key));
    removed.ok_or_else(|| Fault::not_found("access key", access_key))?;
    world.keys.remove(access_key);
    Ok(Value::Null)
}
