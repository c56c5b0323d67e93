//! Writing YAML, to the byte as Terraform's emitter does: strings in double quotes, texts of several lines as literal
//! blocks, lists not indented below their key.

use super::super::{Arguments, Failure};
use crate::decimal;
use firma_model::value::Value;

/// The column after which a space inside of quotes becomes a line end.
const WIDTH: usize = 80;

/// The YAML of a value.
pub(super) fn encoded(arguments: &Arguments<'_>, value: &Value) -> Result<String, Failure> {
    let mut writer = Writer { arguments, out: String::new(), line: 0 };
    writer.root(value)?;
    Ok(writer.out)
}

struct Writer<'w, 'c> {
    arguments: &'w Arguments<'c>,
    out: String,
    /// Where the current line begins.
    line: usize,
}

impl Writer<'_, '_> {
    fn root(&mut self, value: &Value) -> Result<(), Failure> {
        match value {
            Value::Map(map) if !map.is_empty() => self.collection(value, 0)?,
            Value::List(items) | Value::Set(items) if !items.is_empty() => self.collection(value, 0)?,
            _ => self.scalar(value, 2)?,
        }
        self.end_line();
        // A plain scalar by itself could go on: it is ended.
        if matches!(value, Value::Null | Value::Bool(_) | Value::Number(_)) {
            self.out.push_str("...\n");
        }
        Ok(())
    }

    fn end_line(&mut self) {
        if self.line < self.out.len() {
            self.new_line(0);
        }
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.line = self.out.len();
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// The beginning of an entry that is not the first of its collection.
    fn next(&mut self, indent: usize) {
        self.end_line();
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn collection(&mut self, value: &Value, indent: usize) -> Result<(), Failure> {
        match value {
            Value::Map(map) => {
                for (at, (key, item)) in map.iter().enumerate() {
                    if at > 0 {
                        self.next(indent);
                    }
                    self.quoted(key, None);
                    self.out.push(':');
                    match item {
                        Value::Map(inner) if !inner.is_empty() => {
                            self.new_line(indent + 2);
                            self.collection(item, indent + 2)?;
                        }
                        Value::List(inner) | Value::Set(inner) if !inner.is_empty() => {
                            self.new_line(indent);
                            self.collection(item, indent)?;
                        }
                        _ => {
                            self.out.push(' ');
                            self.scalar(item, indent + 2)?;
                        }
                    }
                }
            }
            Value::List(items) | Value::Set(items) => {
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.next(indent);
                    }
                    self.out.push_str("- ");
                    match item {
                        Value::Map(inner) if !inner.is_empty() => self.collection(item, indent + 2)?,
                        Value::List(inner) | Value::Set(inner) if !inner.is_empty() => {
                            self.collection(item, indent + 2)?;
                        }
                        _ => self.scalar(item, indent + 2)?,
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A scalar or an empty collection; further lines of it begin at `indent`.
    fn scalar(&mut self, value: &Value, indent: usize) -> Result<(), Failure> {
        self.arguments.charge(1)?;
        if self.out.len() > self.arguments.max_text() {
            self.arguments.afford(self.out.len())?;
        }
        match value {
            Value::Null | Value::Unknown(_) => self.out.push_str("null"),
            Value::Bool(truth) => self.out.push_str(if *truth { "true" } else { "false" }),
            Value::Number(number) => self.out.push_str(&decimal::spelled(number)),
            Value::List(_) | Value::Set(_) => self.out.push_str("[]"),
            Value::Map(_) => self.out.push_str("{}"),
            Value::String(text) if text.contains('\n') && block_allowed(text) => self.literal(text, indent),
            Value::String(text) => self.quoted(text, Some(indent)),
            Value::Sensitive(inner) => self.scalar(inner, indent)?,
        }
        Ok(())
    }

    /// `|`, what is said of its first and its last lines, and the lines.
    fn literal(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        if text.starts_with([' ', '\n']) {
            self.out.push('2');
        }
        match text.strip_suffix('\n') {
            None => self.out.push('-'),
            Some(before) if before.is_empty() || before.ends_with('\n') => self.out.push('+'),
            Some(_) => {}
        }
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            self.new_line(if line.is_empty() { 0 } else { indent });
            self.out.push_str(line);
        }
        if text.ends_with('\n') {
            self.new_line(0);
        }
    }

    /// In double quotes; broken into lines where there is an indentation for them.
    fn quoted(&mut self, text: &str, indent: Option<usize>) {
        self.out.push('"');
        let mut after_space = false;
        let mut column = self.out[self.line..].chars().count();
        let mut characters = text.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            if c != ' ' {
                let before = self.out.len();
                escaped(c, &mut self.out);
                column += self.out[before..].chars().count();
                after_space = false;
                continue;
            }
            match indent {
                Some(indent) if !after_space && column > WIDTH && at > 0 && at + 1 < text.len() => {
                    self.new_line(indent);
                    column = indent;
                    if characters.peek().is_some_and(|(_, next)| *next == ' ') {
                        self.out.push('\\');
                        column += 1;
                    }
                }
                _ => {
                    self.out.push(' ');
                    column += 1;
                }
            }
            after_space = true;
        }
        self.out.push('"');
    }
}

/// Whether a text can be a literal block: only printable letters, no space before a line end or at the end.
fn block_allowed(text: &str) -> bool {
    let printable = text.chars().all(|c| c == '\n' || printable(c));
    printable && !text.contains(" \n") && !text.ends_with(' ')
}

/// What the emitter writes as it is: nothing beyond the basic plane.
fn printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

fn escaped(c: char, out: &mut String) {
    let short = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '\u{85}' => "\\N",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        c if printable(c) => return out.push(c),
        c => {
            let code = u32::from(c);
            return out.push_str(&match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            });
        }
    };
    out.push_str(short);
}
