//! Files that can be read: each says what it is, none is endless, and the doors of crates hold no logic.

use super::{
    Tree,
    lexer::{self, Token},
    tree::Source,
};

/// Over this a file is split.
pub const LONGEST: usize = 800;

/// Keywords that begin logic or data.
const LOGIC: &[&str] =
    &["fn", "struct", "enum", "union", "impl", "trait", "static", "const", "macro_rules", "type", "let"];

/// Every Rust file of the workspace.
pub fn sources(tree: &Tree) -> Vec<Source> {
    let mut all = tree.files("crates", ".rs");
    all.extend(tree.files("tests", ".rs"));
    all
}

/// Files that do not begin with `//!`.
pub fn headers(tree: &Tree) -> Vec<String> {
    sources(tree)
        .iter()
        .filter(|source| !source.text.trim_start().starts_with("//!"))
        .map(|source| format!("{}:1: begins without a `//!` that says what the file is", source.path))
        .collect()
}

/// Files that are too long.
pub fn lengths(tree: &Tree) -> Vec<String> {
    sources(tree)
        .iter()
        .map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(source, lines)| format!("{}: {lines} lines, over {LONGEST}", source.path))
        .collect()
}

/// Half of the files have at most this many lines.
pub fn median_length(tree: &Tree) -> usize {
    let mut lengths: Vec<usize> = sources(tree).iter().map(|source| source.text.lines().count()).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or(0)
}

/// `lib.rs` and `mod.rs` that hold more than documentation, modules and re-exports by name.
pub fn doors(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for source in tree.files("crates", ".rs") {
        if source.is_test() || !matches!(source.file_name(), "lib.rs" | "mod.rs") {
            continue;
        }
        let tokens = lexer::production(&source.text);
        if let Some(token) = tokens.iter().find(|t| t.word().is_some_and(|word| LOGIC.contains(&word))) {
            let word = token.word().unwrap_or_default();
            findings.push(format!(
                "{}:{}: `{word}` does not belong into a {}",
                source.path,
                token.line,
                source.file_name()
            ));
        }
        if let Some(line) = glob(&tokens) {
            findings.push(format!("{}:{line}: re-exports are by name, not by `*`", source.path));
        }
    }
    findings
}

fn glob(tokens: &[Token]) -> Option<usize> {
    tokens.windows(3).find(|t| t[0].is(':') && t[1].is(':') && t[2].is('*')).map(|t| t[0].line)
}
