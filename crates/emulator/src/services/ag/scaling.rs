//! Turning the scaling of a group on and off, and how it scales.

use super::groups::find;
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::state::Scaling;
use crate::world::World;
use serde_json::{Value, json};

/// Reads a whole specification.
pub(crate) fn read(spec: Args<'_>) -> Result<Scaling, Fault> {
    let fresh = Scaling {
        min: spec.int("minSize")?,
        max: spec.int("maxSize")?,
        desired: 0,
        health_check: true,
        cool_down: 300,
        removal: "OldestResource".to_owned(),
    };
    let desired = fresh.min;
    changed(Scaling { desired, ..fresh }, spec)
}

/// A specification with what is given changed in it.
fn changed(mut scaling: Scaling, spec: Args<'_>) -> Result<Scaling, Fault> {
    scaling.min = spec.opt_int("minSize").unwrap_or(scaling.min);
    scaling.max = spec.opt_int("maxSize").unwrap_or(scaling.max);
    let within = |desired: i64| desired.clamp(scaling.min, scaling.max.max(scaling.min));
    scaling.desired = spec.opt_int("desiredCapacity").unwrap_or_else(|| within(scaling.desired));
    scaling.cool_down = spec.opt_int("coolDownSeconds").unwrap_or(scaling.cool_down);
    if spec.has("healthCheck") {
        scaling.health_check = spec.flag("healthCheck");
    }
    if let Some(policy) = spec.opt_text("scalingPolicy").filter(|policy| *policy != "Balance") {
        return Err(Fault::invalid(format!("scalingPolicy `{policy}` is not Balance")));
    }
    if let Some(policy) = spec.opt_text("removalPolicy") {
        if !matches!(policy, "OldestResource" | "NewestResource") {
            return Err(Fault::invalid(format!("removalPolicy `{policy}` is unknown")));
        }
        policy.clone_into(&mut scaling.removal);
    }
    let sizes =
        [("minSize", scaling.min, 300), ("maxSize", scaling.max, 300), ("coolDownSeconds", scaling.cool_down, 86_400)];
    for (name, value, most) in sizes {
        if !(0..=most).contains(&value) {
            return Err(Fault::out_of_range(format!("{name} must be 0 to {most}")));
        }
    }
    if scaling.min > scaling.max || !(scaling.min..=scaling.max).contains(&scaling.desired) {
        return Err(Fault::invalid("minSize <= desiredCapacity <= maxSize must hold"));
    }
    Ok(scaling)
}

/// Turns it on. A specification counts the first time only; a group that scales already is left as it is.
pub(crate) fn enable(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("agId")?;
    let group = find(world, call.region(), id)?;
    let scaling = match (&group.scaling, call.args.child("autoscalingSpec")) {
        (Some(scaling), _) => scaling.clone(),
        (None, Some(spec)) => read(spec)?,
        (None, None) => return Err(Fault::invalid("autoscalingSpec is required the first time")),
    };
    if let Some(group) = world.availability_groups.get_mut(id) {
        group.scaling = Some(scaling);
        group.scales = true;
    }
    Ok(Value::Null)
}

pub(crate) fn disable(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("agId")?;
    find(world, call.region(), id)?;
    if let Some(group) = world.availability_groups.get_mut(id) {
        group.scales = false;
    }
    Ok(Value::Null)
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("agId")?;
    let group = find(world, call.region(), id)?;
    let Some(scaling) = group.scaling.clone().filter(|_| group.scales) else {
        return Err(Fault::precondition(format!("ag {id} does not scale")));
    };
    let scaling = changed(scaling, call.args.need("autoscalingSpec")?)?;
    if let Some(group) = world.availability_groups.get_mut(id) {
        group.scaling = Some(scaling);
    }
    Ok(Value::Null)
}

/// As reads show it.
pub(crate) fn view(scaling: &Scaling) -> Value {
    json!({
        "minSize": scaling.min,
        "maxSize": scaling.max,
        "desiredCapacity": scaling.desired,
        "healthCheck": scaling.health_check,
        "coolDownSeconds": scaling.cool_down,
        "scalingPolicy": "Balance",
        "removalPolicy": scaling.removal,
    })
}
