//! Compiles every kind and look-up of the catalogue, and fails the build where one names what the API does not have.
//!
//! A kind is compiled at run time when it is first used; a mistake in one would be seen by whoever uses it. It stands here and not in
//! the catalogue's own build because compiling kinds takes that crate. Fifty kinds take a quarter of a second.

use firma_catalog::{builtin, lint, position};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let known = |name: &str| {
        builtin::KINDS.iter().chain(builtin::LOOKUPS).any(|(id, _)| *id == name.trim_start_matches("data."))
    };
    for (id, text) in builtin::KINDS {
        tell("kinds", id, text, &lint::lint(id, text, &known));
    }
    for (id, text) in builtin::LOOKUPS {
        tell("lookups", id, text, &lint::lint_lookup(id, text));
    }
}

fn tell(folder: &str, id: &str, text: &str, problems: &[firma_catalog::problem::Problem]) {
    let file = format!("crates/catalog/{folder}/{}.toml", id.replace('.', "/"));
    for line in position::told(&file, text, problems) {
        println!("cargo::error={}", line.replace('\n', " "));
    }
}
