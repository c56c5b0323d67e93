//! Data look-ups: what is asked, and what the answer is worth to a manifest.

use crate::observe::Question;
use firma_catalog::{
    procedure::{LookupProcedure, PageBy},
    shape,
};
use firma_model::{
    address::Address,
    value::{Map, Value},
};
use serde_json::{Map as JsonMap, Value as Json, json};

/// One page of a look-up, from 1. Parameters are the manifest's, in snake case and known.
pub fn question(procedure: &LookupProcedure, region: Option<&str>, parameters: &Map, page: u32) -> Question {
    let mut asked = JsonMap::new();
    for (name, value) in parameters {
        let Some(field) = procedure.parameters.get(name) else { continue };
        let value = shape::to_wire(&field.shape, value);
        if !value.is_null() {
            asked.insert(field.write.clone(), value);
        }
    }
    if let Some(pages) = &procedure.pages {
        let which = match pages.by {
            PageBy::Number => page,
            PageBy::Offset => page.saturating_sub(1).saturating_mul(pages.limit),
        };
        asked.insert(pages.number.clone(), json!(which));
        asked.insert(pages.size.clone(), json!(pages.limit));
    }
    Question {
        service: procedure.service.clone(),
        operation: procedure.operation.clone(),
        region: region.map(str::to_owned),
        parameters: asked,
    }
}

/// What an answer that is no list holds: the single thing, or nothing.
pub fn single(procedure: &LookupProcedure, answer: &Json) -> Vec<Json> {
    let found = match procedure.items.as_str() {
        "" => Some(answer),
        path => path.split('.').try_fold(answer, |inner, name| inner.get(name)),
    };
    found.filter(|found| !found.is_null()).cloned().into_iter().collect()
}

/// Things found that a message names.
const NAMED: usize = 5;

/// What references to a look-up see: `items`, and `one` where there is exactly one.
pub fn answer(items: &Value) -> Value {
    let mut value = Map::new();
    if let Some([one]) = items.as_list() {
        value.insert("one".into(), one.clone());
    }
    value.insert("items".into(), items.clone());
    Value::Map(value)
}

/// Why there is not exactly one, and what there is instead; `None` where there is.
pub fn not_one(address: &Address, items: &Value) -> Option<String> {
    let items = items.as_list().unwrap_or_default();
    let found = match items {
        [_] => return None,
        [] => return Some(format!("{address} found nothing, and `one` of it is used")),
        items => items,
    };
    let text = |item: &Value, name: &str| item.as_map()?.get(name)?.as_str().map(str::to_owned);
    let mut named: Vec<String> = found.iter().take(NAMED).filter_map(|item| text(item, "id")).collect();
    if found.len() > NAMED {
        named.push(format!("{} more", found.len() - NAMED));
    }
    let list = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
    Some(format!("{address} found {} items, and `one` of it is used{list}", found.len()))
}

/// The items of a look-up as manifest values, in the cloud's order; each also answers to `id`.
pub fn items(procedure: &LookupProcedure, found: &[Json]) -> Value {
    let item = |json: &Json| {
        let mut value = shape::from_wire(&procedure.item, json);
        if let (Value::Map(map), Some(name)) = (&mut value, &procedure.id)
            && let Some(id) = map.get(name).cloned()
        {
            map.insert("id".into(), id);
        }
        value
    };
    Value::List(found.iter().map(item).collect())
}
