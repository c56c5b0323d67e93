//! Text from the outside, made harmless: names, values and messages may hold anything, a terminal obeys much of it.

use std::{borrow::Cow, fmt::Write};

/// Whether a terminal might act on a character, or a reader not see it: controls, direction marks, zero-width characters.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// One line of text: every harmful character becomes its escape (`\n`, `\u{1b}`).
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        push(&mut out, c);
    }
    Cow::Owned(out)
}

fn push(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if is_harmful(c) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
        c => out.push(c),
    }
}

/// Text in quotes, as a manifest would write it.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c => push(&mut out, c),
        }
    }
    out.push('"');
    out
}

/// JSON text in which no character is left that a terminal might act on. Such characters occur only inside strings, where
/// JSON has an escape for each.
pub fn json(text: String) -> String {
    let harmful = |c: char| c != '\n' && is_harmful(c);
    if !text.chars().any(harmful) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if harmful(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// At most `limit` characters, the end cut off and its length told.
pub fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let more = text[end..].chars().count();
            Cow::Owned(format!("{}... ({more} more characters)", &text[..end]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_harmful_is_left() {
        let hostile = "a\u{1b}[2J\u{9b}31m\u{7f}\r\n\t\u{202e}txt\u{200b}\u{feff}\u{e0041}中文é";
        for out in [line(hostile).into_owned(), quoted(hostile), json(hostile.replace('\n', ""))] {
            assert!(!out.chars().any(is_harmful), "{out:?}");
            assert!(out.contains("中文é"), "{out}");
        }
        assert_eq!(line("a\u{1b}[2J\n"), "a\\u{1b}[2J\\n");
        assert_eq!(quoted("say \"\\\""), r#""say \"\\\"""#);
    }

    #[test]
    fn escaped_json_means_the_same() {
        let text = serde_json::json!({ "k\u{9b}": "\u{202e}\u{e0041}\u{1b}x" }).to_string();
        let escaped = json(text.clone());
        assert_ne!(escaped, text);
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(read(&escaped), read(&text));
    }

    #[test]
    fn shortening_cuts_between_characters() {
        assert_eq!(shortened("中文中文", 4), "中文中文");
        assert_eq!(shortened("中文中文", 2), "中文... (2 more characters)");
    }
}
