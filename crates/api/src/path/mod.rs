//! Paths into parameters and answers, in the API's own names: `vpcs[].vpcId`, `elasticIpIds[0]`.

mod check;
mod steps;

pub use check::{PathProblem, field_type, param_type, result_type};
pub use steps::{Path, PathSyntax, Step, get, select, set};
