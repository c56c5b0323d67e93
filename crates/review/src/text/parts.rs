//! What differs inside a value: an element or a key a line, with what stays counted.

use super::attribute::{diff, pair, short};
use crate::{
    delta::{Delta, Entry, Label, Part},
    escape::{line, quoted},
    style::{Role, Style},
    value::{HIDDEN, inline, lines, wants_lines},
};
use firma_model::{path::is_plain_name, value::Value};

/// Characters after which an element goes on in the next line.
const WIDTH: usize = 100;

/// Prints the parts of a value, at most so many.
pub(super) fn print(entries: &[Entry], indent: &str, most: usize, style: Style, out: &mut String) {
    for entry in entries.iter().take(most) {
        match entry {
            Entry::Same(count) => {
                let text = style.paint(Role::Faint, &format!("# {count} unchanged"));
                out.push_str(&format!("{indent}{text}\n"));
            }
            Entry::Part(part) => one(part, indent, style, out),
        }
    }
    if entries.len() > most {
        out.push_str(&format!("{indent}... ({} more)\n", entries.len() - most));
    }
}

fn one(part: &Part, indent: &str, style: Style, out: &mut String) {
    let label = match &part.label {
        Label::None | Label::Fields(_) => String::new(),
        Label::Key(key) if is_plain_name(key) => format!("{key}: "),
        Label::Key(key) => format!("{}: ", quoted(key)),
        Label::Position(at) => format!("[{at}]: "),
    };
    match (&part.before, &part.after) {
        (None, None) => {}
        (None, Some(value)) => whole(("+", Role::Create), &label, part, value, indent, style, out),
        (Some(value), None) => whole(("-", Role::Delete), &label, part, value, indent, style, out),
        (Some(before), Some(after)) => changed(part, &label, (before, after), indent, style, out),
    }
}

fn changed(part: &Part, label: &str, (before, after): (&Value, &Value), indent: &str, style: Style, out: &mut String) {
    let sign = style.paint(Role::Update, "~");
    let deeper = format!("{indent}    ");
    let head = match &part.label {
        Label::Fields(fields) => wrapped(&fields_of(fields), indent),
        _ => label.trim_end().trim_end_matches(':').to_owned() + ":",
    };
    match &part.delta {
        Delta::Parts(entries) => {
            out.push_str(&format!("{indent}{sign} {head}\n"));
            print(entries, &deeper, usize::MAX, style, out);
        }
        Delta::Json(entries) => {
            out.push_str(&format!("{indent}{sign} {head} in its JSON\n"));
            print(entries, &deeper, usize::MAX, style, out);
        }
        Delta::Whole if wants_lines(before) && wants_lines(after) => {
            out.push_str(&format!("{indent}{sign} {head}\n"));
            diff(&lines(before), &lines(after), indent, style, out);
        }
        Delta::Whole => {
            let (before, after) = pair(before, after);
            let label = if label.is_empty() { String::new() } else { format!("{head} ") };
            out.push_str(&format!("{indent}{sign} {label}{before} -> {after}\n"));
        }
    }
}

/// An element or key that comes or goes, all of it: nobody approves a port without seeing whom it is open to.
fn whole(
    (sign, role): (&str, Role),
    label: &str,
    part: &Part,
    value: &Value,
    indent: &str,
    style: Style,
    out: &mut String,
) {
    let text = match (value, &part.label) {
        (_, Label::Fields(fields)) => wrapped(&fields_of(fields), indent),
        (Value::Map(map), _) if !map.is_empty() => {
            let fields: Vec<(String, Value)> = map.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            wrapped(&fields_of(&fields), indent)
        }
        (Value::List(items), _) if inline(value).chars().count() > WIDTH => {
            let items: Vec<String> = items.iter().map(inline).collect();
            wrapped(&Fields { open: "[", close: "]", items }, indent)
        }
        (other, _) => short(other, &[]),
    };
    let whole = format!("{sign} {label}{text}");
    let lines: Vec<String> = whole.lines().map(|text| style.paint(role, text)).collect();
    out.push_str(&format!("{indent}{}\n", lines.join("\n")));
}

struct Fields {
    open: &'static str,
    close: &'static str,
    items: Vec<String>,
}

fn fields_of(fields: &[(String, Value)]) -> Fields {
    let name = |name: &str| if is_plain_name(name) { name.to_owned() } else { quoted(name) };
    let shown = |value: &Value| match value {
        Value::Sensitive(_) => HIDDEN.to_owned(),
        other => line(&inline(other)).into_owned(),
    };
    let items = fields.iter().map(|(key, value)| format!("{} = {}", name(key), shown(value))).collect();
    Fields { open: "{ ", close: " }", items }
}

/// On as many lines as it takes; those after the first stand under its content.
fn wrapped(fields: &Fields, indent: &str) -> String {
    let mut out = fields.open.to_owned();
    let mut column = out.chars().count();
    for (at, item) in fields.items.iter().enumerate() {
        let last = at + 1 == fields.items.len();
        let width = item.chars().count() + if last { fields.close.len() } else { 2 };
        if at > 0 && column + width > WIDTH {
            out = out.trim_end().to_owned();
            out.push_str(&format!("\n{indent}    "));
            column = 2;
        }
        out.push_str(item);
        out.push_str(if last { "" } else { ", " });
        column += width;
    }
    out + fields.close
}
