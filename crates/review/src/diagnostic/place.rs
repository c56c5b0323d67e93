//! From byte spans to lines and columns.

use firma_model::span::{Source, Span};
use std::{collections::BTreeMap, ops::Range};

/// A place as editors name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Sources with their lines, found once for all findings.
pub(super) struct Lines<'a> {
    sources: &'a [Source],
    /// Byte at which each line starts, by source.
    starts: BTreeMap<u32, Vec<usize>>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(sources: &'a [Source]) -> Lines<'a> {
        Lines { sources, starts: BTreeMap::new() }
    }

    pub(super) fn source(&self, span: Span) -> Option<&'a Source> {
        self.sources.get(span.source.0 as usize)
    }

    fn starts(&mut self, span: Span) -> Option<(&'a Source, &[usize])> {
        let source = self.source(span)?;
        let starts = self.starts.entry(span.source.0).or_insert_with(|| {
            let breaks = source.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        });
        Some((source, starts))
    }

    /// The place where a span starts.
    pub(super) fn place(&mut self, span: Span) -> Option<Place> {
        let at = self.clamped(span)?.start;
        let (source, starts) = self.starts(span)?;
        let line = line_of(starts, at);
        let column = source.text[starts[line]..at].chars().count() + 1;
        Some(Place { file: source.name.clone(), line: line + 1, column })
    }

    /// The bytes of a span, cut to the file and to whole characters.
    pub(super) fn clamped(&self, span: Span) -> Option<Range<usize>> {
        let text = &self.source(span)?.text;
        let floor = |at: u32| {
            let mut at = (at as usize).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(span.start);
        Some(start..floor(span.end).max(start))
    }

    /// First and last line of a span, from 0.
    pub(super) fn line_range(&mut self, span: Span) -> Option<Range<usize>> {
        let Range { start, end } = self.clamped(span)?;
        let (_, starts) = self.starts(span)?;
        // A span that ends with a line break ends on the line before it.
        let last = if end > start { end - 1 } else { end };
        Some(line_of(starts, start)..line_of(starts, last))
    }

    /// The bytes of some lines, from 0, the last one included and cut to the lines there are. Without the last line break.
    pub(super) fn bytes(&mut self, span: Span, lines: Range<usize>) -> Option<Range<usize>> {
        let (source, starts) = self.starts(span)?;
        let first = *starts.get(lines.start)?;
        let end = starts.get(lines.end + 1).map_or(source.text.len(), |next| next - 1);
        Some(first..end.max(first))
    }
}

/// The line that holds a byte, from 0.
fn line_of(starts: &[usize], at: usize) -> usize {
    starts.partition_point(|start| *start <= at).saturating_sub(1)
}
