//! Who is calling.

use super::{Behaviour::Read, Operations};
use crate::call::Call;
use crate::fault::Answer;
use crate::world::World;
use serde_json::json;

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[("describeUser", Read(describe))];

/// Account name of everybody here.
pub(crate) const PIN: &str = "emulator";

fn describe(_: &World, _: &Call<'_>) -> Answer {
    Ok(json!({"pin": PIN, "loginName": PIN, "accountId": "000000000001", "userAuth": 1}))
}
