//! The lb service: load balancers of three types, and what belongs to each: target groups, backends, listeners, and the
//! rules by which an application load balancer tells requests apart.
//!
//! A load balancer takes its time to come, to go, to start and to stop; meanwhile nothing of it can be changed. All else
//! is there at once.

mod backend;
mod balancer;
mod belonging;
mod certificates;
mod health;
mod links;
mod listener;
mod operations;
mod rules;
mod target_group;
mod targets;
mod url_map;

pub(crate) use balancer::{gone as balancer_gone, is as balancer_is};
pub(crate) use certificates::users_of;
pub(crate) use operations::OPERATIONS;
pub(crate) use targets::instance_gone;
