//! Reading addresses. Keys are JSON strings, so they may hold dots, brackets and quotes themselves.

use super::{Address, BlockName, Key, KindId, ModulePath, ModuleStep};
use crate::path::is_plain_name;
use std::sync::Arc;

/// A name and the key in brackets behind it.
#[derive(Debug)]
pub(super) struct Part<'t> {
    name: &'t str,
    key: Option<Key>,
}

/// Divides a text at its dots; `None` when it is not made of names and keys.
pub(super) fn parts(text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let name = &rest[..end];
        if !is_plain_name(name) {
            return None;
        }
        rest = &rest[end..];
        let key = match rest.strip_prefix('[') {
            Some(inner) => {
                let (key, after) = key(inner)?;
                rest = after;
                Some(key)
            }
            None => None,
        };
        parts.push(Part { name, key });
        if rest.is_empty() {
            return Some(parts);
        }
        rest = rest.strip_prefix('.')?;
    }
}

/// The key that a text begins with, and what stands behind its bracket.
fn key(text: &str) -> Option<(Key, &str)> {
    if let Some(inside) = text.strip_prefix('"') {
        let mut escaped = false;
        let end = inside.char_indices().find_map(|(at, c)| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes.then_some(at)
        })?;
        // Both quotes with it.
        let (quoted, after) = text.split_at(end + 2);
        let name: String = serde_json::from_str(quoted).ok()?;
        return Some((Key::Name(Arc::from(name)), after.strip_prefix(']')?));
    }
    let (digits, after) = text.split_once(']')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    Some((Key::Index(digits.parse().ok().filter(|_| plain)?), after))
}

/// The modules that an address begins with, and the parts behind them.
pub(super) fn module<'p, 't>(parts: &'p [Part<'t>]) -> Option<(ModulePath, &'p [Part<'t>])> {
    let mut steps = Vec::new();
    let mut rest = parts;
    while let [word, call, behind @ ..] = rest {
        if word.name != "module" {
            break;
        }
        if word.key.is_some() {
            return None;
        }
        steps.push(ModuleStep { name: call.name.into(), key: call.key.clone() });
        rest = behind;
    }
    Some((ModulePath::new(steps), rest))
}

/// A whole address.
pub(super) fn address(text: &str) -> Option<Address> {
    let parts = parts(text)?;
    let (module, rest) = module(&parts)?;
    let (data, rest) = match rest {
        [word, behind @ ..] if word.name == "data" && word.key.is_none() && behind.len() == 3 => (true, behind),
        rest => (false, rest),
    };
    let [Part { name: service, key: None }, Part { name: kind, key: None }, Part { name, key }] = rest else {
        return None;
    };
    let block = BlockName { module, data, kind: KindId::new(format!("{service}.{kind}")), name: (*name).into() };
    Some(Address { block: block.into(), key: key.clone() })
}
