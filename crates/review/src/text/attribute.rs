//! One attribute: `~ path: "a" -> "b"`, or a diff of lines where a value takes several.

use crate::{
    escape::{line, shortened},
    style::{Role, Style},
    value::{inline, lines, units, wants_lines},
    view::Attribute,
};
use firma_model::value::Value;
use firma_plan::step::Action;
use similar::{ChangeTag, TextDiff};

/// Longest value shown on one line, in characters.
const LONGEST: usize = 160;
/// Longest line of a value that takes several.
const LONGEST_LINE: usize = 220;
/// Characters shown around the place where two long values begin to differ.
const AROUND: usize = 60;
/// Most lines shown of a value that has no counterpart.
const MOST_LINES: usize = 40;
/// Lines around a difference.
const CONTEXT: usize = 2;
/// Values of more lines are not compared line by line: the time that takes may grow with their product.
const MOST_COMPARED: usize = 4000;

/// Prints one attribute of a change.
pub(super) fn print(attribute: &Attribute, action: Action, indent: &str, style: Style, out: &mut String) {
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
    match (&attribute.before, &attribute.after) {
        (None, None) => {}
        (None, Some(after)) if !wants_lines(after) => {
            out.push_str(&format!("{indent}{sign} {path}: {}{forces}\n", short(after)));
        }
        (Some(before), None) if !wants_lines(before) => {
            out.push_str(&format!("{indent}{sign} {path}: {}{gone}{forces}\n", short(before)));
        }
        (None, Some(one)) => {
            out.push_str(&format!("{indent}{sign} {path}:{forces}\n"));
            block(&lines(one), "+", Role::Create, indent, style, out);
        }
        (Some(one), None) => {
            out.push_str(&format!("{indent}{sign} {path}:{gone}{forces}\n"));
            block(&lines(one), "-", Role::Delete, indent, style, out);
        }
        (Some(before), Some(after)) => match compared(before, after) {
            Some((old, new)) => {
                out.push_str(&format!("{indent}{sign} {path}:{forces}\n"));
                diff(&old, &new, indent, style, out);
            }
            None => {
                let (before, after) = pair(before, after);
                out.push_str(&format!("{indent}{sign} {path}: {before} -> {after}{forces}\n"));
            }
        },
    }
}

/// Both sides as lines, when either wants that and the lines show a difference (a line ending alone would not).
fn compared(before: &Value, after: &Value) -> Option<(Vec<String>, Vec<String>)> {
    let whole = |value: &Value| matches!(value, Value::Sensitive(_) | Value::Unknown(_) | Value::Null);
    if whole(before) || whole(after) || !(wants_lines(before) || wants_lines(after)) {
        return None;
    }
    let (old, new) = (units(before), units(after));
    (old != new).then_some((old, new))
}

fn short(value: &Value) -> String {
    shortened(&inline(value), LONGEST).into_owned()
}

/// Two values on one line. Long ones are shown around the place where they part.
fn pair(before: &Value, after: &Value) -> (String, String) {
    let (before, after) = (inline(before), inline(after));
    if before.chars().count() <= LONGEST && after.chars().count() <= LONGEST {
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

fn block(lines: &[String], sign: &str, role: Role, indent: &str, style: Style, out: &mut String) {
    for text in lines.iter().take(MOST_LINES) {
        put(sign, role, text, indent, style, out);
    }
    if lines.len() > MOST_LINES {
        out.push_str(&format!("{indent}    ... ({} more lines)\n", lines.len() - MOST_LINES));
    }
}

fn put(sign: &str, role: Role, text: &str, indent: &str, style: Style, out: &mut String) {
    for text in text.split('\n') {
        let text = shortened(text, LONGEST_LINE);
        let whole = format!("{sign} {text}");
        out.push_str(&format!("{indent}    {}\n", style.paint(role, whole.trim_end())));
    }
}

fn diff(old: &[String], new: &[String], indent: &str, style: Style, out: &mut String) {
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
        1 => "... (1 line unchanged)".to_owned(),
        n => format!("... ({n} lines unchanged)"),
    };
    out.push_str(&format!("{indent}    {}\n", style.paint(Role::Faint, &text)));
}
