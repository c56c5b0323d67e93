//! The door to the cloud.
//!
//! Outside in: `credentials` and `endpoint` say who calls whom, `http` carries one signed request and never repeats it, `role` does so under the keys of a session,
//! `classify` says what an answer (or its absence) proves, `limiter` and `retry` keep the calls polite, `paging` reads
//! whole lists, and `cloud` puts these together for the engine. `calls` is what an observer learns of each call, `wall`
//! the real clock.
//!
//! Nothing here decides what to do about a failed change: a write is repeated only where nothing can have happened, and
//! everything else is handed back as [`Outcome::Unknown`].

#![expect(clippy::result_large_err, reason = "a fault travels once per failed call, which took a network round trip")]

pub mod credentials;

mod profile;

pub mod endpoint;

pub mod http;

pub mod role;

pub mod classify;

pub mod limiter;

pub mod retry;

pub mod calls;

pub mod paging;

pub mod skew;

pub mod cloud;

pub mod wall;

pub use calls::{CallLog, CallRecord, Counts};
pub use classify::{Answer, Outcome, Retry, Verdict, classify};
pub use cloud::Cloud;
pub use credentials::{Credentials, Source};
pub use endpoint::Endpoint;
pub use firma_signature::Scheme;
pub use http::{HttpSettings, HttpTransport, SignedRequest};
pub use limiter::{Limiter, Priority};
pub use paging::Listing;
pub use retry::{Backoff, RetrySettings};
pub use role::{AsRole, Role};
pub use wall::WallClock;
