//! The page of a diagnostic code, for a terminal and for programs.
//!
//! Pages are Markdown of a small sort: paragraphs, lists and blocks of code. Paragraphs are filled to the width, blocks are
//! moved in and left as they are, and comments are for those who work on the pages.

use crate::style::{Role, Style};
use firma_model::codes::Page;
use serde_json::{Value, json};

/// No line of prose is longer, however wide the terminal: long lines are hard to read.
const WIDEST: usize = 100;
/// Narrower than this nothing is filled.
const NARROWEST: usize = 40;

/// The page as text.
pub fn text(page: &Page<'_>, style: Style, width: usize) -> String {
    let width = width.clamp(NARROWEST, WIDEST);
    let mut out = format!("{}: {}\n\n", style.paint(Role::Alert, page.code), style.paint(Role::Strong, page.title));
    body(&mut out, page.what, style, width);
    for (heading, part) in [("Why", page.why), ("Example", page.example), ("Fix", page.fix)] {
        out.push_str(&format!("\n{}\n\n", style.paint(Role::Strong, heading)));
        body(&mut out, part, style, width);
    }
    out
}

/// The page as JSON: its parts are Markdown.
pub fn json(page: &Page<'_>) -> Value {
    json!({
        "code": page.code,
        "title": page.title,
        "what": page.what,
        "why": page.why,
        "example": blocks(page.example).map(|block| block.markdown()).collect::<Vec<_>>().join("\n\n"),
        "fix": page.fix,
    })
}

/// A part of a page.
#[derive(Debug, PartialEq, Eq)]
enum Block<'a> {
    /// A paragraph or an entry of a list.
    Prose(&'a str),
    /// What stands between fences, with the word behind the first.
    Code(&'a str, &'a str),
}

impl Block<'_> {
    fn markdown(&self) -> String {
        match self {
            Block::Prose(text) => (*text).to_owned(),
            Block::Code(word, text) => format!("```{word}\n{text}```"),
        }
    }
}

/// The blocks of a part, without comments.
fn blocks(part: &str) -> impl Iterator<Item = Block<'_>> {
    let mut rest = part;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches('\n');
            if let Some(code) = rest.strip_prefix("```") {
                let (word, code) = code.split_once('\n').unwrap_or((code, ""));
                let end = match code.starts_with("```") {
                    true => 0,
                    false => code.find("\n```").map_or(code.len(), |at| at + 1),
                };
                rest = code[end..].strip_prefix("```").unwrap_or_default();
                return Some(Block::Code(word, &code[..end]));
            }
            let prose = &rest[..rest.find("\n\n").unwrap_or(rest.len())];
            rest = &rest[prose.len()..];
            match prose {
                "" => return None,
                comment if comment.starts_with("<!--") => {}
                prose => return Some(Block::Prose(prose)),
            }
        }
    })
}

fn body(out: &mut String, part: &str, style: Style, width: usize) {
    for (at, block) in blocks(part).enumerate() {
        if at > 0 {
            out.push('\n');
        }
        match block {
            Block::Prose(text) => fill(out, text, width),
            Block::Code(_, text) => {
                for line in text.lines() {
                    let line = style.paint(Role::Faint, line);
                    out.push_str(if line.is_empty() { "" } else { "    " });
                    out.push_str(&line);
                    out.push('\n');
                }
            }
        }
    }
}

/// Words of a paragraph in lines no longer than the width, where words allow it.
fn fill(out: &mut String, text: &str, width: usize) {
    let mut length = 0;
    for word in text.split_whitespace() {
        let word_length = word.chars().count();
        if length > 0 && length + 1 + word_length > width {
            out.push('\n');
            length = 0;
        } else if length > 0 {
            out.push(' ');
            length += 1;
        }
        out.push_str(word);
        length += word_length;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Page<'_> = Page {
        code: "E0312",
        title: "a title",
        what: "What it says, in more\nthan one line that is longer than forty columns.",
        why: "Why.",
        example: "```toml\na = 1\n\nb = 2\n```\n\n<!-- shown by: x -->\n\n```console\n```",
        fix: "First.\n\nSecond: `x`.",
    };

    #[test]
    fn a_page_is_filled_and_its_code_is_not() {
        let expected = "E0312: a title\n\nWhat it says, in more than one line that\nis longer than forty columns.\n\nWhy\n\nWhy.\n\n\
                        Example\n\n    a = 1\n\n    b = 2\n\n\nFix\n\nFirst.\n\nSecond: `x`.\n";
        assert_eq!(text(&PAGE, Style::Plain, 10), expected);
        assert!(text(&PAGE, Style::Coloured, 80).contains('\u{1b}'));
        assert_eq!(json(&PAGE)["example"], "```toml\na = 1\n\nb = 2\n```\n\n```console\n```");
    }

    #[test]
    fn every_page_is_printed_within_its_width() {
        for page in firma_model::codes::pages() {
            let printed = text(&page, Style::Plain, 80);
            assert!(!printed.contains("<!--") && !printed.contains("```"), "{printed}");
            let long = printed.lines().find(|line| !line.starts_with("    ") && line.chars().count() > 80);
            assert_eq!(long, None, "{}", page.code);
        }
    }
}
