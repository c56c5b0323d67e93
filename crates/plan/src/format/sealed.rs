//! Reading a plan whose sealed values stay closed: without the state it was made with, what is left to read is shown, and
//! every sealed place as a hidden value.

use super::{encode::decode, error::FormatError, value::SENSITIVE};
use crate::step::Plan;
use serde_json::{Value as Json, json};

/// What stands in the file for a value that only the state can open.
const SEALED: &str = "$sealed";

/// What can be read of a plan without its state. Never to be carried out.
pub fn decode_closed(bytes: &[u8]) -> Result<Plan, FormatError> {
    if !bytes.windows(SEALED.len()).any(|window| window == SEALED.as_bytes()) {
        return decode(bytes);
    }
    let mut json: Json =
        serde_json::from_slice(bytes).map_err(|error| FormatError::Damaged { why: error.to_string() })?;
    close(&mut json, Place::Value);
    decode(json.to_string().as_bytes())
}

/// What kind of thing stands at a place: each hides in a form of its own.
#[derive(Clone, Copy)]
enum Place {
    Value,
    /// The text of a record's document.
    Document,
    /// A planned output.
    Output,
    /// A map of planned outputs.
    Outputs,
    /// A term of an expression.
    Term,
    /// A record.
    Record,
}

fn close(json: &mut Json, place: Place) {
    match json {
        Json::Object(map) if map.len() == 1 && map.contains_key(SEALED) => *json = hidden(place),
        Json::Object(map) => {
            for (name, inner) in map {
                let place = match (place, name.as_str()) {
                    (Place::Outputs, _) => Place::Output,
                    (Place::Record, "inputs" | "observed") => Place::Document,
                    (_, "outputs") => Place::Outputs,
                    (_, "record") => Place::Record,
                    (_, "terms") => Place::Term,
                    _ => Place::Value,
                };
                close(inner, place);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| close(item, place)),
        _ => {}
    }
}

fn hidden(place: Place) -> Json {
    let nothing = || json!({ SENSITIVE: null });
    match place {
        Place::Value | Place::Outputs | Place::Record => nothing(),
        Place::Document => json!({ SENSITIVE: "{}" }),
        Place::Output => json!({ SENSITIVE: { "value": { "value": nothing() }, "after": nothing() } }),
        Place::Term => json!({ SENSITIVE: [{ "value": nothing() }] }),
    }
}
