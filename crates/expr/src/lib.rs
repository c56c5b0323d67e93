//! The expression language: `${...}` in manifests, from text to a value or to what is left until apply.
//!
//! 1. [`parse()`] turns a TOML string (already unescaped) into the tree of `firma_model::expr`: text without `${` is a
//!    literal at once, `"${x}"` alone is the expression itself, anything else a template.
//! 2. [`evaluate()`] reduces a tree as far as configuration goes. Names are answered by a [`Scope`]: a value, another reduced
//!    expression, or nodes (resources whose attributes only the cloud knows). The result is a literal when all is known,
//!    else a *residual* whose only free names are nodes. What was really used is noted in a [`Trace`].
//! 3. [`resolve()`] finishes a residual: [`Nodes`] says what each node is by now, unknowns included, and a value comes out.
//!    Literals come back borrowed.
//!
//! Beside that: [`each_reference`] lists the references of a tree before evaluating it (to order locals and to find cycles),
//! [`parse_type`] reads `"object({ a = string, b = optional(number, 3) })"`, [`convert()`] brings a value to a type,
//! [`FUNCTIONS`] describes the functions.
//!
//! Steps, text sizes and depths are bounded by [`Limits`]: bad input gives a diagnostic, never a hang or an overflow.

mod codes;
mod limits;
mod parse;
mod lower;
mod reference;
mod scope;
mod trace;
mod part;
mod decimal;
mod evaluate;
mod resolve;
mod type_constraint;
mod unify;
mod convert;
mod text;
mod functions;

pub use convert::{ConvertError, convert, misspelt};
pub use evaluate::evaluate;
pub use functions::{FUNCTIONS, Function, Kind, Parameter};
pub use limits::Limits;
pub use parse::{MAX_TEXT, parse};
pub use reference::{Reference, Segment, each_reference};
pub use resolve::{Nodes, resolve};
pub use scope::{Files, NoFiles, Resolution, Scope};
pub use trace::Trace;
pub use type_constraint::parse_type;
