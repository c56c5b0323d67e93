//! Alarms of groups: what is measured, and which rule is carried out when.

use super::groups;
use super::rules;
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::names;
use crate::state::AsAlarm;
use crate::world::World;
use serde_json::{Value, json};

const LISTED: Listed<AsAlarm> = Listed { id_filter: "asAlarmId", tags: None, shown: None };

/// What the system measures of instances.
pub(crate) const METRICS: [&str; 6] = [
    "cpu_util",
    "memory.usage",
    "vm.disk.bytes.read",
    "vm.disk.bytes.write",
    "vm.network.bytes.incoming",
    "vm.network.bytes.outgoing",
];
const PERIODS: [i64; 7] = [1, 2, 5, 10, 15, 30, 60];
const HIT_COUNTS: [i64; 8] = [1, 2, 3, 5, 10, 15, 30, 60];

/// The alarm of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w AsAlarm, Fault> {
    let found = world.as_alarms.get(id).filter(|alarm| alarm.region == region);
    found.ok_or_else(|| Fault::not_found("asAlarm", id))
}

/// The alarm with what is given changed in it, checked as a whole.
fn changed(world: &World, mut alarm: AsAlarm, args: Args<'_>) -> Result<AsAlarm, Fault> {
    let fields = [
        ("name", &mut alarm.name),
        ("description", &mut alarm.description),
        ("metricName", &mut alarm.metric_name),
        ("statistic", &mut alarm.statistic),
        ("comparison", &mut alarm.comparison),
    ];
    for (name, field) in fields {
        if let Some(text) = args.opt_text(name) {
            text.clone_into(field);
        }
    }
    alarm.period = args.opt_int("period").unwrap_or(alarm.period);
    alarm.hit_count = args.opt_int("hitCount").unwrap_or(alarm.hit_count);
    alarm.threshold = args.opt_number("threshold").unwrap_or(alarm.threshold);
    if let Some(rule) = args.opt_text("asRuleId").filter(|rule| !rule.is_empty()) {
        let found = rules::find(world, &alarm.region, rule)?;
        if found.kind != "Simple" || found.group != alarm.group {
            return Err(Fault::invalid(format!("asRule {rule} is no simple rule of ag {}", alarm.group)));
        }
        alarm.simple = Some(rule.to_owned());
    }
    names::plain("name", &alarm.name)?;
    names::description(&alarm.description)?;
    let statistics: &[&str] = match alarm.metric_type.as_str() {
        "System" if !METRICS.contains(&alarm.metric_name.as_str()) => {
            return Err(Fault::invalid(format!("metricName `{}` is unknown", alarm.metric_name)));
        }
        "System" => &["avg", "max", "min"],
        "Custom" if alarm.namespace.is_empty() => return Err(Fault::invalid("namespace is required")),
        "Custom" => &["avg"],
        other => return Err(Fault::invalid(format!("metricType `{other}` is neither System nor Custom"))),
    };
    let words: [(&str, &str, &[&str]); 2] =
        [("statistic", &alarm.statistic, statistics), ("comparison", &alarm.comparison, &["gte", "lte", "gt", "lt"])];
    for (name, word, known) in words {
        if !known.contains(&word) {
            return Err(Fault::invalid(format!("{name} `{word}` is none of {}", known.join(", "))));
        }
    }
    if !PERIODS.contains(&alarm.period) || !HIT_COUNTS.contains(&alarm.hit_count) {
        return Err(Fault::invalid(format!("period is one of {PERIODS:?}, hitCount one of {HIT_COUNTS:?}")));
    }
    if alarm.threshold <= 0.0 {
        return Err(Fault::out_of_range("threshold must be above 0"));
    }
    Ok(alarm)
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let args = call.args;
    let group = args.text("agId")?;
    if !groups::find(world, call.region(), group)?.scales {
        return Err(Fault::precondition(format!("ag {group} does not scale")));
    }
    for required in ["name", "metricType", "metricName", "statistic", "comparison"] {
        args.text(required)?;
    }
    args.int("period")?;
    args.opt_number("threshold").ok_or_else(|| Fault::invalid("threshold is required"))?;
    let blank = AsAlarm {
        region: call.region().to_owned(),
        group: group.to_owned(),
        name: String::new(),
        description: String::new(),
        metric_type: args.text("metricType")?.to_owned(),
        metric_name: String::new(),
        namespace: args.opt_text("namespace").unwrap_or_default().to_owned(),
        period: 1,
        statistic: String::new(),
        threshold: 0.0,
        comparison: String::new(),
        hit_count: 3,
        simple: None,
        step: None,
        target: None,
        created: call.now,
        updated: call.now,
    };
    let alarm = changed(world, blank, args)?;
    let id = world.ids.id("asa");
    world.as_alarms.insert(id.clone(), alarm);
    Ok(json!({"asAlarmId": id}))
}

/// Measured things, which an alarm that a step rule stands on keeps.
const MEASURED: [&str; 6] = ["metricName", "period", "statistic", "threshold", "comparison", "hitCount"];

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("asAlarmId")?;
    let alarm = find(world, call.region(), id)?;
    if let Some(rule) = &alarm.target {
        return Err(Fault::precondition(format!("asAlarm {id} is asRule {rule}'s own")));
    }
    if let (Some(rule), true) = (&alarm.step, MEASURED.iter().any(|name| call.args.has(name))) {
        return Err(Fault::precondition(format!("asRule {rule} stands on what asAlarm {id} measures")));
    }
    let others = ["name", "description", "asRuleId"];
    if !MEASURED.iter().chain(&others).any(|name| call.args.has(name)) {
        return Err(Fault::invalid("at least one parameter is required"));
    }
    let mut alarm = changed(world, alarm.clone(), call.args)?;
    alarm.updated = call.now;
    if let Some(kept) = world.as_alarms.get_mut(id) {
        *kept = alarm;
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("asAlarmId")?;
    let alarm = find(world, call.region(), id)?;
    if let Some(rule) = alarm.target.as_ref().or(alarm.step.as_ref()) {
        return Err(Fault::precondition(format!("asRule {rule} stands on asAlarm {id}")));
    }
    world.as_alarms.remove(id);
    Ok(Value::Null)
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |alarm: &AsAlarm, filter: &str| {
        Some(match filter {
            "agId" => Field::One(alarm.group.clone()),
            "name" => Field::Part(alarm.name.clone()),
            "metricType" => Field::One(alarm.metric_type.clone()),
            _ => return None,
        })
    };
    listing::answer(call, &world.as_alarms, &LISTED, (Beyond::Empty, "asAlarms"), field, |id, alarm| {
        let mut view = view(id, alarm);
        let rules = [&alarm.simple, &alarm.step, &alarm.target].into_iter().flatten();
        let rules = rules.filter_map(|id| world.as_rules.get_key_value(id));
        view["agId"] = json!(alarm.group);
        view["region"] = json!(alarm.region);
        view["asRules"] = rules.map(|(id, rule)| rules::brief(id, rule)).collect();
        view
    })
}

/// As reads of rules show it.
pub(crate) fn view(id: &str, alarm: &AsAlarm) -> Value {
    let mut view = json!({
        "asAlarmId": id,
        "name": alarm.name,
        "description": alarm.description,
        "metricType": alarm.metric_type,
        "metricName": alarm.metric_name,
        "period": alarm.period,
        "statistic": alarm.statistic,
        "threshold": alarm.threshold,
        "comparison": alarm.comparison,
        "hitCount": alarm.hit_count,
        "createTime": alarm.created.to_string(),
        "updateTime": alarm.updated.to_string(),
        "state": "Normal",
    });
    if alarm.metric_type == "Custom" {
        view["namespace"] = json!(alarm.namespace);
    }
    view
}
