//! Rules of groups: how many instances come or go. A target rule brings two alarms of its own, a step rule stands on one,
//! and a simple one is set off by alarms and crons.

use super::{alarms, crons, groups};
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::names;
use crate::state::{AsAlarm, AsCron, AsRule};
use crate::world::World;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const LISTED: Listed<AsRule> = Listed { id_filter: "asRuleId", tags: None, shown: None };

/// The parameter that speaks of a rule of each type.
const SPECS: [(&str, &str); 3] =
    [("Simple", "simpleAsRuleSpec"), ("Target", "targetAsRuleSpec"), ("Step", "stepAsRuleSpec")];

/// The rule of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w AsRule, Fault> {
    let found = world.as_rules.get(id).filter(|rule| rule.region == region);
    found.ok_or_else(|| Fault::not_found("asRule", id))
}

fn adjustment(kind: &str, value: i64) -> Result<(), Fault> {
    let range = match kind {
        "Number" => -300..=300,
        "Percentage" => -100..=10_000,
        "Total" => 0..=100_000,
        other => return Err(Fault::invalid(format!("adjustmentType `{other}` is unknown"))),
    };
    match range.contains(&value) {
        true => Ok(()),
        false => Err(Fault::out_of_range(format!("adjustmentValue of {kind} must be {range:?}"))),
    }
}

fn check(kind: &str, spec: Args<'_>) -> Result<(), Fault> {
    match kind {
        "Simple" => adjustment(spec.text("adjustmentType")?, spec.int("adjustmentValue")?),
        "Target" => {
            let metric = spec.text("metricName")?;
            if !alarms::METRICS.contains(&metric) {
                return Err(Fault::invalid(format!("metricName `{metric}` is unknown")));
            }
            let positive = spec.opt_number("targetValue").is_some_and(|value| value > 0.0);
            let counts = ["scaleOutHitCount", "scaleInHitCount"];
            match positive && counts.iter().all(|name| spec.opt_int(name).unwrap_or(1) > 0) {
                true => Ok(()),
                false => Err(Fault::out_of_range("targetValue and hit counts must be above 0")),
            }
        }
        _ => {
            let steps = spec.children("stepAdjustments");
            if steps.is_empty() {
                return Err(Fault::invalid("stepAdjustments is required"));
            }
            steps.iter().try_for_each(|step| adjustment(spec.text("adjustmentType")?, step.int("adjustmentValue")?))
        }
    }
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (region, args) = (call.region(), call.args);
    let group = args.text("agId")?;
    if !groups::find(world, region, group)?.scales {
        return Err(Fault::precondition(format!("ag {group} does not scale")));
    }
    let (name, description) = (args.text("name")?, args.opt_text("description").unwrap_or_default());
    names::plain("name", name)?;
    names::description(description)?;
    let kind = args.text("asRuleType")?;
    let Some((_, parameter)) = SPECS.iter().find(|(known, _)| *known == kind) else {
        return Err(Fault::invalid(format!("asRuleType `{kind}` is none of Simple, Target, Step")));
    };
    let spec = args.need(parameter)?;
    check(kind, spec)?;
    if kind == "Step" {
        let id = spec.text("asAlarmId")?;
        let alarm = alarms::find(world, region, id)?;
        if alarm.group != group || alarm.step.is_some() || alarm.target.is_some() {
            return Err(Fault::precondition(format!("asAlarm {id} has no room for a step rule of ag {group}")));
        }
    }
    let id = world.ids.id("asr");
    let rule = AsRule {
        region: region.to_owned(),
        group: group.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        kind: kind.to_owned(),
        spec: spec.0.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect(),
        created: call.now,
        updated: call.now,
    };
    bind(world, call, &id, &rule);
    world.as_rules.insert(id.clone(), rule);
    Ok(json!({"asRuleId": id}))
}

/// What comes with a rule: the alarms of a target rule, the tie of a step rule to its own.
fn bind(world: &mut World, call: &Call<'_>, id: &str, rule: &AsRule) {
    let text = |name: &str| rule.spec.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if rule.kind == "Step"
        && let Some(alarm) = world.as_alarms.get_mut(&text("asAlarmId"))
    {
        alarm.step = Some(id.to_owned());
    }
    if rule.kind != "Target" {
        return;
    }
    for (side, comparison) in [("out", "gt"), ("in", "lt")] {
        let alarm = AsAlarm {
            region: rule.region.clone(),
            group: rule.group.clone(),
            name: format!("target-{side}"),
            description: String::new(),
            metric_type: "System".to_owned(),
            metric_name: text("metricName"),
            namespace: String::new(),
            period: 1,
            statistic: "avg".to_owned(),
            threshold: rule.spec.get("targetValue").and_then(Value::as_f64).unwrap_or_default(),
            comparison: comparison.to_owned(),
            hit_count: if side == "out" { 3 } else { 15 },
            simple: None,
            step: None,
            target: Some(id.to_owned()),
            created: call.now,
            updated: call.now,
        };
        let alarm_id = world.ids.id("asa");
        world.as_alarms.insert(alarm_id, alarm);
    }
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("asRuleId")?;
    let mut rule = find(world, call.region(), id)?.clone();
    let (name, description) = (call.args.opt_text("name"), call.args.opt_text("description"));
    let given = SPECS.iter().find(|(kind, _)| *kind == rule.kind).and_then(|(_, spec)| call.args.child(spec));
    if name.is_none() && description.is_none() && given.is_none() {
        return Err(Fault::invalid("at least one parameter is required"));
    }
    if let Some(name) = name {
        names::plain("name", name)?;
        name.clone_into(&mut rule.name);
    }
    if let Some(text) = description {
        names::description(text)?;
        text.clone_into(&mut rule.description);
    }
    if let Some(given) = given {
        if rule.kind == "Step" && given.has("adjustmentType") && !given.has("stepAdjustments") {
            return Err(Fault::invalid("stepAdjustments is required with adjustmentType"));
        }
        let fields = given.0.iter().filter(|(_, value)| !value.is_null());
        rule.spec.extend(fields.map(|(name, value)| (name.clone(), value.clone())));
        let whole: Map<String, Value> = rule.spec.clone().into_iter().collect();
        check(&rule.kind, Args(&whole))?;
    }
    rule.updated = call.now;
    if let Some(kept) = world.as_rules.get_mut(id) {
        *kept = rule;
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("asRuleId")?;
    find(world, call.region(), id)?;
    let alarms: Vec<String> = of_rule(world, id).map(|(alarm, _)| alarm.clone()).collect();
    for alarm in &alarms {
        if world.as_alarms.get(alarm).is_some_and(|alarm| alarm.simple.as_deref() == Some(id)) {
            return Err(Fault::precondition(format!("asAlarm {alarm} sets asRule {id} off")));
        }
    }
    if let Some((cron, _)) = crons_of(world, id).next() {
        return Err(Fault::precondition(format!("asCron {cron} carries asRule {id} out")));
    }
    for alarm in alarms {
        let own = world.as_alarms.get(&alarm).is_some_and(|alarm| alarm.target.is_some());
        match world.as_alarms.get_mut(&alarm) {
            Some(alarm) if !own => alarm.step = None,
            _ => drop(world.as_alarms.remove(&alarm)),
        }
    }
    world.as_rules.remove(id);
    Ok(Value::Null)
}

/// Alarms that a rule has to do with.
fn of_rule<'w>(world: &'w World, id: &'w str) -> impl Iterator<Item = (&'w String, &'w AsAlarm)> {
    world.as_alarms.iter().filter(move |(_, alarm)| {
        [&alarm.simple, &alarm.step, &alarm.target].into_iter().any(|rule| rule.as_deref() == Some(id))
    })
}

/// Crons that carry a rule out.
fn crons_of<'w>(world: &'w World, id: &'w str) -> impl Iterator<Item = (&'w String, &'w AsCron)> {
    world.as_crons.iter().filter(move |(_, cron)| cron.rule.as_deref() == Some(id))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let group = call.args.text("agId")?;
    groups::find(world, call.region(), group)?;
    let found = listing::select(&world.as_rules, &LISTED, call.region(), call.args, |rule, filter| {
        Some(match filter {
            "name" => Field::Part(rule.name.clone()),
            "asRuleType" => Field::One(rule.kind.clone()),
            _ => return None,
        })
    })?;
    let found: Vec<(&String, &AsRule)> = found.into_iter().filter(|(_, rule)| rule.group == group).collect();
    listing::page(call.args, Beyond::Empty, "asRules", &found, |(id, rule)| view(world, id, rule))
}

/// As reads of alarms show it.
pub(crate) fn brief(id: &str, rule: &AsRule) -> Value {
    json!({"asRuleId": id, "name": rule.name, "description": rule.description, "asRuleType": rule.kind})
}

fn view(world: &World, id: &str, rule: &AsRule) -> Value {
    let mut view = brief(id, rule);
    view["agId"] = json!(rule.group);
    view["region"] = json!(rule.region);
    view["createTime"] = json!(rule.created.to_string());
    view["updateTime"] = json!(rule.updated.to_string());
    let mut info: BTreeMap<String, Value> = rule.spec.clone();
    let alarms: Vec<Value> = of_rule(world, id).map(|(id, alarm)| alarms::view(id, alarm)).collect();
    match rule.kind.as_str() {
        "Simple" => {
            info.insert("asAlarms".to_owned(), json!(alarms));
            let crons: Vec<Value> = crons_of(world, id).map(|(id, cron)| crons::view(id, cron)).collect();
            info.insert("asCrons".to_owned(), json!(crons));
            view["simpleAsRuleInfo"] = json!(info);
        }
        "Target" => {
            info.entry("scaleOutHitCount".to_owned()).or_insert(json!(3));
            info.entry("scaleInHitCount".to_owned()).or_insert(json!(15));
            view["targetAsRuleInfo"] = json!(info);
        }
        _ => {
            info.remove("asAlarmId");
            info.insert("asAlarm".to_owned(), alarms.first().cloned().unwrap_or_default());
            view["stepAsRuleInfo"] = json!(info);
        }
    }
    view
}
