//! Reading a whole list, page by page, and noticing when it changed under the reader.
//!
//! Two traps: in some services a page beyond the end is the last page again, so that "until a page is empty" never ends;
//! and when an object disappears between two pages, the ones behind it move up and one is skipped. A pass therefore counts
//! only if every page gave the same `totalCount` and exactly so many different objects came. A list that is silently
//! short would make the engine believe that objects are gone.

use crate::classify::whole_number;
use crate::cloud::Cloud;
use crate::limiter::Priority;
use firma_api::request::Request;
use firma_model::fault::{Fault, FaultKind};
use serde_json::Value;
use std::collections::BTreeMap;

/// Passes over a list that keeps changing before settling for what was seen.
const PASSES: u32 = 4;
/// Pages at most: a million objects at the largest page size, far beyond any account. Ends a loop that a nonsensical
/// `totalCount` would keep going.
const PAGES: u32 = 10_000;

/// What a list call's answer looks like.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// Where in `result` the list stands: `vpcs`, or dotted, `data.items`.
    pub items: &'a str,
    /// The field that tells one object from another (`vpcId`, dotted if nested); `None` compares whole objects.
    pub identity: Option<&'a str>,
    /// Where in `result` it says how many objects there are on all pages together; `None` when it does not.
    pub total: Option<&'a str>,
    /// Objects per page that were asked for.
    pub page_size: u32,
    /// Which part of the rate limit to use.
    pub priority: Priority,
}

impl<'a> Listing<'a> {
    /// A listing of new work.
    pub fn new(items: &'a str, identity: Option<&'a str>, page_size: u32) -> Listing<'a> {
        Listing { items, identity, total: Some("totalCount"), page_size, priority: Priority::Normal }
    }
}

/// One pass from the first page to the last.
struct Pass {
    items: BTreeMap<Identity, (usize, Value)>,
    /// `totalCount` of the last page, when there is one.
    total: Option<u64>,
    /// No two pages disagreed, and no object came twice.
    steady: bool,
}

/// The value of the identifying field, or the whole object, as canonical JSON (object keys are sorted).
type Identity = String;

impl Cloud {
    /// Reads all pages; `page` makes the request of a page, counted from 1. Each object comes once, in the cloud's order.
    ///
    /// # Errors
    /// What a page met; or that the list stayed shorter than its own `totalCount`, in which case nothing can be said about
    /// what is missing from it.
    pub async fn list_all<F>(&self, listing: &Listing<'_>, page: F) -> Result<Vec<Value>, Fault>
    where
        F: Fn(u32) -> Request + Send + Sync,
    {
        let mut seen: BTreeMap<Identity, (usize, Value)> = BTreeMap::new();
        for attempt in 1.. {
            let pass = self.one_pass(listing, &page).await?;
            let complete = pass.total.is_none_or(|total| pass.items.len() as u64 >= total);
            let exact = pass.total.is_none_or(|total| pass.items.len() as u64 == total);
            if pass.steady && exact {
                return Ok(in_order(pass.items));
            }
            let came = pass.items.len();
            // Whatever existed throughout is in one of the passes; the newest wins where they differ.
            for (identity, (_, value)) in pass.items {
                let position = seen.len();
                seen.entry(identity).and_modify(|known| known.1 = value.clone()).or_insert((position, value));
            }
            if attempt == PASSES {
                if complete {
                    return Ok(in_order(seen));
                }
                let request = page(1);
                return Err(Fault {
                    kind: FaultKind::Unavailable,
                    service: request.service,
                    operation: request.operation,
                    http_status: None,
                    code: None,
                    status: None,
                    message: format!(
                        "the list says it has {} objects, but only {came} came, {PASSES} times over",
                        pass.total.unwrap_or_default()
                    ),
                    request_id: None,
                });
            }
        }
        unreachable!("BUG: the loop ends with its last pass")
    }

    async fn one_pass<F>(&self, listing: &Listing<'_>, page: &F) -> Result<Pass, Fault>
    where
        F: Fn(u32) -> Request + Send + Sync,
    {
        let mut pass = Pass { items: BTreeMap::new(), total: None, steady: true };
        for number in 1..=PAGES {
            let request = page(number);
            let (service, operation) = (request.service.clone(), request.operation.clone());
            let result = self.read_as(request, listing.priority).await?;
            let total = listing
                .total
                .and_then(|path| at(&result, path))
                .and_then(whole_number)
                .and_then(|total| u64::try_from(total).ok());
            let items = match items_of(&result, listing.items, total) {
                Some(items) => items,
                None => {
                    return Err(Fault {
                        kind: FaultKind::Unavailable,
                        service,
                        operation,
                        http_status: None,
                        code: None,
                        status: None,
                        message: format!("the answer has no list `{}`", listing.items),
                        request_id: None,
                    });
                }
            };
            if number > 1 && total != pass.total {
                pass.steady = false;
            }
            pass.total = total;
            let came = items.len();
            let mut fresh = 0;
            for item in items {
                let position = pass.items.len();
                if pass.items.insert(identity(item, listing.identity), (position, item.clone())).is_none() {
                    fresh += 1;
                }
            }
            let reached = match total {
                Some(total) => pass.items.len() as u64 >= total,
                None => came < listing.page_size as usize,
            };
            // Beyond the end nothing new comes, whether as an empty page or as the last one again.
            if reached || fresh == 0 {
                // Without a total, a last page that repeats is how the end looks, not a change.
                pass.steady &= fresh == came || (pass.total.is_none() && fresh == 0);
                break;
            }
            pass.steady &= fresh == came;
        }
        Ok(pass)
    }
}

/// The list in an answer. Absent or null is an empty list only where the total does not promise otherwise.
fn items_of<'v>(result: &'v Value, path: &str, total: Option<u64>) -> Option<&'v [Value]> {
    match at(result, path) {
        Some(Value::Array(items)) => Some(items),
        Some(Value::Null) if total.unwrap_or(0) == 0 => Some(&[]),
        None if total == Some(0) => Some(&[]),
        _ => None,
    }
}

fn identity(item: &Value, field: Option<&str>) -> Identity {
    field.and_then(|field| at(item, field)).unwrap_or(item).to_string()
}

fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |inner, name| inner.get(name))
}

fn in_order(items: BTreeMap<Identity, (usize, Value)>) -> Vec<Value> {
    let mut ordered: Vec<(usize, Value)> = items.into_values().collect();
    ordered.sort_by_key(|(position, _)| *position);
    ordered.into_iter().map(|(_, value)| value).collect()
}
