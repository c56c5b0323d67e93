//! The engine against the emulator, in one process and under virtual time.

mod lab;
mod stack;
mod wire;

mod applying;
mod killing;
mod losing;
mod refreshing;
mod stopping;
