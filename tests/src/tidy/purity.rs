//! Pure crates compute and do nothing else: time, ids, randomness, files and the environment are given to them.

use super::{
    Tree,
    dependencies::dependencies,
    lexer::{self, Token},
    table::{self, Class},
};

/// Crates that bring a runtime, a socket, a file, a clock, randomness or a terminal.
const DEPENDENCIES: &[&str] = &[
    "anstream",
    "async-std",
    "axum",
    "chrono",
    "clap",
    "clap_complete",
    "console",
    "crossterm",
    "dirs",
    "fastrand",
    "getrandom",
    "glob",
    "home",
    "hyper",
    "ignore",
    "indicatif",
    "libc",
    "mio",
    "nix",
    "notify",
    "rand",
    "redb",
    "reqwest",
    "rusqlite",
    "rustls",
    "rustix",
    "smol",
    "socket2",
    "sqlx",
    "tempfile",
    "time",
    "tokio",
    "tokio-util",
    "tracing-subscriber",
    "ureq",
    "walkdir",
    "web-time",
];

/// What may wait may have these.
const OF_ASYNC: &[&str] = &["tokio", "tokio-util"];

/// Paths no pure crate names.
const PATHS: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "env"],
    &["std", "net"],
    &["std", "process"],
    &["thread", "sleep"],
    &["io", "stdin"],
    &["io", "stdout"],
    &["io", "stderr"],
    &["SystemTime"],
    &["Instant", "now"],
    &["Timestamp", "now"],
    &["Zoned", "now"],
    &["thread_rng"],
    &["Uuid", "new_v4"],
    &["Uuid", "now_v7"],
];

const MACROS: &[&str] = &["println", "eprintln", "print", "eprint", "dbg"];

/// What pure crates do that they must not.
pub fn check(tree: &Tree) -> Vec<String> {
    let table = match table::read(tree) {
        Ok(table) => table,
        Err(problem) => return vec![problem],
    };
    let mut findings = Vec::new();
    for each in tree.crates() {
        let Some(class) = table.get(&each.name).map(|row| row.class).filter(|class| *class != Class::Io) else {
            continue;
        };
        for name in dependencies(&each.manifest) {
            let allowed = class == Class::Async && OF_ASYNC.contains(&name.as_str());
            if DEPENDENCIES.contains(&name.as_str()) && !allowed {
                findings.push(format!(
                    "crates/{}/Cargo.toml: `{name}` has no place in a crate that does no I/O",
                    each.name
                ));
            }
        }
        for source in tree.files(&format!("crates/{}/src", each.name), ".rs") {
            if source.is_test() {
                continue;
            }
            let tokens = lexer::production(&source.text);
            // What may wait may read the clock that its waits run on, which a test can set.
            let waits = class == Class::Async && names_anywhere(&tokens, &["tokio", "time", "Instant"]);
            for (line, what) in offences(&tokens).into_iter().filter(|(_, what)| !(waits && what == "Instant::now")) {
                findings.push(format!("{}:{line}: `{what}` in a crate that does no I/O", source.path));
            }
        }
    }
    findings
}

fn offences(tokens: &[Token]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(word) = token.word() else { continue };
        let after = tokens.get(at + 1);
        if MACROS.contains(&word) && after.is_some_and(|t| t.is('!')) {
            found.push((token.line, format!("{word}!")));
        }
        for path in PATHS {
            if names(&tokens[at..], path) {
                found.push((token.line, path.join("::")));
            }
        }
    }
    found
}

fn names_anywhere(tokens: &[Token], path: &[&str]) -> bool {
    (0..tokens.len()).any(|at| names(&tokens[at..], path))
}

/// Whether the path is named here: `a::b`, or `a::{x, b}`.
fn names(tokens: &[Token], path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    if tokens.first().and_then(Token::word) != Some(first) {
        return false;
    }
    if rest.is_empty() {
        return true;
    }
    let joined = tokens.get(1).is_some_and(|t| t.is(':')) && tokens.get(2).is_some_and(|t| t.is(':'));
    if !joined {
        return false;
    }
    let inner = &tokens[3..];
    if !inner.first().is_some_and(|t| t.is('{')) {
        return names(inner, rest);
    }
    let mut depth = 0_usize;
    let mut starts = false;
    for (at, token) in inner.iter().enumerate() {
        if starts && depth == 1 && names(&inner[at..], rest) {
            return true;
        }
        starts = token.is('{') || token.is(',');
        if token.is('{') {
            depth += 1;
        } else if token.is('}') {
            depth -= 1;
            if depth == 0 {
                return false;
            }
        }
    }
    false
}
