//! The local JD Cloud outside the process and on disk.
//!
//! - [`Embedded`]: the cloud in a SQLite file, shared by commands and processes, as a `Transport`.
//! - [`serve()`]: the same emulator over HTTP/1.1, in memory or on such a file.
//! - [`WallClock`]: time, for whoever has no clock yet.
//!
//! What the cloud does is in `firma-emulator`; here are only files, threads and sockets.

mod clock;

pub mod embedded;

mod connection;
pub mod serve;

pub use clock::WallClock;
pub use embedded::{Embedded, EmbeddedError, Options};
pub use serve::{ServeError, ServeOptions, bind, serve};
