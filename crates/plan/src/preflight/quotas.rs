//! Quotas: what a plan makes, summed by quota, against what is left.

use super::inquiry::{Answer, Asked};
use crate::{
    nodes::recorded_inputs,
    observe::Question,
    step::{Leg, Plan, Rule, Step},
    worlds::Worlds,
};
use firma_catalog::{
    limits::{Quota, QuotaRow},
    shape,
};
use firma_model::{
    address::{Address, Node},
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    path::Path,
    record::Record,
    value::Value,
};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is made and given up of one quota in one place.
#[derive(Debug, Default)]
pub(super) struct Count {
    /// The question that tells what is left; none for a parent that is yet to be made.
    question: Option<usize>,
    name: String,
    parent: Option<String>,
    region: Option<String>,
    row: Option<QuotaRow>,
    limit: String,
    used: String,
    usual: Option<u64>,
    /// Who makes how many, in the order of the plan.
    makes: Vec<(Address, u64)>,
    /// Given up before anything is made in its place.
    returned_before: u64,
    /// Given up at some time.
    returned: u64,
}

/// Where a quota is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Parent {
    Region,
    Known(String),
    ToBeMade(String),
}

/// A question that tells a quota, from a quota and its parent.
fn question(quota: &Quota, parent: &Parent, region: Option<&str>) -> Option<Question> {
    let mut parameters = quota.parameters.clone();
    match (&quota.parent, parent) {
        (None, _) => {}
        (Some(rule), Parent::Known(id)) => {
            parameters.insert(rule.parameter.clone(), json!(id));
        }
        (Some(_), _) => return None,
    }
    Some(Question {
        service: quota.service.clone(),
        operation: quota.operation.clone(),
        region: region.map(str::to_owned),
        parameters,
    })
}

/// Sums up what the plan makes and gives up. A quota of which nothing is made is not asked for.
pub(super) fn counts(plan: &Plan, worlds: Worlds<'_>, ask: &mut dyn FnMut(Asked) -> usize) -> Vec<Count> {
    let mut counts: BTreeMap<(String, Parent, Option<String>), Count> = BTreeMap::new();
    let made_way_for = made_way_for(plan);
    for step in &plan.steps {
        let Some(procedure) = worlds.procedures.get(step.kind().as_str()) else { continue };
        for quota in &procedure.quotas {
            let parent = parent(quota, step);
            let (made, given_up) = amounts(quota, step);
            if made == 0 && given_up == 0 {
                continue;
            }
            let count =
                counts.entry((quota.name.clone(), parent.clone(), step.region.clone())).or_insert_with(|| Count {
                    name: quota.name.clone(),
                    parent: match &parent {
                        Parent::Region => None,
                        Parent::Known(name) | Parent::ToBeMade(name) => Some(name.clone()),
                    },
                    region: step.region.clone(),
                    row: quota.row.clone(),
                    limit: quota.limit.clone(),
                    used: quota.used.clone(),
                    usual: quota.usual,
                    question: question(quota, &parent, step.region.as_deref()).map(|asked| ask(Asked::Call(asked))),
                    ..Count::default()
                });
            if made > 0 {
                count.makes.push((step.address.clone(), made));
            }
            count.returned += given_up;
            if step.leg == Leg::Delete && made_way_for.contains(&step.address) {
                count.returned_before += given_up;
            }
        }
    }
    counts.into_values().filter(|count| !count.makes.is_empty()).collect()
}

/// Addresses whose old object is deleted before the new one is made.
fn made_way_for(plan: &Plan) -> BTreeSet<&Address> {
    let waits = |step: &&Step| step.after.iter().any(|edge| edge.rule == Rule::DeleteBeforeMake);
    plan.steps.iter().filter(|step| step.leg == Leg::Create).filter(waits).map(|step| &step.address).collect()
}

fn parent(quota: &Quota, step: &Step) -> Parent {
    let Some(rule) = &quota.parent else { return Parent::Region };
    if rule.attribute == "id" {
        return match (&step.record, step.leg) {
            (Some(record), Leg::Update | Leg::Delete) => Parent::Known(record.cloud_id.clone()),
            _ => Parent::ToBeMade(step.address.to_string()),
        };
    }
    let recorded = |record: &Record| recorded_inputs(record).remove(&rule.attribute);
    let known = match step.leg {
        Leg::Delete => step.record.as_deref().and_then(recorded),
        _ => step.attributes.get(&rule.attribute).and_then(Expr::as_value).cloned(),
    };
    match known.as_ref().and_then(Value::as_str) {
        Some(id) => Parent::Known(id.to_owned()),
        None => {
            let mut name = String::new();
            if let Some(expr) = step.attributes.get(&rule.attribute) {
                expr.each_node(&mut |node: &Node| name = node.to_string());
            }
            Parent::ToBeMade(name)
        }
    }
}

/// How many of a quota a step makes, and how many it gives up.
fn amounts(quota: &Quota, step: &Step) -> (u64, u64) {
    let recorded = || {
        let record = step.record.as_ref();
        record.map_or(0, |record| match &quota.each {
            None => 1,
            Some(name) => recorded_inputs(record).get(name).map_or(0, elements),
        })
    };
    let wanted = || match &quota.each {
        None => 1,
        Some(name) => match step.attributes.get(name).and_then(Expr::as_value) {
            Some(value) => elements(value),
            // With an element that is not known yet the number of them still is.
            None => {
                let path = Path::attribute(name);
                let change = step.changes.iter().find(|change| change.path == path);
                change.and_then(|change| change.after.as_ref()).map_or(0, elements)
            }
        },
    };
    match step.leg {
        Leg::Create => (wanted(), 0),
        Leg::Delete => (0, recorded()),
        // What has no elements of its own neither grows nor shrinks.
        Leg::Update if quota.each.as_ref().is_some_and(|name| step.attributes.contains_key(name)) => {
            (wanted().saturating_sub(recorded()), recorded().saturating_sub(wanted()))
        }
        _ => (0, 0),
    }
}

fn elements(value: &Value) -> u64 {
    match value {
        Value::List(items) | Value::Set(items) => items.len() as u64,
        Value::Map(map) => map.len() as u64,
        Value::Sensitive(inner) => elements(inner),
        _ => 0,
    }
}

/// What is over its quota.
pub(super) fn judge(counts: &[Count], worlds: Worlds<'_>, answers: &[Answer], diagnostics: &mut Diagnostics) {
    for count in counts {
        let made: u64 = count.makes.iter().map(|(_, n)| n).sum();
        match count.question {
            Some(number) => {
                let Some(Ok(answer)) = answers.get(number) else { continue };
                let Some((limit, used)) = answer.first().and_then(|answer| read(count, answer)) else { continue };
                let free = limit.saturating_sub(used);
                if made > free + count.returned {
                    let said = format!("{used} of {limit} are used");
                    diagnostics.push(told(Diagnostic::error, count, worlds, made, free + count.returned, &said));
                } else if made > free + count.returned_before {
                    let said = format!("{used} of {limit} are used, and only what this plan deletes makes room");
                    let room = free + count.returned_before;
                    diagnostics.push(
                        told(Diagnostic::warning, count, worlds, made, room, &said)
                            .hint("what is made may come first and be refused; another apply then makes the rest"),
                    );
                }
            }
            None => {
                // The object it is counted in is yet to be made, so nobody can be asked: what is documented is a hint.
                if let Some(usual) = count.usual.filter(|usual| made > *usual) {
                    let said = format!("{usual} is usual");
                    diagnostics.push(told(Diagnostic::warning, count, worlds, made, usual, &said));
                }
            }
        }
    }
}

fn read(count: &Count, answer: &Json) -> Option<(u64, u64)> {
    let row = match &count.row {
        None => answer,
        Some(row) => {
            let rows = answer.get(&row.within)?.as_array()?;
            rows.iter().find(|item| shape::read_path(item, &row.field) == Some(row.value.as_str()))?
        }
    };
    let number = |path: &str| {
        let pointer = format!("/{}", path.replace('.', "/"));
        let value = row.pointer(&pointer)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    };
    Some((number(&count.limit)?, number(&count.used)?))
}

fn told(
    severity: fn(&'static str, String) -> Diagnostic,
    count: &Count,
    worlds: Worlds<'_>,
    made: u64,
    room: u64,
    said: &str,
) -> Diagnostic {
    let place = match (&count.parent, &count.region) {
        (Some(parent), _) => format!(" in {parent}"),
        (None, Some(region)) => format!(" in {region}"),
        (None, None) => String::new(),
    };
    let message =
        format!("this plan makes {made} of quota `{}`{place}, and there is room for {room}: {said}", count.name);
    // The first that does not fit is where a reader looks.
    let mut sum = 0;
    let mut over = count.makes.iter().filter(|(_, n)| {
        sum += n;
        sum > room
    });
    let mut diagnostic = severity("E0533", message);
    if let Some((first, _)) = over.next()
        && let Some(resource) = worlds.desired.resources.get(first)
    {
        diagnostic = diagnostic.at(resource.span).label(format!("{first} is the first that does not fit"));
    }
    diagnostic
        .hint("ask for a higher quota (a ticket at JD Cloud), or make fewer; for the local cloud: firma emulator quota")
}
