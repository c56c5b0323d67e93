//! Everything has one place, and no file speaks of the machine it was written on.

use super::{
    Tree,
    tree::{entries, name_of},
};

/// What the top of the tree must hold.
const REQUIRED: &[&str] =
    &["CHANGELOG.md", "Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "crates", "examples", "state", "tests"];
/// What it may hold beside: settings of tools, and what is built.
const ALLOWED: &[&str] = &[
    ".cargo",
    ".ci",
    ".clippy.toml",
    ".config",
    ".git",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".rustfmt.toml",
    "target",
];

/// What is missing at the top, or does not belong there.
pub fn top_level(tree: &Tree) -> Vec<String> {
    let names: Vec<String> = entries(tree.root()).iter().map(|path| name_of(path)).collect();
    let mut findings: Vec<String> = REQUIRED
        .iter()
        .filter(|required| !names.iter().any(|name| name == *required))
        .map(|required| format!("{required} is missing at the top"))
        .collect();
    let extra = names.iter().filter(|name| !REQUIRED.contains(&name.as_str()) && !ALLOWED.contains(&name.as_str()));
    findings.extend(extra.map(|name| format!("{name} does not belong at the top")));
    findings.sort();
    findings
}

/// Files whose content is somebody else's: facts as the SDK has them, test vectors, versions of crates.
fn is_foreign(path: &str) -> bool {
    path.starts_with("crates/api/data/") || path.contains("/vectors/") || path == "Cargo.lock"
}

/// Absolute paths of a machine, and settings that point at somebody's own package registry.
pub fn machine_words(tree: &Tree) -> Vec<String> {
    // Put together here, so that this file does not find itself.
    let folders = ["work", "root", "home", "Users", "mnt"].map(|folder| format!("/{folder}/"));
    let settings = ["index-url", "find-links", "replace-with", "registry-index"].map(|word| format!("{word}="));
    let mut findings = Vec::new();
    for file in tree.files("", "") {
        if is_foreign(&file.path) {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            let squeezed = line.replace([' ', '"'], "");
            let path = folders.iter().find(|folder| is_absolute(line, folder));
            let setting = settings.iter().find(|word| squeezed.contains(*word));
            if let Some(found) = path.or(setting) {
                findings.push(format!(
                    "{}:{}: `{found}` is of some machine, not of the project",
                    file.path,
                    number + 1
                ));
            }
        }
    }
    findings
}

/// Whether the folder stands at the beginning of a path, not inside one or inside a URL.
fn is_absolute(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '~' | '/' | '}' | '$' | '*'))
    })
}
