//! Putting `plan`'s questions to the cloud, and handing its answers back.

use firma_api::request::Request;
use firma_client::{Cloud, Listing, Priority};
use firma_model::{
    fault::{Fault, FaultKind},
    value::Value,
};
use firma_plan::{
    observe::{self, Batch, Look, Question},
    preflight::inquiry::{Answer, Asked},
    procedure::{List, Procedure},
    sorts, tags,
};
use serde_json::{Map as JsonMap, Value as Json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Between the two reads that must both say that an object is gone.
const SECOND_READ: Duration = Duration::from_millis(300);

/// A fault that no answer caused.
pub(crate) fn fault(kind: FaultKind, service: &str, operation: &str, message: impl Into<String>) -> Fault {
    Fault {
        kind,
        service: service.to_owned(),
        operation: operation.to_owned(),
        http_status: None,
        code: None,
        status: None,
        message: message.into(),
        request_id: None,
    }
}

/// The request of a call, or why it cannot be formed.
pub(crate) fn request(
    service: &str,
    operation: &str,
    region: Option<&str>,
    parameters: &JsonMap<String, Json>,
) -> Result<Request, Fault> {
    firma_api::build(service, operation, region, parameters).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        fault(FaultKind::Invalid, service, operation, format!("the call cannot be formed: {}", problems.join("; ")))
    })
}

fn question(question: &Question) -> Result<Request, Fault> {
    request(&question.service, &question.operation, question.region.as_deref(), &question.parameters)
}

/// The answer to one question.
pub(crate) async fn read(cloud: &Cloud, asked: &Question, priority: Priority) -> Result<Json, Fault> {
    cloud.read_as(question(asked)?, priority).await
}

/// All items of a list that comes in pages, of every sort.
pub(crate) async fn all_pages(
    cloud: &Cloud,
    page: impl Fn(u32) -> Question + Send + Sync,
    list: &List,
    priority: Priority,
) -> Result<Vec<Json>, Fault> {
    let listing = Listing {
        items: &list.items,
        identity: Some(&list.id),
        total: Some(list.total()),
        page_size: list.page(),
        priority,
    };
    let mut found = Vec::new();
    for sort in sorts::of(list) {
        found.extend(pages(cloud, &listing, |number| sorts::picked(page(number), sort.as_ref())).await?);
    }
    Ok(found)
}

/// All items of a listing.
pub(crate) async fn pages(
    cloud: &Cloud,
    listing: &Listing<'_>,
    page: impl Fn(u32) -> Question + Send + Sync,
) -> Result<Vec<Json>, Fault> {
    let first = question(&page(1))?;
    // Only the page's number differs, so that what could be formed once can be formed again.
    cloud.list_all(listing, |number| question(&page(number)).unwrap_or_else(|_| first.clone())).await
}

/// Everything of a kind in a region; `within` names the parents where each has a list of its own.
pub(crate) async fn inventory(
    cloud: &Cloud,
    procedure: &Procedure,
    region: Option<&str>,
    within: &str,
    priority: Priority,
) -> Result<Vec<Json>, Fault> {
    let Some(list) = &procedure.list else { return Ok(Vec::new()) };
    let page = |number| {
        observe::inventory_question(procedure, region, within, number)
            .expect("BUG: a kind with a list has a question for all of it")
    };
    all_pages(cloud, page, list, priority).await
}

/// The answer to a question of a plan's examination, as JSON.
pub(crate) async fn about(cloud: &Cloud, asked: &Asked) -> Answer {
    match asked {
        Asked::Call(question) => Ok(vec![read(cloud, question, Priority::Normal).await?]),
        Asked::Everything { procedure, region } => {
            inventory(cloud, procedure, region.as_deref(), "", Priority::Normal).await
        }
        Asked::Objects(batch) => {
            let Some(list) = &batch.procedure.list else { return Ok(Vec::new()) };
            let page = |number| {
                observe::list_question(batch, number).expect("BUG: a kind with a list has a question for a batch")
            };
            all_pages(cloud, page, list, Priority::Normal).await
        }
    }
}

/// Looks at a batch of objects. Absence proves nothing yet.
pub(crate) async fn look(cloud: &Cloud, batch: &Batch, priority: Priority) -> Result<BTreeMap<String, Look>, Fault> {
    let Some(list) = batch.procedure.list.as_ref().filter(|list| !list.partial) else {
        let mut looks = BTreeMap::new();
        for id in &batch.ids {
            let look = read_one(cloud, &batch.procedure, batch.region.as_deref(), id, priority).await?;
            looks.insert(id.clone(), look);
        }
        return Ok(looks);
    };
    let page =
        |number| observe::list_question(batch, number).expect("BUG: a kind with a list has a question for a batch");
    let items = match all_pages(cloud, page, list, priority).await {
        // Without its parent there is nothing of it.
        Err(fault) if !list.scope.is_empty() && says_not_found(&fault) => Vec::new(),
        answer => answer?,
    };
    Ok(observe::looks(batch, &items.iter().collect::<Vec<_>>()))
}

/// Reads one object by id. Missing only where the cloud says so, or shows the trace of a deleted one.
pub(crate) async fn read_one(
    cloud: &Cloud,
    procedure: &Arc<Procedure>,
    region: Option<&str>,
    id: &str,
    priority: Priority,
) -> Result<Look, Fault> {
    let Some(asked) = observe::read_question(procedure, region, id) else {
        let batch = Batch { procedure: procedure.clone(), region: region.map(str::to_owned), ids: vec![id.to_owned()] };
        return match procedure.list {
            Some(_) => Ok(Box::pin(look(cloud, &batch, priority)).await?.remove(id).unwrap_or(Look::Missing)),
            None => Err(fault(FaultKind::Unavailable, "", "", format!("{} cannot be read", procedure.kind))),
        };
    };
    match read(cloud, &asked, priority).await {
        Ok(answer) => {
            let path = procedure.read.as_ref().map_or("", |read| read.object.as_str());
            if answer.get(path).is_some_and(Json::is_object) {
                return Ok(observe::look_at_one(procedure, id, &answer));
            }
            let message = format!("the answer has no object `{path}`");
            Err(fault(FaultKind::Unavailable, &asked.service, &asked.operation, message))
        }
        Err(fault) if says_not_found(&fault) => Ok(Look::Missing),
        Err(fault) => Err(fault),
    }
}

/// The tags of objects whose own reads do not show them, by id. An answer that does not come leaves them unseen: nothing is
/// planned for what nobody saw.
pub(crate) async fn tags(
    cloud: &Cloud,
    procedure: &Procedure,
    region: Option<&str>,
    ids: &[String],
    priority: Priority,
) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for ids in ids.chunks(tags::MOST) {
        let Some(asked) = tags::question(procedure, region, ids) else { return found };
        if let Ok(answer) = read(cloud, &asked, priority).await {
            found.extend(ids.iter().map(|id| (id.clone(), tags::of(&answer, id))));
        }
    }
    found
}

/// Whether a fault is the service's own word that there is no such object: a bare 404 may be a proxy's.
pub(crate) fn says_not_found(fault: &Fault) -> bool {
    if cfg!(feature = "mutant-denied-is-gone") && fault.kind == FaultKind::Denied {
        return true;
    }
    fault.kind == FaultKind::NotFound && fault.status.as_deref() == Some("NOT_FOUND")
}

/// Reads one object by id, twice where it seems to be gone: right after a change, one read may miss it.
pub(crate) async fn confirm(
    cloud: &Cloud,
    procedure: &Arc<Procedure>,
    region: Option<&str>,
    id: &str,
    priority: Priority,
) -> Result<Look, Fault> {
    match read_one(cloud, procedure, region, id, priority).await? {
        Look::Missing => {
            cloud.clock().sleep(SECOND_READ).await;
            read_one(cloud, procedure, region, id, priority).await
        }
        seen => Ok(seen),
    }
}
