//! The iam service: sub users, groups, roles, policies, what has which policy, and keys of sub users.
//!
//! It has no regions, and every object is known by its name. Nothing here takes time. What a key may do is not looked at: a key
//! of a sub user may do what the account may.
//!
//! - A group is deleted when it has neither members nor policies, a role when it has no policies, a policy when nothing has it.
//! - No page says what a sub user may have left when it is deleted. Deleted ones can be restored with a choice of their keys,
//!   so the keys go with the user, and so does all else.

mod access_key;
mod checks;
mod group;
mod operations;
mod policy;
mod role;
mod rows;
mod sub_user;
mod ties;

pub(crate) use operations::OPERATIONS;
