//! Random worlds and edits: what must hold of plans whatever the project is and whatever is done to it.
//!
//! [`story`] is a project and its edits as data, made at random by proptest and made smaller when it fails; [`project`] carries
//! it out on blocks that refer to each other, [`print`] writes them as TOML. [`site`] plans and applies them as the command
//! does, on the laboratory (the emulated cloud, the state and the clock in memory); [`telling`] goes through a story and lets a
//! property look at every plan on the way, and [`ending`] says what two ways that end alike have in common.
//!
//! The properties, each in a file: planning is a [`pure`] function; every order that the graph allows comes to the same end
//! ([`linear`]); a plan after an apply is empty ([`settled`]); an edit that only moves makes no calls ([`moved`]); the audit
//! finds nothing in a plan, and what is broken in a broken one ([`audited`]); what fails is made up for by the next apply
//! ([`failing`]).
//!
//! Ordinarily few stories are told, always the same ones. `FIRMA_WORLDS_CASES=10000` tells so many for each property,
//! `FIRMA_WORLDS_SEED=2` tells others, and `FIRMA_WORLDS_STORY=FILE` tells one that was printed. Stories that failed once are
//! in `kept/`, with what they showed, and are told first, always.

#![expect(clippy::unwrap_used, reason = "a failing helper is a failing test")]

mod audited;
mod ending;
mod failing;
mod linear;
mod moved;
mod mutants;
mod print;
mod project;
mod pure;
mod running;
mod settled;
mod site;
mod story;
mod telling;
