//! What differs from run to run is taken out of the output, so that the rest can be compared.

use regex::{Captures, Regex};
use std::collections::BTreeMap;

/// In this order: the first that fits takes the text.
const PATTERNS: &[(&str, &str)] = &[
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uuid>"),
    (r"\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?", "<time>"),
    (r"\b\d{4}-\d{2}-\d{2}\b", "<day>"),
    (r"\b[0-9a-f]{12,64}\b", "<hash>"),
    (r"\b\d+(\.\d+)?\s?(ms|µs|s)\b", "<span>"),
    (r"\b\d+ KiB\b", "<size>"),
    (r#""(elapsed_ms|usual_ms|waited_ms|millis)":\s?\d+"#, "\"$1\":<n>"),
    (r"\b\d+ KiB\b", "<size>"),
    // Each system has its own words.
    (r"failed to lookup address information: [^()\n]*[^() \n]", "failed to lookup address information: <reason>"),
    (r"\b127\.0\.0\.1:\d{1,5}\b", "127.0.0.1:<port>"),
    (r"\btester@[^ :]+:\d+\b", "tester@<host>:<pid>"),
];

/// `PREFIX-` and ten base-36 characters, as the emulator makes them.
const CLOUD_ID: &str = r"\b([a-z]{1,8})-([0-9a-z]{10})\b";

/// With these an id need not have a digit to be one.
const PREFIXES: &[&str] = &["acl", "fip", "i", "port", "rtb", "sg", "sgr", "subnet", "vol", "vpc"];

/// Normalises the output of one scenario; the same id becomes the same name throughout.
#[derive(Debug)]
pub struct Normal {
    paths: Vec<(String, &'static str)>,
    patterns: Vec<(Regex, &'static str)>,
    cloud_id: Regex,
    ids: BTreeMap<String, String>,
    counts: BTreeMap<String, usize>,
}

impl Normal {
    /// For a run under this folder.
    pub fn new(root: &str) -> Normal {
        let compile = |pattern: &str| Regex::new(pattern).expect("the pattern is a regular expression");
        Normal {
            paths: vec![(format!("{root}/project"), "<project>"), (root.to_owned(), "<root>")],
            patterns: PATTERNS.iter().map(|(pattern, name)| (compile(pattern), *name)).collect(),
            cloud_id: compile(CLOUD_ID),
            ids: BTreeMap::new(),
            counts: BTreeMap::new(),
        }
    }

    /// The text with ids in the place of their names, as far as they have been printed.
    pub fn real(&self, text: &str) -> String {
        let mut names: Vec<(&String, &String)> = self.ids.iter().collect();
        // `vpc-#12` before `vpc-#1`.
        names.sort_by_key(|(_, name)| std::cmp::Reverse(name.len()));
        names.into_iter().fold(text.to_owned(), |text, (id, name)| text.replace(name.as_str(), id))
    }

    /// The text without what differs.
    pub fn apply(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (path, name) in &self.paths {
            text = text.replace(path, name);
        }
        for (pattern, name) in &self.patterns {
            text = pattern.replace_all(&text, *name).into_owned();
        }
        let (ids, counts) = (&mut self.ids, &mut self.counts);
        let text = self.cloud_id.replace_all(&text, |found: &Captures<'_>| {
            // Words joined by a hyphen are no ids: `cross-references`.
            if !PREFIXES.contains(&&found[1]) && !found[2].bytes().any(|b| b.is_ascii_digit()) {
                return found[0].to_owned();
            }
            let name = ids.entry(found[0].to_owned()).or_insert_with(|| {
                let count = counts.entry(found[1].to_owned()).or_default();
                *count += 1;
                format!("{}-#{count}", &found[1])
            });
            name.clone()
        });
        // Lines are padded to a terminal's width here and there, and some come only where something took long.
        text.lines().filter(|line| !is_patience(line)).map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}

/// Whether a line says that a command waits: it comes after five seconds, which a pause of random length may take or not.
fn is_patience(line: &str) -> bool {
    (line.starts_with("waiting for ") || line.starts_with("asking ")) && line.ends_with("(<span>)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        let mut normal = Normal::new("/tmp/x1");
        let cases = [
            ("vpc-0a1b2c3d4e and vpc-zz1b2c3d4e and vpc-0a1b2c3d4e", "vpc-#1 and vpc-#2 and vpc-#1\n"),
            ("vpc-zz1b2c3d4e", "vpc-#2\n"),
            ("rtb-ivwipbvldn cross-references", "rtb-#1 cross-references\n"),
            ("tester@host-1:123 holds it", "tester@<host>:<pid> holds it\n"),
            ("/tmp/x1/project/a.toml:1", "<project>/a.toml:1\n"),
            (r#"{"elapsed_ms":12,"millis": 3}"#, "{\"elapsed_ms\":<n>,\"millis\":<n>}\n"),
            ("at 2026-01-02T03:04:05Z in 1.25 s", "at <time> in <span>\n"),
            ("plan 0123456789abcdef", "plan <hash>\n"),
            ("10.0.0.0/16 cn-north-1a self-contained", "10.0.0.0/16 cn-north-1a self-contained\n"),
            ("a\nwaiting for emulator (5 s)\nasking emulator: 1 answer so far (15 s)\nb", "a\nb\n"),
            ("http://127.0.0.1:40123/  ", "http://127.0.0.1:<port>/\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(normal.apply(text), expected);
        }
    }
}
