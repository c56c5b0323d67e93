//! Who is calling.

use super::{Behaviour::Read, Operations};
use crate::call::Call;
use crate::fault::Answer;
use crate::world::World;
use serde_json::json;

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[("describeUser", Read(describe))];

/// The account that every key belongs to unless it was given another.
const USUAL: (&str, &str) = ("emulator", "000000000001");

/// Name of the caller's account.
pub(crate) fn pin<'a>(call: &Call<'a>) -> &'a str {
    if call.account.is_empty() { USUAL.0 } else { call.account }
}

/// Number of the caller's account.
pub(crate) fn account_id<'a>(call: &Call<'a>) -> &'a str {
    if call.account.is_empty() { USUAL.1 } else { call.account }
}

fn describe(_: &World, call: &Call<'_>) -> Answer {
    let id = account_id(call);
    let pin = pin(call);
    Ok(json!({"pin": pin, "loginName": pin, "accountId": id, "userAuth": 1}))
}
