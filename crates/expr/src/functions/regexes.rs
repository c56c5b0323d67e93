//! Regular expressions: regex, regexall, and `replace` with `/pattern/`.

mod pattern;

use super::{Arguments, Failure, Function, Gives, Kind, Parameter};
use firma_model::value::{Map, Value};
use regex::{Captures, Regex, RegexBuilder};

fn compile(pattern: &str, at: usize) -> Result<Regex, Failure> {
    let pattern = pattern::translated(pattern)
        .map_err(|what| Failure::Argument(at, format!("is not a regular expression: {what}")))?;
    RegexBuilder::new(&pattern)
        // Bounds what a pattern such as `(a{1000}){1000}` may cost.
        .size_limit(1 << 20)
        .build()
        .map_err(|error| {
            let error = error.to_string();
            let last = error.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
            Failure::Argument(at, format!("is not a regular expression: {last}"))
        })
}

/// What a match gives: the text, a list of unnamed groups, or a map of named ones.
fn groups(regex: &Regex, captures: &Captures<'_>) -> Value {
    let group = |at: usize| captures.get(at).map_or(Value::Null, |found| Value::from(found.as_str()));
    if regex.captures_len() == 1 {
        return group(0);
    }
    let named: Map =
        regex.capture_names().enumerate().filter_map(|(at, name)| Some((name?.to_owned(), group(at)))).collect();
    if named.is_empty() {
        return Value::List((1..regex.captures_len()).map(group).collect());
    }
    Value::Map(named)
}

fn pattern(arguments: &Arguments<'_>) -> Result<Regex, Failure> {
    let regex = arguments.pattern(arguments.text(0), || compile(arguments.text(0), 0))?;
    let named = regex.capture_names().flatten().count();
    if named > 0 && named + 1 != regex.captures_len() {
        return Err(Failure::Argument(0, "mixes named and unnamed groups".to_owned()));
    }
    Ok(regex)
}

const PARAMETERS: &[Parameter] = &[Parameter::new("pattern", Kind::Text), Parameter::new("string", Kind::Text)];

pub(super) const REGEX: Function = Function::new(
    "regex",
    "The first match of a pattern: its text, or its groups; it is an error when there is none.",
    PARAMETERS,
    Gives::Any,
    |arguments| {
        let regex = pattern(arguments)?;
        match regex.captures(arguments.text(1)) {
            Some(captures) => Ok(groups(&regex, &captures)),
            None => Err(Failure::Call("the pattern does not match; `can(regex(...))` tests for that".to_owned())),
        }
    },
);

pub(super) const REGEXALL: Function = Function::new(
    "regexall",
    "All matches of a pattern: their texts, or their groups.",
    PARAMETERS,
    Gives::Any,
    |arguments| {
        let regex = pattern(arguments)?;
        let mut found = Vec::new();
        for captures in regex.captures_iter(arguments.text(1)) {
            arguments.charge(regex.captures_len())?;
            found.push(groups(&regex, &captures));
        }
        Ok(Value::List(found))
    },
);

pub(super) const REPLACE: Function = Function::new(
    "replace",
    "Replaces every occurrence of a text, or of a pattern when it is written as `/pattern/`.",
    &[Parameter::new("str", Kind::Text), Parameter::new("substr", Kind::Text), Parameter::new("replace", Kind::Text)],
    Gives::Text,
    |arguments| {
        let (text, wanted, by) = (arguments.text(0), arguments.text(1), arguments.text(2));
        if wanted.len() > 1 && wanted.starts_with('/') && wanted.ends_with('/') {
            let inner = &wanted[1..wanted.len() - 1];
            let regex = arguments.pattern(inner, || compile(inner, 1))?;
            let mut out = String::new();
            let mut end = 0;
            for captures in regex.captures_iter(text) {
                let Some(whole) = captures.get(0) else { continue };
                out.push_str(&text[end..whole.start()]);
                captures.expand(by, &mut out);
                end = whole.end();
                if out.len() > arguments.max_text() {
                    arguments.afford(out.len())?;
                }
            }
            out.push_str(&text[end..]);
            return arguments.made(out);
        }
        let hits = if wanted.is_empty() { text.chars().count() + 1 } else { text.matches(wanted).count() };
        arguments.afford(hits.saturating_mul(by.len()).saturating_add(text.len()))?;
        arguments.made(text.replace(wanted, by))
    },
);
