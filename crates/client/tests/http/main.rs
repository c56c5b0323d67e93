//! The transport against a real socket: what is sent, and how every way to fail is classified.

mod sending;
mod server;
mod failing;
