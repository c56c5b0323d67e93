//! Sub users.

use super::{access_key, checks, rows};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::names;
use crate::services::user;
use crate::state::SubUser;
use crate::world::World;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

fn view(call: &Call<'_>, user: &SubUser) -> Value {
    json!({
        "pin": user.pin,
        "name": user.name,
        "phone": user.phone,
        "email": user.email,
        "description": user.description,
        "account": user::pin(call),
        "createTime": user.created.to_string(),
        "updateTime": user.updated.to_string(),
        "nickName": user.nick_name,
        "createType": "0",
    })
}

/// What create and update answer: less than a read.
fn made(user: &SubUser) -> Value {
    json!({
        "name": user.name,
        "email": user.email,
        "phone": user.phone,
        "createTime": user.created.to_string(),
        "updateTime": user.updated.to_string(),
        "nickName": user.nick_name,
        "pin": user.pin,
    })
}

/// The sub user of this name.
pub(super) fn find<'w>(world: &'w World, name: &str) -> Result<&'w SubUser, Fault> {
    world.sub_users.get(name).ok_or_else(|| Fault::not_found("sub user", name))
}

/// The same, to be changed.
pub(super) fn find_mut<'w>(world: &'w mut World, name: &str) -> Result<&'w mut SubUser, Fault> {
    world.sub_users.get_mut(name).ok_or_else(|| Fault::not_found("sub user", name))
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let info = call.args.need("createSubUserInfo")?;
    let name = info.text("name")?;
    checks::name("name", name, 20)?;
    let generated = info.flag("autoGeneratePassword").then(|| format!("Aa1{}", &world.ids.hex("password")[..12]));
    let password = match &generated {
        Some(password) => password.as_str(),
        None => info.text("password")?,
    };
    checks::password(password)?;
    let text = |field: &str| info.opt_text(field).unwrap_or_default().to_owned();
    let (description, phone, email) = (text("description"), text("phone"), text("email"));
    names::description(&description)?;
    if info.flag("contactTag") && (phone.is_empty() || email.is_empty()) {
        return Err(Fault::invalid("a contact needs phone and email"));
    }
    if world.sub_users.contains_key(name) {
        return Err(Fault::exists(format!("sub user {name} already exists")));
    }
    let user = SubUser {
        name: name.to_owned(),
        pin: format!("{}-{}", user::pin(call), world.ids.next()),
        description,
        phone,
        email,
        nick_name: text("nickName"),
        password_digest: hex::encode(Sha256::digest(password.as_bytes())),
        policies: BTreeSet::new(),
        created: call.now,
        updated: call.now,
    };
    let mut answer = made(&user);
    world.sub_users.insert(name.to_owned(), user);
    if let Some(password) = generated {
        answer["password"] = json!(password);
    }
    if info.flag("createAk") {
        let (key, secret) = access_key::make(world, call, name);
        (answer["accessKey"], answer["secretAccessKey"]) = (json!(key), json!(secret));
    }
    Ok(json!({"subUser": answer}))
}

pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    Ok(json!({"subUser": view(call, find(world, call.args.text("subUser")?)?)}))
}

pub(super) fn list(world: &World, call: &Call<'_>) -> Answer {
    let wanted = |user: &&SubUser| {
        rows::holds(call, "keyword", &[&user.name, &user.phone, &user.email])
            && [
                ("phone", &user.phone),
                ("email", &user.email),
                ("description", &user.description),
                ("nickName", &user.nick_name),
                ("name", &user.name),
                ("pin", &user.pin),
            ]
            .iter()
            .all(|(parameter, text)| rows::holds(call, parameter, &[text]))
    };
    let mut found: Vec<&SubUser> = world.sub_users.values().filter(wanted).collect();
    rows::by_age(call, &mut found, |user| user.created);
    rows::page(call, "subUsers", &found, |user| view(call, user))
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let info = call.args.need("updateSubUserInfo")?;
    names::description(info.opt_text("description").unwrap_or_default())?;
    let user = find_mut(world, call.args.text("subUser")?)?;
    for (parameter, field) in [
        ("description", &mut user.description),
        ("phone", &mut user.phone),
        ("email", &mut user.email),
        ("nickName", &mut user.nick_name),
    ] {
        if let Some(text) = info.opt_text(parameter) {
            text.clone_into(field);
        }
    }
    user.updated = call.now;
    Ok(json!({"subUser": made(user)}))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("subUser")?;
    find(world, name)?;
    access_key::take_all(world, name);
    for group in world.user_groups.values_mut() {
        group.members.remove(name);
    }
    world.sub_users.remove(name);
    Ok(Value::Null)
}
