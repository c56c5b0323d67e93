//! What all objects of the service have in common: they belong to a load balancer, and lists show those of one type.

use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::names;
use crate::state::{BalancerStatus, BalancerType, LoadBalancer, Placed, Shelf};
use crate::world::World;
use serde_json::Value;

/// Reads a type; none is an application load balancer.
pub(super) fn read_type(text: Option<&str>) -> Result<BalancerType, Fault> {
    match text {
        None | Some("" | "alb") => Ok(BalancerType::Alb),
        Some("nlb") => Ok(BalancerType::Nlb),
        Some("dnlb") => Ok(BalancerType::Dnlb),
        Some(other) => Err(Fault::invalid(format!("type `{other}` is none of alb, nlb, dnlb"))),
    }
}

/// The load balancer of this id in the region.
pub(super) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w LoadBalancer, Fault> {
    world.load_balancers.get(id).filter(|b| b.region == region).ok_or_else(|| Fault::not_found("loadBalancer", id))
}

/// The load balancer, at rest: whatever is done to it or to what belongs to it waits for that.
pub(super) fn at_rest<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w LoadBalancer, Fault> {
    let balancer = find(world, region, id)?;
    if !balancer.status.is_stable() {
        return Err(Fault::busy(&format!("load balancer {id}"), balancer.status.as_str()));
    }
    Ok(balancer)
}

/// The load balancer that something new is to belong to.
pub(super) fn parent<'w>(world: &'w World, call: &Call<'_>) -> Result<(String, &'w LoadBalancer), Fault> {
    let id = call.args.text("loadBalancerId")?;
    let balancer = at_rest(world, call.region(), id)?;
    if balancer.status == BalancerStatus::CreateFailed {
        return Err(Fault::precondition(format!("load balancer {id} could not be made")));
    }
    Ok((id.to_owned(), balancer))
}

/// Name and description of something new.
pub(super) fn named(args: Args<'_>, field: &str) -> Result<(String, String), Fault> {
    let name = args.text(field)?;
    names::plain(field, name)?;
    let description = args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    Ok((name.to_owned(), description.to_owned()))
}

/// Name and description that a change gives, as far as it does.
pub(super) fn renamed<'a>(args: Args<'a>, field: &str) -> Result<(Option<&'a str>, Option<&'a str>), Fault> {
    let (name, description) = (args.opt_text(field), args.opt_text("description"));
    if let Some(name) = name {
        names::plain(field, name)?;
    }
    if let Some(text) = description {
        names::description(text)?;
    }
    Ok((name, description))
}

/// A whole number in a range, or what it is when left out.
pub(super) fn number(args: Args<'_>, name: &str, range: (i64, i64), otherwise: i64) -> Result<i64, Fault> {
    if !args.has(name) {
        return Ok(otherwise);
    }
    match args.int(name)? {
        n if (range.0..=range.1).contains(&n) => Ok(n),
        _ => Err(Fault::out_of_range(format!("{name} must be {} to {}", range.0, range.1))),
    }
}

/// A list: of one type of load balancers, the application ones unless the call says otherwise.
pub(super) fn list<T: Placed>(
    call: &Call<'_>,
    objects: &Shelf<T>,
    (kind, key): (&Listed<T>, &str),
    balancer_type: impl Fn(&T) -> BalancerType,
    field: impl Fn(&T, &str) -> Option<Field>,
    view: impl Fn(&str, &T) -> Value,
) -> Answer {
    let filters = call.args.children("filters");
    let asked = filters.iter().find(|filter| filter.opt_text("name") == Some("loadBalancerType"));
    let wanted = match asked.map(|filter| filter.texts("values")).as_deref() {
        None => BalancerType::Alb,
        Some([one]) => read_type(Some(one))?,
        Some(_) => return Err(Fault::invalid("filter `loadBalancerType` takes one value")),
    };
    let field = |object: &T, filter: &str| match filter {
        "loadBalancerType" => Some(Field::Unrestricted),
        other => field(object, other),
    };
    let mut found = listing::select(objects, kind, call.region(), call.args, field)?;
    found.retain(|(_, object)| balancer_type(object) == wanted);
    listing::page(call.args, Beyond::LastPage, key, &found, |(id, object)| view(id, object))
}

/// The type of the load balancer that something belongs to.
pub(super) fn type_of(world: &World, balancer: &str) -> BalancerType {
    world.load_balancers.get(balancer).map_or(BalancerType::Alb, |b| b.balancer_type)
}
