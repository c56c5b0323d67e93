//! What a subnet has one of, at most: its route table and its ACL. Associating takes it from the one before.

use super::subnet;
use crate::call::Call;
use crate::fault::Fault;
use crate::state::Subnet;
use crate::world::World;
use std::collections::BTreeSet;

/// Objects of a VPC that have subnets.
pub(super) trait Associated: Sized {
    /// The parameter that names one.
    const ID: &'static str;
    /// What it is called.
    const CALLED: &'static str;

    /// The object of this id in the region.
    fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w Self, Fault>;
    /// Its VPC.
    fn vpc(&self) -> &str;
    /// Whether it came with the VPC.
    fn is_default(&self) -> bool;
    /// Its subnets.
    fn subnets(&self) -> &BTreeSet<String>;
    /// The same, to be changed.
    fn subnets_mut<'w>(world: &'w mut World, id: &str) -> Option<&'w mut BTreeSet<String>>;
    /// Where a subnet notes which one it has.
    fn of(subnet: &mut Subnet) -> &mut String;
}

/// Gives subnets of its VPC to the object that the call names.
pub(super) fn associate<T: Associated>(world: &mut World, call: &Call<'_>) -> Result<(), Fault> {
    let id = call.args.text(T::ID)?;
    let vpc = T::find(world, call.region(), id)?.vpc();
    let subnets = call.args.texts("subnetIds");
    for subnet in &subnets {
        if subnet::find(world, call.region(), subnet)?.vpc != vpc {
            return Err(Fault::invalid(format!("subnet {subnet} is not in {vpc}, the VPC of {id}")));
        }
    }
    for subnet in subnets {
        hand_over::<T>(world, subnet, id);
    }
    Ok(())
}

/// Takes the subnet that the call names off the object it names; it then has the one that `then` says, or none.
pub(super) fn disassociate<T: Associated>(
    world: &mut World,
    call: &Call<'_>,
    then: impl FnOnce(&World, &T) -> Option<String>,
) -> Result<(), Fault> {
    let id = call.args.text(T::ID)?;
    let object = T::find(world, call.region(), id)?;
    let subnet = call.args.text("subnetId")?;
    subnet::find(world, call.region(), subnet)?;
    if !object.subnets().contains(subnet) {
        return Err(Fault::precondition(format!("subnet {subnet} is not associated with {id}")));
    }
    let next = then(world, object).unwrap_or_default();
    hand_over::<T>(world, subnet, &next);
    Ok(())
}

fn hand_over<T: Associated>(world: &mut World, subnet: &str, to: &str) {
    let Some(object) = world.subnets.get_mut(subnet) else { return };
    let from = std::mem::replace(T::of(object), to.to_owned());
    if let Some(subnets) = T::subnets_mut(world, &from) {
        subnets.remove(subnet);
    }
    if let Some(subnets) = T::subnets_mut(world, to) {
        subnets.insert(subnet.to_owned());
    }
}

/// The object that the call names, which can go: it did not come with the VPC, and no subnet has it.
pub(super) fn deletable<'c, T: Associated>(world: &World, call: &Call<'c>) -> Result<&'c str, Fault> {
    let id = call.args.text(T::ID)?;
    let object = T::find(world, call.region(), id)?;
    if object.is_default() {
        return Err(Fault::precondition(format!("{id} is the default {} of {}", T::CALLED, object.vpc())));
    }
    match object.subnets().first() {
        Some(subnet) => Err(Fault::precondition(format!("{} {id} is associated with {subnet}", T::CALLED))),
        None => Ok(id),
    }
}
