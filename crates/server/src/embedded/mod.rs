//! The cloud in a file: every request runs in one transaction, under the file's write lock.
//!
//! A request is: take the lock, do again what other processes did since, handle, append, commit, answer. So commands and
//! processes share one cloud, and nothing is answered that a crash could take back. Requests that wait together are
//! committed together: one thread owns the file and takes whatever is there.

mod cloud;
mod error;
mod log;
mod worker;

pub use cloud::{Embedded, Options};
pub use error::EmbeddedError;
