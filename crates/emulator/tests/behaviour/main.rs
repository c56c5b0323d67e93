//! What the emulated services do, call by call, through signed requests.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test may panic, and reads better with json!(..) as an argument"
)]

mod cloud;
mod containerregistry;
mod disk;
mod gateway;
mod iam;
mod injection;
mod injection_form;
mod rds;
mod redis;
mod replay;
mod resourcetag;
mod scale;
mod vm;
mod vpc;
