//! Patterns: from the syntax that Terraform's functions have (RE2) to that of the `regex` crate.
//!
//! The two agree on nearly everything. In RE2 `\w`, `\d`, `\s` and `\b` know ASCII only, `\Q...\E` quotes, a brace that
//! counts nothing is itself, `&&`, `--`, `~~` and `[` have no meaning inside of brackets, and a repetition is not repeated.

/// The same pattern for the `regex` crate, or a clause that says what is wrong.
pub(super) fn translated(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    // Whether the last thing was a repetition, which cannot be repeated.
    let mut repeated = false;
    while let Some(first) = rest.chars().next() {
        let mut now_repeated = false;
        let used = match first {
            '\\' => escape(rest, &mut out, false)?,
            '[' => class(rest, &mut out)?,
            '*' | '+' | '?' => {
                now_repeated = true;
                repetition(rest, 1, repeated, &mut out)?
            }
            '{' => match counted(rest)? {
                Some(length) => {
                    now_repeated = true;
                    repetition(rest, length, repeated, &mut out)?
                }
                None => {
                    out.push_str("\\{");
                    1
                }
            },
            '}' => {
                out.push_str("\\}");
                1
            }
            '(' => group(rest, &mut out)?,
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        repeated = now_repeated;
        rest = &rest[used..];
    }
    Ok(out)
}

/// `*`, `+`, `?` or `{n,m}`, and the `?` that makes it take little.
fn repetition(rest: &str, length: usize, repeated: bool, out: &mut String) -> Result<usize, String> {
    let lazy = rest[length..].starts_with('?');
    let length = length + usize::from(lazy);
    if repeated {
        return Err(format!("a repetition cannot be repeated: `{}`", &rest[..length]));
    }
    out.push_str(&rest[..length]);
    Ok(length)
}

/// The length of `{n}`, `{n,}` or `{n,m}`; `None` when the brace counts nothing.
fn counted(rest: &str) -> Result<Option<usize>, String> {
    let Some(end) = rest.find('}') else { return Ok(None) };
    let inner = &rest[1..end];
    let (least, most) = inner.split_once(',').unwrap_or((inner, inner));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !number(least) || !(number(most) || most.is_empty()) {
        return Ok(None);
    }
    let size = |text: &str| text.parse::<u32>().unwrap_or(u32::MAX);
    if size(least) > 1000 || (!most.is_empty() && size(most) > 1000) {
        return Err(format!("a repetition is counted to 1000 at most: `{{{inner}}}`"));
    }
    Ok(Some(end + 1))
}

/// `(`, and the flags behind it: those that RE2 lacks are refused.
fn group(rest: &str, out: &mut String) -> Result<usize, String> {
    out.push('(');
    if let Some(after) = rest.strip_prefix("(?") {
        let flags = after.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(after.len());
        if !after.starts_with("P<")
            && let Some(unknown) = after[..flags].chars().find(|flag| !"imsU-".contains(*flag))
        {
            return Err(format!("there is no flag `{unknown}`"));
        }
    }
    Ok(1)
}

/// What a letter behind a backslash stands for inside of brackets.
fn letters(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' | 'D' => "0-9",
        'w' | 'W' => "0-9A-Za-z_",
        's' | 'S' => "\\t\\n\\x0C\\r ",
        _ => return None,
    })
}

/// An escape; gives the bytes used.
fn escape(rest: &str, out: &mut String, inside: bool) -> Result<usize, String> {
    let Some(letter) = rest[1..].chars().next() else { return Err("it ends with a backslash".to_owned()) };
    let used = 1 + letter.len_utf8();
    if let Some(set) = letters(letter) {
        match (letter.is_ascii_uppercase(), inside) {
            (true, _) => out.push_str(&format!("[^{set}]")),
            (false, true) => out.push_str(set),
            (false, false) => out.push_str(&format!("[{set}]")),
        }
        return Ok(used);
    }
    match letter {
        'Q' if !inside => {
            let quoted = &rest[2..];
            let end = quoted.find("\\E").unwrap_or(quoted.len());
            out.push_str(&regex::escape(&quoted[..end]));
            Ok((2 + end + 2).min(rest.len()))
        }
        'b' if !inside => {
            out.push_str("(?-u:\\b)");
            Ok(used)
        }
        // Between two bytes of one letter there is nothing for the other crate to stand on: its own rule is used.
        'B' if !inside => {
            out.push_str("\\B");
            Ok(used)
        }
        '0'..='7' if letter == '0' || rest[2..].starts_with(|c: char| ('0'..='7').contains(&c)) => {
            let digits = rest[1..].bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            let code = u32::from_str_radix(&rest[1..=digits], 8).unwrap_or(0);
            out.push_str(&format!("\\x{{{code:x}}}"));
            Ok(1 + digits)
        }
        'x' | 'p' | 'P' if rest[2..].starts_with('{') => {
            let end = rest.find('}').ok_or_else(|| format!("`\\{letter}{{` has no end"))?;
            out.push_str(&rest[..=end]);
            Ok(end + 1)
        }
        'a' | 'f' | 't' | 'n' | 'r' | 'v' | 'x' | 'p' | 'P' | 'A' | 'z' => {
            out.push_str(&rest[..used]);
            Ok(used)
        }
        letter if letter.is_ascii_punctuation() => {
            out.push_str(&regex::escape(&letter.to_string()));
            Ok(used)
        }
        other => Err(format!("`\\{other}` stands for nothing")),
    }
}

/// `[...]`; gives the bytes used.
fn class(rest: &str, out: &mut String) -> Result<usize, String> {
    out.push('[');
    let mut at = 1;
    if rest[at..].starts_with('^') {
        out.push('^');
        at += 1;
    }
    let mut first = true;
    loop {
        let here = &rest[at..];
        let Some(letter) = here.chars().next() else { return Err("a bracket has no end".to_owned()) };
        at += match letter {
            ']' if !first => {
                out.push(']');
                return Ok(at + 1);
            }
            '\\' => escape(here, out, true)?,
            '[' if here.starts_with("[:") && here.contains(":]") => {
                let length = here.find(":]").unwrap_or(0) + 2;
                out.push_str(&here[..length]);
                length
            }
            ']' | '[' | '&' | '~' => {
                out.push('\\');
                out.push(letter);
                1
            }
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        first = false;
    }
}
