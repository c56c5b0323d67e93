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
mod made_of;
mod operations;
mod placement;
mod private_image;
mod quota;
mod template;
mod view;

pub(crate) use life::{gone as instance_gone, is as instance_is, task_over};
pub(crate) use operations::OPERATIONS;
pub(crate) use private_image::{gone as image_gone, made as image_made, not_gone as image_not_gone};
