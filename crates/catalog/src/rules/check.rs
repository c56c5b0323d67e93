//! Values held against rules. What is unknown is taken: it is looked at again when it is known.

use super::{
    characters, password,
    rule::{Case, Must, Rule, Strength},
    text::{CidrText, RangeText},
    words,
};
use crate::{codes, procedure::Procedure};
use core::net::{Ipv4Addr, Ipv6Addr};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    number::Number,
    path::Path,
    span::Span,
    suggest::closest,
    trail::{Trail, Way},
    value::{Map, Value},
};
use serde_json::Value as Json;

/// The attributes of a resource, by name.
pub type Given<'g> = &'g dyn Fn(&str) -> Option<&'g Value>;

/// Checks a resource's attributes against the rules of its kind. `place` says where a part was written.
pub fn check<'g>(procedure: &'g Procedure, given: Given<'g>, place: &dyn Fn(&Path) -> Span) -> Diagnostics {
    check_where(procedure, &|_| true, given, place)
}

/// [`check`], with those rules only that look at one of these attributes.
pub fn check_where<'g>(
    procedure: &'g Procedure,
    about: &dyn Fn(&str) -> bool,
    given: Given<'g>,
    place: &dyn Fn(&Path) -> Span,
) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for rule in procedure.rules.list.iter().filter(|rule| rule.attributes().any(about)) {
        let checking = Checking {
            kind: &procedure.kind,
            rule,
            place,
            trail: Trail::new(),
            hidden: rule.secret,
            diagnostics: &mut diagnostics,
        };
        checking.resource(given);
    }
    diagnostics
}

/// Whether a rule calls for an attribute beside those that are given.
pub fn calls_for(procedure: &Procedure, name: &str, given: Given<'_>) -> bool {
    procedure.rules.at(name).any(|rule| matches!(rule.must, Must::Present) && applies(rule, Around::Resource(given)))
}

/// The fields that stand beside one another: attributes of a resource, or fields of a table.
#[derive(Clone, Copy)]
enum Around<'a> {
    Resource(Given<'a>),
    Table(&'a Map),
}

impl<'a> Around<'a> {
    fn get(self, path: &[String]) -> Option<&'a Value> {
        let (head, rest) = path.split_first()?;
        let mut here = match self {
            Around::Resource(given) => given(head)?,
            Around::Table(map) => map.get(head)?,
        };
        for name in rest {
            here = here.reveal().as_map()?.get(name)?;
        }
        Some(here)
    }
}

struct Checking<'c, 'd> {
    kind: &'c str,
    rule: &'c Rule,
    place: &'d dyn Fn(&Path) -> Span,
    trail: Trail<'c>,
    /// Something on the way is not to be shown.
    hidden: bool,
    diagnostics: &'d mut Diagnostics,
}

impl<'c> Checking<'c, '_> {
    fn resource(mut self, given: Given<'c>) {
        match self.rule.at.split_first() {
            Some((head, [])) => self.field(Around::Resource(given), head),
            Some((head, rest)) => {
                let Some(value) = given(head) else { return };
                self.trail.enter(Way::Key(head));
                self.inside(value, rest);
            }
            None => {}
        }
    }

    /// Goes on to the table that the field is in.
    fn inside(&mut self, value: &'c Value, rest: &'c [String]) {
        let before = self.hidden;
        self.hidden |= matches!(value, Value::Sensitive(_));
        match (value.reveal(), rest) {
            (Value::List(items) | Value::Set(items), _) => {
                for (at, item) in items.iter().enumerate() {
                    self.step(Way::Index(at), |me| me.inside(item, rest));
                }
            }
            (Value::Map(map), [name]) => self.field(Around::Table(map), name),
            (Value::Map(map), [name, rest @ ..]) if name == "*" => {
                for (key, value) in map {
                    self.step(Way::Key(key), |me| me.inside(value, rest));
                }
            }
            (Value::Map(map), [name, rest @ ..]) => {
                if let Some(value) = map.get(name) {
                    self.step(Way::Key(name), |me| me.inside(value, rest));
                }
            }
            _ => {}
        }
        self.hidden = before;
    }

    fn step(&mut self, step: Way<'c>, then: impl FnOnce(&mut Self)) {
        self.trail.enter(step);
        then(self);
        self.trail.leave();
    }

    fn field(&mut self, around: Around<'c>, name: &'c str) {
        if let (Around::Table(map), "*") = (around, name) {
            if applies(self.rule, around) {
                for (key, value) in map {
                    self.step(Way::Key(key), |me| me.value(value, around));
                }
            }
            return;
        }
        let value = match around {
            Around::Resource(given) => given(name),
            Around::Table(map) => map.get(name),
        };
        let value = value.filter(|value| !value.reveal().is_null());
        // Most rules are about what is not given, and only one kind of them minds that.
        let minded = value.is_some() || matches!(self.rule.must, Must::Present);
        if !minded || !applies(self.rule, around) {
            return;
        }
        match (&self.rule.must, value) {
            (Must::Present, None) => self.step(Way::Key(name), |me| me.say(|path, _| needed(path))),
            // Where it is not known yet, it may come to nothing.
            (Must::Absent, Some(value)) if !matches!(value.reveal(), Value::Unknown(_)) => {
                self.step(Way::Key(name), |me| me.say(|path, _| format!("`{path}` of KIND cannot be given")));
            }
            (Must::Present | Must::Absent, _) | (_, None) => {}
            (_, Some(value)) => self.step(Way::Key(name), |me| me.value(value, around)),
        }
    }

    fn value(&mut self, value: &'c Value, around: Around<'c>) {
        let before = self.hidden;
        self.hidden |= matches!(value, Value::Sensitive(_));
        match value.reveal() {
            Value::Null | Value::Unknown(_) => {}
            Value::List(items) | Value::Set(items) if !self.rule.must.is_of_whole() => {
                for (at, item) in items.iter().enumerate() {
                    self.step(Way::Index(at), |me| me.value(item, around));
                }
            }
            known => self.test(known, around),
        }
        self.hidden = before;
    }

    fn test(&mut self, value: &'c Value, around: Around<'c>) {
        let text = if matches!(self.rule.must, Must::Range(_) | Must::AtMost(_)) { None } else { plain(value) };
        let text = text.as_deref();
        match &self.rule.must {
            Must::OneOf(words, case) => {
                if text.is_some_and(|text| !words.iter().any(|word| same(word, text, *case))) {
                    self.unfit(value);
                }
            }
            Must::Range(range) => {
                if number(value).is_some_and(|number| !in_range(number, range)) {
                    self.unfit(value);
                }
            }
            Must::Cidr(rule) => {
                if text.is_some_and(|text| !is_cidr(text, rule)) {
                    self.unfit(value);
                }
            }
            Must::Address => {
                if text.is_some_and(|text| text.parse::<Ipv4Addr>().is_err()) {
                    self.unfit(value);
                }
            }
            Must::Text(rule) => {
                let wrong = text.and_then(|text| characters::wrong(text, rule));
                self.wrong(wrong.map(|wrong| format!("is {}, which {wrong}", shown(value))));
            }
            Must::Password(rule) => self.wrong(text.and_then(|text| password::wrong(text, rule))),
            Must::Base64(most) => self.wrong(text.and_then(|text| base64(text, *most))),
            Must::Keys(rule) => {
                for (key, _) in value.as_map().into_iter().flatten() {
                    let wrong = characters::wrong(key, rule).map(|wrong| format!("is a key that {wrong}"));
                    self.step(Way::Key(key), |me| me.wrong(wrong));
                }
            }
            Must::Count(count) => {
                let found = value.as_list().map(<[Value]>::len).or_else(|| value.as_map().map(Map::len));
                let found = found.map(|found| found as u64);
                let wrong = found.filter(|found| !(count.min..=count.max).contains(found));
                let plural = |found: u64| if found == 1 { "" } else { "s" };
                self.wrong(wrong.map(|found| format!("has {found} element{}", plural(found))));
            }
            Must::Total(most) => {
                let items = value.as_list().unwrap_or_default();
                let found: usize = items.iter().filter_map(Value::as_str).map(|text| text.chars().count()).sum();
                self.wrong((found as u64 > *most).then(|| format!("has {found} characters in all")));
            }
            Must::AtMost(other) => {
                let path: Vec<String> = other.field.split('.').map(str::to_owned).collect();
                let Some(most) = around.get(&path).and_then(number) else { return };
                if number(value).is_some_and(|number| number > most * other.times) {
                    self.unfit(value);
                }
            }
            Must::Present | Must::Absent | Must::Open => {}
        }
    }

    /// A value that is shown, unless it is hidden.
    fn unfit(&mut self, value: &Value) {
        let near = match (&self.rule.must, value.as_str(), self.hidden) {
            (Must::OneOf(words, _), Some(text), false) => closest(text, words.iter().filter_map(Json::as_str)),
            _ => None,
        };
        let near = near.map(str::to_owned);
        let shown = if self.hidden { "a sensitive value".to_owned() } else { shown(value) };
        self.say_near(near.as_deref(), |path, must| format!("`{path}` of KIND is {shown}; {must}"));
    }

    /// What is wrong with a value that is not shown.
    fn wrong(&mut self, wrong: Option<String>) {
        let Some(mut wrong) = wrong else { return };
        if self.hidden && !matches!(self.rule.must, Must::Password(_)) {
            wrong = "is something else".to_owned();
        }
        self.say(|path, must| format!("`{path}` of KIND {wrong}; {must}"));
    }

    fn say(&mut self, message: impl FnOnce(&Path, &str) -> String) {
        self.say_near(None, message);
    }

    fn say_near(&mut self, near: Option<&str>, message: impl FnOnce(&Path, &str) -> String) {
        let path = self.trail.path(None);
        let rule = self.rule;
        let (must, condition) = (words::must(rule), words::condition(rule));
        let said = message(&path, &must).replacen("of KIND", &format!("of {}", self.kind), 1);
        let said = format!("{said}{condition}");
        let span = (self.place)(&path);
        self.diagnostics.push(match rule.strength {
            Strength::Refuses => {
                let code = if rule.must.is_of_several() { codes::NOT_TOGETHER } else { codes::NOT_TAKEN };
                let source = format!("the rule is from {}", rule.source);
                Diagnostic::error(code, said).at(span).did_you_mean(near).hint(source)
            }
            Strength::Warns => Diagnostic::warning(codes::UNUSUAL_VALUE, said)
                .at(span)
                .did_you_mean(near)
                .hint("so says the API's own description, which may be behind the service: nothing is refused"),
        });
    }
}

fn needed(path: &Path) -> String {
    format!("`{path}` of KIND is needed")
}

/// Whether what stands beside the value is what the rule is about.
fn applies(rule: &Rule, around: Around<'_>) -> bool {
    rule.when.iter().all(|(path, values)| {
        match around.get(path).map(Value::reveal) {
            // Empty text stands for what is not given.
            None | Some(Value::Null) => values.iter().any(|value| value.as_str() == Some("")),
            Some(found) => plain(found).is_some_and(|text| values.iter().any(|value| same(value, &text, Case::Told))),
        }
    })
}

/// A scalar as text.
fn plain(value: &Value) -> Option<std::borrow::Cow<'_, str>> {
    Some(match value {
        Value::String(text) => (&**text).into(),
        Value::Number(number) => number.canonical_text(),
        Value::Bool(value) => if *value { "true" } else { "false" }.into(),
        _ => return None,
    })
}

fn number(value: &Value) -> Option<f64> {
    match value.reveal() {
        Value::Number(number) => Some(number.as_f64()),
        Value::String(text) => Number::parse(text).map(|number| number.as_f64()),
        _ => None,
    }
}

fn same(word: &Json, text: &str, case: Case) -> bool {
    match (word, case) {
        (Json::String(word), Case::Told) => word == text,
        (Json::String(word), Case::Same) => word.eq_ignore_ascii_case(text),
        (Json::Bool(word), _) => (if *word { "true" } else { "false" }) == text,
        (Json::Number(word), _) => match (word.as_f64(), Number::parse(text)) {
            (Some(word), Some(number)) => word == number.as_f64(),
            _ => false,
        },
        _ => false,
    }
}

fn in_range(number: f64, range: &RangeText) -> bool {
    range.min.is_none_or(|min| number >= min)
        && range.max.is_none_or(|max| number <= max)
        && range.step.is_none_or(|step| number % step == 0.0)
        && range.except.is_none_or(|except| number != except)
}

/// Ranges of addresses that belong to nobody.
const PRIVATE: [(u32, u8); 3] = [(0x0A00_0000, 8), (0xAC10_0000, 12), (0xC0A8_0000, 16)];

fn is_cidr(text: &str, rule: &CidrText) -> bool {
    if text.is_empty() {
        return rule.empty;
    }
    let Some((address, length)) = text.split_once('/') else {
        return rule.loose && (text.parse::<Ipv4Addr>().is_ok() || text.parse::<Ipv6Addr>().is_ok());
    };
    let Ok(length) = length.parse::<u8>() else { return false };
    match address.parse::<Ipv4Addr>() {
        Ok(address) => {
            let address = u32::from(address);
            let inside = |(base, bits): (u32, u8)| length >= bits && (address ^ base) >> (32 - u32::from(bits)) == 0;
            (rule.min..=rule.max).contains(&length) && (!rule.private || PRIVATE.into_iter().any(inside))
        }
        Err(_) => rule.loose && length <= 128 && address.parse::<Ipv6Addr>().is_ok(),
    }
}

/// What is wrong with text in base64.
fn base64(text: &str, most: u64) -> Option<String> {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let legal = |c: u8| c.is_ascii_alphanumeric() || c == b'+' || c == b'/';
    if !text.len().is_multiple_of(4) || padding > 2 || !body.bytes().all(legal) {
        return Some("is not in base64".to_owned());
    }
    let bytes = text.len() / 4 * 3 - padding;
    (bytes as u64 > most).then(|| format!("is {bytes} bytes"))
}

/// A value as a message shows it.
fn shown(value: &Value) -> String {
    const MOST: usize = 60;
    let text = plain(value).unwrap_or_default();
    let quoted = match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into_owned(),
    };
    match value {
        Value::Number(_) => quoted,
        _ => format!("`{}`", quoted.escape_debug()),
    }
}
