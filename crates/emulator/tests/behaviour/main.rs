//! What the emulated services do, call by call, through signed requests.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test may panic, and reads better with json!(..) as an argument"
)]

mod acls;
mod ag;
mod billing;
mod cloud;
mod containerregistry;
mod crons;
mod disk;
mod gateway;
mod gateways;
mod iam;
mod image;
mod injection;
mod injection_form;
mod interfaces;
mod kubernetes;
mod lb;
mod made_of;
mod packages;
mod privatezone;
mod rds;
mod redis;
mod replay;
mod resourcetag;
mod routes;
mod scale;
mod snapshot;
mod ssl;
mod sts;
mod vm;
mod vpc;
