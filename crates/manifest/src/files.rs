//! Which files of a directory are manifests.

/// Whether a file of a project's directory is read as a manifest.
pub fn is_manifest_file(name: &str) -> bool {
    const OTHERS: [&str; 2] = ["Cargo.toml", "pyproject.toml"];
    const SUFFIXES: [&str; 3] = [".vars.toml", ".test.toml", ".lock.toml"];
    name.ends_with(".toml")
        && !name.starts_with('.')
        && !OTHERS.contains(&name)
        && !SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

/// Whether a file of variable values is read without being named on the command line, in the order of the names:
/// `firma.vars.toml` first, then `*.auto.vars.toml`.
pub fn is_automatic_variable_file(name: &str) -> bool {
    !name.starts_with('.') && (name == "firma.vars.toml" || name.ends_with(".auto.vars.toml"))
}

/// Whether a name matches a pattern in which `*` stands for any characters.
pub(crate) fn matches_pattern(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{is_automatic_variable_file, is_manifest_file, matches_pattern};

    #[test]
    fn manifests() {
        for name in ["firma.toml", "network.toml", "a.b.toml"] {
            assert!(is_manifest_file(name), "{name}");
        }
        for name in [
            ".hidden.toml",
            "Cargo.toml",
            "pyproject.toml",
            "firma.vars.toml",
            "x.test.toml",
            "firma.lock.toml",
            "a.tml",
        ] {
            assert!(!is_manifest_file(name), "{name}");
        }
        assert!(is_automatic_variable_file("firma.vars.toml"));
        assert!(is_automatic_variable_file("prod.auto.vars.toml"));
        assert!(!is_automatic_variable_file("prod.vars.toml"));
    }

    #[test]
    fn patterns() {
        assert!(matches_pattern("rustfmt.toml", "rustfmt.toml"));
        assert!(matches_pattern("*.gen.toml", "a.gen.toml"));
        assert!(matches_pattern("a*b*c", "a--b--c"));
        assert!(!matches_pattern("a*b*c", "a--c"));
        assert!(!matches_pattern("rustfmt", "rustfmt.toml"));
    }
}
