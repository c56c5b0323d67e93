//! The pages that explain diagnostic codes: `codes/E0312.md`, one for each code.
//!
//! A page is Markdown of one form: `# E0312: title`, what the code says, and the sections `## Why`, `## Example` and
//! `## Fix`. The example triggers the code: in its `toml` blocks a comment that is nothing but a file's name begins that
//! file, and the lines of a `console` block are what to do with them (`$ firma validate` when there is none). Where only a
//! fault of the cloud, a disk or a process can trigger the code, a comment names the test that does. A test runs all
//! of it.

use std::ops::Range;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// One page, cut into its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<'a> {
    /// `E0312`.
    pub code: &'a str,
    /// A few words.
    pub title: &'a str,
    /// What the code says.
    pub what: &'a str,
    /// Why it is said.
    pub why: &'a str,
    /// What triggers it.
    pub example: &'a str,
    /// What to do.
    pub fix: &'a str,
}

/// Why a text is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPage {
    /// What it lacks.
    pub lacks: String,
}

impl<'a> Page<'a> {
    /// Cuts a page.
    pub fn read(text: &'a str) -> Result<Page<'a>, NoPage> {
        let lacks = |what: &str| NoPage { lacks: what.to_owned() };
        let (head, rest) = text.split_once('\n').ok_or_else(|| lacks("a first line"))?;
        let (code, title) = head
            .strip_prefix("# ")
            .and_then(|head| head.split_once(": "))
            .ok_or_else(|| lacks("`# CODE: title` in its first line"))?;
        let [why, example, fix] = ["## Why", "## Example", "## Fix"].map(|name| heading(rest, name).ok_or(name));
        let why = why.map_err(lacks)?;
        let example = example.map_err(lacks)?;
        let fix = fix.map_err(lacks)?;
        if why.start > example.start || example.start > fix.start {
            return Err(lacks("the order Why, Example, Fix"));
        }
        let page = Page {
            code,
            title: title.trim(),
            what: rest[..why.start].trim(),
            why: rest[why.end..example.start].trim(),
            example: rest[example.end..fix.start].trim(),
            fix: rest[fix.end..].trim(),
        };
        let parts = [("a title", page.title), ("what it says", page.what), ("why", page.why)];
        let more = [("an example", page.example), ("a fix", page.fix)];
        match parts.into_iter().chain(more).find(|(_, part)| part.is_empty()) {
            Some((name, _)) => Err(lacks(name)),
            None => Ok(page),
        }
    }
}

/// Where a heading stands: a line that is nothing else, outside of blocks of code.
fn heading(text: &str, name: &str) -> Option<Range<usize>> {
    let mut at = 0;
    let mut code = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with("```") {
            code = !code;
        }
        if !code && line.trim_end() == name {
            return Some(at..at + line.len());
        }
        at += line.len();
    }
    None
}

/// Every page, by code.
///
/// # Panics
///
/// Never: a test reads all pages.
pub fn pages() -> impl Iterator<Item = Page<'static>> {
    PAGES.iter().map(|(code, text)| match Page::read(text) {
        Ok(page) => page,
        Err(NoPage { lacks }) => panic!("BUG: the page of {code} lacks {lacks}"),
    })
}

/// The page of a code.
pub fn page(code: &str) -> Option<Page<'static>> {
    let at = PAGES.binary_search_by_key(&code, |(code, _)| code).ok()?;
    Page::read(PAGES[at].1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_its_parts_and_its_name() {
        for (code, text) in PAGES {
            match Page::read(text) {
                Ok(page) => assert_eq!(page.code, *code),
                Err(NoPage { lacks }) => panic!("{code} lacks {lacks}"),
            }
        }
        assert_eq!(pages().count(), PAGES.len());
        assert!(page("E0102").is_some_and(|page| page.code == "E0102"));
        assert_eq!(page("E0000"), None);
    }

    #[test]
    fn what_a_page_lacks_is_named() {
        let whole = "# E0312: title\n\nwhat\n\n## Why\n\nwhy\n\n## Example\n\n```toml\n## Fix\n```\n\n## Fix\n\nfix\n";
        let page = Page::read(whole).unwrap();
        assert_eq!((page.code, page.title, page.what, page.why), ("E0312", "title", "what", "why"));
        assert_eq!((page.example, page.fix), ("```toml\n## Fix\n```", "fix"));
        let cases = [
            ("# E0312: title", "`# CODE"),
            ("what\n\n## Why", "a why"),
            ("## Why\n\nwhy", "## Why"),
            ("## Example", "## Example"),
            ("\n## Fix\n\nfix", "## Fix"),
        ];
        for (part, lacks) in cases {
            let text = match part {
                "what\n\n## Why" => whole.replace("what\n\n", ""),
                "\n## Fix\n\nfix" => whole.replace("```\n\n## Fix", "```\n\n"),
                _ => whole.replacen(part, "", 1),
            };
            let problem = Page::read(&text).unwrap_err().lacks;
            let expected = if part.starts_with("what") { "what it says" } else { lacks };
            assert!(problem.contains(expected), "{part}: {problem}");
        }
    }
}
