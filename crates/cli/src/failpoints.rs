//! `firma-failpoints`: the same program, which can be told to die, stop or fail at a named point. For tests only; the
//! feature it needs is off everywhere else, so `firma` itself knows nothing of it.

#[path = "main.rs"]
mod firma;

pub(crate) use firma::{Context, args, commands, complete, exit, log, ops, terminal};
use std::process::ExitCode;

fn main() -> ExitCode {
    firma::main()
}
