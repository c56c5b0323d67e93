//! Values in words: on one line where they are short, as a block of lines where they are not.

use crate::escape::{line, quoted};
use firma_model::{path::is_plain_name, value::Value};

/// What stands for a value that is known only after apply.
pub(crate) const PENDING: &str = "(known after apply)";
/// What stands for a hidden value.
pub(crate) const HIDDEN: &str = "(sensitive)";

/// On one line.
pub(crate) fn inline(value: &Value) -> String {
    let mut out = String::new();
    write_inline(value, &mut out);
    out
}

fn write_inline(value: &Value, out: &mut String) {
    match value {
        Value::List(items) | Value::Set(items) if !items.is_empty() => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_inline(item, out);
            }
            out.push(']');
        }
        Value::Map(map) if !map.is_empty() => {
            out.push_str("{ ");
            for (at, (key, item)) in map.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                out.push_str(&self::key(key));
                out.push_str(" = ");
                write_inline(item, out);
            }
            out.push_str(" }");
        }
        other => write_scalar(other, out),
    }
}

fn write_scalar(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.canonical()),
        Value::String(text) => out.push_str(&quoted(text)),
        Value::Unknown(_) => out.push_str(PENDING),
        Value::Sensitive(_) => out.push_str(HIDDEN),
        Value::List(_) | Value::Set(_) => out.push_str("[]"),
        Value::Map(_) => out.push_str("{}"),
    }
}

fn key(key: &str) -> String {
    if is_plain_name(key) { key.to_owned() } else { quoted(key) }
}

/// As lines: the text itself for text of several lines, one element or key a line for the rest.
pub(crate) fn lines(value: &Value) -> Vec<String> {
    if let Value::String(text) = value {
        return text.lines().map(|text| line(&text.replace('\t', "    ")).into_owned()).collect();
    }
    let mut out = Vec::new();
    write_lines(value, 0, "", "", &mut out);
    out
}

fn write_lines(value: &Value, depth: usize, before: &str, after: &str, out: &mut Vec<String>) {
    /// An element of at most this many characters stays on its line. A diff then tells added from removed elements,
    /// which is what happens to the rules of a security group, instead of pairing fields of different ones.
    const ELEMENT: usize = 200;
    let indent = "  ".repeat(depth);
    if depth > 0 && width(value, ELEMENT) <= ELEMENT {
        out.push(format!("{indent}{before}{}{after}", inline(value)));
        return;
    }
    match value {
        Value::List(items) | Value::Set(items) if !items.is_empty() => {
            out.push(format!("{indent}{before}["));
            for item in items {
                write_lines(item, depth + 1, "", ",", out);
            }
            out.push(format!("{indent}]{after}"));
        }
        Value::Map(map) if !map.is_empty() => {
            out.push(format!("{indent}{before}{{"));
            for (name, item) in map {
                write_lines(item, depth + 1, &format!("{} = ", key(name)), "", out);
            }
            out.push(format!("{indent}}}{after}"));
        }
        scalar => {
            let mut text = String::new();
            write_scalar(scalar, &mut text);
            out.push(format!("{indent}{before}{text}{after}"));
        }
    }
}

/// Whether a value is better shown as lines.
pub(crate) fn wants_lines(value: &Value) -> bool {
    /// What fits beside a path and another value.
    const INLINE: usize = 72;
    match value {
        Value::String(text) => text.trim_end_matches('\n').contains('\n'),
        Value::List(_) | Value::Set(_) | Value::Map(_) => width(value, INLINE) > INLINE,
        _ => false,
    }
}

/// How many characters a value takes on one line, as far as that is of interest.
fn width(value: &Value, limit: usize) -> usize {
    match value {
        Value::List(items) | Value::Set(items) if items.len() > limit => items.len(),
        Value::Map(map) if map.len() > limit => map.len(),
        _ => inline(value).chars().count(),
    }
}
