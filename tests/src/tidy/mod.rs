//! Rules of the source tree that no compiler checks. Each check returns its findings, one line each, and is given the
//! tree's root, so that a test can plant an offence in a temporary one.

pub mod tree;
pub mod lexer;
pub mod table;
pub mod dependencies;
pub mod purity;
pub mod files;
pub mod codes;
pub mod state;
pub mod places;

pub use tree::Tree;
