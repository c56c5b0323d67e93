//! From TOML manifests to the desired world.
//!
//! 1. [`read()`] parses the files of a directory ([`is_manifest_file`] says which) and merges them into a [`Project`]:
//!    every block as written, every string with `${` parsed, every part with its place.
//! 2. [`variables()`] finds the value of every variable of the root.
//! 3. [`settings()`] evaluates what must be known first: which cloud, which state.
//! 4. [`link()`] reads the modules that are called, each directory once.
//! 5. [`evaluate()`] makes the desired world of it: references are replaced by what configuration fixes, defaults are
//!    resolved, instances are made. Look-ups that have no answer yet come back as a list, to be answered before the next
//!    evaluation.
//!
//! [`layout`] prints manifests in their conventional form, [`generate`] writes them for objects that exist already,
//! [`schema`](mod@schema) describes them to editors.
//!
//! All of it is pure: texts, environment, answers and files are arguments. Every function returns everything it found
//! wrong, in the order of the files.

mod codes;
mod foreign;
mod files;
mod parts;
mod version;
mod source;
mod project;
mod sections;
mod read;
mod environment;
mod settings;
mod validation;
mod variables;
mod modules;
mod spot;
mod call_tree;
mod order;
mod evaluate;
pub mod layout;
pub mod generate;
pub mod schema;

pub use evaluate::{Evaluated, Inputs, Timeouts, Undeclared, evaluate};
pub use files::{is_automatic_variable_file, is_manifest_file};
pub use modules::{GitSource, LOCK_FILE, Lock, ModuleSource, Modules, Pin, link};
pub use project::Project;
pub use read::read;
pub use settings::{Backend, DEFAULT_ENDPOINT, Endpoint, Settings, SignatureScheme, settings};
pub use variables::{Origin, VariableInput, VariableSource, Variables, variables};
