//! A rule, compiled.

use super::text::{AtMostText, CidrText, CountText, PasswordText, RangeText, TextText};
use serde_json::Value as Json;

/// The rules of a kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Those of its text in their order, then what every kind has, then what the API's prose hints at.
    pub list: Vec<Rule>,
}

impl Rules {
    /// Rules about exactly this dotted path.
    pub fn at<'r>(&'r self, path: &'r str) -> impl Iterator<Item = &'r Rule> + 'r {
        self.list.iter().filter(move |rule| rule.at.iter().map(String::as_str).eq(path.split('.')))
    }
}

/// What a value at a place must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Names from the resource on; `*` is every value of a map. Lists are looked through.
    pub at: Vec<String>,
    /// Fields beside it and the values of which each has one, for the rule to apply.
    pub when: Vec<(Vec<String>, Vec<Json>)>,
    /// What the value must be.
    pub must: Must,
    /// Where that comes from.
    pub source: String,
    /// What happens where it is not.
    pub strength: Strength,
    /// The value is never shown.
    pub secret: bool,
}

impl Rule {
    /// The attributes that it looks at.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        let own = self.at.iter().take(1).map(String::as_str);
        // What stands beside a field is in the same attribute; what stands beside an attribute is another.
        let beside = if self.at.len() == 1 { self.when.as_slice() } else { &[] };
        let other = match &self.must {
            Must::AtMost(other) if self.at.len() == 1 => other.field.split('.').next(),
            _ => None,
        };
        own.chain(beside.iter().filter_map(|(path, _)| path.first().map(String::as_str))).chain(other)
    }
}

/// What becomes of a value that a rule does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// It is an error.
    Refuses,
    /// It is a warning: the rule is a hint.
    Warns,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Must {
    /// One of these; where letter case means nothing, in any.
    OneOf(Vec<Json>, Case),
    /// A number in a range.
    Range(RangeText),
    /// Text.
    Text(TextText),
    /// A map whose keys are such text.
    Keys(TextText),
    /// A list or map of so many elements.
    Count(CountText),
    /// A list of texts with so many characters together at most.
    Total(u64),
    /// A block of addresses.
    Cidr(CidrText),
    /// An IPv4 address.
    Address,
    /// A password.
    Password(PasswordText),
    /// Text in base64, of so many bytes at most.
    Base64(u64),
    /// Given.
    Present,
    /// Not given.
    Absent,
    /// Not above another field.
    AtMost(AtMostText),
    /// Anything.
    Open,
}

impl Must {
    /// Whether it is about a list or map as a whole, not about what is in it.
    pub(super) fn is_of_whole(&self) -> bool {
        matches!(self, Must::Keys(_) | Must::Count(_) | Must::Total(_) | Must::Present | Must::Absent)
    }

    /// Whether it is about more than the value alone.
    pub fn is_of_several(&self) -> bool {
        matches!(self, Must::Present | Must::Absent | Must::AtMost(_))
    }
}

/// Whether letter case means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It does.
    Told,
    /// It does not.
    Same,
}
