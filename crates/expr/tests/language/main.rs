//! Tests of the expression language through its public face.

mod corpus;
mod examples;
mod limits;
mod never_panics;
mod parsing;
mod printing;
mod residuals;
mod support;
mod tables;
mod types;
mod unknowns;
