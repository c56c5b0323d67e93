//! A quote: what an order would cost, new, for a further term, or at another size.
//!
//! No page says what the members of a formula are called. Here the key names what is sold (`g.n2.large`, `ssd.gp1`, `bandwidth`) and the
//! value says how much of it there is.

use super::prices::{self, BY_USAGE, Term};
use crate::call::{Args, Call};
use crate::charge::Charge;
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::state::CacheInstance;
use crate::world::World;
use serde_json::{Value, json};

/// Days of a month, where a part of one is charged.
const MONTH_DAYS: f64 = 30.0;
const DAY_MILLIS: f64 = 86_400_000.0;

pub(super) fn total(world: &World, call: &Call<'_>) -> Answer {
    let command = call.args.int("cmd")?;
    let packages = match call.args.int("packageCount")? {
        count @ 1..=100 => count as f64,
        _ => return Err(Fault::out_of_range("packageCount must be 1 to 100")),
    };
    let orders = call.args.children("orderList");
    if orders.is_empty() {
        return Err(Fault::invalid("orderList must not be empty"));
    }
    let mut total = 0.0;
    let mut rows = Vec::new();
    for order in orders {
        let count = match order.opt_int("count").unwrap_or(1) {
            count @ 1.. => count as f64,
            _ => return Err(Fault::out_of_range("count must be 1 or more")),
        };
        let one = match command {
            1 => new(call, order)?,
            2 => renewed(world, call, order)?,
            3 => resized(world, call, order)?,
            other => return Err(Fault::invalid(format!("cmd {other} is none of 1, 2, 3"))),
        };
        let price = one * count * packages;
        total += price;
        rows.push(row(order, price));
    }
    Ok(json!({
        "totalPrice": cents(total),
        "totalPriceScale4": scale4(total),
        "totalOriginalPrice": cents(total),
        "discountedTotalPrice": cents(total),
        "afterFavorableTotalPrice": cents(total),
        "totalDiscount": 0.0,
        "list": rows,
    }))
}

fn cents(price: f64) -> f64 {
    (price * 100.0).round() / 100.0
}

fn scale4(price: f64) -> f64 {
    (price * 10_000.0).round() / 10_000.0
}

fn row(order: Args<'_>, price: f64) -> Value {
    let mut row = json!({
        "price": cents(price),
        "priceScale4": scale4(price),
        "originalPrice": cents(price),
        "discountedPrice": cents(price),
        "afterFavorablePrice": cents(price),
        "discount": 0.0,
    });
    for name in
        ["resourceId", "appCode", "serviceCode", "region", "az", "billingType", "timeSpan", "timeUnit", "formula"]
    {
        if let Some(value) = order.0.get(name).filter(|value| !value.is_null()) {
            row[name] = value.clone();
        }
    }
    row
}

/// The span of an order in its unit.
fn span(order: Args<'_>) -> Result<(f64, i64), Fault> {
    let span = match order.opt_int("timeSpan").unwrap_or(1) {
        span @ 1.. => span as f64,
        _ => return Err(Fault::out_of_range("timeSpan must be 1 or more")),
    };
    Ok((span, order.opt_int("timeUnit").unwrap_or(0)))
}

/// What a term of an order is: hours and days of what is paid afterwards, months and years of what is paid in advance.
fn term(order: Args<'_>) -> Result<Term, Fault> {
    let (span, unit) = span(order)?;
    match (order.int("billingType")?, unit) {
        (1, 0 | 1) => Ok(Term::Hours(span)),
        (1, 2) => Ok(Term::Hours(span * 24.0)),
        (1, 5) => Ok(Term::Hours(span * 24.0 * 7.0)),
        (3, 0 | 3) if span <= 9.0 => Ok(Term::Months(span)),
        (3, 4) if span <= 3.0 => Ok(Term::Months(span * 12.0)),
        (3, 0 | 3 | 4) => Err(Fault::out_of_range("a term has 1 to 9 months or 1 to 3 years")),
        (1 | 3, other) => Err(Fault::invalid(format!("timeUnit {other} is not for this billingType"))),
        (other, _) => Err(Fault::invalid(format!("billingType {other} has no price here"))),
    }
}

/// Members of a formula: what, and how much.
fn formula<'a>(order: Args<'a>) -> Result<Vec<(&'a str, f64)>, Fault> {
    let members = order.children("formula");
    if members.is_empty() {
        return Err(Fault::invalid("formula must not be empty"));
    }
    let member = |member: &Args<'a>| {
        let amount = member.opt_number("value").unwrap_or(1.0) * member.opt_number("number").unwrap_or(1.0);
        match amount > 0.0 {
            true => Ok((member.text("key")?, amount)),
            false => Err(Fault::out_of_range("value and number of a formula must be above 0")),
        }
    };
    members.iter().map(member).collect()
}

fn region<'a>(call: &'a Call<'_>, order: Args<'a>) -> &'a str {
    order.opt_text("region").filter(|region| !region.is_empty()).unwrap_or_else(|| call.region())
}

fn new(call: &Call<'_>, order: Args<'_>) -> Result<f64, Fault> {
    let line = order.text("serviceCode")?;
    if line == "ip" && order.int("billingType")? == 2 {
        return by_usage(order);
    }
    of_formula(line, region(call, order), &formula(order)?, term(order)?)
}

/// An address that is paid for by what goes through it: by the day, and by the GB.
fn by_usage(order: Args<'_>) -> Result<f64, Fault> {
    let days = match span(order)? {
        (span, 0 | 2) => span,
        (span, 5) => span * 7.0,
        (_, other) => return Err(Fault::invalid(format!("timeUnit {other} is not for this billingType"))),
    };
    let (day, gb) = BY_USAGE;
    let flow: f64 = formula(order)?.iter().filter(|(key, _)| *key == "flow").map(|(_, amount)| amount).sum();
    Ok(days * day + flow * gb)
}

fn of_formula(line: &str, region: &str, members: &[(&str, f64)], term: Term) -> Result<f64, Fault> {
    let each = |price: &dyn Fn(&str, f64) -> Result<f64, Fault>| {
        members.iter().try_fold(0.0, |sum, (key, amount)| Ok(sum + price(key, *amount)?))
    };
    match line {
        "vm" => each(&|key, amount| Ok(prices::instance(region, key, term)? * amount)),
        "disk" => each(&|key, amount| prices::disk(key, amount, term)),
        "ip" => each(&|_, amount| prices::address(region, amount, term)),
        "redis" => each(&|key, amount| prices::redis(key, amount, term)),
        "natgw" => each(&|key, amount| Ok(prices::gateway(key, term)? * amount)),
        "rds" => {
            let class = members.iter().find(|(key, _)| key.starts_with("db."));
            let storage = members.iter().find(|(key, _)| !key.starts_with("db."));
            match (class, storage) {
                (Some((class, _)), Some((storage, size))) => prices::mysql(class, storage, *size, term),
                _ => Err(Fault::invalid("the formula of a database has a class and its storage")),
            }
        }
        other => Err(Fault::invalid(format!("serviceCode `{other}` has no prices here"))),
    }
}

/// Something that is there, as a formula, and how it is paid for.
type Held<'w> = (Vec<(&'w str, f64)>, &'w Charge);

fn held<'w>(world: &'w World, region: &str, line: &str, id: &str) -> Result<Held<'w>, Fault> {
    let found: Option<(&str, Held<'w>)> = match line {
        "vm" => world.instances.get(id).map(|o| (&*o.region, (vec![(&*o.instance_type, 1.0)], &o.charge))),
        "disk" => world.disks.get(id).map(|o| (&*o.region, (vec![(&*o.disk_type, o.size_gb as f64)], &o.charge))),
        "ip" => world.elastic_ips.get(id).map(|o| (&*o.region, (vec![("bandwidth", o.bandwidth as f64)], &o.charge))),
        "redis" => {
            world.cache_instances.get(id).map(|o| (&*o.region, (vec![(&*o.size.class, memory_gb(o))], &o.charge)))
        }
        "rds" => world.rds_instances.get(id).map(|o| {
            let members = vec![(&*o.size.class, 1.0), (&*o.size.storage_type, o.size.storage_gb as f64)];
            (&*o.region, (members, &o.charge))
        }),
        other => return Err(Fault::invalid(format!("serviceCode `{other}` has no prices here"))),
    };
    match found {
        Some((there, held)) if there == region => Ok(held),
        _ => Err(Fault::not_found("resource", id)),
    }
}

fn memory_gb(instance: &CacheInstance) -> f64 {
    crate::services::redis::memory_mb(&instance.size) as f64 / 1024.0
}

/// A further term of something that is paid in advance.
fn renewed(world: &World, call: &Call<'_>, order: Args<'_>) -> Result<f64, Fault> {
    let (line, id, region) = (order.text("serviceCode")?, order.text("resourceId")?, region(call, order));
    let (members, charge) = held(world, region, line, id)?;
    if !charge.is_prepaid() {
        return Err(Fault::precondition(format!("{id} is not paid in advance")));
    }
    match term(order)? {
        Term::Hours(_) => Err(Fault::invalid("what is renewed is renewed for months or years: billingType 3")),
        months => of_formula(line, region, &members, months),
    }
}

/// Another size: of what is paid in advance the difference for the rest of the term, of the rest what an hour costs then.
fn resized(world: &World, call: &Call<'_>, order: Args<'_>) -> Result<f64, Fault> {
    let (line, id, region) = (order.text("serviceCode")?, order.text("resourceId")?, region(call, order));
    let (members, charge) = held(world, region, line, id)?;
    let wanted = formula(order)?;
    let term = match charge.ends(call.now) {
        Some(end) => Term::Months(days_between(call.now, end) / MONTH_DAYS),
        None => return of_formula(line, region, &wanted, Term::Hours(1.0)),
    };
    Ok((of_formula(line, region, &wanted, term)? - of_formula(line, region, &members, term)?).max(0.0))
}

fn days_between(now: Moment, end: Moment) -> f64 {
    ((end.0 - now.0) as f64 / DAY_MILLIS).max(0.0).ceil()
}
