//! The TOML form of a rule.

use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A rule of a kind: what a value at a place must be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// Dotted path from the resource: `rules.from_port`. Of lists every element is meant; `*` is every value of a map.
    pub at: String,
    /// The name of a rule of `data/rules.toml`.
    pub is: Option<String>,
    /// What the value must be.
    pub must: Option<MustText>,
    /// Applies only where fields beside it have one of these values; empty text is a field that is not given.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<Json>>,
    /// Where it comes from; a rule with a name brings its own.
    pub source: Option<String>,
    /// Values at the edge that it takes. For a rule about several fields, those fields.
    #[serde(default)]
    pub accepts: Vec<Json>,
    /// Values that it refuses.
    #[serde(default)]
    pub refuses: Vec<Json>,
}

/// A rule with a name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedText {
    /// What the value must be.
    pub must: MustText,
    /// Where it comes from.
    pub source: String,
    /// Values at the edge that it takes.
    pub accepts: Vec<Json>,
    /// Values that it refuses.
    pub refuses: Vec<Json>,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MustText {
    /// One of these.
    OneOf(Vec<Json>),
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
    /// Anything: what the API's prose hints at is not to be believed here.
    Open,
}

/// A range; both ends are in it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeText {
    /// Least.
    pub min: Option<f64>,
    /// Most.
    pub max: Option<f64>,
    /// Only multiples of it.
    pub step: Option<f64>,
    /// A value in the range that is not taken all the same.
    pub except: Option<f64>,
}

/// How many.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountText {
    /// Least.
    #[serde(default)]
    pub min: u64,
    /// Most.
    pub max: u64,
}

/// Sorts of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Chinese characters, from U+4E00 to U+9FA5.
    Chinese,
    /// `A` to `Z` and `a` to `z`.
    Letters,
    /// `a` to `z`.
    Lower,
    /// `A` to `Z`.
    Upper,
    /// `0` to `9`.
    Digits,
    /// What is neither letter nor digit.
    Symbols,
}

/// What a text consists of.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextText {
    /// Least characters.
    #[serde(default)]
    pub min: u64,
    /// Most characters.
    pub max: Option<u64>,
    /// Sorts of characters that may be in it; any where neither this nor `also` says something.
    #[serde(default)]
    pub of: Vec<Sort>,
    /// Further characters that may be in it.
    #[serde(default)]
    pub also: String,
    /// Sorts that the first character is of.
    #[serde(default)]
    pub first: Vec<Sort>,
    /// Characters that do not stand at either end.
    #[serde(default)]
    pub not_at_ends: String,
    /// What it begins with, one of these.
    #[serde(default)]
    pub begins: Vec<String>,
    /// What it does not begin with.
    #[serde(default)]
    pub never_begins: Vec<String>,
    /// What is nowhere in it.
    #[serde(default)]
    pub never: Vec<String>,
    /// Words that it is not.
    #[serde(default)]
    pub not: Vec<String>,
    /// Whether `min` and `max` count bytes.
    #[serde(default)]
    pub bytes: bool,
}

/// A block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CidrText {
    /// Shortest prefix.
    pub min: u8,
    /// Longest prefix.
    pub max: u8,
    /// Inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.
    #[serde(default)]
    pub private: bool,
    /// An address alone will do, and so will IPv6.
    #[serde(default)]
    pub loose: bool,
    /// Empty text will do.
    #[serde(default)]
    pub empty: bool,
}

/// A password.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordText {
    /// Least characters.
    pub min: u64,
    /// Most characters.
    pub max: u64,
    /// Sorts of characters.
    pub sorts: Vec<Sort>,
    /// How many of those sorts are in it; all where nothing is said.
    pub of: Option<usize>,
    /// Whether nothing else is in it.
    #[serde(default)]
    pub only: bool,
    /// Words that are nowhere in it.
    #[serde(default)]
    pub never: Vec<String>,
    /// Whether three letters or digits that follow one another, or are neighbours on a keyboard, may be in it.
    #[serde(default)]
    pub no_runs: bool,
}

/// Not above another field.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtMostText {
    /// The other field, beside it.
    pub field: String,
    /// So many times it.
    #[serde(default = "once")]
    pub times: f64,
}

fn once() -> f64 {
    1.0
}
