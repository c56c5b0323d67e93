//! What JD Cloud's OpenAPI offers, as data, and how a call is formed, checked and understood.
//!
//! Read in this order:
//!
//! - [`facts`]: 130 services with 4312 operations and 6632 models, committed under `data/`, compressed into the
//!   binary, decoded per service on first use. [`services`] walks the outlines without decoding anything;
//!   [`service`], [`operation`] and [`model`] decode what they are asked for, once.
//! - [`naming`]: `diskSizeGB` is `disk_size_gb` in manifests; the way back is a look-up.
//! - [`path`]: `vpcs[].vpcId` into parameters and answers: parse, check against the facts, read, write.
//! - [`check`](mod@check), [`problem`], [`codes`]: what is unknown, missing or wrongly typed in the parameters of a call.
//! - [`encode`], [`query`], [`effect`]: an operation and parameters become a [`Request`]; [`legible`]: or what a person reads.
//! - [`decode`]: a server's way back: route a path, gather the parameters from path, query and body.
//! - [`request`], [`transport`]: the contract between whoever builds requests and whoever carries them.
//!
//! A call, from end to end:
//!
//! ```
//! use firma_api::{build, decode, service};
//! use serde_json::json;
//!
//! let params = json!({"vpcName": "main", "addressPrefix": "10.0.0.0/16"});
//! let request = build("vpc", "createVpc", Some("cn-north-1"), params.as_object().expect("an object")).expect("valid");
//! assert_eq!(request.path, "/v1/regions/cn-north-1/vpcs/");
//! assert!(request.mutating);
//!
//! // The server's side. The path would be percent-decoded first.
//! let vpc = service("vpc").expect("a service");
//! let (operation, ids) = decode::match_operation(vpc, request.method, &request.path).expect("a route");
//! let received = decode::parameters(operation, &ids, &request.query, &request.body).expect("an object");
//! assert_eq!(received["regionId"], "cn-north-1");
//! assert!(firma_api::check(operation, &received).is_empty());
//! ```
//!
//! The facts come from the sources of JD Cloud's official SDK for Python. Hints (`values`, `range`, `default`,
//! `max_chars`) were read from its prose by a program: good for early warnings, never enough to refuse a manifest.

pub mod facts;
pub mod naming;
pub mod path;

pub mod check;
pub mod codes;
pub mod problem;

pub mod effect;
pub mod encode;
pub mod query;
pub mod legible;

pub mod decode;

pub mod request;
pub mod transport;

pub use check::{check, check_value};
pub use decode::{match_operation, parameters};
pub use effect::is_mutating;
pub use encode::{build, build_operation, find};
pub use facts::{
    Field, Hints, Model, Operation, Outline, Param, Place, Range, Segment, Service, Type, model, operation, service,
    services,
};
pub use path::{Path, PathProblem, PathSyntax, Step};
pub use problem::{Problem, ProblemKind};
pub use request::{Method, Request, Response};
pub use transport::{BoxFuture, Clock, Transport, TransportError};
