//! csvdecode, by the rules of RFC 4180 as Go reads them.

use super::{Failure, Function, Gives, Kind, Parameter};
use firma_model::value::{Map, Value};

pub(super) const CSVDECODE: Function = Function::new(
    "csvdecode",
    "The rows of comma-separated values, as maps by the names in the first row.",
    &[Parameter::new("str", Kind::Text)],
    Gives::Any,
    |arguments| {
        let bad = |what: String| Failure::Argument(0, format!("is not CSV: {what}"));
        let mut reader = Reader { text: arguments.text(0), at: 0, line: 1 };
        let names = reader.row().map_err(bad)?.ok_or_else(|| bad("it has no line of names".to_owned()))?;
        let mut seen = std::collections::BTreeSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(bad(format!("two columns have the name `{twice}`")));
        }
        let mut rows = Vec::new();
        while let Some(row) = reader.row().map_err(bad)? {
            if row.len() != names.len() {
                let what = format!("a row has {} fields, and the first row has {}", row.len(), names.len());
                return Err(bad(what));
            }
            arguments.charge(1 + row.len())?;
            let row: Map = names.iter().cloned().zip(row.into_iter().map(Value::from)).collect();
            rows.push(Value::Map(row));
        }
        Ok(Value::List(rows))
    },
)
.makes_text();

struct Reader<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl Reader<'_> {
    /// The next row that is not empty.
    fn row(&mut self) -> Result<Option<Vec<String>>, String> {
        while let Some(length) = line_end(&self.text[self.at..]) {
            self.at += length;
            self.line += 1;
        }
        if self.at == self.text.len() {
            return Ok(None);
        }
        let mut fields = Vec::new();
        loop {
            let field = match self.text[self.at..].strip_prefix('"') {
                Some(_) => self.quoted()?,
                None => self.bare()?,
            };
            fields.push(field);
            let rest = &self.text[self.at..];
            if rest.starts_with(',') {
                self.at += 1;
                continue;
            }
            self.at += line_end(rest).unwrap_or(0);
            self.line += 1;
            return Ok(Some(fields));
        }
    }

    fn bare(&mut self) -> Result<String, String> {
        let rest = &self.text[self.at..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let line = line.strip_suffix('\r').unwrap_or(line);
        let field = &line[..line.find(',').unwrap_or(line.len())];
        if field.contains('"') {
            return Err(format!("line {} has a quote inside of a field without quotes", self.line));
        }
        self.at += field.len();
        Ok(field.to_owned())
    }

    fn quoted(&mut self) -> Result<String, String> {
        let first = self.line;
        self.at += 1;
        let mut field = String::new();
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find('"').ok_or_else(|| format!("the quote that begins in line {first} has no end"))?;
            self.line += rest[..end].matches('\n').count();
            // Line ends inside of a field are always one character.
            field.push_str(&rest[..end].replace("\r\n", "\n"));
            self.at += end + 1;
            let after = &self.text[self.at..];
            if after.starts_with('"') {
                field.push('"');
                self.at += 1;
            } else if after.is_empty() || after.starts_with(',') || line_end(after).is_some() {
                return Ok(field);
            } else {
                return Err(format!("line {} has text behind a closing quote", self.line));
            }
        }
    }
}

/// The length of a line end, if there is one here.
fn line_end(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [b'\n', ..] => Some(1),
        [b'\r', b'\n', ..] => Some(2),
        [b'\r'] => Some(1),
        _ => None,
    }
}
