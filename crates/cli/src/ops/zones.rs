//! Zones that the project's cloud reported: asked for, kept beside the state, and known to every later command.

use super::{cloud::Door, project};
use crate::{Context, exit::Failure};
use firma_catalog::places;
use firma_model::diagnostic::Diagnostic;
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A call that tells zones.
struct Question {
    service: &'static str,
    operation: &'static str,
    parameters: &'static [(&'static str, &'static str)],
    /// The names that lead to the zones in the result.
    names: &'static [&'static str],
}

/// JD Cloud has no call that lists zones for their own sake; these tell where something can be made.
const QUESTIONS: [Question; 3] = [
    Question {
        service: "vm",
        operation: "describeInstanceTypes",
        parameters: &[],
        names: &["instanceTypes", "state", "az"],
    },
    Question { service: "rds", operation: "describeAzs", parameters: &[("engine", "MySQL")], names: &["azs"] },
    Question {
        service: "redis",
        operation: "describeAvailableRegion",
        parameters: &[],
        names: &["availableRegions", "availableZones", "azId"],
    },
];

fn path(directory: &Path) -> PathBuf {
    directory.join(".firma").join("zones.json")
}

/// Extends the table of zones by those that were kept. A file that cannot be read is as good as none: it can be asked for again.
pub(crate) fn recall(directory: &Path) {
    if let Some(kept) = fs::read(path(directory)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
        places::extend(kept);
    }
}

/// Asks the cloud about every region, keeps what it reports, and says what is new.
///
/// # Errors
/// There is no project, the cloud answers no question, or what it said cannot be kept.
pub(crate) async fn refresh(context: &Context) -> Result<(), Failure> {
    let loaded = project::load(&context.directory, &context.env)?;
    let door = super::cloud::open(&loaded)?;
    let mut reported: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut refused = Vec::new();
    let mut answered = false;
    for region in places::regions() {
        for question in &QUESTIONS {
            match ask(&door, &region.id, question).await {
                Ok(result) => {
                    answered = true;
                    gather(&result, &region.id, question.names, reported.entry(region.id.clone()).or_default());
                }
                Err(told) => refused.push(format!("in {}, {told}", region.id)),
            }
        }
    }
    if !answered {
        let first = refused.into_iter().next().unwrap_or_default();
        return Err(Failure::new(
            Diagnostic::error("E0944", format!("the cloud does not say which zones it has: {first}"))
                .hint("`firma doctor` checks the endpoint and the credentials"),
        ));
    }
    for told in refused {
        context.terminal.note(&format!("not answered: {told}"));
    }
    let new: Vec<&String> = reported
        .iter()
        .flat_map(|(region, zones)| zones.iter().filter(move |zone| !places::is_zone_of(region, zone)))
        .collect();
    keep(&context.directory, &reported)?;
    context.terminal.note(&match new.as_slice() {
        [] => "the cloud reports no zone that is not known".to_owned(),
        new => format!("new: {}", new.iter().map(|zone| zone.as_str()).collect::<Vec<_>>().join(", ")),
    });
    places::extend(reported.into_iter().map(|(region, zones)| (region, zones.into_iter().collect())).collect());
    Ok(())
}

async fn ask(door: &Door, region: &str, question: &Question) -> Result<Value, String> {
    let parameters: Map<String, Value> =
        question.parameters.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let request = firma_api::build(question.service, question.operation, Some(region), &parameters)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    door.cloud.read(request).await.map_err(|fault| fault.to_string())
}

/// The texts that names lead to, through lists. What speaks of another region is passed over.
fn gather(value: &Value, region: &str, names: &[&str], found: &mut BTreeSet<String>) {
    match (value, names) {
        (Value::Array(items), _) => items.iter().for_each(|item| gather(item, region, names, found)),
        (Value::String(zone), []) if !zone.is_empty() => {
            found.insert(zone.clone());
        }
        (Value::Object(fields), [name, rest @ ..]) => {
            let here = fields.get("regionId").and_then(Value::as_str).is_none_or(|other| other == region);
            if let (true, Some(inner)) = (here, fields.get(*name)) {
                gather(inner, region, rest, found);
            }
        }
        _ => {}
    }
}

/// Writes what was reported: whole, or not at all.
fn keep(directory: &Path, reported: &BTreeMap<String, BTreeSet<String>>) -> Result<(), Failure> {
    let path = path(directory);
    let mut text = serde_json::to_string_pretty(reported).unwrap_or_default();
    text.push('\n');
    let half = path.with_extension("json.new");
    let written = fs::create_dir_all(directory.join(".firma"))
        .and_then(|()| fs::write(&half, text))
        .and_then(|()| fs::rename(&half, &path));
    written
        .map_err(|error| Failure::new(Diagnostic::error("E0905", format!("cannot write {}: {error}", path.display()))))
}

#[cfg(test)]
mod tests {
    use super::gather;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn zones_stand_at_the_end_of_names() {
        let result = json!({ "availableRegions": [
            { "regionId": "cn-north-1", "availableZones": [{ "azId": "cn-north-1d" }, { "azId": "" }, {}] },
            { "regionId": "cn-east-1", "availableZones": [{ "azId": "cn-east-1a" }] },
        ]});
        let mut found = BTreeSet::new();
        gather(&result, "cn-north-1", &["availableRegions", "availableZones", "azId"], &mut found);
        assert_eq!(found, BTreeSet::from(["cn-north-1d".to_owned()]));
        gather(&json!({ "azs": ["cn-north-1e", 7] }), "cn-north-1", &["azs"], &mut found);
        assert_eq!(found.len(), 2);
    }
}
