//! What the cloud takes as a value, beyond types: words, ranges, lengths, characters, passwords, blocks of addresses, and what goes
//! together.
//!
//! [`text`] is the form in the files of `kinds/` and in `data/rules.toml`, where rules that many kinds share have names; [`rule`]
//! is what it is compiled into by `read`; `seen` adds what the API's prose hints at, which only ever warns. [`check()`] holds
//! values against them, `words` and `schema` tell them to people and to editors. Nothing here is a regular expression: a rule is
//! ready when its kind is compiled, and looks at each character once.

pub mod text;
pub mod rule;
mod characters;
mod password;
mod read;
mod seen;
mod check;
mod words;
mod schema;

pub use check::{Given, calls_for, check, check_where};
pub(crate) use read::read;
pub use rule::{Must, Rule, Rules, Strength};
