//! The dependency table of `crates/README.md`.

use super::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// Where the table is.
pub const PAGE: &str = "crates/README.md";
const HEAD: &str = "| crate | what it is | may depend on | class |";

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The crates it depends on; every other one where the table says `all`.
    pub may_depend_on: BTreeSet<String>,
    /// Whether the table says `all`.
    pub all: bool,
    /// What it may do.
    pub class: Class,
}

/// What a crate may do beside computing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Nothing.
    Pure,
    /// Wait: an asynchronous runtime, but no file, socket, clock of its own or environment.
    Async,
    /// What the table names.
    Io,
}

/// Reads the table: crate -> row.
pub fn read(tree: &Tree) -> Result<BTreeMap<String, Row>, String> {
    let page = tree.read(PAGE);
    let mut lines = page.lines().skip_while(|line| line.trim() != HEAD);
    if lines.next().is_none() {
        return Err(format!("{PAGE} has no table headed `{HEAD}`"));
    }
    let rows: Vec<Vec<&str>> = lines
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim().trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let names: BTreeSet<String> = rows.iter().map(|cells| name(cells[0])).collect();
    let mut table = BTreeMap::new();
    for cells in &rows {
        let [crate_name, _, edges, class] = cells[..] else {
            return Err(format!("{PAGE}: a row of the table has {} cells: {cells:?}", cells.len()));
        };
        let own = name(crate_name);
        let all = edges == "all";
        let may_depend_on: BTreeSet<String> = match edges {
            "–" => BTreeSet::new(),
            "all" => names.iter().filter(|n| **n != own).cloned().collect(),
            _ => edges.split_whitespace().map(name).collect(),
        };
        if let Some(unknown) = may_depend_on.iter().find(|n| !names.contains(*n)) {
            return Err(format!("{PAGE}: `{own}` may depend on `{unknown}`, which has no row"));
        }
        let class = match class {
            "pure" => Class::Pure,
            "async, no direct I/O" => Class::Async,
            _ if class.starts_with("I/O: ") => Class::Io,
            _ => return Err(format!("{PAGE}: `{own}` has the unknown class `{class}`")),
        };
        if table.insert(own.clone(), Row { may_depend_on, all, class }).is_some() {
            return Err(format!("{PAGE}: `{own}` has two rows"));
        }
    }
    Ok(table)
}

fn name(cell: &str) -> String {
    cell.trim_matches('`').to_owned()
}
