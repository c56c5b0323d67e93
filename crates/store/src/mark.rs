//! Finds marks in JSON text and replaces them, leaving every other byte as it was.
//!
//! Text is not parsed and printed again: a journal's hashes and a plan's id are over bytes.

use crate::error::{ErrorKind, StoreError};

/// The mark of a value to be sealed.
pub(crate) const SENSITIVE: &str = "$sensitive";
/// The mark of a sealed value.
pub(crate) const SEALED: &str = "$sealed";

/// Marks deeper than this are refused; the JSON reader's own limit is the same.
const DEEPEST: usize = 128;

/// One thing to be replaced, as the JSON text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<'t> {
    /// The value inside the mark that was looked for.
    Marked(&'t str),
    /// A whole string that itself contains the mark's name: a document kept as text inside another one, perhaps.
    Text(&'t str),
}

/// Replaces every object `{"<mark>": value}`, and with `texts` every string that contains the mark's name.
/// `replace` is told the path (`/a/0/b`) and what was found, and gives the new JSON text.
pub(crate) fn rewrite(
    text: &str,
    mark: &str,
    texts: bool,
    replace: &mut dyn FnMut(&str, Found<'_>) -> Result<String, StoreError>,
) -> Result<String, StoreError> {
    let quoted = format!("\"{mark}\"");
    let mut scan =
        Scan { text, at: 0, out: String::with_capacity(text.len()), copied: 0, path: String::new(), depth: 0 };
    let rule = Rule { quoted: &quoted, mark, texts };
    scan.value(&rule, replace)?;
    scan.space();
    if scan.at != text.len() {
        return Err(scan.broken());
    }
    scan.out.push_str(&text[scan.copied..]);
    Ok(scan.out)
}

struct Rule<'r> {
    quoted: &'r str,
    mark: &'r str,
    texts: bool,
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    out: String,
    /// Everything before this offset is in `out` already.
    copied: usize,
    path: String,
    depth: usize,
}

impl<'t> Scan<'t> {
    fn broken(&self) -> StoreError {
        ErrorKind::Corrupt(format!("a stored document is not JSON at byte {}", self.at)).into()
    }

    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), StoreError> {
        self.space();
        if self.peek() != byte {
            return Err(self.broken());
        }
        self.at += 1;
        Ok(())
    }

    /// A string token, quotes included.
    fn string(&mut self) -> Result<&'t str, StoreError> {
        self.space();
        let from = self.at;
        if self.peek() != b'"' {
            return Err(self.broken());
        }
        let bytes = self.text.as_bytes();
        let mut at = from + 1;
        loop {
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
                None => return Err(self.broken()),
            }
        }
        self.at = at + 1;
        Ok(&self.text[from..self.at])
    }

    fn scalar(&mut self) -> Result<(), StoreError> {
        let from = self.at;
        while matches!(self.peek(), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.') {
            self.at += 1;
        }
        if self.at == from { Err(self.broken()) } else { Ok(()) }
    }

    fn put(&mut self, from: usize, new: &str) {
        self.out.push_str(&self.text[self.copied..from]);
        self.out.push_str(new);
        self.copied = self.at;
    }

    fn value(
        &mut self,
        rule: &Rule<'_>,
        replace: &mut dyn FnMut(&str, Found<'_>) -> Result<String, StoreError>,
    ) -> Result<(), StoreError> {
        self.space();
        let from = self.at;
        match self.peek() {
            b'"' => {
                let token = self.string()?;
                if rule.texts && token.contains(rule.mark) {
                    let new = replace(&self.path, Found::Text(token))?;
                    self.put(from, &new);
                }
                Ok(())
            }
            b'{' => self.nested(|scan| scan.object(from, rule, replace)),
            b'[' => self.nested(|scan| scan.array(rule, replace)),
            _ => self.scalar(),
        }
    }

    fn nested(&mut self, inside: impl FnOnce(&mut Self) -> Result<(), StoreError>) -> Result<(), StoreError> {
        if self.depth == DEEPEST {
            return Err(ErrorKind::Corrupt("a stored document is nested too deeply".to_owned()).into());
        }
        self.depth += 1;
        self.at += 1;
        inside(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn object(
        &mut self,
        from: usize,
        rule: &Rule<'_>,
        replace: &mut dyn FnMut(&str, Found<'_>) -> Result<String, StoreError>,
    ) -> Result<(), StoreError> {
        self.space();
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            let key = self.string()?;
            self.expect(b':')?;
            self.space();
            if key == rule.quoted {
                let inner = self.skip()?;
                self.expect(b'}')?;
                let new = replace(&self.path, Found::Marked(inner))?;
                self.put(from, &new);
                return Ok(());
            }
            let length = self.path.len();
            self.path.push('/');
            self.path.push_str(&key[1..key.len() - 1]);
            self.value(rule, replace)?;
            self.path.truncate(length);
            self.space();
            match self.peek() {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.broken()),
            }
        }
    }

    fn array(
        &mut self,
        rule: &Rule<'_>,
        replace: &mut dyn FnMut(&str, Found<'_>) -> Result<String, StoreError>,
    ) -> Result<(), StoreError> {
        self.space();
        if self.peek() == b']' {
            self.at += 1;
            return Ok(());
        }
        for index in 0_usize.. {
            let length = self.path.len();
            self.path.push('/');
            self.path.push_str(&index.to_string());
            self.value(rule, replace)?;
            self.path.truncate(length);
            self.space();
            match self.peek() {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    break;
                }
                _ => return Err(self.broken()),
            }
        }
        Ok(())
    }

    /// A whole value, passed over.
    fn skip(&mut self) -> Result<&'t str, StoreError> {
        self.space();
        let from = self.at;
        let mut open = 0_usize;
        loop {
            match self.peek() {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    open += 1;
                    self.at += 1;
                }
                b'}' | b']' if open > 0 => {
                    open -= 1;
                    self.at += 1;
                }
                b',' | b':' if open > 0 => self.at += 1,
                b' ' | b'\t' | b'\n' | b'\r' if open > 0 => self.at += 1,
                _ => self.scalar()?,
            }
            if open == 0 {
                return Ok(&self.text[from..self.at]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let new = rewrite(text, SENSITIVE, true, &mut |path, found| {
            Ok(match found {
                Found::Marked(inner) => format!("<{path}={inner}>"),
                Found::Text(_) => format!("<{path} text>"),
            })
        });
        assert_eq!(new.expect("valid"), expected, "{text}");
    }

    #[test]
    fn marks_are_replaced_and_nothing_else() {
        check(r#"{"a":1,"b":[true,null,-1.5e3]}"#, r#"{"a":1,"b":[true,null,-1.5e3]}"#);
        check(r#"{"$sensitive":"x"}"#, r#"<="x">"#);
        check(r#"{"a":{"$sensitive":{"b":["}",{}]}},"c":2}"#, r#"{"a":</a={"b":["}",{}]}>,"c":2}"#);
        check(r#"[ {"$sensitive" : 1 }, 2 ]"#, r#"[ </0=1>, 2 ]"#);
        check(r#"{"$$sensitive":1}"#, r#"{"$$sensitive":1}"#);
        check(r#"{"a":"{\"$sensitive\":1}"}"#, r#"{"a":</a text>}"#);
        check(r#"{"é\"":{"$sensitive":"ü"}}"#, r#"{"é\"":</é\"="ü">}"#);
    }

    #[test]
    fn broken_text_is_an_error() {
        for text in
            ["", "{", "[1", "{\"a\"}", "\"x", "{\"$sensitive\":", "1 2", "[1,]", "{\"$sensitive\":1,\"b\":2}", "\"\\"]
        {
            let result = rewrite(text, SENSITIVE, true, &mut |_, _| Ok(String::new()));
            assert!(result.is_err(), "{text}");
        }
        let deep = "[".repeat(1000);
        assert!(rewrite(&deep, SENSITIVE, true, &mut |_, _| Ok(String::new())).is_err());
    }
}
