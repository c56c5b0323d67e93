//! Every diagnostic code has its page, and every page its code.

use super::{Tree, lexer};
use firma_model::codes::{NoPage, Page};
use std::collections::{BTreeMap, BTreeSet};

/// Where the pages are.
const PAGES: &str = "crates/model/codes";

/// Codes that no page explains, pages of codes that nothing uses, and pages that lack a part.
pub fn check(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    let mut used: BTreeMap<String, String> = BTreeMap::new();
    for each in tree.crates() {
        for source in tree.files(&format!("crates/{}/src", each.name), ".rs") {
            if source.is_test() {
                continue;
            }
            for token in &lexer::production(&source.text) {
                if let Some(code) = token.text().filter(|text| is_code(text)) {
                    used.entry(code.to_owned()).or_insert_with(|| format!("{}:{}", source.path, token.line));
                }
            }
        }
    }
    let mut explained = BTreeSet::new();
    for file in tree.files(PAGES, ".md") {
        let name = file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".md").to_owned();
        match Page::read(&file.text) {
            Err(NoPage { lacks }) => findings.push(format!("{} lacks {lacks}", file.path)),
            Ok(page) if page.code != name => findings.push(format!("{} is headed {}", file.path, page.code)),
            Ok(_) if !used.contains_key(&name) => findings.push(format!("{}: nothing says {name}", file.path)),
            Ok(_) => {}
        }
        explained.insert(name);
    }
    for (code, place) in &used {
        if !explained.contains(code) {
            findings.push(format!("{place}: {code} has no page {PAGES}/{code}.md"));
        }
    }
    findings
}

/// `E` and four digits, the first of them 0.
fn is_code(text: &str) -> bool {
    text.strip_prefix("E0").is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()))
}
