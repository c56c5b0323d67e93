//! What the emulated services do, call by call, through signed requests.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test may panic, and reads better with json!(..) as an argument"
)]

mod ag;
mod cloud;
mod disk;
mod gateway;
mod image;
mod injection;
mod injection_form;
mod replay;
mod resourcetag;
mod scale;
mod snapshot;
mod vm;
mod vpc;
