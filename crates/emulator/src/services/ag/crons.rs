//! What happens to a group at set times: a simple rule is carried out, or the group gets other sizes. Nothing is set off
//! here; what was asked for is checked, kept and shown.

use super::{groups, rules, times};
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::names;
use crate::state::AsCron;
use crate::world::World;
use serde_json::{Value, json};

const LISTED: Listed<AsCron> = Listed { id_filter: "asCronId", tags: None, shown: None };
/// Parameters that set sizes.
const SIZES: [&str; 3] = ["minSize", "maxSize", "desiredCapacity"];

/// The cron of this id in the region.
fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w AsCron, Fault> {
    let found = world.as_crons.get(id).filter(|cron| cron.region == region);
    found.ok_or_else(|| Fault::not_found("asCron", id))
}

/// The rule that a call names, which must be a simple one of the group.
fn simple<'a>(world: &World, cron: &AsCron, args: Args<'a>) -> Result<Option<&'a str>, Fault> {
    let Some(id) = args.opt_text("asRuleId").filter(|id| !id.is_empty()) else { return Ok(None) };
    let rule = rules::find(world, &cron.region, id)?;
    match rule.kind == "Simple" && rule.group == cron.group {
        true => Ok(Some(id)),
        false => Err(Fault::invalid(format!("asRule {id} is no simple rule of ag {}", cron.group))),
    }
}

/// The cron with what is given changed in it, checked as a whole. Whoever gives one of a rule and sizes takes the other away.
fn changed(world: &World, mut cron: AsCron, call: &Call<'_>) -> Result<AsCron, Fault> {
    let args = call.args;
    if let Some(group) = args.opt_text("agId").filter(|group| *group != cron.group) {
        groups::find(world, &cron.region, group)?;
        group.clone_into(&mut cron.group);
        if cron.rule.is_some() && !args.has("asRuleId") {
            return Err(Fault::invalid("asRuleId is required: the rule is of the group before"));
        }
    }
    let rule = simple(world, &cron, args)?;
    let sized = SIZES.iter().any(|name| args.has(name));
    if rule.is_some() && sized {
        return Err(Fault::invalid("asRuleId and sizes exclude each other"));
    }
    if rule.is_some() || sized {
        cron.rule = rule.map(str::to_owned);
    }
    if rule.is_some() {
        cron.sizes = [None; 3];
    }
    for (name, size) in SIZES.iter().zip(&mut cron.sizes) {
        *size = args.opt_int(name).or(*size);
    }
    if cron.rule.is_none() && cron.sizes == [None; 3] {
        return Err(Fault::invalid("one of asRuleId, minSize, maxSize and desiredCapacity is required"));
    }
    let given: Vec<i64> = [cron.sizes[0], cron.sizes[2], cron.sizes[1]].into_iter().flatten().collect();
    if given.iter().any(|size| *size < 0) || !given.is_sorted() {
        return Err(Fault::invalid("0 <= minSize <= desiredCapacity <= maxSize must hold"));
    }
    if let Some(name) = args.opt_text("name") {
        names::plain("name", name)?;
        name.clone_into(&mut cron.name);
    }
    if let Some(text) = args.opt_text("description") {
        names::description(text)?;
        text.clone_into(&mut cron.description);
    }
    if let Some(expiration) = args.opt_int("launchExpirationTime") {
        if !(0..=1800).contains(&expiration) {
            return Err(Fault::out_of_range("launchExpirationTime must be 0 to 1800"));
        }
        cron.expiration = expiration;
    }
    timed(cron, call)
}

/// The same with the times that are given.
fn timed(mut cron: AsCron, call: &Call<'_>) -> Result<AsCron, Fault> {
    let args = call.args;
    let read = |name: &str| -> Result<Option<String>, Fault> {
        let given = args.opt_text(name).filter(|text| !text.is_empty());
        given.map(|text| times::minute(name, text)).transpose()
    };
    if let Some(launch) = read("launchTime")? {
        if times::moment(&launch) <= call.now {
            return Err(Fault::invalid(format!("launchTime {launch} is over")));
        }
        cron.launch = launch;
    }
    cron.end = read("repeatEndTime")?.or(cron.end);
    // Both are written alike, so that the earlier one sorts before.
    if cron.end.as_ref().is_some_and(|end| *end <= cron.launch) {
        return Err(Fault::invalid("repeatEndTime must be later than launchTime"));
    }
    let given = |name: &str| args.opt_text(name).filter(|text| !text.is_empty());
    let (old_type, old_value) = cron.repeat.unzip();
    let wanted = given("repeatType").map(str::to_owned).or(old_type);
    cron.repeat = match (wanted, given("repeatValue").map(str::to_owned).or(old_value)) {
        (Some(kind), Some(value)) => {
            times::repeats(&kind, &value)?;
            Some((kind, value))
        }
        (Some(_), None) => return Err(Fault::invalid("repeatValue is required with repeatType")),
        (None, _) => None,
    };
    Ok(cron)
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let args = call.args;
    let group = args.text("agId")?;
    if !groups::find(world, call.region(), group)?.scales {
        return Err(Fault::precondition(format!("ag {group} does not scale")));
    }
    args.text("name")?;
    args.text("launchTime")?;
    let blank = AsCron {
        region: call.region().to_owned(),
        group: group.to_owned(),
        name: String::new(),
        description: String::new(),
        rule: None,
        sizes: [None; 3],
        launch: String::new(),
        repeat: None,
        end: None,
        expiration: 600,
        enabled: true,
        created: call.now,
        updated: call.now,
    };
    let cron = changed(world, blank, call)?;
    let id = world.ids.id("asc");
    world.as_crons.insert(id.clone(), cron);
    Ok(json!({"asCronId": id}))
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("asCronId")?;
    let mut cron = changed(world, find(world, call.region(), id)?.clone(), call)?;
    cron.updated = call.now;
    if let Some(kept) = world.as_crons.get_mut(id) {
        *kept = cron;
    }
    Ok(Value::Null)
}

pub(crate) fn enable(world: &mut World, call: &Call<'_>) -> Answer {
    turn(world, call, true)
}

pub(crate) fn disable(world: &mut World, call: &Call<'_>) -> Answer {
    turn(world, call, false)
}

fn turn(world: &mut World, call: &Call<'_>, enabled: bool) -> Answer {
    let id = call.args.text("asCronId")?;
    find(world, call.region(), id)?;
    if let Some(cron) = world.as_crons.get_mut(id) {
        (cron.enabled, cron.updated) = (enabled, call.now);
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("asCronId")?;
    find(world, call.region(), id)?;
    world.as_crons.remove(id);
    Ok(Value::Null)
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |cron: &AsCron, filter: &str| {
        Some(match filter {
            "agId" => Field::One(cron.group.clone()),
            "name" => Field::Part(cron.name.clone()),
            _ => return None,
        })
    };
    listing::answer(call, &world.as_crons, &LISTED, (Beyond::Empty, "asCrons"), field, |id, cron| {
        let mut view = view(id, cron);
        view["agId"] = json!(cron.group);
        view["region"] = json!(cron.region);
        // A size that was not set is shown as one that cannot be.
        for (name, size) in SIZES.iter().zip(cron.sizes) {
            view[*name] = json!(size.unwrap_or(-1));
        }
        if let Some((id, rule)) = cron.rule.as_ref().and_then(|rule| world.as_rules.get_key_value(rule)) {
            view["asRule"] = rules::brief(id, rule);
        }
        view
    })
}

/// As reads of rules show it.
pub(super) fn view(id: &str, cron: &AsCron) -> Value {
    let mut view = json!({
        "asCronId": id,
        "name": cron.name,
        "description": cron.description,
        "launchTime": cron.launch,
        "launchExpirationTime": cron.expiration,
        "createTime": cron.created.to_string(),
        "updateTime": cron.updated.to_string(),
        "displayState": if cron.enabled { "Enabled" } else { "Disabled" },
    });
    if let Some((kind, value)) = &cron.repeat {
        view["repeatType"] = json!(kind);
        view["repeatValue"] = json!(value);
    }
    if let Some(end) = &cron.end {
        view["repeatEndTime"] = json!(end);
    }
    view
}
