//! Where a key that a TOML file defines twice was defined first.
//!
//! The parser reports only the second place. This walk over its tokens runs on the error path alone.

use std::{collections::HashMap, ops::Range};
use toml_parser::{
    Source,
    parser::{Event, EventKind, parse_document},
};

/// Every key of one file with the places it appears at.
pub(crate) struct Keys {
    first: HashMap<String, Range<usize>>,
    places: Vec<(Range<usize>, String)>,
}

impl Keys {
    /// Walks a file.
    pub(crate) fn of(text: &str) -> Keys {
        let source = Source::new(text);
        let tokens = source.lex().into_vec();
        let mut walk = Walk {
            source,
            keys: Keys { first: HashMap::new(), places: Vec::new() },
            header: Vec::new(),
            current: Vec::new(),
            stack: Vec::new(),
            counter: 0,
        };
        let mut receiver = |event: Event| walk.event(&event);
        parse_document(&tokens, &mut receiver, &mut ());
        walk.keys
    }

    /// The first definition of the key that stands at `second`, with the key's dotted name.
    pub(crate) fn first(&self, second: &Range<usize>) -> Option<(Range<usize>, String)> {
        let (_, path) = self
            .places
            .iter()
            .filter(|(place, _)| place.start < second.end.max(second.start + 1) && second.start < place.end)
            .max_by_key(|(place, path)| (place.start, path.len()))?;
        let first = self.first.get(path)?;
        let name = path.split(SEPARATOR).filter(|part| !part.starts_with(ELEMENT)).collect::<Vec<_>>().join(".");
        (first.start < second.start).then(|| (first.clone(), name))
    }
}

/// Between the parts of a path; no key can contain it unescaped in practice, and a clash would only misplace a label.
const SEPARATOR: char = '\u{1f}';
/// Begins a part that stands for an array element.
const ELEMENT: char = '\u{1e}';

struct Walk<'t> {
    source: Source<'t>,
    keys: Keys,
    /// Path of the header in force.
    header: Vec<String>,
    /// Parts of the key being read.
    current: Vec<(String, Range<usize>)>,
    /// Paths of the inline tables (`Some`) and arrays (`None`) we are in.
    stack: Vec<Option<Vec<String>>>,
    counter: usize,
}

impl Walk<'_> {
    fn event(&mut self, event: &Event) {
        let span = event.span().start()..event.span().end();
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                self.stack.clear();
                self.current.clear();
            }
            EventKind::SimpleKey => {
                let mut name = std::borrow::Cow::Borrowed("");
                if let Some(raw) = self.source.get(event) {
                    raw.decode_key(&mut name, &mut ());
                }
                self.current.push((name.into_owned(), span));
            }
            EventKind::StdTableClose => {
                self.header.clear();
                self.header = self.close_key();
            }
            EventKind::ArrayTableClose => {
                self.header.clear();
                let mut path = self.close_key();
                path.push(self.element());
                self.header = path;
            }
            EventKind::KeyValSep => {
                let path = self.close_key();
                self.stack.push(Some(path));
            }
            EventKind::InlineTableOpen => {
                let mut path = self.path();
                if matches!(self.stack.last(), Some(None)) {
                    path.push(self.element());
                }
                self.stack.push(Some(path));
            }
            EventKind::ArrayOpen => self.stack.push(None),
            EventKind::InlineTableClose => {
                // A value inside may still be open when the table ends without a separator.
                self.stack.pop();
                self.end_of_value();
            }
            EventKind::ArrayClose => {
                self.stack.pop();
                self.end_of_value();
            }
            EventKind::Scalar => self.end_of_value(),
            _ => {}
        }
    }

    /// A value of `key = value` ended: its key's path goes. Elements of arrays have no key.
    fn end_of_value(&mut self) {
        if matches!(self.stack.last(), Some(Some(_))) {
            self.stack.pop();
        }
    }

    fn element(&mut self) -> String {
        self.counter += 1;
        format!("{ELEMENT}{}", self.counter)
    }

    /// Where the next key belongs.
    fn path(&self) -> Vec<String> {
        self.stack.iter().rev().find_map(Clone::clone).unwrap_or_else(|| self.header.clone())
    }

    fn close_key(&mut self) -> Vec<String> {
        let mut path = self.path();
        for (name, span) in self.current.drain(..) {
            path.push(name);
            let joined = path.join(&SEPARATOR.to_string());
            self.keys.first.entry(joined.clone()).or_insert_with(|| span.clone());
            self.keys.places.push((span, joined));
        }
        path
    }
}

/// Whether a message of the parser is about a key defined twice.
pub(crate) fn is_duplicate(message: &str) -> bool {
    message.contains("duplicate key")
}
