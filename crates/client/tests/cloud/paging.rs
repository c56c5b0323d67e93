//! Whole lists: the end is found however a service marks it, and a list that changes underneath is noticed.

use crate::fake::{Script, cloud, error, ok, read};
use firma_api::request::Request;
use firma_client::{Listing, Priority};
use firma_model::fault::FaultKind;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

const SIZE: usize = 10;

fn page(number: u32) -> Request {
    Request { query: format!("pageNumber={number}&pageSize={SIZE}"), ..read() }
}

fn number(request: &Request) -> usize {
    let text = request.query.strip_prefix("pageNumber=").and_then(|q| q.split('&').next()).expect("a page");
    text.parse().expect("a number")
}

fn vpcs(ids: impl IntoIterator<Item = usize>) -> Vec<Value> {
    ids.into_iter().map(|id| json!({"vpcId": format!("vpc-{id:03}")})).collect()
}

/// A page as vpc and lb give it: beyond the end, the last one again.
fn slice(all: &[Value], number: usize) -> Vec<Value> {
    let last = all.len().div_ceil(SIZE).max(1);
    all.chunks(SIZE).nth(number.min(last) - 1).unwrap_or_default().to_vec()
}

fn listing() -> Listing<'static> {
    Listing::new("vpcs", Some("vpcId"), 10)
}

#[tokio::test(start_paused = true)]
async fn every_length_is_read_completely() {
    for length in [0, 1, 9, 10, 11, 20, 35] {
        for with_total in [true, false] {
            let all = vpcs(0..length);
            let script = Script::new({
                let all = all.clone();
                move |_, request: &Request| {
                    let mut result = json!({"vpcs": slice(&all, number(request))});
                    if with_total {
                        result["totalCount"] = json!(all.len());
                    }
                    ok(result)
                }
            });
            let (cloud, _) = cloud(script.clone());
            let read = cloud.list_all(&listing(), page).await.expect("a list");
            assert_eq!(read, all, "{length} {with_total}");
            if with_total {
                assert_eq!(script.count(), length.div_ceil(SIZE).max(1), "{length}: no page too many");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_between_pages_loses_nothing() {
    // After the first page vpc-003 goes: what was first on page two moves to page one and would be skipped.
    let script = Script::new(|n, request: &Request| {
        let all = vpcs((0..25).filter(|id| n == 0 || *id != 3));
        ok(json!({"vpcs": slice(&all, number(request)), "totalCount": all.len()}))
    });
    let (cloud, _) = cloud(script);
    let read = cloud.list_all(&listing(), page).await.expect("a list");
    assert_eq!(read, vpcs((0..25).filter(|id| *id != 3)));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_page_is_read_again() {
    let script = Script::new(|n, request: &Request| {
        let all = vpcs(0..30);
        let wanted = if n == 1 { 1 } else { number(request) };
        ok(json!({"vpcs": slice(&all, wanted), "totalCount": 30}))
    });
    let (cloud, _) = cloud(script);
    assert_eq!(cloud.list_all(&listing(), page).await, Ok(vpcs(0..30)));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_always_changes_gives_whatever_was_there_throughout() {
    let made = AtomicUsize::new(0);
    let script = Script::new(move |_, request: &Request| {
        // Somebody else keeps creating.
        let all = vpcs(0..15 + made.fetch_add(1, Ordering::Relaxed));
        ok(json!({"vpcs": slice(&all, number(request)), "totalCount": all.len()}))
    });
    let (cloud, _) = cloud(script);
    let read = cloud.list_all(&listing(), page).await.expect("a list");
    assert!(vpcs(0..15).iter().all(|vpc| read.contains(vpc)), "{read:?}");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_stays_short_is_a_fault() {
    let script =
        Script::new(|_, request: &Request| ok(json!({"vpcs": slice(&vpcs(0..19), number(request)), "totalCount": 20})));
    let (cloud, _) = cloud(script);
    let fault = cloud.list_all(&listing(), page).await.expect_err("one is missing");
    assert_eq!(fault.kind, FaultKind::Unavailable);
    assert!(fault.message.contains("has 20 objects, but only 19 came"), "{fault}");
}

#[tokio::test(start_paused = true)]
async fn absent_lists() {
    let read = async |result: Value| {
        let script = Script::new(move |_, _| ok(result.clone()));
        let (cloud, _) = cloud(script);
        cloud.list_all(&listing(), page).await.map(|items| items.len()).map_err(|fault| fault.message)
    };
    assert_eq!(read(json!({"vpcs": null, "totalCount": 0})).await, Ok(0));
    assert_eq!(read(json!({"vpcs": null})).await, Ok(0));
    assert_eq!(read(json!({"totalCount": 0.0})).await, Ok(0));
    let missing = Err("the answer has no list `vpcs`".to_string());
    assert_eq!(read(json!({"subnets": []})).await, missing);
    assert_eq!(read(json!({"totalCount": 3})).await, missing);
    assert_eq!(read(json!({"vpcs": null, "totalCount": 3})).await, missing);
    assert_eq!(read(json!({"vpcs": {}})).await, missing);
}

#[tokio::test(start_paused = true)]
async fn nested_lists_without_identity() {
    let script = Script::new(|_, _| ok(json!({"data": {"items": [1, 2, 3]}})));
    let (cloud, _) = cloud(script);
    let listing = Listing { priority: Priority::Reserved, ..Listing::new("data.items", None, 10) };
    assert_eq!(cloud.list_all(&listing, page).await, Ok(vec![json!(1), json!(2), json!(3)]));
}

#[tokio::test(start_paused = true)]
async fn a_failing_page_fails_the_list() {
    let script = Script::new(|n, _| match n {
        0 => ok(json!({"vpcs": vpcs(0..10), "totalCount": 20})),
        _ => error(403, "PERMISSION_DENIED"),
    });
    let (cloud, _) = cloud(script);
    let fault = cloud.list_all(&listing(), page).await.expect_err("half a list is none");
    assert_eq!(fault.kind, FaultKind::Denied);
}
