//! Whether an operation may change the cloud.
//!
//! The answer decides what may be repeated blindly and what needs a journal entry, so doubt counts as change:
//!
//! - PUT, PATCH and DELETE always change.
//! - POST changes, unless the name begins with one of `READ_VERBS` and holds none of `CHANGING_WORDS` or `ISSUING_WORDS`
//!   (`describeX` by POST reads; `getSessionToken` issues something).
//! - GET and HEAD read, unless the name holds one of `CHANGING_WORDS` and does not begin with a verb of `READ_VERBS`: a
//!   handful of services start, stop and delete by GET.

use crate::{facts::Operation, request::Method};

/// First words of operations that only look.
const READ_VERBS: [&str; 14] = [
    "calculate",
    "check",
    "count",
    "describe",
    "estimate",
    "get",
    "is",
    "list",
    "lookup",
    "preview",
    "query",
    "search",
    "validate",
    "verify",
];

/// Words of operations that do something.
const CHANGING_WORDS: [&str; 18] = [
    "add",
    "attach",
    "clear",
    "create",
    "delete",
    "disable",
    "enable",
    "modify",
    "new",
    "publish",
    "refresh",
    "remove",
    "set",
    "start",
    "stop",
    "submit",
    "unpublish",
    "update",
];

/// Words of operations that hand out something new with each call, or use something up.
const ISSUING_WORDS: [&str; 3] = ["captcha", "session", "token"];

/// Whether sending the operation may change the cloud.
pub fn is_mutating(operation: &Operation) -> bool {
    let words = words(&operation.name);
    let reads = words.first().is_some_and(|verb| READ_VERBS.contains(&verb.as_str()));
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    match operation.method {
        Method::Put | Method::Patch | Method::Delete => true,
        Method::Post => !reads || has(&CHANGING_WORDS) || has(&ISSUING_WORDS),
        Method::Get | Method::Head => !reads && has(&CHANGING_WORDS),
    }
}

fn words(name: &str) -> Vec<String> {
    crate::naming::snake(name).split('_').map(str::to_owned).collect()
}
