//! TOML, spelt: before it is laid out, so that one spelling of everything will do.

use firma_model::value::{Map, Value};

/// Part of a block: a value as it is written, or a table with entries of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Anything that has no entries.
    Scalar(String),
    /// A list.
    List(Vec<Part>),
    /// A table.
    Table(Vec<(String, Part)>),
}

/// How wide an entry may be; a wider table gets a header of its own.
const WIDTH: usize = 100;

impl Part {
    /// On one line.
    pub(super) fn inline(&self) -> String {
        match self {
            Part::Scalar(text) => text.clone(),
            Part::List(items) => format!("[{}]", items.iter().map(Part::inline).collect::<Vec<_>>().join(", ")),
            Part::Table(entries) if entries.is_empty() => "{}".to_owned(),
            Part::Table(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(name, part)| format!("{} = {}", key(name), part.inline())).collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }

    /// Whether it is a table, or a list of nothing but tables, that is too wide for a line.
    fn wants_header(&self, name: &str) -> bool {
        let tables = match self {
            Part::Scalar(_) => false,
            Part::Table(_) => true,
            Part::List(items) => !items.is_empty() && items.iter().all(|item| matches!(item, Part::Table(_))),
        };
        tables && name.chars().count() + self.inline().chars().count() + 3 > WIDTH
    }
}

/// Prints a table under a header, wide tables inside of it under headers of their own; `notes` are comments behind its entries.
pub(super) fn table(out: &mut String, header: &str, entries: &[(String, Part)], notes: &[String]) {
    let (wide, narrow): (Vec<_>, Vec<_>) = entries.iter().partition(|(name, part)| part.wants_header(name));
    out.push_str(header);
    out.push('\n');
    for (name, part) in narrow {
        out.push_str(&format!("{} = {}\n", key(name), part.inline()));
    }
    for note in notes {
        out.push_str(&format!("# {note}\n"));
    }
    let path = header.trim_matches(['[', ']']);
    for (name, part) in wide {
        let inner = format!("{path}.{}", key(name));
        match part {
            Part::Scalar(_) => {}
            Part::Table(entries) => table(out, &format!("[{inner}]"), entries, &[]),
            Part::List(items) => {
                for item in items {
                    if let Part::Table(entries) = item {
                        table(out, &format!("[[{inner}]]"), entries, &[]);
                    }
                }
            }
        }
    }
}

/// A value whose form nothing is known of.
pub(super) fn any(value: &Value) -> Part {
    match value {
        Value::Sensitive(inner) => any(inner),
        // TOML has no null: the language has.
        Value::Null | Value::Unknown(_) => Part::Scalar("\"${null}\"".to_owned()),
        Value::Bool(value) => Part::Scalar(value.to_string()),
        Value::Number(number) => Part::Scalar(self::number(&number.canonical())),
        Value::String(text) => Part::Scalar(quoted(&plain(text))),
        Value::List(items) | Value::Set(items) => Part::List(items.iter().map(any).collect()),
        Value::Map(map) => Part::Table(entries(map)),
    }
}

fn entries(map: &Map) -> Vec<(String, Part)> {
    map.iter().map(|(name, value)| (name.clone(), any(value))).collect()
}

/// A number, or text where TOML has no such number.
fn number(digits: &str) -> String {
    let whole = digits.strip_prefix('-').unwrap_or(digits);
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let fits = match whole.split_once('.') {
        Some((before, after)) => is_digits(before) && is_digits(after),
        None => is_digits(whole) && digits.parse::<i64>().is_ok(),
    };
    if fits { digits.to_owned() } else { quoted(digits) }
}

/// Text that means itself: nothing in it is evaluated.
pub(super) fn plain(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// Text between quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_unseen(c) => match u32::from(c) {
                code if code > 0xffff => out.push_str(&format!("\\U{code:08x}")),
                code => out.push_str(&format!("\\u{code:04x}")),
            },
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Marks that turn the direction of text, or take no room: who reads the manifest should see them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A key.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare { name.to_owned() } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use super::{Part, any, number, plain, quoted, table};
    use firma_model::value::{Map, Value};
    use toml::de::DeTable;

    #[test]
    fn every_text_comes_back() {
        for text in
            ["", "a\"b\\c", "line\nline\r\n\ttab", "\u{7f}\u{0}\u{202e}é☃\u{1f600}", "'''", "\u{feff}x\u{e007f}"]
        {
            let document = format!("a = {}", quoted(text));
            let parsed = DeTable::parse(&document).expect("TOML");
            assert_eq!(parsed.get_ref()["a"].get_ref().as_str(), Some(text), "{document}");
        }
        assert_eq!(plain("a ${b} %{c} $${d}"), "a $${b} %%{c} $$${d}");
    }

    #[test]
    fn numbers_that_toml_lacks_are_texts() {
        let rows = [
            ("1", "1"),
            ("-1.5", "-1.5"),
            ("1e400", "\"1e400\""),
            ("9223372036854775808", "\"9223372036854775808\""),
            ("-", "\"-\""),
        ];
        for (digits, written) in rows {
            assert_eq!(number(digits), written);
        }
    }

    #[test]
    fn what_is_wide_gets_a_header() {
        let long = Value::from("x".repeat(90));
        let map = |entries: &[(&str, Value)]| -> Value {
            Value::Map(entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Map>())
        };
        let value = map(&[
            ("a", map(&[("long", long.clone()), ("in ner", map(&[("long", long.clone())]))])),
            ("b", Value::List(vec![map(&[("c", long)]), map(&[("d", Value::Null)])])),
            ("narrow", map(&[("x", Value::Bool(true))])),
        ]);
        let Part::Table(entries) = any(&value) else { panic!("a table") };
        let mut out = String::new();
        table(&mut out, "[t]", &entries, &["note".to_owned()]);
        let x = "x".repeat(90);
        let expected = format!(
            "[t]\nnarrow = {{ x = true }}\n# note\n[t.a]\nlong = \"{x}\"\n[t.a.\"in ner\"]\nlong = \"{x}\"\n\
             [[t.b]]\nc = \"{x}\"\n[[t.b]]\nd = \"${{null}}\"\n"
        );
        assert_eq!(out, expected);
    }
}
