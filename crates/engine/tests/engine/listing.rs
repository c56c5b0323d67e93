//! What is listed for a reviewer is what is sent: the same calls, in an order the list allows, with every hole filled.

use firma_api::Request;
use firma_lab::{
    Lab,
    stack::{changed_server, server},
    wire::Fate,
};
use firma_model::{address::Address, desired::Desired, expr::Expr, value::Value};
use firma_plan::{
    listing::{ListedCall, listing},
    step::{Mode, Plan},
};
use serde_json::Value as Json;
use std::sync::{Arc, Mutex};

/// Whether a text could be this one with its holes filled. A hole begins with a brace and ends with the last one that lets
/// the rest fit.
fn fills(listed: &str, sent: &str) -> bool {
    if listed == "(sensitive)" {
        return true;
    }
    match listed.split_once('{') {
        None => listed == sent,
        Some((before, rest)) => sent.strip_prefix(before).is_some_and(|sent| {
            rest.match_indices('}').any(|(at, _)| {
                let tail = &rest[at + 1..];
                (1..=sent.len()).any(|end| sent.is_char_boundary(end) && fills(tail, &sent[end..]))
            })
        }),
    }
}

fn fits(listed: &Json, sent: &Json) -> bool {
    match (listed, sent) {
        (Json::String(text), sent) if text.contains('{') || text == "(sensitive)" => match sent {
            Json::String(sent) => fills(text, sent),
            // A hole may be of any type.
            _ => true,
        },
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| fits(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| fits(a, b)))
        }
        (a, b) => a == b,
    }
}

fn is(listed: &ListedCall, sent: &Request) -> bool {
    let Some(request) = &listed.request else {
        return (listed.service.as_str(), listed.operation.as_str()) == (&sent.service, &sent.operation);
    };
    let body = (!sent.body.is_empty()).then(|| serde_json::from_slice::<Json>(&sent.body).unwrap());
    let bodies = match (&request.body, &body) {
        (Some(listed), Some(sent)) => fits(listed, sent),
        (None, None) => true,
        _ => false,
    };
    request.method == sent.method && fills(&request.path, &sent.path) && bodies
}

/// Applies a plan and compares: every call that changes the cloud is one of the listed ones, all listed ones are made, and
/// those of one step keep their order.
async fn check(lab: &Lab, plan: &Arc<Plan>) -> usize {
    let key = lab.store.lock().unwrap().hash_key().unwrap();
    let listed = listing(plan, Some(&key));
    // As kept and read back.
    let again = firma_plan::format::decode(&firma_plan::format::encode(plan)).unwrap();
    assert_eq!(listing(&Arc::new(again), Some(&key)), listed);
    let sent: Arc<Mutex<Vec<Request>>> = Arc::default();
    let tape = sent.clone();
    lab.wire.script(move |request, _| {
        if request.mutating {
            tape.lock().unwrap().push(request.clone());
        }
        Fate::Pass
    });
    let outcome = lab.apply(plan).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    lab.wire.mend();
    let mut open: Vec<&ListedCall> = listed.iter().collect();
    let mut steps = Vec::new();
    for request in sent.lock().unwrap().iter() {
        let body = String::from_utf8_lossy(&request.body);
        let found = open.iter().position(|listed| is(listed, request));
        let found =
            found.unwrap_or_else(|| panic!("not listed: {} {} {body}\n{open:#?}", request.operation, request.path));
        let call = open.remove(found);
        // Of one step they come in the order of the list.
        assert!(
            !open[..found].iter().any(|other| other.step == call.step && other.request.is_some()),
            "{} came before what stands above it: {open:#?}",
            request.operation
        );
        steps.push(call.step);
    }
    let left: Vec<&&ListedCall> = open.iter().filter(|call| call.request.is_some()).collect();
    assert!(left.is_empty(), "listed and not made: {left:#?}");
    steps.len()
}

fn with_password(mut desired: Desired, text: &str) -> Desired {
    let address: Address = "vm.instance.web".parse().unwrap();
    let instance = desired.resources.get_mut(&address).unwrap();
    instance.attributes.insert("password".into(), Expr::literal(Value::string(text).sensitive()));
    desired
}

#[tokio::test(start_paused = true)]
async fn what_is_listed_is_what_is_sent() {
    let lab = Lab::new();
    let image = lab.image().await;
    let secret = "Not-a-secret-1";
    let first = with_password(server(&image), secret);
    let plan = lab.plan(&first, Mode::Apply).await;
    let key = lab.store.lock().unwrap().hash_key().unwrap();
    let shown = format!("{:?}", listing(&plan, Some(&key)));
    assert!(shown.contains("(sensitive)") && !shown.contains(secret), "{shown}");
    assert!(check(&lab, &plan).await >= 6);
    let second = with_password(changed_server(&image), "Not-a-secret-2");
    let plan = lab.plan(&second, Mode::Apply).await;
    assert!(check(&lab, &plan).await >= 3);
    let plan = lab.plan(&second, Mode::Destroy).await;
    assert!(check(&lab, &plan).await >= 6);
    assert!(lab.in_cloud().is_empty());
}
