//! Graphs of resources and of plans, for Graphviz and for Mermaid.
//!
//! [`Graph::of_desired`] shows what depends on what, [`Graph::of_plan`] what is done before what. Where everything of a
//! block is meant (`vpc.subnet.web[*]`, the gates of a plan), one node stands between, so that n instances and m dependants
//! make n + m edges. Modules are clusters. The same graph is printed as the same bytes.

mod make;
mod dot;
mod mermaid;
#[cfg(test)]
mod tests;

pub use make::{Edge, Graph, Vertex};
