//! Observing: what the cloud says of everything recorded, and of what look-ups ask for.

use crate::{
    ask,
    young::{self, Doubt},
};
use firma_client::{Cloud, Listing, Priority};
use firma_model::{
    address::Address,
    fault::Fault,
    observed::{Observed, Sighting},
    record::{Record, Recorded},
    value::{Map, Value},
};
use firma_plan::{
    imports::Candidate,
    lookup,
    observe::{self, Batch, Look},
    preflight::inquiry::{Answer, Asked},
    procedure::{LookupProcedure, Procedure, Shape},
    tags,
};
use futures_util::{StreamExt as _, stream};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use tokio::time::Instant;

/// List calls under way at once: enough to use a minute's allowance, too few to look like an attack.
const AT_ONCE: usize = 16;

/// Who is at an id, for a kind and region.
type Places<'r> = HashMap<(&'r str, Option<&'r str>, &'r str), Vec<&'r Record>>;

/// An object that was not in its list.
struct Missing {
    procedure: Arc<Procedure>,
    region: Option<String>,
    id: String,
    /// For a record so young that its object may not show yet.
    young: Option<Doubt>,
}

/// Looks at every recorded object, a page of ids a call. What is missing from a list is read by id before it counts as
/// gone; what could not be looked at is blocked. Objects of kinds that are unknown or without a cloud are left out.
///
/// Records of version `young_from` and newer were written so lately that their objects may not show yet: one that is
/// missing is looked for until the settling time is over.
pub async fn refresh(
    cloud: &Cloud,
    recorded: &Recorded,
    procedures: &(dyn Fn(&str) -> Option<Arc<Procedure>> + Sync),
    young_from: u64,
) -> Observed {
    let began = Instant::now();
    let mut places: Places<'_> = HashMap::new();
    for record in recorded.records.values().chain(&recorded.deposed) {
        let place = (record.kind.as_str(), record.region.as_deref(), record.cloud_id.as_str());
        places.entry(place).or_default().push(record);
    }
    let batches = observe::batches(recorded, procedures);
    let answers: Vec<_> = stream::iter(batches)
        .map(|batch| {
            let managed = managed(&places, &batch);
            async move {
                let mut answer = ask::look(cloud, &batch, Priority::Normal).await;
                if let Ok(looks) = &mut answer
                    && !managed.is_empty()
                {
                    let region = batch.region.as_deref();
                    let found = ask::tags(cloud, &batch.procedure, region, &managed, Priority::Normal).await;
                    for (id, value) in found {
                        if let Some(Look::Seen(sighting)) = looks.get_mut(&id) {
                            tags::put(sighting, value);
                        }
                    }
                }
                (batch, answer)
            }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;

    let mut observed = Observed::default();
    let mut missing: Vec<Missing> = Vec::new();
    for (batch, answer) in answers {
        match answer {
            Ok(looks) => {
                for (id, look) in looks {
                    match look {
                        Look::Seen(sighting) => {
                            note(&mut observed, &places, (&batch.procedure, batch.region.as_deref(), &id), &sighting);
                        }
                        Look::Missing => {
                            let place = (batch.procedure.kind.as_str(), batch.region.as_deref(), id.as_str());
                            let young =
                                places.get(&place).into_iter().flatten().any(|record| record.version >= young_from);
                            let young = young.then(|| Doubt::since(began));
                            missing.push(Missing {
                                procedure: batch.procedure.clone(),
                                region: batch.region.clone(),
                                id,
                                young,
                            });
                        }
                    }
                }
            }
            Err(fault) => {
                for id in &batch.ids {
                    let blocked = Sighting::Blocked(fault.clone());
                    note(&mut observed, &places, (&batch.procedure, batch.region.as_deref(), id), &blocked);
                }
            }
        }
    }
    let confirmed: Vec<_> = stream::iter(missing)
        .map(|Missing { procedure, region, id, young }| async move {
            let look = young::confirm(cloud, &procedure, region.as_deref(), &id, young).await;
            (procedure, region, id, look)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    for (procedure, region, id, look) in confirmed {
        let sighting = match look {
            Ok(Look::Seen(sighting)) => *sighting,
            Ok(Look::Missing) => Sighting::Gone,
            Err(fault) => Sighting::Blocked(fault),
        };
        note(&mut observed, &places, (&procedure, region.as_deref(), &id), &sighting);
    }
    observed
}

/// Looks at objects that nothing is recorded of, by their ids: those that imports name.
pub async fn find(
    cloud: &Cloud,
    candidates: &[Candidate],
    procedures: &(dyn Fn(&str) -> Option<Arc<Procedure>> + Sync),
) -> BTreeMap<Address, Sighting> {
    let mut places: BTreeMap<(&str, Option<&str>), Vec<&Candidate>> = BTreeMap::new();
    for candidate in candidates {
        let place = (candidate.address.kind().as_str(), candidate.region.as_deref());
        places.entry(place).or_default().push(candidate);
    }
    let mut found = BTreeMap::new();
    for ((kind, region), candidates) in places {
        let Some(procedure) = procedures(kind) else { continue };
        if procedure.read.is_none() && procedure.list.is_none() {
            continue;
        }
        let ids = candidates.iter().map(|candidate| candidate.id.clone()).collect();
        let mut seen: HashMap<String, Sighting> = HashMap::new();
        for batch in observe::split(&procedure, region, ids) {
            match ask::look(cloud, &batch, Priority::Normal).await {
                Ok(looks) => {
                    for (id, look) in looks {
                        let sighting = match look {
                            Look::Seen(sighting) => *sighting,
                            Look::Missing => absent(cloud, &procedure, region, &id).await,
                        };
                        seen.insert(id, sighting);
                    }
                }
                Err(fault) => {
                    seen.extend(batch.ids.iter().map(|id| (id.clone(), Sighting::Blocked(fault.clone()))));
                }
            }
        }
        for candidate in candidates {
            if let Some(sighting) = seen.get(&candidate.id) {
                found.insert(candidate.address.clone(), sighting.clone());
            }
        }
    }
    found
}

/// What a read by id says of something that a list does not show.
async fn absent(cloud: &Cloud, procedure: &Arc<Procedure>, region: Option<&str>, id: &str) -> Sighting {
    match ask::confirm(cloud, procedure, region, id, Priority::Normal).await {
        Ok(Look::Seen(sighting)) => *sighting,
        Ok(Look::Missing) => Sighting::Gone,
        Err(fault) => Sighting::Blocked(fault),
    }
}

/// Ids of a batch whose tags are written down, for kinds whose own reads do not show them.
fn managed(places: &Places<'_>, batch: &Batch) -> Vec<String> {
    if batch.procedure.tag_service().is_none() {
        return Vec::new();
    }
    let (kind, region) = (batch.procedure.kind.as_str(), batch.region.as_deref());
    let is_managed = |id: &&String| {
        places.get(&(kind, region, id.as_str())).into_iter().flatten().any(|record| tags::is_managed(record))
    };
    batch.ids.iter().filter(is_managed).cloned().collect()
}

fn note(
    observed: &mut Observed,
    places: &Places<'_>,
    (procedure, region, id): (&Procedure, Option<&str>, &str),
    sighting: &Sighting,
) {
    for record in places.get(&(procedure.kind.as_str(), region, id)).into_iter().flatten() {
        match record.deposed.is_empty() {
            true => observed.objects.insert(record.address.clone(), sighting.clone()),
            false => observed.deposed.insert((record.address.clone(), record.deposed.clone()), sighting.clone()),
        };
    }
}

/// Asks what a plan is checked by, side by side. The answers come in the order of the questions.
pub async fn inquire(cloud: &Cloud, questions: &[Asked]) -> Vec<Answer> {
    stream::iter(questions).map(|asked| ask::about(cloud, asked)).buffered(AT_ONCE).collect().await
}

/// Answers a data look-up: a list of items with attributes in snake case, each with its `id`.
///
/// # Errors
/// What the cloud answered instead.
pub async fn look_up(
    cloud: &Cloud,
    procedure: &LookupProcedure,
    region: Option<&str>,
    parameters: &Map,
) -> Result<Value, Fault> {
    let page = |number| lookup::question(procedure, region, parameters, number);
    let found = match (procedure.many, &procedure.pages) {
        (false, _) => lookup::single(procedure, &ask::read(cloud, &page(1), Priority::Normal).await?),
        (true, pages) => {
            let id = procedure.id.as_ref().and_then(|id| match &procedure.item {
                Shape::Object(fields) => fields.get(id)?.read.as_deref(),
                _ => None,
            });
            let listing = Listing {
                items: &procedure.items,
                identity: id,
                total: procedure.total.as_deref(),
                // Without pages a list is one answer; the same reading takes it, and stops after the first.
                page_size: pages.as_ref().map_or(u32::MAX, |pages| pages.limit),
                priority: Priority::Normal,
            };
            ask::pages(cloud, &listing, page).await?
        }
    };
    Ok(lookup::items(procedure, &found))
}
