//! A local JD Cloud: requests in, answers out, nothing else.
//!
//! [`handle()`] is the whole emulator: a function from a [`World`], a request and the time to an answer. It is written
//! from the API facts and from what is known of the services, never from Firma's own catalogue, so that a wrong belief
//! of the engine does not look right here. The official SDKs work against it unmodified.
//!
//! - [`http`], [`world`], [`handle`](mod@handle), [`perform`]: the door, the state, the way through, what is kept of it.
//! - [`in_process`]: the same as a `Transport`, requests signed.
//! - [`injection`]: what goes wrong on purpose.
//! - [`calls`], [`inventory`], [`coverage`], [`admin`]: looking at it, and acting on it from outside the cloud.
//! - [`clock`], [`snapshot`]: emulated time, and a world as bytes.
//!
//! Asynchronous states are functions of time: a change stores what will become of an object and when, and everything
//! due is carried out before a request is looked at. Pure and deterministic: the same seed and the same requests at the
//! same times give the same answers.

pub mod http;

pub mod clock;
mod fault;
mod ids;
mod schedule;
mod state;
pub mod world;

mod call;
mod charge;
mod listing;
mod names;
mod network;
mod places;
mod quota;
mod tags;

mod services;

pub mod injection;

mod envelope;
mod gateway;
mod account;
pub mod perform;
pub mod handle;

pub mod admin;
pub mod calls;
pub mod coverage;
pub mod in_process;
pub mod inventory;
pub mod snapshot;

pub use calls::CallRecord;
pub use clock::Moment;
pub use coverage::{Covered, covered};
pub use handle::{Handled, handle, handle_kept};
pub use http::HttpRequest;
pub use in_process::{InProcess, arrive, outside, sign_local, sign_with};
pub use injection::{Armed, Delivery, Faults, Injection};
pub use perform::{Change, Fate, replay};
pub use world::{DEFAULT_KEY, Settings, World};
