//! A manifest as lines: headers, entries, comments, empty lines, in the order they are written.

use super::text;
use std::borrow::Cow;
use toml_parser::{
    Source,
    parser::{Event, EventKind, parse_document},
};

/// The lines of a file.
#[derive(Debug)]
pub(super) struct Document<'t> {
    pub(super) lines: Vec<Line<'t>>,
}

/// One line, or an entry that spans several.
#[derive(Debug)]
pub(super) enum Line<'t> {
    Empty,
    Comment(&'t str),
    Header { key: Vec<Cow<'t, str>>, array: bool, comment: Option<&'t str> },
    Entry { key: String, value: Value<'t>, comment: Option<&'t str> },
}

/// A value.
#[derive(Debug)]
pub(super) enum Value<'t> {
    Scalar(Cow<'t, str>),
    List(List<'t>),
}

/// An array or an inline table.
#[derive(Debug)]
pub(super) struct List<'t> {
    pub(super) table: bool,
    pub(super) items: Vec<Item<'t>>,
    /// A line break stands in it, outside of its elements.
    pub(super) broken: bool,
}

/// What stands in a list.
#[derive(Debug)]
pub(super) enum Item<'t> {
    Empty,
    Comment(&'t str),
    Element { key: Option<String>, value: Value<'t>, comment: Option<&'t str> },
}

impl<'t> Document<'t> {
    /// Reads text that is known to be TOML.
    pub(super) fn read(text: &'t str) -> Document<'t> {
        let source = Source::new(text);
        let tokens = source.lex().into_vec();
        let mut events = Vec::new();
        parse_document(&tokens, &mut events, &mut ());
        Walk { source, events, at: 0 }.document()
    }
}

struct Walk<'t> {
    source: Source<'t>,
    events: Vec<Event>,
    at: usize,
}

impl<'t> Walk<'t> {
    fn document(mut self) -> Document<'t> {
        let mut lines = Vec::new();
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::Newline => lines.push(Line::Empty),
                EventKind::Comment => {
                    lines.push(Line::Comment(self.comment_text(&event)));
                    self.end_of_line();
                }
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    let array = event.kind() == EventKind::ArrayTableOpen;
                    let key = self.key(None, &[EventKind::StdTableClose, EventKind::ArrayTableClose]);
                    lines.push(Line::Header { key, array, comment: self.end_of_line() });
                }
                EventKind::SimpleKey => {
                    let key = self.key(Some(event), &[EventKind::KeyValSep]).join(".");
                    let value = self.value();
                    lines.push(Line::Entry { key, value, comment: self.end_of_line() });
                }
                _ => {}
            }
        }
        Document { lines }
    }

    /// The next event that is not white space.
    fn next(&mut self) -> Option<Event> {
        loop {
            let event = self.events.get(self.at).copied()?;
            self.at += 1;
            if event.kind() != EventKind::Whitespace {
                return Some(event);
            }
        }
    }

    fn comment_text(&self, event: &Event) -> &'t str {
        self.source.get(event).map(|raw| raw.as_str().trim_end()).unwrap_or_default()
    }

    /// The comment behind what was read, up to the end of its line.
    fn end_of_line(&mut self) -> Option<&'t str> {
        let mut comment = None;
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::Comment => comment = Some(self.comment_text(&event)),
                EventKind::Newline => break,
                _ => {
                    self.at -= 1;
                    break;
                }
            }
        }
        comment
    }

    /// The parts of a key, up to one of these.
    fn key(&mut self, first: Option<Event>, ends: &[EventKind]) -> Vec<Cow<'t, str>> {
        let mut parts = Vec::new();
        let mut current = first;
        while let Some(event) = current.or_else(|| self.next()) {
            current = None;
            match event.kind() {
                EventKind::SimpleKey => {
                    parts.extend(self.source.get(event).map(|raw| text::key(raw, event.encoding())));
                }
                kind if ends.contains(&kind) => break,
                _ => {}
            }
        }
        parts
    }

    /// A value. Its depth is bounded: deeper text is refused by the parser.
    fn value(&mut self) -> Value<'t> {
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::Scalar => {
                    let raw = self.source.get(event);
                    return Value::Scalar(raw.map(|raw| text::scalar(raw, event.encoding())).unwrap_or_default());
                }
                EventKind::ArrayOpen => return Value::List(self.list(false)),
                EventKind::InlineTableOpen => return Value::List(self.list(true)),
                _ => {}
            }
        }
        Value::Scalar(Cow::Borrowed(""))
    }

    fn list(&mut self, table: bool) -> List<'t> {
        let mut list = List { table, items: Vec::new(), broken: false };
        // Line breaks since the last thing that was read.
        let mut breaks = 0;
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::ArrayClose | EventKind::InlineTableClose => break,
                EventKind::Newline => {
                    breaks += 1;
                    list.broken = true;
                }
                EventKind::Comment => {
                    let text = self.comment_text(&event);
                    list.broken = true;
                    match list.items.last_mut() {
                        Some(Item::Element { comment: comment @ None, .. }) if breaks == 0 => *comment = Some(text),
                        _ => {
                            gap(&mut list.items, breaks);
                            list.items.push(Item::Comment(text));
                        }
                    }
                    breaks = 0;
                }
                EventKind::SimpleKey => {
                    gap(&mut list.items, breaks);
                    breaks = 0;
                    let key = self.key(Some(event), &[EventKind::KeyValSep]).join(".");
                    let value = self.value();
                    list.items.push(Item::Element { key: Some(key), value, comment: None });
                }
                EventKind::Scalar | EventKind::ArrayOpen | EventKind::InlineTableOpen => {
                    gap(&mut list.items, breaks);
                    breaks = 0;
                    self.at -= 1;
                    let value = self.value();
                    list.items.push(Item::Element { key: None, value, comment: None });
                }
                _ => {}
            }
        }
        list
    }
}

/// Keeps one empty line of those between two things.
fn gap(items: &mut Vec<Item<'_>>, breaks: usize) {
    if breaks > 1 && !items.is_empty() {
        items.push(Item::Empty);
    }
}
