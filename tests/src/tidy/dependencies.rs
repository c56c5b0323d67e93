//! The dependency table is law: each crate's `[dependencies]` say exactly what its row says.

use super::{
    Tree,
    table::{self, PAGE},
};
use std::collections::BTreeSet;

/// Where manifests and table disagree.
pub fn check(tree: &Tree) -> Vec<String> {
    let table = match table::read(tree) {
        Ok(table) => table,
        Err(problem) => return vec![problem],
    };
    let mut findings = Vec::new();
    let crates = tree.crates();
    for gone in table.keys().filter(|name| !crates.iter().any(|c| c.name == **name)) {
        findings.push(format!("{PAGE}: `{gone}` has a row but no folder in crates/"));
    }
    for each in &crates {
        let path = format!("crates/{}/Cargo.toml", each.name);
        let package = each.manifest.get("package").and_then(|p| p.get("name")).and_then(|n| n.as_str());
        if package != Some(&format!("firma-{}", each.name)) {
            findings.push(format!("{path}: the package must be called firma-{}", each.name));
        }
        let Some(row) = table.get(&each.name) else {
            findings.push(format!("{PAGE}: `{}` has no row", each.name));
            continue;
        };
        let used: BTreeSet<String> = dependencies(&each.manifest)
            .iter()
            .filter_map(|name| name.strip_prefix("firma-").map(str::to_owned))
            .collect();
        for extra in used.difference(&row.may_depend_on) {
            findings.push(format!("{path}: depends on `{extra}`, which its row in {PAGE} does not allow"));
        }
        if !row.all {
            for unused in row.may_depend_on.difference(&used) {
                findings.push(format!("{PAGE}: `{}` no longer depends on `{unused}`", each.name));
            }
        }
    }
    findings
}

/// Names under `[dependencies]`, those of targets included.
pub(super) fn dependencies(manifest: &toml::Table) -> Vec<String> {
    let names = |table: Option<&toml::Value>| -> Vec<String> {
        table.and_then(|t| t.as_table()).map(|t| t.keys().cloned().collect()).unwrap_or_default()
    };
    let mut found = names(manifest.get("dependencies"));
    for target in manifest.get("target").and_then(|t| t.as_table()).into_iter().flat_map(|t| t.values()) {
        found.extend(names(target.get("dependencies")));
    }
    found
}
