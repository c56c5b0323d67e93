//! Renewal of what is paid in advance: now, or by itself whenever it ends.

use super::{
    Behaviour::{Read, Write},
    Operations,
};
use crate::call::{Args, Call};
use crate::charge::{self, Charge};
use crate::fault::{Answer, Fault};
use crate::world::World;
use serde_json::{Value, json};

/// What the service does.
pub(crate) const OPERATIONS: Operations =
    &[("queryInstance", Read(query)), ("renewInstance", Write(renew)), ("setRenewal", Write(set))];

/// Every object of a product line in a region: id, name, charge.
fn sold<'w>(world: &'w World, region: &str, line: &str) -> Result<Vec<(&'w String, &'w str, &'w Charge)>, Fault> {
    Ok(match line {
        "vm" => {
            let all = world.instances.iter().filter(|(_, o)| o.region == region);
            all.map(|(id, o)| (id, o.name.as_str(), &o.charge)).collect()
        }
        "disk" => {
            let all = world.disks.iter().filter(|(_, o)| o.region == region);
            all.map(|(id, o)| (id, o.name.as_str(), &o.charge)).collect()
        }
        "ip" => {
            let all = world.elastic_ips.iter().filter(|(_, o)| o.region == region);
            all.map(|(id, o)| (id, o.name.as_str(), &o.charge)).collect()
        }
        "rds" => {
            let all = world.rds_instances.iter().filter(|(_, o)| o.region == region);
            all.map(|(id, o)| (id, o.name.as_str(), &o.charge)).collect()
        }
        "redis" => {
            let all = world.cache_instances.iter().filter(|(_, o)| o.region == region);
            all.map(|(id, o)| (id, o.name.as_str(), &o.charge)).collect()
        }
        other => return Err(Fault::invalid(format!("serviceCode `{other}` sells nothing in advance here"))),
    })
}

fn charge_of<'w>(world: &'w mut World, line: &str, id: &str) -> Option<&'w mut Charge> {
    match line {
        "vm" => world.instances.get_mut(id).map(|o| &mut o.charge),
        "disk" => world.disks.get_mut(id).map(|o| &mut o.charge),
        "rds" => world.rds_instances.get_mut(id).map(|o| &mut o.charge),
        "redis" => world.cache_instances.get_mut(id).map(|o| &mut o.charge),
        _ => world.elastic_ips.get_mut(id).map(|o| &mut o.charge),
    }
}

fn query(world: &World, call: &Call<'_>) -> Answer {
    let args = call.args.need("queryInstanceParam")?;
    args.text("appCode")?;
    let line = args.text("serviceCode")?;
    let wanted = args.opt_text("instanceId");
    let size = args.opt_int("pageSize").unwrap_or(10).clamp(1, 100) as usize;
    let page = args.opt_int("pageNumber").unwrap_or(1).max(1) as usize;
    let mut found = sold(world, call.region(), line)?;
    found.retain(|(id, ..)| wanted.is_none_or(|wanted| wanted == id.as_str()));
    let rows: Vec<Value> = found
        .iter()
        .skip((page - 1).saturating_mul(size))
        .take(size)
        .map(|(id, name, charge)| {
            json!({
                "appCode": "jcloud",
                "serviceCode": line,
                "resourceId": id,
                "resourceName": name,
                "region": call.region(),
                "billingType": charge.kind(),
                "expireTime": charge.ends(call.now).map(|end| end.to_string()),
                "autoRenewStatus": if charge.auto_renew { "OPENED" } else { "UNOPENED" },
                "autoRenewPeriod": charge.auto_renew.then(|| charge.renewal_months.to_string()),
            })
        })
        .collect();
    Ok(json!({"listQueries": rows, "totalCount": found.len()}))
}

fn set(world: &mut World, call: &Call<'_>) -> Answer {
    let args = call.args.need("setRenewalParam")?;
    if args.text("appCode")? != "jcloud" {
        return Err(Fault::invalid("appCode of cloud products is jcloud"));
    }
    let line = args.text("serviceCode")?;
    let auto_renew = match args.text("autoRenewStatus")? {
        "OPEN" | "MODIFY" => true,
        "CLOSE" => false,
        other => return Err(Fault::invalid(format!("autoRenewStatus `{other}` is not OPEN, CLOSE or MODIFY"))),
    };
    let months = match (args.opt_int("timeSpan"), args.opt_text("timeUnit")) {
        (None, None) => None,
        (span, unit) => Some(months(unit, span)?),
    };
    let ids = prepaid(world, call, args, line)?;
    for id in &ids {
        if let Some(charge) = charge_of(world, line, id) {
            charge.set_renewal(auto_renew, months, call.now);
        }
    }
    Ok(json!({"stringResult": "success"}))
}

/// A term as this service spells it.
fn months(unit: Option<&str>, span: Option<i64>) -> Result<i32, Fault> {
    let unit = unit.ok_or_else(|| Fault::invalid("timeUnit is required"))?;
    charge::term("time", &unit.to_ascii_lowercase(), span.unwrap_or(1))
}

/// The ids of the call, all of them of things that are paid in advance.
fn prepaid(world: &World, call: &Call<'_>, args: Args<'_>, line: &str) -> Result<Vec<String>, Fault> {
    let ids: Vec<String> = args.text("instanceIds")?.split(',').map(|id| id.trim().to_owned()).collect();
    let here = sold(world, call.region(), line)?;
    for id in &ids {
        match here.iter().find(|(other, ..)| *other == id) {
            None => return Err(Fault::not_found("resource", id)),
            Some((.., charge)) if !charge.is_prepaid() => {
                return Err(Fault::precondition(format!("{id} is not paid in advance")));
            }
            Some(_) => {}
        }
    }
    Ok(ids)
}

/// Buys a further term of each; an order that is not paid by itself changes nothing.
fn renew(world: &mut World, call: &Call<'_>) -> Answer {
    let args = call.args.need("renewInstanceParam")?;
    if args.text("appCode")? != "jcloud" {
        return Err(Fault::invalid("appCode of cloud products is jcloud"));
    }
    let line = args.text("serviceCode")?;
    if args.opt_text("unifyDate").is_some_and(|unify| !matches!(unify, "" | "NO")) {
        return Err(Fault::not_implemented("renewal", "renewInstance with unifyDate"));
    }
    let months = months(args.opt_text("timeUnit"), Some(args.int("timeSpan")?))?;
    let ids = prepaid(world, call, args, line)?;
    let paid = !args.has("autoPay") || args.flag("autoPay");
    for id in ids.iter().filter(|_| paid) {
        if let Some(charge) = charge_of(world, line, id) {
            charge.renew(months, call.now)?;
        }
    }
    let order: String = world.ids.hex("order").chars().take(16).collect();
    Ok(json!({"orderNumber": order}))
}
