//! The page of the durable contract names every table and every column of every database, and nothing that is not there.

use super::Tree;
use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = "state/README.md";
/// Words that begin a table's constraint rather than a column.
const CONSTRAINTS: &[&str] = &["primary", "unique", "check", "foreign", "constraint"];

type Tables = BTreeMap<String, BTreeSet<String>>;

/// Where the page and the SQL disagree.
pub fn check(tree: &Tree) -> Vec<String> {
    let page = tree.read(PAGE);
    let described = described(&page);
    let mut created = Tables::new();
    let mut findings = Vec::new();
    for file in tree.files("state", ".sql") {
        let folder = file.path.trim_start_matches("state/").rsplit_once('/').map_or("", |(folder, _)| folder);
        if !page.contains(file.file_name()) && !page.contains(&format!("{folder}/NNNN_*.sql")) {
            findings.push(format!("{PAGE}: {} is not named", file.path));
        }
        read(&file.text, &mut created);
    }
    for (table, columns) in &created {
        let Some(page) = described.get(table) else {
            findings.push(format!("{PAGE}: table `{table}` has no heading"));
            continue;
        };
        findings.extend(columns.difference(page).map(|c| format!("{PAGE}: column `{table}.{c}` is not described")));
        findings.extend(page.difference(columns).map(|c| format!("{PAGE}: `{table}` has no column `{c}`")));
    }
    for table in described.keys().filter(|table| !created.contains_key(*table)) {
        findings.push(format!("{PAGE}: no SQL makes the table `{table}`"));
    }
    findings
}

/// Headings that begin with a name in backticks, and the first cells of the table below them.
fn described(page: &str) -> Tables {
    let mut tables = Tables::new();
    let mut current: Option<String> = None;
    for line in page.lines() {
        if let Some(heading) = line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with("##")) {
            current = heading.strip_prefix('`').and_then(|rest| rest.split_once('`')).map(|(name, _)| name.to_owned());
            if let Some(name) = &current {
                tables.entry(name.clone()).or_default();
            }
        } else if let (Some(table), Some(row)) = (&current, line.strip_prefix('|')) {
            let cell = row.split('|').next().unwrap_or_default().trim();
            let is_rule = cell.chars().all(|c| matches!(c, '-' | ':' | ' '));
            if !is_rule && cell != "column" {
                for name in cell.split(',') {
                    tables.entry(table.clone()).or_default().insert(name.trim().trim_matches('`').to_owned());
                }
            }
        }
    }
    tables
}

/// Tables and columns that the SQL makes.
fn read(sql: &str, tables: &mut Tables) {
    let text: String =
        sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    for statement in text.split(';') {
        let words: Vec<&str> =
            statement.split(|c: char| c.is_whitespace() || c == '(').filter(|w| !w.is_empty()).collect();
        let lower: Vec<String> = words.iter().map(|w| w.to_lowercase()).collect();
        match lower.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["create", "table", ..] => {
                let body = statement.split_once('(').map_or("", |(_, body)| body);
                tables.entry(words[2].to_owned()).or_default().extend(columns(body));
            }
            ["alter", "table", table, "add", "column", name, ..] | ["alter", "table", table, "add", name, ..] => {
                tables.entry(table.to_owned()).or_default().insert(name.to_owned());
            }
            ["drop", "table", table, ..] => {
                tables.remove(table);
            }
            _ => {}
        }
    }
}

fn columns(body: &str) -> Vec<String> {
    let (mut depth, mut start, mut parts) = (1_usize, 0, Vec::new());
    for (at, c) in body.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            parts.push(&body[start..at]);
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    parts
        .iter()
        .filter_map(|part| part.split_whitespace().next())
        .filter(|name| !CONSTRAINTS.contains(&name.to_lowercase().as_str()))
        .map(str::to_owned)
        .collect()
}
