//! Modules: where they come from, and reading every one that a project calls.

mod source;
mod lock;
mod link;

pub use link::{Modules, link};
pub use lock::{LOCK_FILE, Lock, Pin};
pub use source::{GitSource, ModuleSource};
