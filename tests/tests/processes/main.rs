//! Real processes: the command is killed at every point, signalled, stopped, starved of disk, raced against itself and cut off
//! from its cloud. Whatever happens, the state is whole, the next apply finishes, and nothing is made twice or lost.
//!
//! The binary is `firma-failpoints`: the command as it is, and points at which it can be told to die (see
//! `crates/cli/src/ops/failpoint`). `FIRMA_PROCESSES=full` visits every point, limit and byte; without it the larger sweeps
//! take a share of them that still meets every kind.

mod project;
mod sweep;

mod killed;
mod signals;
mod stopped;
mod disk;
mod together;
mod plans;
mod wire;
mod unreachable;
