//! From a project to the desired world.
//!
//! Everything is evaluated once, in the order that references demand: locals, look-ups, then blocks, instance by instance,
//! and all of it in every instance of the module where it stands.
//! What fails is said once and marks what uses it as *tainted*, so that one mistake gives one diagnostic.

mod ephemeral;
mod evaluation;
mod world;
mod scope;
mod own_files;
mod keyed;
mod unknown;
mod values;
mod blocks;
mod called;
mod reference;
mod misfit;
mod repeat;
mod call;
mod input;
mod defaults;
mod place;
mod nested;
mod rules;
mod settings;
mod lifecycle;
mod resource;
mod instance;
mod same;
mod whole;
mod abreast;
mod looked;
mod lookup;
mod condition;
mod trigger;
mod import;
mod statement;

pub use evaluation::{Evaluated, Inputs, Timeouts, Undeclared, evaluate};
