//! Which operations exist, and whether each looks or changes.

use super::{
    ag, billing, containerregistry, disk, iam, kubernetes, lb, privatezone, rds, redis, renewal, resourcetag, ssl, sts,
    user, vm, vpc,
};
use crate::call::Call;
use crate::fault::Answer;
use crate::world::World;

/// What carries an operation out. A read cannot change anything, by its type.
#[derive(Clone, Copy)]
pub(crate) enum Behaviour {
    /// Looks.
    Read(fn(&World, &Call<'_>) -> Answer),
    /// Changes; one that answers a fault has changed nothing.
    Write(fn(&mut World, &Call<'_>) -> Answer),
}

/// Operations of one service.
pub(crate) type Operations = &'static [(&'static str, Behaviour)];

/// Every service with behaviour.
pub(crate) const SERVICES: &[(&str, Operations)] = &[
    ("ag", ag::OPERATIONS),
    ("billing", billing::OPERATIONS),
    ("containerregistry", containerregistry::OPERATIONS),
    ("disk", disk::OPERATIONS),
    ("iam", iam::OPERATIONS),
    ("kubernetes", kubernetes::OPERATIONS),
    ("lb", lb::OPERATIONS),
    ("privatezone", privatezone::OPERATIONS),
    ("rds", rds::OPERATIONS),
    ("redis", redis::OPERATIONS),
    ("renewal", renewal::OPERATIONS),
    ("resourcetag", resourcetag::OPERATIONS),
    ("ssl", ssl::OPERATIONS),
    ("sts", sts::OPERATIONS),
    ("user", user::OPERATIONS),
    ("vm", vm::OPERATIONS),
    ("vpc", vpc::OPERATIONS),
];

/// The behaviour of an operation, if there is one.
pub(crate) fn behaviour(service: &str, operation: &str) -> Option<Behaviour> {
    let (_, operations) = SERVICES.iter().find(|(name, _)| *name == service)?;
    operations.iter().find(|(name, _)| *name == operation).map(|(_, behaviour)| *behaviour)
}
