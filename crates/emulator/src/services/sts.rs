//! Temporary keys: a role is assumed for a while.
//!
//! Who may assume a role is not looked at, and neither is what the session may do. The session's key is believed together with
//! its token only, until it is over.

use super::{Behaviour::Write, Operations, user};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::world::{AccessKey, Session, World};
use serde_json::json;

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[("assumeRole", Write(assume_role))];

/// Seconds that a session lasts at least, and where nobody says how long.
const SHORTEST: i64 = 3600;
/// Most bytes of a policy for the session alone.
const LONGEST_POLICY: usize = 2048;

fn assume_role(world: &mut World, call: &Call<'_>) -> Answer {
    let info = call.args.need("assumeRoleInfo")?;
    let jrn = info.text("roleJrn")?;
    let name = info.text("roleSessionName")?;
    if name.is_empty() {
        return Err(Fault::invalid("roleSessionName is required"));
    }
    if info.opt_text("policy").is_some_and(|policy| policy.len() > LONGEST_POLICY) {
        return Err(Fault::invalid(format!("policy must have at most {LONGEST_POLICY} bytes")));
    }
    let own = format!("jrn:iam::{}:role/", user::account_id(call));
    let role = jrn.strip_prefix(&own).and_then(|role| world.roles.get(role));
    let role = role.ok_or_else(|| Fault::not_found("role", jrn))?;
    let seconds = info.opt_int("durationSeconds").unwrap_or(SHORTEST);
    if !(SHORTEST..=role.max_session_seconds).contains(&seconds) {
        let most = role.max_session_seconds;
        return Err(Fault::out_of_range(format!("durationSeconds must be {SHORTEST} to {most}")));
    }
    let until = call.now.plus(seconds * 1000);
    let access_key = format!("STS_{}", world.ids.hex("session key")[..28].to_ascii_uppercase());
    let secret = world.ids.hex("session secret")[..32].to_ascii_uppercase();
    let token = world.ids.hex("session token");
    let session = Some(Session { token: token.clone(), until });
    let key = AccessKey { secret: secret.clone(), enabled: true, account: call.account.to_owned(), session };
    // Those that are over are of no use any more.
    world.keys.retain(|_, key| key.session.as_ref().is_none_or(|session| session.until > call.now));
    world.keys.insert(access_key.clone(), key);
    let expiration = until.to_string().replace('T', " ");
    let expiration = expiration.split(['.', 'Z']).next().unwrap_or_default().to_owned();
    Ok(json!({"credentials": {
        "accessKey": access_key,
        "secretKey": secret,
        "sessionToken": token,
        "expiration": expiration,
    }}))
}
