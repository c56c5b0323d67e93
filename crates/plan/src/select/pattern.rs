//! Patterns of addresses, as people write them on a command line.
//!
//! | pattern | matches |
//! |---|---|
//! | `vpc.subnet.web["a"]` | one instance |
//! | `vpc.subnet.web` | a resource with all its instances |
//! | `module.net`, `module.net["a"]` | everything in a module, or in one instance of it |
//! | `vpc.subnet.*`, `*.*.web*` | `*` is any run of characters of one name |
//! | `vpc.subnet.web[*]` | every instance that has a key |
//! | `module.net.**`, `**.vpc.subnet.*` | `**` is any number of names |
//!
//! A key is taken as it is written: `["a.*"]` is the instance of that name. Shells take quotes away, so `web[a]` means
//! `web["a"]`.

use firma_model::address::Address;
use std::fmt;

/// A pattern of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    parts: Vec<Part>,
    /// It names modules only, and so all that is in them.
    module: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `**`
    Any,
    /// A name with `*` for any run of characters, and what is said of its key.
    One(String, Key),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    /// Nothing is said: with or without one.
    Whatever,
    /// `[*]`: with one.
    Every,
    /// This one, as addresses print it.
    This(String),
}

/// A text that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// What was written.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no pattern of addresses: {}", self.text, self.why)
    }
}

impl std::error::Error for PatternError {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Pattern, PatternError> {
        let error = |why| PatternError { text: text.to_owned(), why };
        let mut parts = Vec::new();
        for (name, key) in split(text).map_err(error)? {
            if name == "**" && key.is_none() {
                parts.push(Part::Any);
                continue;
            }
            if name.is_empty() {
                return Err(error("a name is missing"));
            }
            if name.contains("**") {
                return Err(error("`**` stands for whole names"));
            }
            if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '*')) {
                return Err(error("names are letters, digits, `_`, `-`, and `*` for any of them"));
            }
            parts.push(Part::One(name.to_owned(), key_of(key).map_err(error)?));
        }
        if parts.len() > MOST_PARTS {
            return Err(error("it has more names than any address"));
        }
        let module = parts.len() % 2 == 0
            && parts.chunks(2).all(|pair| matches!(&pair[0], Part::One(name, Key::Whatever) if name == "module"))
            && parts.iter().all(|part| *part != Part::Any);
        Ok(Pattern { text: text.to_owned(), parts, module })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether an address is meant.
    pub fn matches(&self, address: &Address) -> bool {
        self.matches_text(&address.to_string())
    }

    /// Whether the address of this text is meant.
    pub(super) fn matches_text(&self, address: &str) -> bool {
        let Ok(parts) = split(address) else { return false };
        match self.module {
            true => parts.len() > self.parts.len() && fits(&self.parts, &parts[..self.parts.len()]),
            false => fits(&self.parts, &parts),
        }
    }
}

/// More modules inside each other than this nobody has.
const MOST_PARTS: usize = 64;

/// The names of an address or pattern, each with what stands in brackets behind it.
fn split(text: &str) -> Result<Vec<(&str, Option<&str>)>, &'static str> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (key, after) = match after.strip_prefix('[') {
            None => (None, after),
            Some(inside) => {
                let close = closing(inside).ok_or("a bracket is not closed")?;
                (Some(&inside[..close]), &inside[close + 1..])
            }
        };
        parts.push((name, key));
        match after.strip_prefix('.') {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(parts),
            None => return Err("after a bracket comes a dot, or nothing"),
        }
    }
}

/// Where the bracket closes; one inside quotes does not count.
fn closing(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

fn key_of(inside: Option<&str>) -> Result<Key, &'static str> {
    Ok(match inside {
        None => Key::Whatever,
        Some("*") => Key::Every,
        Some("") => return Err("the brackets are empty"),
        // As addresses print it: `[007]` is 7.
        Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => {
            Key::This(text.parse::<u64>().map_err(|_| "the index is too large")?.to_string())
        }
        Some(text) if text.starts_with('"') => {
            let name: String = serde_json::from_str(text).map_err(|_| "the key is not closed as it was opened")?;
            Key::This(serde_json::Value::from(name).to_string())
        }
        Some(text) if text.contains(['"', '\'', '[', '*']) => {
            return Err("a key is an index, a text in double quotes, or `*`");
        }
        Some(text) => Key::This(serde_json::Value::from(text).to_string()),
    })
}

fn fits(pattern: &[Part], parts: &[(&str, Option<&str>)]) -> bool {
    // Where each part of the pattern may have got to: the lengths are small, and `**` costs no more than a pass.
    let mut reached = vec![false; parts.len() + 1];
    reached[0] = true;
    for part in pattern {
        match part {
            Part::Any => {
                let first = reached.iter().position(|at| *at);
                for at in first.unwrap_or(reached.len())..reached.len() {
                    reached[at] = true;
                }
            }
            Part::One(name, key) => {
                for at in (1..reached.len()).rev() {
                    let (found, found_key) = parts[at - 1];
                    reached[at] = reached[at - 1] && key.fits(found_key) && glob(name.as_bytes(), found.as_bytes());
                }
                reached[0] = false;
            }
        }
    }
    reached.last().copied().unwrap_or_default()
}

impl Key {
    fn fits(&self, found: Option<&str>) -> bool {
        match self {
            Key::Whatever => true,
            Key::Every => found.is_some(),
            Key::This(key) => found == Some(key),
        }
    }
}

/// `*` is any run of characters. Goes back to the last star only, so it is never worse than the product of the lengths.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_match_what_they_say() {
        let net = r#"module.net["eu.1"].vpc.subnet.web["a"]"#;
        let cases: &[(&str, &[&str], &[&str])] = &[
            (r#"vpc.subnet.web["a"]"#, &[r#"vpc.subnet.web["a"]"#], &["vpc.subnet.web", r#"vpc.subnet.web["b"]"#, net]),
            ("vpc.subnet.web[a]", &[r#"vpc.subnet.web["a"]"#], &["vpc.subnet.web[0]"]),
            ("vpc.subnet.web[0]", &["vpc.subnet.web[0]"], &[r#"vpc.subnet.web["0"]"#, "vpc.subnet.web[1]"]),
            ("vpc.subnet.web", &["vpc.subnet.web", "vpc.subnet.web[3]"], &["vpc.subnet.webs", net]),
            ("vpc.subnet.web[*]", &["vpc.subnet.web[3]"], &["vpc.subnet.web"]),
            ("vpc.subnet.*", &["vpc.subnet.a", "vpc.subnet.b[1]"], &["vpc.vpc.a", net]),
            ("*.*.web*", &["vm.instance.web1", "vpc.subnet.web"], &["vpc.subnet.aweb", net]),
            ("module.net", &[net, "module.net.vpc.vpc.a"], &["vpc.vpc.module", "module.nets.vpc.vpc.a"]),
            (r#"module.net["eu.1"]"#, &[net], &["module.net.vpc.vpc.a", r#"module.net["eu"].vpc.vpc.a"#]),
            ("module.*", &[net, "module.a.module.b.vpc.vpc.c"], &["vpc.vpc.a"]),
            ("module.net.**", &[net], &["vpc.vpc.a"]),
            ("**.subnet.*", &[net, "vpc.subnet.x"], &["vpc.vpc.subnet"]),
            ("**", &[net, "vpc.vpc.a"], &[]),
            ("module.net.vpc.subnet.*", &[net], &["vpc.subnet.web"]),
            (r#"a.b.c["x.*]y"]"#, &[r#"a.b.c["x.*]y"]"#], &[r#"a.b.c["x.z]y"]"#]),
        ];
        for (pattern, yes, no) in cases {
            let parsed = Pattern::parse(pattern).unwrap();
            for address in *yes {
                assert!(parsed.matches_text(address), "{pattern} should match {address}");
            }
            for address in *no {
                assert!(!parsed.matches_text(address), "{pattern} should not match {address}");
            }
        }
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        let cases = [
            ("", "a name is missing"),
            ("vpc..web", "a name is missing"),
            ("vpc.subnet.web[", "not closed"),
            (r#"vpc.subnet.web["a]"#, "not closed"),
            ("vpc.subnet.web[]", "empty"),
            ("vpc.subnet.web['a']", "double quotes"),
            ("vpc.subnet.web[1]x", "a dot, or nothing"),
            ("vpc.sub net.web", "names are letters"),
            ("vpc.a**.web", "whole names"),
            ("vpc.subnet.web[99999999999999999999]", "too large"),
        ];
        for (text, why) in cases {
            let error = Pattern::parse(text).unwrap_err();
            assert!(error.why.contains(why), "{text}: {error}");
        }
        assert!(Pattern::parse(&"a.".repeat(100_000)).is_err());
    }

    #[test]
    fn a_hostile_pattern_is_no_work() {
        let pattern = Pattern::parse(&format!("{}b", "*a".repeat(2_000))).unwrap();
        assert!(!pattern.matches_text(&"a".repeat(2_000)));
        let pattern = Pattern::parse(&vec!["**"; 60].join(".")).unwrap();
        assert!(pattern.matches_text("vpc.vpc.main"));
    }
}
