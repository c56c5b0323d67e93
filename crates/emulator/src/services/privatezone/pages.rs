//! The shape of this service's lists.

use crate::call::Args;
use crate::fault::{Answer, Fault};
use serde_json::{Value, json};

/// A page of what was found, with all four counts; one beyond the end is empty.
pub(super) fn page<T>(args: Args<'_>, found: &[T], view: impl Fn(&T) -> Value) -> Answer {
    let (number, size) = (args.opt_int("pageNumber").unwrap_or(1), args.opt_int("pageSize").unwrap_or(10));
    if number < 1 || !(1..=100).contains(&size) {
        return Err(Fault::out_of_range("pageNumber begins with 1, and pageSize is 1 to 100"));
    }
    let size = usize::try_from(size).unwrap_or(1);
    let from = usize::try_from(number - 1).unwrap_or(usize::MAX).saturating_mul(size);
    let rows: Vec<Value> = found.iter().skip(from).take(size).map(view).collect();
    Ok(json!({
        "currentCount": rows.len(),
        "totalCount": found.len(),
        "totalPage": found.len().div_ceil(size),
        "dataList": rows,
    }))
}
