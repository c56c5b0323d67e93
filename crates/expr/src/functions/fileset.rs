//! fileset: the files whose paths match a pattern.

use super::{Failure, Function, Gives, Kind, Parameter, paths::clean};
use crate::text;
use firma_model::value::Value;
use regex::Regex;

pub(super) const FILESET: Function = Function::new(
    "fileset",
    "The files below a directory whose paths match a pattern of `*`, `?`, `[...]`, `{a,b}` and `**`.",
    &[Parameter::new("path", Kind::Text), Parameter::new("pattern", Kind::Text)],
    Gives::Any,
    |arguments| {
        let (path, pattern) = (arguments.text(0), arguments.text(1));
        // Steps that are plain names say where to look: less is listed, and `..` works.
        let mut before = String::new();
        let mut rest = pattern;
        while let Some((step, after)) = rest.split_once('/')
            && !step.contains(['*', '?', '[', '{', '\\'])
        {
            before.push_str(step);
            before.push('/');
            rest = after;
        }
        let matcher = matcher(rest).map_err(|what| Failure::Argument(1, what))?;
        let levels = (!rest.contains("**")).then(|| rest.matches('/').count());
        let directory = clean(&format!("{path}/{before}"));
        let directory = if path.is_empty() && before.is_empty() { "." } else { &directory };
        let found = arguments
            .files
            .list(directory, levels)
            .map_err(|why| Failure::File(format!("{} cannot be listed: {why}", text::quote(directory))))?;
        let mut set = Vec::new();
        for file in found {
            arguments.charge(1)?;
            if matcher.is_match(&file) {
                set.push(Value::from(clean(&format!("{before}{file}"))));
            }
        }
        Ok(text::compose(Value::set(set)))
    },
)
.reads_files();

/// The pattern as a regular expression.
fn matcher(pattern: &str) -> Result<Regex, String> {
    let mut out = String::from("(?s)^");
    let mut rest = pattern;
    let mut alternatives = 0_u32;
    while let Some(c) = rest.chars().next() {
        let step_begins = rest.len() == pattern.len() || pattern[..pattern.len() - rest.len()].ends_with('/');
        let used = match c {
            '*' if step_begins && rest.starts_with("**/") => {
                out.push_str("(?:.*/)?");
                3
            }
            '*' if step_begins && rest == "**" => {
                out.push_str(".*");
                2
            }
            '*' => {
                out.push_str("[^/]*");
                rest.len() - rest.trim_start_matches('*').len()
            }
            '?' => {
                out.push_str("[^/]");
                1
            }
            '[' => class(rest, &mut out)?,
            '{' => {
                alternatives += 1;
                out.push_str("(?:");
                1
            }
            '}' if alternatives > 0 => {
                alternatives -= 1;
                out.push(')');
                1
            }
            ',' if alternatives > 0 => {
                out.push('|');
                1
            }
            '\\' => match rest[1..].chars().next() {
                Some(quoted) => {
                    out.push_str(&regex::escape(&quoted.to_string()));
                    1 + quoted.len_utf8()
                }
                None => return Err("ends with a backslash".to_owned()),
            },
            other => {
                out.push_str(&regex::escape(&other.to_string()));
                other.len_utf8()
            }
        };
        rest = &rest[used..];
    }
    if alternatives > 0 {
        return Err("has a `{` without `}`".to_owned());
    }
    out.push('$');
    Regex::new(&out).map_err(|_| "is no pattern of files".to_owned())
}

/// `[a-z]` or `[^a-z]`; gives the bytes used.
fn class(rest: &str, out: &mut String) -> Result<usize, String> {
    let end = rest[1..].find(']').map(|end| end + 1).filter(|end| *end > 1);
    let end = end.ok_or_else(|| "has a `[` without `]`".to_owned())?;
    let inner = &rest[1..end];
    let (negated, inner) = match inner.strip_prefix('^') {
        Some(inner) => ("^/", inner),
        None => ("", inner),
    };
    let quoted: String = inner
        .chars()
        .map(|c| if c == '-' || c.is_alphanumeric() { c.to_string() } else { regex::escape(&c.to_string()) })
        .collect();
    out.push_str(&format!("[{negated}{quoted}]"));
    Ok(end + 1)
}
