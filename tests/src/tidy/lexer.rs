//! Just enough of Rust's lexical structure to tell code from comments, texts and tests.

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or a keyword.
    Word(String),
    /// A string literal's content, escapes as written.
    Text(String),
    /// One character of punctuation.
    Mark(char),
    /// A number, a character or a lifetime.
    Other,
}

/// A token and the line it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// From 1.
    pub line: usize,
}

impl Token {
    /// The word, if it is one.
    pub fn word(&self) -> Option<&str> {
        if let Kind::Word(word) = &self.kind { Some(word) } else { None }
    }

    /// The content, if it is a string literal.
    pub fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// Whether it is this character.
    pub fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// All tokens, without comments.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: source, line: 1, tokens: Vec::new() };
    while lexer.step() {}
    lexer.tokens
}

/// The tokens that are compiled into the program: items under `#[cfg(test)]` are left out.
pub fn production(source: &str) -> Vec<Token> {
    let all = tokens(source);
    let mut kept = Vec::with_capacity(all.len());
    let mut at = 0;
    while at < all.len() {
        match attribute(&all[at..]) {
            Some(length) if is_test_only(&all[at..at + length]) => {
                at += length;
                while let Some(next) = attribute(&all[at..]) {
                    at += next;
                }
                at += item(&all[at..]);
            }
            _ => {
                kept.push(all[at].clone());
                at += 1;
            }
        }
    }
    kept
}

/// Length of the outer attribute that begins here.
fn attribute(tokens: &[Token]) -> Option<usize> {
    if !(tokens.first()?.is('#') && tokens.get(1)?.is('[')) {
        return None;
    }
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(1) {
        if token.is('[') {
            depth += 1;
        } else if token.is(']') {
            depth -= 1;
            if depth == 0 {
                return Some(at + 1);
            }
        }
    }
    None
}

fn is_test_only(attribute: &[Token]) -> bool {
    let mut words = attribute.iter().filter_map(Token::word);
    match words.next() {
        Some("test") => true,
        Some("cfg") => {
            let rest: Vec<&str> = words.collect();
            rest.contains(&"test") && !rest.contains(&"not") && !rest.contains(&"any")
        }
        _ => false,
    }
}

/// Length of the item that begins here: up to its `;`, or to the end of its braces.
fn item(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']') => depth = depth.saturating_sub(1),
            Kind::Mark('}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            Kind::Mark(';') if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

struct Lexer<'s> {
    rest: &'s str,
    line: usize,
    tokens: Vec<Token>,
}

impl<'s> Lexer<'s> {
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if first.is_whitespace() {
            self.take(first.len_utf8());
        } else if self.rest.starts_with("//") {
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.block_comment();
        } else if let Some((prefix, hashes)) = self.raw_string() {
            self.raw(prefix, hashes);
        } else if let Some(prefix) = ["b\"", "c\"", "\""].iter().find(|p| self.rest.starts_with(**p)) {
            self.string(prefix.len());
        } else if first == '\'' || self.rest.starts_with("b'") {
            self.quote();
        } else if first.is_alphabetic() || first == '_' {
            let length = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
            self.push(length, |text| Kind::Word(text.to_owned()));
        } else if first.is_ascii_digit() {
            let length = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
            self.push(length, |_| Kind::Other);
        } else {
            self.push(first.len_utf8(), |_| Kind::Mark(first));
        }
        true
    }

    fn take(&mut self, length: usize) -> &'s str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn push(&mut self, length: usize, kind: impl FnOnce(&str) -> Kind) {
        let line = self.line;
        let text = self.take(length);
        self.tokens.push(Token { kind: kind(text), line });
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        let mut at = 0;
        let bytes = self.rest.as_bytes();
        while at < bytes.len() {
            match &bytes[at..] {
                [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
                [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
                _ => at += 1,
            }
            if depth == 0 {
                break;
            }
        }
        self.take(at);
    }

    /// Length of the prefix up to the quote, and the number of hashes, of a raw string.
    fn raw_string(&self) -> Option<(usize, usize)> {
        let after = ["r", "br", "cr"].iter().find_map(|p| {
            let rest = self.rest.strip_prefix(p)?;
            rest.starts_with(['"', '#']).then_some((p.len(), rest))
        });
        let (prefix, rest) = after?;
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        rest[hashes..].starts_with('"').then_some((prefix + hashes + 1, hashes))
    }

    fn raw(&mut self, prefix: usize, hashes: usize) {
        let end = format!("\"{}", "#".repeat(hashes));
        let inner = self.rest[prefix..].find(&end).unwrap_or(self.rest.len() - prefix);
        let length = (prefix + inner + end.len()).min(self.rest.len());
        self.push(length, |text| Kind::Text(text[prefix..prefix + inner].to_owned()));
    }

    fn string(&mut self, prefix: usize) {
        let bytes = self.rest.as_bytes();
        let mut at = prefix;
        while at < bytes.len() && bytes[at] != b'"' {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        let end = at.min(bytes.len());
        self.push((end + 1).min(bytes.len()), |text| Kind::Text(text[prefix..end].to_owned()));
    }

    /// A character, or a lifetime: `'a` is one, `'a'` the other.
    fn quote(&mut self) {
        let start = if self.rest.starts_with('b') { 2 } else { 1 };
        let mut inner = self.rest[start..].char_indices();
        let length = match inner.next() {
            Some((_, '\\')) => {
                let body = self.rest[start + 2..].find('\'').unwrap_or(0);
                start + 2 + body + 1
            }
            Some((_, c)) if self.rest[start + c.len_utf8()..].starts_with('\'') => start + c.len_utf8() + 1,
            _ => {
                let rest = &self.rest[start..];
                start + rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
            }
        };
        self.push(length.min(self.rest.len()), |_| Kind::Other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        production(source).iter().filter_map(|t| t.word().map(str::to_owned)).collect()
    }

    #[test]
    fn comments_texts_and_tests_are_no_code() {
        let cases = [
            ("a // b\n/* c /* d */ e */ f", &["a", "f"][..]),
            (r##"a "b \" c" r#"d " e"# 'f' b'g' '\'' h"##, &["a", "h"]),
            ("fn f<'a>(x: &'a str) {}", &["fn", "f", "x", "str"]),
            ("a #[cfg(test)] mod tests { fn b() { x[1]; } } c", &["a", "c"]),
            ("#[cfg(test)] #[expect(x)] mod tests; c", &["c"]),
            ("#[cfg(not(test))] fn a() {}", &["cfg", "not", "test", "fn", "a"]),
            ("#[derive(Debug)] struct A;", &["derive", "Debug", "struct", "A"]),
        ];
        for (source, expected) in cases {
            assert_eq!(words(source), expected, "{source}");
        }
    }

    #[test]
    fn lines_are_counted_through_everything() {
        let found = tokens("a\n\"b\nc\"\n/* \n */ d");
        assert_eq!(found.iter().map(|t| t.line).collect::<Vec<_>>(), [1, 2, 5]);
    }
}
