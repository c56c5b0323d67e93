//! The id of a plan: a hash of its canonical bytes that gives nothing away.
//!
//! A reviewer names a plan by its id, so the same plan must have the same id on every machine of the project, and the id
//! must not let anybody test guesses at a password. Every sensitive part is therefore replaced by its hash under the key of
//! the project before the whole is hashed. Working on the bytes makes it one pass and forgets no field: the text
//! `{"$sensitive":` cannot occur inside a JSON string (its quotes would be escaped) nor be a user's own key (its `$` would
//! be doubled).

use super::{encode::encode, value::SENSITIVE};
use crate::{secret::HashKey, step::Plan};
use hmac::{Hmac, KeyInit, Mac};
use memchr::memmem::Finder;
use sha2::{Digest, Sha256};

/// Keeps these hashes apart from those of write-only values in records, which use the same key.
const DOMAIN: &[u8] = b"firma.plan/1 sensitive\0";

/// The id of a plan: 64 hexadecimal digits.
pub fn id(plan: &Plan, key: &HashKey) -> String {
    id_of_encoded(&encode(plan), key)
}

/// The id of a plan from the bytes that [`encode`] made of it.
pub fn id_of_encoded(bytes: &[u8], key: &HashKey) -> String {
    let mut hash = Sha256::new();
    concealed(bytes, key, &mut |part| hash.update(part));
    hex::encode(hash.finalize())
}

/// Hands on the bytes in parts, every sensitive value replaced by its keyed hash.
pub(super) fn concealed(bytes: &[u8], key: &HashKey, sink: &mut impl FnMut(&[u8])) {
    let mark = format!("{{\"{SENSITIVE}\":");
    let mut rest = bytes;
    let find = Finder::new(&mark);
    while let Some(at) = find.find(rest) {
        let inside = &rest[at + mark.len()..];
        let length = value_length(inside);
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("BUG: HMAC takes keys of any length");
        mac.update(DOMAIN);
        mac.update(&inside[..length]);
        sink(&rest[..at]);
        sink(b"{\"$hash\":\"");
        sink(hex::encode(mac.finalize().into_bytes()).as_bytes());
        sink(b"\"");
        rest = &inside[length..];
    }
    sink(rest);
}

/// How many bytes the JSON value at the beginning takes: up to the bracket that closes what is around it.
fn value_length(bytes: &[u8]) -> usize {
    let mut depth = 0u32;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return at,
            _ => {}
        }
    }
    bytes.len()
}
