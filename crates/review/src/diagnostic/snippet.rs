//! Findings with their source lines, drawn by annotate-snippets.
//!
//! It panics on spans past the end or inside a character and walks all the text it is given, so it gets windows: a few
//! lines around each group of spans that lie close together, with clamped spans.

use super::place::Lines;
use crate::{escape::line, style::Style};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics, Severity},
    span::{Source, Span},
};
use std::{borrow::Cow, ops::Range};

/// Spans whose lines are at most this far apart share a window.
const CLOSE: usize = 4;
/// Of longer spans only the first line is marked: a bracket over a whole file shows nothing.
const MOST_LINES: usize = 12;
/// Lines with more bytes are not drawn; the place is named instead.
const LONGEST_LINE: usize = 2000;
/// Columns to draw in.
const WIDTH: usize = 120;

/// Findings that are drawn; a person reads the first, and more would push them off the screen.
pub const MOST_SHOWN: usize = 20;

/// The findings one after another, errors before warnings where not all of them are shown, and how many are left.
pub fn render(diagnostics: &Diagnostics, sources: &[Source], style: Style) -> String {
    let mut lines = Lines::new(sources);
    let mut out = String::new();
    let (shown, left) = first(&diagnostics.list);
    for diagnostic in shown {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&one(diagnostic, &mut lines, style));
        out.push('\n');
    }
    if !left.is_empty() {
        let errors = left.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        let count = |count: usize, what: &str| match count {
            0 => None,
            1 => Some(format!("1 {what}")),
            many => Some(format!("{many} {what}s")),
        };
        let counted: Vec<String> =
            [count(errors, "error"), count(left.len() - errors, "warning")].into_iter().flatten().collect();
        out.push_str(&format!("\nand {} more", counted.join(" and ")));
        // Whatever is wrong with manifests, that command lists.
        if left.iter().all(|diagnostic| diagnostic.code < "E05") {
            out.push_str("; `firma validate --format json` lists them all");
        }
        out.push('\n');
    }
    out
}

/// What is shown, and what is only counted.
fn first(list: &[Diagnostic]) -> (Vec<&Diagnostic>, Vec<&Diagnostic>) {
    if list.len() <= MOST_SHOWN {
        return (list.iter().collect(), Vec::new());
    }
    let (errors, warnings): (Vec<_>, Vec<_>) =
        list.iter().partition(|diagnostic| diagnostic.severity == Severity::Error);
    let mut all: Vec<&Diagnostic> = errors.into_iter().chain(warnings).collect();
    let left = all.split_off(MOST_SHOWN);
    (all, left)
}

/// A marked span of one source.
struct Mark {
    span: Span,
    bytes: Range<usize>,
    lines: Range<usize>,
    label: Option<String>,
    primary: bool,
}

fn one<'a>(diagnostic: &'a Diagnostic, lines: &mut Lines<'a>, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(line(&diagnostic.message)).id(diagnostic.code));
    let primary = diagnostic.span.map(|span| (span, diagnostic.label.clone(), true));
    let related = diagnostic.related.iter().map(|label| (label.span, Some(label.text.clone()), false));
    let marks: Vec<Mark> =
        primary.into_iter().chain(related).filter_map(|(span, label, first)| mark(lines, span, label, first)).collect();
    for window in windows(marks) {
        group = draw(group, &window, lines);
    }
    for hint in &diagnostic.hints {
        // Text to be pasted keeps its lines.
        let lines: Vec<_> = hint.split('\n').map(line).collect();
        group = group.element(Level::HELP.message(lines.join("\n")));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    renderer.term_width(WIDTH).render(&[group])
}

fn mark(lines: &mut Lines<'_>, span: Span, label: Option<String>, primary: bool) -> Option<Mark> {
    let mut bytes = lines.clamped(span)?;
    let mut range = lines.line_range(span)?;
    if range.len() >= MOST_LINES {
        bytes.end = lines.bytes(span, range.start..range.start)?.end.max(bytes.start);
        range.end = range.start;
    }
    Some(Mark { span, bytes, lines: range, label: label.map(|text| line(&text).into_owned()), primary })
}

/// Marks of one source that lie close together, the window of the primary mark first.
fn windows(marks: Vec<Mark>) -> Vec<Vec<Mark>> {
    let mut windows: Vec<Vec<Mark>> = Vec::new();
    for mark in marks {
        let near = |other: &Mark| {
            other.span.source == mark.span.source
                && mark.lines.start <= other.lines.end + CLOSE
                && other.lines.start <= mark.lines.end + CLOSE
        };
        match windows.iter_mut().find(|window| window.iter().any(near)) {
            Some(window) => window.push(mark),
            None => windows.push(vec![mark]),
        }
    }
    windows
}

fn draw<'a>(group: Group<'a>, window: &[Mark], lines: &mut Lines<'a>) -> Group<'a> {
    let Some(first) = window.first() else { return group };
    let Some(source) = lines.source(first.span) else { return group };
    let from = window.iter().map(|mark| mark.lines.start).min().unwrap_or(0);
    let to = window.iter().map(|mark| mark.lines.end).max().unwrap_or(from);
    let path = line(&source.name).into_owned();
    let bytes = lines
        .bytes(first.span, from..to)
        .filter(|bytes| source.text[bytes.clone()].split('\n').all(|text| text.len() <= LONGEST_LINE));
    let Some(bytes) = bytes else {
        let place = lines.place(first.span);
        let origin = Origin::path(path);
        return group.element(match place {
            Some(place) => origin.line(place.line).char_column(place.column),
            None => origin,
        });
    };
    let text = &source.text[bytes.clone()];
    let annotations: Vec<Annotation<'a>> = window.iter().map(|mark| annotation(mark, bytes.start, text)).collect();
    let snippet = Snippet::source(unix(text)).path(path).line_start(from + 1).fold(false).annotations(annotations);
    group.element(snippet)
}

fn annotation<'a>(mark: &Mark, start: usize, text: &str) -> Annotation<'a> {
    let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    let within = |at: usize| unix(&text[..at.saturating_sub(start).min(text.len())]).len();
    kind.span(within(mark.bytes.start)..within(mark.bytes.end)).label(mark.label.clone())
}

/// Without the carriage returns at the ends of lines, which would be drawn. Also at the end of the text, where a window or
/// a mark was cut before the line break.
fn unix(text: &str) -> Cow<'_, str> {
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}
