//! The vm service: instances on a clock, key pairs, public images, instance types.

mod changes;
mod create;
mod image;
mod instance;
mod instance_type;
mod interfaces;
mod keypair;
mod life;
mod links;
mod operations;
mod quota;
mod view;

pub(crate) use life::{gone as instance_gone, is as instance_is, task_over};
pub(crate) use operations::OPERATIONS;
