//! Manifests that nobody wrote.

use std::{fs, path::Path};

/// A small generator: the same seed gives the same inputs everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below this, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Lines of every manifest of the tree.
pub(crate) fn corpus(root: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for folder in ["examples", "tests/scenarios", "crates/manifest/tests/cases", "crates/catalog/manifests"] {
        collect(&root.join(folder), &mut lines);
    }
    lines
}

fn collect(folder: &Path, lines: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, lines);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&path).unwrap_or_default();
            lines.extend(text.split_inclusive('\n').filter(|line| line.len() < 400).map(str::to_owned));
        }
    }
}

const PIECES: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "\\",
    "#",
    "\r\n",
    "\n\n",
    "\t",
    " ",
    "${",
    "}",
    "%{ if true }",
    "%{ endif }",
    "$${",
    "\u{feff}",
    "\u{e9}",
    "0x1f",
    "1e400",
    "inf",
    "1979-05-27",
    "for_each = ",
    "count = 2\n",
    "enabled = false\n",
    "[local]\n",
    "a = \"${local.a}\"\n",
    "${[for i in range(1000000000) : i]}",
    "${each.key}",
    "\u{0}",
];

/// Lines of several manifests, some of them spoilt.
pub(crate) fn document(corpus: &[String], random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..1 + random.below(6) {
        // Lines that belong together, from somewhere.
        let from = random.below(corpus.len());
        let many = 1 + random.below(12);
        corpus[from..].iter().take(many).for_each(|line| text.push_str(line));
    }
    for _ in 0..random.below(5) {
        let mut at = random.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        match random.below(4) {
            0 => text.insert_str(at, PIECES[random.below(PIECES.len())]),
            1 => {
                let rest: String = text[at..].chars().skip(1 + random.below(3)).collect();
                text.truncate(at);
                text.push_str(&rest);
            }
            2 => {
                let piece = PIECES[random.below(PIECES.len())].repeat(1 + random.below(200));
                text.insert_str(at, &piece);
            }
            _ => text.truncate(at.max(1).min(text.len())),
        }
        if text.is_empty() {
            text.push('a');
        }
    }
    text
}
