//! Rules in words.

use super::{
    characters, password,
    rule::{Must, Rule, Strength},
    text::{CidrText, RangeText},
};
use serde_json::Value as Json;

impl Rule {
    /// What the rule says, in a sentence without its subject: `must be 20 to 16000, in steps of 10`.
    pub fn words(&self) -> String {
        let said = match self.must {
            Must::Present => "is needed".to_owned(),
            Must::Absent => "cannot be given".to_owned(),
            _ => must(self).trim_start_matches("it ").to_owned(),
        };
        format!("{said}{}", condition(self))
    }
}

/// What the value must be: `it must be one of ...`.
pub(super) fn must(rule: &Rule) -> String {
    let verb = match rule.strength {
        Strength::Refuses => "it must be",
        Strength::Warns => "it is usually",
    };
    let said = match &rule.must {
        Must::OneOf(words, _) => one_of(words),
        Must::Range(range) => in_range(range),
        Must::Text(text) => characters::words(text),
        Must::Keys(text) => return format!("its keys must be {}", characters::words(text)),
        Must::Count(count) => {
            return match (count.min, count.max) {
                (0, max) => format!("it must have at most {max}"),
                (min, max) if min == max => format!("it must have {min}"),
                (min, max) => format!("it must have {min} to {max}"),
            };
        }
        Must::Total(most) => return format!("it must have at most {most} characters in all"),
        Must::Cidr(block) => cidr(block),
        Must::Address => "an IPv4 address".to_owned(),
        Must::Password(rule) => password::words(rule),
        Must::Base64(most) => format!("base64 of at most {most} bytes"),
        Must::AtMost(other) if other.times == 1.0 => format!("at most `{}`", other.field),
        Must::AtMost(other) => format!("at most {} times `{}`", plain(other.times), other.field),
        Must::Present | Must::Absent | Must::Open => return String::new(),
    };
    format!("{verb} {said}")
}

/// When the rule applies: ` where ...`, or nothing.
pub(super) fn condition(rule: &Rule) -> String {
    let conditions: Vec<String> =
        rule.when.iter().map(|(path, values)| format!("`{}` is {}", path.join("."), either(values))).collect();
    match conditions.is_empty() {
        true => String::new(),
        false => format!(" where {}", conditions.join(" and ")),
    }
}

fn one_of(words: &[Json]) -> String {
    match words {
        [only] => shown(only),
        words => format!("one of {}", words.iter().map(shown).collect::<Vec<_>>().join(", ")),
    }
}

fn either(words: &[Json]) -> String {
    let said = |word: &Json| if word.as_str() == Some("") { "not given".to_owned() } else { shown(word) };
    words.iter().map(said).collect::<Vec<_>>().join(" or ")
}

fn shown(word: &Json) -> String {
    match word {
        Json::String(word) => format!("`{word}`"),
        other => other.to_string(),
    }
}

fn in_range(range: &RangeText) -> String {
    let mut said = match (range.min, range.max) {
        (Some(min), Some(max)) if min == max => plain(min),
        (Some(min), Some(max)) => format!("{} to {}", plain(min), plain(max)),
        (Some(min), None) => format!("{} or more", plain(min)),
        (None, Some(max)) => format!("at most {}", plain(max)),
        (None, None) => "a number".to_owned(),
    };
    if let Some(step) = range.step {
        said.push_str(&format!(", in steps of {}", plain(step)));
    }
    if let Some(except) = range.except {
        said.push_str(&format!(", but not {}", plain(except)));
    }
    said
}

fn cidr(block: &CidrText) -> String {
    let mut said = match (block.min, block.max) {
        (0, 32) => "a block of addresses".to_owned(),
        (min, max) => format!("a block of addresses with a mask of {min} to {max} bits"),
    };
    if block.private {
        said.push_str(" inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16");
    }
    if block.loose {
        said.push_str(", or an address");
    }
    if block.empty {
        said.push_str(", or empty");
    }
    said
}

/// A number without a needless fraction.
fn plain(number: f64) -> String {
    number.to_string()
}
