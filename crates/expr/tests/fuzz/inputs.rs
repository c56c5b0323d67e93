//! Making inputs: pieces of the corpus, put together wrongly.

use std::sync::LazyLock;

static EXPRESSIONS: &str = include_str!("../../../../tests/corpus/expressions.txt");
static TYPES: &str = include_str!("../../../../tests/corpus/types.txt");

/// The lines of a list, without the slow ones: what a limit stops takes long without optimisation.
fn lines(text: &'static str) -> Vec<&'static str> {
    let kept = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    kept.filter(|line| line.len() < 200 && !line.contains("rsadecrypt") && !line.contains("99999")).collect()
}

static CORPUS: LazyLock<Vec<&'static str>> = LazyLock::new(|| lines(EXPRESSIONS));
static TYPED: LazyLock<Vec<&'static str>> = LazyLock::new(|| lines(TYPES));

/// Expressions over what is known late.
const LATE: &[&str] = &[
    "late.text",
    "late.number",
    "late.bool",
    "late.list",
    "late.map",
    "late.any",
    "late.null",
    "late.secret",
    "late",
    "block",
    "block[\"a\"].text",
    "block[*].text",
    "[for k, v in block : v.text]",
    "\"p-${late.text}\"",
    "[late.text, \"b\"]",
    "{ a = late.number, b = 2 }",
    "late.list[0]",
    "late.map.a",
    "late.bool ? 1 : 2",
    "try(late.any.x, \"d\")",
    "can(late.any.x)",
    "secret",
    "known",
];

const PIECES: &[&str] = &[
    "${",
    "}",
    "%{ if ",
    "%{ for x in ",
    "%{ else }",
    "%{ endif }",
    "%{ endfor }",
    "~}",
    "%{~ ",
    "\"",
    "\\",
    "[",
    "]",
    "{",
    "(",
    ")",
    ",",
    ".",
    "...",
    "=>",
    ":",
    "?",
    "[*]",
    ".*",
    "!",
    "-",
    "&&",
    "||",
    "==",
    "for ",
    " in ",
    " if ",
    "\n",
    "é",
    "\u{301}",
    "😀",
    "1e308",
    "0",
    "null",
    "<<E\n",
    "\nE\n",
    "$${",
    "%%{",
    "*",
    "/",
    "%",
    "=",
];

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }
}

/// A place between two characters.
fn boundary(random: &mut Random, text: &str) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn mutated(random: &mut Random, text: &str, pieces: &[&str]) -> String {
    let mut text = text.to_owned();
    for _ in 0..random.below(3) {
        let (a, b) = (boundary(random, &text), boundary(random, &text));
        let (a, b) = (a.min(b), a.max(b));
        match random.below(4) {
            0 if b - a < 20 => text.replace_range(a..b, ""),
            1 => text.insert_str(a, random.pick(pieces)),
            0 | 2 if b - a < 200 => {
                let again = text.get(a..b).unwrap_or("").to_owned();
                text.insert_str(b, &again);
            }
            _ => text.insert_str(a, random.pick(&CORPUS)),
        }
    }
    text
}

/// Text that may be a template.
pub(crate) fn template(random: &mut Random) -> String {
    let mut out = String::new();
    for _ in 0..=random.below(3) {
        let piece = random.pick(&CORPUS).to_owned();
        match random.below(4) {
            0 => out.push_str(random.pick(PIECES)),
            1 => out.push_str(&mutated(random, &piece, PIECES)),
            _ => out.push_str(&format!("${{{}}}", mutated(random, &piece, PIECES))),
        }
    }
    out
}

/// An expression of the corpus in which parts hang on what is known late.
pub(crate) fn expression(random: &mut Random) -> String {
    let mut text = random.pick(&CORPUS).to_owned();
    for _ in 0..=random.below(3) {
        let late = random.pick(LATE);
        // A literal makes place for it.
        let starts: Vec<usize> = text
            .char_indices()
            .filter(|(at, c)| matches!(c, '"' | '[' | '0'..='9' | '{') && text.is_char_boundary(*at))
            .map(|(at, _)| at)
            .collect();
        let Some(at) = starts.get(random.below(starts.len())).copied() else {
            text = late.to_owned();
            continue;
        };
        let close = match text.as_bytes()[at] {
            b'"' => text[at + 1..].find('"').map(|end| at + end + 2),
            b'[' => text[at + 1..].find(']').map(|end| at + end + 2),
            b'{' => text[at + 1..].find('}').map(|end| at + end + 2),
            _ => text[at..].find(|c: char| !c.is_ascii_digit()).map(|end| at + end).or(Some(text.len())),
        };
        if let Some(end) = close {
            text.replace_range(at..end, late);
        }
    }
    match random.below(8) {
        0 => format!("try({text}, {})", random.pick(LATE)),
        1 => format!("can({text})"),
        2 => format!("{} ? {text} : {}", random.pick(LATE), random.pick(&CORPUS)),
        3 => format!("[for v in [{}, {text}] : v]", random.pick(LATE)),
        4 => format!("\"a${{{text}}}b\""),
        _ => text,
    }
}

/// A type and an expression.
pub(crate) fn ty(random: &mut Random) -> String {
    let (ty, own) = random.pick(&TYPED).split_once(" <- ").unwrap_or(("any", "1"));
    let expression = if random.below(2) == 0 { own } else { random.pick(&CORPUS) };
    let ty = mutated(random, ty, &["list(", "object({", "optional(", ")", "})", ",", "any", "=", "tuple([", "])", " "]);
    format!("{ty} <- {expression}")
}
