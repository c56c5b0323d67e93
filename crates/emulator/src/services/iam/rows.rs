//! Lists of the iam service: 50 rows a page, `total`, a keyword, an order by age.

use crate::call::{Args, Call};
use crate::clock::Moment;
use crate::fault::Answer;
use crate::listing::{self, Beyond};
use serde_json::{Value, json};

/// Rows of a page that says no size.
const USUAL: i64 = 50;

/// The page that is asked for.
pub(super) fn page<T: Copy>(call: &Call<'_>, key: &str, objects: &[T], view: impl Fn(T) -> Value) -> Answer {
    let mut args = call.args.0.clone();
    args.entry("pageSize").or_insert(json!(USUAL));
    let mut page = listing::page(Args(&args), Beyond::Empty, key, objects, view)?;
    if let Some(fields) = page.as_object_mut()
        && let Some(total) = fields.remove("totalCount")
    {
        fields.insert("total".to_owned(), total);
    }
    Ok(page)
}

/// Whether a text holds what a parameter asks for; one that is not given asks for nothing.
pub(super) fn holds(call: &Call<'_>, parameter: &str, texts: &[&str]) -> bool {
    let wanted = call.args.opt_text(parameter).unwrap_or_default();
    texts.iter().any(|text| text.contains(wanted))
}

/// By age where that is asked for (`sort`: 0 the oldest first, 1 the newest first), else as they come.
pub(super) fn by_age<T>(call: &Call<'_>, objects: &mut [T], created: impl Fn(&T) -> Moment) {
    match call.args.opt_int("sort") {
        Some(0) => objects.sort_by_key(|object| created(object)),
        Some(1) => objects.sort_by_key(|object| std::cmp::Reverse(created(object))),
        _ => {}
    }
}

/// A resource name of the account's.
pub(super) fn jrn(call: &Call<'_>, kind: &str, name: &str) -> String {
    format!("jrn:iam::{}:{kind}/{name}", crate::services::user::account_id(call))
}
