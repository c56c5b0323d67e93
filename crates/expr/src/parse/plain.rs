//! The expressions that nearly all manifests consist of, read without the grammar: names joined by points, with plain
//! indexes, and calls of functions with such arguments, alone or between pieces of text.
//!
//! `"${vpc.vpc.main.id}"`, `"${local.prefix}-web-${count.index}"` and `"${cidrsubnet(var.range, 8, 1)}"` cost the parser of the
//! whole language many times what they cost here, and projects have a hundred thousand of them. Whatever is not certain is
//! left to that parser; a test compares the two, places included.

use crate::text;
use firma_model::{
    expr::{Expr, ExprKind},
    number::Number,
    span::{SourceId, Span},
    value::Value,
};
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::sync::Arc;

/// Words that begin something else than a reference.
const WORDS: [&str; 9] = ["true", "false", "null", "for", "in", "if", "else", "endif", "endfor"];

/// Steps of one reference; the other parser bounds longer ones.
const MAX_STEPS: usize = 16;

/// Calls inside of one another; deeper ones are left to the other parser, which bounds them.
const MAX_CALLS: usize = 8;

/// Reads a text that is plain; `None` leaves it to the parser. Spans are offsets into the text.
pub(super) fn parse(text: &str) -> Option<Expr> {
    // Escapes and directives need a second look.
    if text.contains("$$") || text.contains("%%") || text.contains("%{") {
        return None;
    }
    // Kept here while their number is not known: what is made of them takes no more room than it needs.
    let mut parts: SmallVec<[Expr; 4]> = SmallVec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("${").map(|found| at + found) {
        if open > at {
            parts.push(literal(&text[at..open], at));
        }
        let mut here = Cursor { text, at: open + 2 };
        let part = here.chain(0)?;
        here.taken(b'}').then_some(())?;
        parts.push(part);
        at = here.at;
    }
    if at < text.len() {
        parts.push(literal(&text[at..], at));
    }
    match parts.len() {
        0 => None,
        1 => parts.pop().filter(|only| !matches!(only.kind, ExprKind::Literal(_))),
        _ => Some(make(ExprKind::Template(exact(parts)), 0, text.len())),
    }
}

/// A list without room to spare.
fn exact(parts: SmallVec<[Expr; 4]>) -> Vec<Expr> {
    let mut exact = Vec::with_capacity(parts.len());
    exact.extend(parts);
    exact
}

fn make(kind: ExprKind, start: usize, end: usize) -> Expr {
    Expr { kind, span: Span::new(SourceId(0), start, end) }
}

fn literal(piece: &str, start: usize) -> Expr {
    make(ExprKind::Literal(text::compose(Value::from(piece))), start, start + piece.len())
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn taken(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// `a.b["c"].d[0]`, `f(a, 1).b`
    fn chain(&mut self, calls: usize) -> Option<Expr> {
        let start = self.at;
        let root = self.name().filter(|name| !WORDS.contains(name))?;
        let kind = match self.taken(b'(') {
            true => ExprKind::Call(Arc::from(root), self.arguments(calls + 1)?, false),
            false => ExprKind::Name(SmolStr::from(root)),
        };
        let mut here = make(kind, start, self.at);
        for _ in 0..MAX_STEPS {
            let kind = match self.peek()? {
                b'.' => {
                    self.at += 1;
                    let name = self.name()?;
                    ExprKind::Attribute(Box::new(here), SmolStr::from(name))
                }
                b'[' => {
                    self.at += 1;
                    let key = self.key()?;
                    self.taken(b']').then_some(())?;
                    ExprKind::Index(Box::new(here), Box::new(key))
                }
                _ => return Some(here),
            };
            here = make(kind, start, self.at);
        }
        None
    }

    /// What stands between the parentheses of a call, and the one that closes it.
    fn arguments(&mut self, calls: usize) -> Option<Vec<Expr>> {
        (calls <= MAX_CALLS).then_some(())?;
        let mut arguments: SmallVec<[Expr; 4]> = SmallVec::new();
        if self.taken(b')') {
            return Some(Vec::new());
        }
        loop {
            let plain = self.peek()?;
            arguments.push(match plain == b'"' || plain.is_ascii_digit() {
                true => self.key()?,
                false => self.chain(calls)?,
            });
            if self.taken(b')') {
                return Some(exact(arguments));
            }
            self.taken(b',').then_some(())?;
            while self.taken(b' ') {}
        }
    }

    fn name(&mut self) -> Option<&'t str> {
        let rest = &self.text.as_bytes()[self.at..];
        let first = rest.first().filter(|byte| byte.is_ascii_alphabetic() || **byte == b'_')?;
        debug_assert!(first.is_ascii(), "names are ASCII here");
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
        // A letter beyond ASCII goes on with the name.
        rest.get(length).is_none_or(u8::is_ascii).then_some(())?;
        let name = &self.text[self.at..self.at + length];
        self.at += length;
        Some(name)
    }

    /// A small whole number, or a text without anything in it that means more than itself.
    fn key(&mut self) -> Option<Expr> {
        let start = self.at;
        if self.taken(b'"') {
            let rest = &self.text[self.at..];
            let length = rest.find('"')?;
            let key = &rest[..length];
            let simple = |b: u8| b.is_ascii_graphic() && !matches!(b, b'\\' | b'$' | b'%') || b == b' ';
            key.bytes().all(simple).then_some(())?;
            self.at += length + 1;
            return Some(make(ExprKind::Literal(Value::from(key)), start, self.at));
        }
        let rest = &self.text.as_bytes()[start..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (1..=9).contains(&digits).then_some(())?;
        (digits == 1 || rest[0] != b'0').then_some(())?;
        self.at += digits;
        let number = Number::parse(&self.text[start..self.at])?;
        Some(make(ExprKind::Literal(Value::Number(number)), start, self.at))
    }
}

#[cfg(test)]
mod tests;
