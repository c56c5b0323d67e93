//! Lines in their conventional form.

use super::document::{Document, Item, Line, List, Value};
use std::borrow::Cow;

/// Longer lines are broken where they hold a list.
const WIDTH: usize = 100;
/// Spaces a level.
const INDENT: usize = 4;
/// Between a line and the comment behind it.
const BEFORE_COMMENT: usize = 2;

/// The whole file.
pub(super) fn print(document: &Document<'_>) -> String {
    let mut out = Printer::default();
    for (line, header) in document.lines.iter().zip(headers_below(&document.lines)) {
        match line {
            Line::Empty => out.empty(),
            Line::Comment(text) => {
                out.before(header);
                out.comment(text);
            }
            Line::Header { key, array, comment } => {
                out.before(header);
                let (open, close) = if *array { ("[[", "]]") } else { ("[", "]") };
                out.flush();
                out.line(&format!("{open}{}{close}", key.join(".")), *comment);
                out.below_header = true;
                out.led_to = false;
            }
            Line::Entry { key, value, comment } => out.entry(key, value, *comment),
        }
    }
    out.finish()
}

/// For each line, the header that it is or, as a comment, stands right above.
fn headers_below<'d, 't>(lines: &'d [Line<'t>]) -> Vec<Option<&'d [Cow<'t, str>]>> {
    let mut below = None;
    let mut headers: Vec<_> = lines
        .iter()
        .rev()
        .map(|line| {
            below = match line {
                Line::Header { key, .. } => Some(&key[..]),
                Line::Comment(_) => below,
                Line::Empty | Line::Entry { .. } => None,
            };
            below
        })
        .collect();
    headers.reverse();
    headers
}

/// An entry on one line, waiting for its neighbours.
struct Waiting {
    key: String,
    value: String,
    comment: Option<String>,
    /// Comments that stand between it and the next.
    below: Vec<String>,
}

#[derive(Default)]
struct Printer {
    out: String,
    waiting: Vec<Waiting>,
    /// An empty line was read and not yet printed.
    gap: bool,
    /// The last line printed is a header.
    below_header: bool,
    /// Comments that lead to the next header were begun.
    led_to: bool,
    /// The table that those below it belong to.
    owner: Vec<String>,
}

impl Printer {
    fn empty(&mut self) {
        self.gap = true;
        self.led_to = false;
    }

    /// The gap before a header, or before the comments that lead to it.
    fn before(&mut self, header: Option<&[Cow<'_, str>]>) {
        let Some(header) = header else { return };
        if std::mem::replace(&mut self.led_to, true) {
            return;
        }
        let owned = !self.owner.is_empty()
            && header.len() >= self.owner.len()
            && self.owner.iter().zip(header).all(|(owner, part)| owner == part);
        if !owned {
            self.owner = header.iter().map(|part| part.clone().into_owned()).collect();
            self.gap = true;
            self.below_header = false;
        } else if self.gap {
            self.below_header = false;
        }
    }

    fn comment(&mut self, text: &str) {
        if !self.gap
            && !self.led_to
            && let Some(last) = self.waiting.last_mut()
        {
            last.below.push(text.to_owned());
            return;
        }
        self.flush();
        self.line(text, None);
    }

    fn entry(&mut self, key: &str, value: &Value<'_>, comment: Option<&str>) {
        self.led_to = false;
        let text = self::value(value, 0, key.chars().count() + 3);
        if self.gap || text.contains('\n') {
            self.flush();
        }
        if text.contains('\n') {
            return self.line(&format!("{key} = {text}"), comment);
        }
        if self.waiting.is_empty() {
            self.close_gap();
        }
        let comment = comment.map(str::to_owned);
        self.waiting.push(Waiting { key: key.to_owned(), value: text, comment, below: Vec::new() });
    }

    /// Prints the entries that wait, in columns.
    fn flush(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let column = waiting.iter().map(|entry| entry.key.chars().count()).max().unwrap_or(0);
        let lines: Vec<String> =
            waiting.iter().map(|entry| format!("{:column$} = {}", entry.key, entry.value)).collect();
        let mut at = 0;
        while at < waiting.len() {
            // Neighbours with a comment each have them below each other.
            let run = waiting[at..].iter().take_while(|entry| entry.comment.is_some()).count();
            let widest = lines[at..at + run].iter().map(|line| line.chars().count()).max().unwrap_or(0);
            for (entry, line) in waiting[at..at + run.max(1)].iter().zip(&lines[at..]) {
                self.out.push_str(line);
                if let Some(comment) = &entry.comment {
                    let pad = widest - line.chars().count() + BEFORE_COMMENT;
                    self.out.extend(std::iter::repeat_n(' ', pad));
                    self.out.push_str(comment);
                }
                self.out.push('\n');
                for comment in &entry.below {
                    self.out.push_str(comment);
                    self.out.push('\n');
                }
            }
            at += run.max(1);
        }
    }

    fn close_gap(&mut self) {
        if std::mem::take(&mut self.gap) && !self.out.is_empty() && !self.below_header {
            self.out.push('\n');
        }
        self.below_header = false;
    }

    fn line(&mut self, text: &str, comment: Option<&str>) {
        self.close_gap();
        self.out.push_str(text);
        if let Some(comment) = comment {
            self.out.extend(std::iter::repeat_n(' ', BEFORE_COMMENT));
            self.out.push_str(comment);
        }
        self.out.push('\n');
    }

    fn finish(mut self) -> String {
        self.flush();
        self.out
    }
}

/// A value that begins at a column of a line with this indentation.
fn value(value: &Value<'_>, indent: usize, column: usize) -> String {
    match value {
        Value::Scalar(text) => text.clone().into_owned(),
        Value::List(list) => {
            let broken = list.broken || has_broken_neighbours(list);
            if !broken {
                let one_line = flat(list, indent, column);
                let width = one_line.chars().position(|c| c == '\n').unwrap_or_else(|| one_line.chars().count());
                if list.table || list.items.is_empty() || one_line.contains('\n') || column + width <= WIDTH {
                    return one_line;
                }
            }
            over_lines(list, indent)
        }
    }
}

/// Several elements of which one spans lines: they would be hard to tell apart.
fn has_broken_neighbours(list: &List<'_>) -> bool {
    // A table was not broken itself, and only newer TOML knows how to.
    !list.table
        && list.items.len() > 1
        && list.items.iter().any(|item| matches!(item, Item::Element { value, .. } if is_broken(value)))
}

fn is_broken(value: &Value<'_>) -> bool {
    match value {
        Value::Scalar(_) => false,
        Value::List(list) => {
            list.broken || list.items.iter().any(|item| matches!(item, Item::Element { value, .. } if is_broken(value)))
        }
    }
}

/// On one line, as far as its elements are.
fn flat(list: &List<'_>, indent: usize, column: usize) -> String {
    let mut out = String::new();
    for item in &list.items {
        let Item::Element { key, value, .. } = item else { continue };
        if !out.is_empty() {
            out.push_str(", ");
        }
        if let Some(key) = key {
            out.push_str(key);
            out.push_str(" = ");
        }
        // Inside of a table nothing is broken that was not: how wide it is must not hang on the column.
        match (value, list.table || list.items.len() > 1) {
            (Value::List(inner), true) if !is_broken(value) => out.push_str(&flat(inner, indent, 0)),
            (inner, _) => out.push_str(&self::value(inner, indent, column + 1)),
        }
    }
    match (list.table, out.is_empty()) {
        (false, _) => format!("[{out}]"),
        (true, true) => "{}".to_owned(),
        (true, false) => format!("{{ {out} }}"),
    }
}

/// One element a line.
fn over_lines(list: &List<'_>, indent: usize) -> String {
    let (open, close) = if list.table { ('{', '}') } else { ('[', ']') };
    let inner = indent + INDENT;
    let mut out = format!("{open}\n");
    for item in &list.items {
        match item {
            Item::Empty => {}
            Item::Comment(text) => out.push_str(&format!("{:inner$}{text}", "")),
            Item::Element { key, value, comment } => {
                out.extend(std::iter::repeat_n(' ', inner));
                let mut column = inner;
                if let Some(key) = key {
                    out.push_str(key);
                    out.push_str(" = ");
                    column += key.chars().count() + 3;
                }
                out.push_str(&self::value(value, inner, column));
                out.push(',');
                if let Some(comment) = comment {
                    out.extend(std::iter::repeat_n(' ', BEFORE_COMMENT));
                    out.push_str(comment);
                }
            }
        }
        out.push('\n');
    }
    out.extend(std::iter::repeat_n(' ', indent));
    out.push(close);
    out
}
