//! One attribute: `~ path: "a" -> "b"`, or what differs inside it, a line each.

use super::parts;
use crate::{
    delta::Delta,
    escape::{line, shortened},
    style::{Role, Style},
    value::{PENDING, inline, lines, wants_lines},
    view::Attribute,
};
use firma_model::value::Value;
use firma_plan::step::Action;
use similar::{ChangeTag, TextDiff};

/// Longest value shown on one line, in characters.
const LONGEST: usize = 110;
/// Longest line of a value that takes several.
const LONGEST_LINE: usize = 160;
/// Characters shown around the place where two long values begin to differ.
const AROUND: usize = 50;
/// Most lines shown of a value that has no counterpart.
const MOST_LINES: usize = 40;
/// Lines around a difference.
const CONTEXT: usize = 2;
/// Values of more lines are not compared line by line: the time that takes may grow with their product.
const MOST_COMPARED: usize = 4000;
/// Paths and values beyond these widths are not waited for by the arrows above and below them.
const WIDEST: (usize, usize) = (40, 36);

/// Where arrows stand in a block of attributes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Columns {
    path: usize,
    before: usize,
}

impl Columns {
    /// Columns that line up the arrows of these attributes.
    pub(super) fn of<'a>(attributes: impl Iterator<Item = &'a Attribute>) -> Columns {
        let mut columns = Columns::default();
        for attribute in attributes {
            if let Some((before, _)) = on_one_line(attribute) {
                let (path, before) = (width(&line(&attribute.path)), width(&before));
                if path <= WIDEST.0 && before <= WIDEST.1 {
                    columns.path = columns.path.max(path);
                    columns.before = columns.before.max(before);
                }
            }
        }
        columns
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn padding(text: &str, to: usize) -> String {
    " ".repeat(to.saturating_sub(width(text)))
}

/// Prints one attribute of a change.
pub(super) fn print(
    attribute: &Attribute,
    action: Action,
    indent: &str,
    columns: Columns,
    style: Style,
    out: &mut String,
) {
    let (sign, role) = match (&attribute.before, &attribute.after) {
        _ if attribute.forces_replacement => ("!", Role::Replace),
        (None, Some(_)) => ("+", Role::Create),
        (Some(_), None) => ("-", Role::Delete),
        _ => ("~", Role::Update),
    };
    let path = line(&attribute.path);
    let sign = style.paint(role, sign);
    let forces = match attribute.forces_replacement {
        true => format!("  {}", style.paint(Role::Alert, "forces replacement")),
        false => String::new(),
    };
    // A deleted attribute of an object that stays is worth a word; in a deleted object everything goes.
    let gone = if action == Action::Delete { "" } else { " -> (none)" };
    let most = if action == Action::Update || action == Action::Replace { usize::MAX } else { MOST_LINES };
    match (&attribute.delta, &attribute.before, &attribute.after) {
        (_, None, None) => {}
        (Delta::Parts(entries), before, after) if !entries.is_empty() => {
            let gone = if before.is_some() && after.is_none() { gone } else { "" };
            out.push_str(&format!("{indent}{sign} {path}:{gone}{forces}\n"));
            parts::print(entries, &format!("{indent}    "), most, style, out);
        }
        (Delta::Json(entries), ..) => {
            out.push_str(&format!("{indent}{sign} {path}: in its JSON{forces}\n"));
            parts::print(entries, &format!("{indent}    "), most, style, out);
        }
        (_, None, Some(after)) if !wants_lines(after) => {
            out.push_str(&format!("{indent}{sign} {path}: {}{forces}\n", short(after, &attribute.awaits)));
        }
        (_, Some(before), None) if !wants_lines(before) => {
            out.push_str(&format!("{indent}{sign} {path}: {}{gone}{forces}\n", short(before, &[])));
        }
        (_, None, Some(one)) => {
            out.push_str(&format!("{indent}{sign} {path}:{forces}\n"));
            block(&lines(one), "+", Role::Create, indent, style, out);
        }
        (_, Some(one), None) => {
            out.push_str(&format!("{indent}{sign} {path}:{gone}{forces}\n"));
            block(&lines(one), "-", Role::Delete, indent, style, out);
        }
        (_, Some(before), Some(after)) => match on_one_line(attribute) {
            None => {
                out.push_str(&format!("{indent}{sign} {path}:{forces}\n"));
                diff(&lines(before), &lines(after), indent, style, out);
            }
            Some((before, after)) => {
                let (to_value, to_arrow) = (padding(&path, columns.path), padding(&before, columns.before));
                // What is too long to be waited for waits for nobody.
                let to_arrow = if width(&path) > columns.path { String::new() } else { to_arrow };
                out.push_str(&format!("{indent}{sign} {path}:{to_value} {before}{to_arrow} -> {after}{forces}\n"));
            }
        },
    }
}

/// Both sides in words, where each fits on a line.
fn on_one_line(attribute: &Attribute) -> Option<(String, String)> {
    let (Some(before), Some(after)) = (&attribute.before, &attribute.after) else { return None };
    match &attribute.delta {
        Delta::Parts(entries) if !entries.is_empty() => return None,
        Delta::Json(_) => return None,
        _ => {}
    }
    if compared(before, after) {
        return None;
    }
    let (old, new) = pair(before, after);
    Some((old, pending(after, &attribute.awaits).unwrap_or(new)))
}

/// Whether both sides are shown as lines: when either wants that and the lines show a difference (a line ending alone would
/// not).
fn compared(before: &Value, after: &Value) -> bool {
    let whole = |value: &Value| matches!(value, Value::Sensitive(_) | Value::Unknown(_) | Value::Null);
    !whole(before) && !whole(after) && (wants_lines(before) || wants_lines(after)) && lines(before) != lines(after)
}

/// What is known only after apply, and from what.
fn pending(value: &Value, awaits: &[String]) -> Option<String> {
    /// Causes that are named; of more only how many.
    const NAMED: usize = 2;
    if !matches!(value, Value::Unknown(_)) || awaits.is_empty() {
        return None;
    }
    let named: Vec<String> = awaits.iter().take(NAMED).map(|name| line(name).into_owned()).collect();
    let more = match awaits.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let all = PENDING.trim_end_matches(')');
    Some(format!("{all}: from {}{more})", named.join(if more.is_empty() { " and " } else { ", " })))
}

pub(super) fn short(value: &Value, awaits: &[String]) -> String {
    pending(value, awaits).unwrap_or_else(|| shortened(&inline(value), LONGEST).into_owned())
}

/// Two values on one line. Long ones are shown around the place where they part.
pub(super) fn pair(before: &Value, after: &Value) -> (String, String) {
    let (before, after) = (inline(before), inline(after));
    if width(&before) <= LONGEST && width(&after) <= LONGEST {
        return (before, after);
    }
    let same = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(AROUND);
    let window = |text: &str| {
        let rest: String = text.chars().skip(from).collect();
        let shown = shortened(&rest, 2 * AROUND).into_owned();
        if from > 0 { format!("...{shown}") } else { shown }
    };
    (window(&before), window(&after))
}

pub(super) fn block(lines: &[String], sign: &str, role: Role, indent: &str, style: Style, out: &mut String) {
    for text in lines.iter().take(MOST_LINES) {
        put(sign, role, text, indent, style, out);
    }
    if lines.len() > MOST_LINES {
        out.push_str(&format!("{indent}    ... ({} more lines)\n", lines.len() - MOST_LINES));
    }
}

fn put(sign: &str, role: Role, text: &str, indent: &str, style: Style, out: &mut String) {
    let text = shortened(text, LONGEST_LINE);
    let whole = format!("{sign} {text}");
    out.push_str(&format!("{indent}    {}\n", style.paint(role, whole.trim_end())));
}

/// The lines of a text that differ, with those around them.
pub(super) fn diff(old: &[String], new: &[String], indent: &str, style: Style, out: &mut String) {
    if old.len().max(new.len()) > MOST_COMPARED {
        out.push_str(&format!("{indent}    {} lines -> {} lines\n", old.len(), new.len()));
        return;
    }
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    let diff = TextDiff::from_slices(&old, &new);
    let mut reached = 0;
    for group in diff.grouped_ops(CONTEXT) {
        let Some(first) = group.first() else { continue };
        skipped(first.old_range().start.saturating_sub(reached), indent, style, out);
        for op in &group {
            reached = op.old_range().end;
            for change in diff.iter_changes(op) {
                let text = change.value();
                match change.tag() {
                    ChangeTag::Delete => put("-", Role::Delete, text, indent, style, out),
                    ChangeTag::Insert => put("+", Role::Create, text, indent, style, out),
                    ChangeTag::Equal => put(" ", Role::Faint, text, indent, style, out),
                }
            }
        }
    }
    skipped(old.len().saturating_sub(reached), indent, style, out);
}

fn skipped(count: usize, indent: &str, style: Style, out: &mut String) {
    let text = match count {
        0 => return,
        1 => "# 1 line unchanged".to_owned(),
        n => format!("# {n} lines unchanged"),
    };
    out.push_str(&format!("{indent}    {}\n", style.paint(Role::Faint, &text)));
}
