//! Text: case, trimming, parts, joining.

use super::{Arguments, Failure, Function, Gives, Kind, Parameter};
use firma_model::{
    number::Number,
    types::Type,
    value::{Unknown, Value},
};
use unicode_segmentation::UnicodeSegmentation;

const STR: Parameter = Parameter::new("str", Kind::Text);

/// The characters as people count them: marks, joiners, flags and line ends stay with what they belong to.
pub(super) fn characters(text: &str) -> Vec<&str> {
    if simple_text(text) {
        return (0..text.len()).map(|at| &text[at..=at]).collect();
    }
    text.graphemes(true).collect()
}

/// Whether every byte is a character: nearly all texts, and the rules of Unicode are slow.
fn simple_text(text: &str) -> bool {
    text.is_ascii() && !text.contains('\r')
}

/// The one character that a letter becomes; those that would become several stay as they are, as in Terraform.
fn simple(letter: char, several: impl Iterator<Item = char>) -> char {
    let mut several = several;
    match (several.next(), several.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

fn lower(letter: char) -> char {
    match letter {
        'İ' => 'i',
        other => simple(other, other.to_lowercase()),
    }
}

/// Greek letters with an iota below, which full case mapping would write out.
fn with_iota(letter: char) -> Option<char> {
    let code = u32::from(letter);
    match code {
        0x1f80..=0x1f87 | 0x1f90..=0x1f97 | 0x1fa0..=0x1fa7 => char::from_u32(code + 8),
        0x1fb3 | 0x1fc3 | 0x1ff3 => char::from_u32(code + 9),
        _ => None,
    }
}

fn upper(letter: char) -> char {
    with_iota(letter).unwrap_or_else(|| simple(letter, letter.to_uppercase()))
}

/// The form at the beginning of a word: pairs of letters have one of their own, Georgian has none.
fn titled(letter: char) -> char {
    match letter {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        '\u{10d0}'..='\u{10ff}' => letter,
        other => upper(other),
    }
}

pub(super) const LOWER: Function =
    Function::new("lower", "All letters in lower case.", &[STR], Gives::Text, |arguments| {
        let text = arguments.text(0);
        arguments.made(if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(lower).collect() })
    });

pub(super) const UPPER: Function =
    Function::new("upper", "All letters in upper case.", &[STR], Gives::Text, |arguments| {
        let text = arguments.text(0);
        arguments.made(if text.is_ascii() { text.to_ascii_uppercase() } else { text.chars().map(upper).collect() })
    });

pub(super) const TITLE: Function =
    Function::new("title", "The first letter of each word in upper case.", &[STR], Gives::Text, |arguments| {
        let mut out = String::new();
        let mut within = false;
        for c in arguments.text(0).chars() {
            out.push(if within { c } else { titled(c) });
            within = c.is_alphanumeric() || c == '_' || (!c.is_ascii() && !c.is_whitespace());
        }
        arguments.made(out)
    });

pub(super) const CHOMP: Function =
    Function::new("chomp", "The text without line ends at its end.", &[STR], Gives::Text, |arguments| {
        Ok(Value::from(arguments.text(0).trim_end_matches(['\n', '\r'])))
    });

pub(super) const STRREV: Function =
    Function::new("strrev", "The characters in reverse.", &[STR], Gives::Text, |arguments| {
        arguments.made(characters(arguments.text(0)).into_iter().rev().collect())
    });

pub(super) const SUBSTR: Function = Function::new(
    "substr",
    "A part of a text: from an offset (negative: from the end), of a length (-1: to the end).",
    &[STR, Parameter::new("offset", Kind::Number), Parameter::new("length", Kind::Number)],
    Gives::Text,
    |arguments| {
        let characters = characters(arguments.text(0));
        let (offset, length) = (arguments.whole(1)?, arguments.whole(2)?);
        let count = characters.len() as i64;
        // An offset before the beginning counts from the beginning, as in Terraform.
        let start = if offset < 0 { (count + offset.max(-count)).max(0) } else { offset.min(count) };
        let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
        Ok(Value::from(characters[start as usize..end as usize].concat()))
    },
);

pub(super) const STARTSWITH: Function = Function::new(
    "startswith",
    "Whether a text begins with another.",
    &[STR, Parameter::new("prefix", Kind::Text)],
    Gives::Bool,
    |arguments| Ok(Value::Bool(arguments.text(0).starts_with(arguments.text(1)))),
)
.knows(|arguments| match (arguments.value(0), arguments.value(1)) {
    (Value::Unknown(unknown), Value::String(wanted)) => {
        let prefix = unknown.prefix.as_deref().unwrap_or("");
        match (prefix.starts_with(&**wanted), wanted.starts_with(prefix)) {
            (true, _) => Some(Value::Bool(true)),
            (false, false) => Some(Value::Bool(false)),
            (false, true) => None,
        }
    }
    _ => None,
});

pub(super) const ENDSWITH: Function = Function::new(
    "endswith",
    "Whether a text ends with another.",
    &[STR, Parameter::new("suffix", Kind::Text)],
    Gives::Bool,
    |arguments| Ok(Value::Bool(arguments.text(0).ends_with(arguments.text(1)))),
);

pub(super) const STRCONTAINS: Function = Function::new(
    "strcontains",
    "Whether a text contains another.",
    &[STR, Parameter::new("substr", Kind::Text)],
    Gives::Bool,
    |arguments| Ok(Value::Bool(arguments.text(0).contains(arguments.text(1)))),
);

pub(super) const TRIM: Function = Function::new(
    "trim",
    "The text without the given characters at both ends.",
    &[STR, Parameter::new("cutset", Kind::Text)],
    Gives::Text,
    |arguments| {
        let cut = arguments.text(1);
        Ok(Value::from(arguments.text(0).trim_matches(|c| cut.contains(c))))
    },
);

pub(super) const TRIMPREFIX: Function = Function::new(
    "trimprefix",
    "The text without a prefix.",
    &[STR, Parameter::new("prefix", Kind::Text)],
    Gives::Text,
    |arguments| {
        let text = arguments.text(0);
        Ok(Value::from(text.strip_prefix(arguments.text(1)).unwrap_or(text)))
    },
);

pub(super) const TRIMSUFFIX: Function = Function::new(
    "trimsuffix",
    "The text without a suffix.",
    &[STR, Parameter::new("suffix", Kind::Text)],
    Gives::Text,
    |arguments| {
        let text = arguments.text(0);
        Ok(Value::from(text.strip_suffix(arguments.text(1)).unwrap_or(text)))
    },
);

pub(super) const TRIMSPACE: Function =
    Function::new("trimspace", "The text without white space at both ends.", &[STR], Gives::Text, |arguments| {
        Ok(Value::from(arguments.text(0).trim()))
    });

pub(super) const INDENT: Function = Function::new(
    "indent",
    "Puts spaces before every line but the first.",
    &[Parameter::new("spaces", Kind::Number), Parameter::new("string", Kind::Text)],
    Gives::Text,
    |arguments| {
        let (spaces, text) = (arguments.size(0)?, arguments.text(1));
        let lines = text.matches('\n').count();
        arguments.afford(lines.saturating_mul(spaces).saturating_add(text.len()))?;
        arguments.made(text.replace('\n', &format!("\n{}", " ".repeat(spaces))))
    },
);

pub(super) const SPLIT: Function = Function::new(
    "split",
    "The parts of a text between separators.",
    &[Parameter::new("separator", Kind::Text), STR],
    Gives::Texts,
    |arguments| {
        let (separator, text) = (arguments.text(0), arguments.text(1));
        let parts: Vec<Value> = if separator.is_empty() {
            characters(text).into_iter().map(Value::from).collect()
        } else {
            text.split(separator).map(Value::from).collect()
        };
        arguments.charge(parts.len())?;
        Ok(Value::List(parts))
    },
);

fn joined(arguments: &Arguments<'_>) -> Result<Value, Failure> {
    if arguments.len() < 2 {
        return Err(Failure::Call("at least one list is needed".to_owned()));
    }
    let separator = arguments.text(0);
    let mut out = String::new();
    let mut first = true;
    for at in 1..arguments.len() {
        for text in arguments.texts(at) {
            if !first {
                out.push_str(separator);
            }
            first = false;
            out.push_str(text);
            if out.len() > arguments.max_text() {
                arguments.afford(out.len())?;
            }
        }
    }
    arguments.made(out)
}

pub(super) const JOIN: Function = Function::new(
    "join",
    "The elements of lists as one text, with a separator between them.",
    &[Parameter::new("separator", Kind::Text)],
    Gives::Text,
    joined,
)
.variadic(Parameter::new("lists", Kind::Texts))
.knows(|arguments| {
    let Value::String(separator) = arguments.value(0) else { return None };
    // Up to the first element that is not known; whether a separator comes behind a list that is not known is open.
    let mut prefix = String::new();
    let mut first = true;
    for list in arguments.rest(1) {
        for item in list.as_list()? {
            if !first {
                prefix.push_str(separator);
            }
            first = false;
            match item {
                Value::String(text) => prefix.push_str(text),
                Value::Unknown(unknown) => {
                    prefix.push_str(unknown.prefix.as_deref().unwrap_or(""));
                    return Some(unknown_text(prefix));
                }
                _ => return None,
            }
        }
    }
    None
});

/// A text of which the beginning is known.
pub(super) fn unknown_text(prefix: String) -> Value {
    let prefix = (!prefix.is_empty()).then_some(prefix);
    Value::Unknown(Box::new(Unknown { ty: Some(Type::String), not_null: true, prefix }))
}

/// How long a text is, as people count.
pub(super) fn length(text: &str) -> Value {
    let length = if simple_text(text) { text.len() } else { text.graphemes(true).count() };
    Value::Number(Number::from(length))
}
