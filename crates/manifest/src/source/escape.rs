//! From offsets in a decoded TOML string back to offsets in the source file.
//!
//! The TOML parser gives a string's text with its escapes undone, and the span of the whole token. A mistake inside an
//! expression lies at an offset of the decoded text; people must see it where they typed it.

/// A stretch of decoded text and the source bytes it came from. Lengths are equal, or the stretch is one escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    decoded: usize,
    decoded_len: usize,
    source: usize,
    source_len: usize,
}

/// The map from decoded offsets to offsets inside the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offsets {
    runs: Vec<Run>,
    /// Where the content begins when there are no runs at all.
    content: usize,
}

impl Offsets {
    /// A token without escapes whose content begins at `content`.
    pub(crate) fn plain(content: usize) -> Offsets {
        Offsets { runs: Vec::new(), content }
    }

    /// Reads a TOML string token, quotes included, as the parser accepted it.
    pub(crate) fn scan(token: &str) -> Offsets {
        // Most are short and have no escapes: what they hold begins behind the quote, and is what it says.
        if !token.contains('\\') && !token.starts_with("\"\"\"") && !token.starts_with("'''") {
            return Offsets::plain(1);
        }
        let mut scan = Scan { token, at: 0, decoded: 0, runs: Vec::new() };
        let content = scan.run();
        Offsets { runs: scan.runs, content }
    }

    /// The source offset at which the character at a decoded offset begins.
    pub(crate) fn start(&self, decoded: usize) -> usize {
        let after = self.runs.partition_point(|run| run.decoded <= decoded);
        match after.checked_sub(1).map(|i| self.runs[i]) {
            None => self.content + decoded,
            Some(run) if decoded >= run.decoded + run.decoded_len => run.source + run.source_len,
            Some(run) if run.decoded_len == run.source_len => run.source + (decoded - run.decoded),
            Some(run) => run.source,
        }
    }

    /// The source offset just after the character that ends before a decoded offset.
    pub(crate) fn end(&self, decoded: usize) -> usize {
        let after = self.runs.partition_point(|run| run.decoded < decoded);
        match after.checked_sub(1).map(|i| self.runs[i]) {
            None => self.content + decoded,
            Some(run) if run.decoded_len == run.source_len => run.source + (decoded - run.decoded).min(run.source_len),
            Some(run) => run.source + run.source_len,
        }
    }
}

struct Scan<'t> {
    token: &'t str,
    at: usize,
    decoded: usize,
    runs: Vec<Run>,
}

impl Scan<'_> {
    /// Walks the token; returns where the content begins.
    fn run(&mut self) -> usize {
        let bytes = self.token.as_bytes();
        let quote = bytes.first().copied().unwrap_or(b'"');
        let long = bytes.len() >= 6 && bytes[1] == quote && bytes[2] == quote;
        let width = if long { 3 } else { 1 };
        self.at = width;
        if long {
            // A newline right after the opening quotes is not content.
            if self.token[self.at..].starts_with("\r\n") {
                self.at += 2;
            } else if self.token[self.at..].starts_with('\n') {
                self.at += 1;
            }
        }
        let content = self.at;
        let end = self.token.len().saturating_sub(width).max(content);
        if quote == b'\'' {
            self.plain(end);
            return content;
        }
        while self.at < end {
            match self.token[self.at..end].find('\\') {
                None => self.plain(end),
                Some(0) => self.escape(end),
                Some(length) => self.plain(self.at + length),
            }
        }
        content
    }

    fn plain(&mut self, to: usize) {
        let length = to - self.at;
        if length > 0 {
            self.push(length, length);
        }
    }

    fn escape(&mut self, end: usize) {
        let rest = &self.token[self.at + 1..end];
        let (digits, kind) = match rest.chars().next() {
            Some('x') => (2, 'x'),
            Some('u') => (4, 'u'),
            Some('U') => (8, 'U'),
            Some(other) => (0, other),
            None => (0, '\\'),
        };
        if digits > 0 {
            let value = rest.get(1..1 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
            let length = value.and_then(char::from_u32).map_or(1, char::len_utf8);
            self.push(length, (2 + digits).min(end - self.at));
        } else if matches!(kind, ' ' | '\t' | '\r' | '\n') {
            // A backslash at the end of a line swallows everything up to the next visible character.
            let swallowed = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            self.at += 1 + swallowed;
        } else {
            self.push(1, 1 + kind.len_utf8().min(rest.len()));
        }
    }

    fn push(&mut self, decoded_len: usize, source_len: usize) {
        self.runs.push(Run { decoded: self.decoded, decoded_len, source: self.at, source_len });
        self.decoded += decoded_len;
        self.at += source_len;
    }
}

#[cfg(test)]
mod tests;
