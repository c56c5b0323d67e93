//! A kind's rules, from their text: names of rules looked up, paths checked.

use super::{
    rule::{Case, Must, Rule, Rules, Strength},
    seen,
    text::{MustText, NamedText, RuleText},
};
use crate::{
    problem::{Findings, What},
    procedure::{Attribute, Field, Normal, Shape},
    text::{KindText, RecoveryText},
};
use firma_api::Operation;
use std::{collections::BTreeMap, sync::OnceLock};

type Attributes = BTreeMap<String, Attribute>;

/// The rules with names; read when the first kind needs one.
pub(super) fn named() -> &'static BTreeMap<String, NamedText> {
    static NAMED: OnceLock<BTreeMap<String, NamedText>> = OnceLock::new();
    NAMED.get_or_init(|| {
        toml::from_str(include_str!("../../data/rules.toml")).expect("BUG: data/rules.toml, which tests read")
    })
}

impl RuleText {
    /// The rule with a name that this one is.
    pub fn named(&self) -> Option<&'static NamedText> {
        named().get(self.is.as_deref()?)
    }
}

/// The rules of a kind.
pub(crate) fn read(
    text: &KindText,
    attributes: &Attributes,
    create: Option<&Operation>,
    findings: &mut Findings<'_>,
) -> Rules {
    let mut list: Vec<Rule> = text.rules.iter().filter_map(|rule| one(rule, attributes, findings)).collect();
    if attributes.contains_key("tags") {
        // The marker of a create is a tag too.
        let count = if text.recovery == RecoveryText::MarkedByTag { "tags_beside_a_marker" } else { "tags" };
        for (at, is) in [("tags", count), ("tags", "tag_key"), ("tags.*", "tag_value")] {
            let rule = RuleText {
                at: at.to_owned(),
                is: Some(is.to_owned()),
                must: None,
                when: BTreeMap::new(),
                source: None,
                accepts: Vec::new(),
                refuses: Vec::new(),
            };
            list.extend(one(&rule, attributes, findings));
        }
    }
    seen::add(&mut list, text, attributes, create);
    list.retain(|rule| rule.must != Must::Open);
    Rules { list }
}

fn one(text: &RuleText, attributes: &Attributes, findings: &mut Findings<'_>) -> Option<Rule> {
    let at: Vec<String> = text.at.split('.').map(str::to_owned).collect();
    let Some(spot) = spot(attributes, &at) else {
        findings.unknown("rules", text.at.as_str());
        return None;
    };
    let (must, source) = match (&text.is, &text.must, &text.source) {
        (Some(name), None, source) => {
            let Some(named) = named().get(name) else {
                findings.unknown("rules", name.as_str());
                return None;
            };
            (&named.must, source.as_ref().unwrap_or(&named.source))
        }
        (None, Some(must), Some(source)) => {
            if *must != MustText::Open && (text.accepts.is_empty() || text.refuses.is_empty()) {
                findings.add(What::Missing("a rule names a value that it takes and one that it refuses"));
            }
            (must, source)
        }
        _ => {
            findings.add(What::Missing("a rule is one with a name, or says what must be and where that comes from"));
            return None;
        }
    };
    let (_, parents) = at.split_last()?;
    let beside = |field: &str| {
        let whole: Vec<String> = parents.iter().cloned().chain(field.split('.').map(str::to_owned)).collect();
        self::spot(attributes, &whole).is_some()
    };
    let mut when = Vec::new();
    for (field, values) in &text.when {
        if !beside(field) {
            findings.unknown("rules", field.as_str());
        }
        when.push((field.split('.').map(str::to_owned).collect(), values.clone()));
    }
    if let MustText::AtMost(other) = must
        && !beside(&other.field)
    {
        findings.unknown("rules", other.field.as_str());
    }
    let case = if matches!(spot.normal, Some(Normal::Lower | Normal::Upper)) { Case::Same } else { Case::Told };
    let must = must.compiled(case);
    let secret = spot.secret || matches!(must, Must::Password(_));
    Some(Rule { at, when, must, source: source.clone(), strength: Strength::Refuses, secret })
}

impl MustText {
    pub(super) fn compiled(&self, case: Case) -> Must {
        match self.clone() {
            MustText::OneOf(words) => Must::OneOf(words, case),
            MustText::Range(range) => Must::Range(range),
            MustText::Text(text) => Must::Text(text),
            MustText::Keys(text) => Must::Keys(text),
            MustText::Count(count) => Must::Count(count),
            MustText::Total(most) => Must::Total(most),
            MustText::Cidr(block) => Must::Cidr(block),
            MustText::Address => Must::Address,
            MustText::Password(password) => Must::Password(password),
            MustText::Base64(most) => Must::Base64(most),
            MustText::Present => Must::Present,
            MustText::Absent => Must::Absent,
            MustText::AtMost(other) => Must::AtMost(other),
            MustText::Open => Must::Open,
        }
    }
}

/// What stands at a path.
struct Spot {
    normal: Option<Normal>,
    secret: bool,
}

fn spot(attributes: &Attributes, at: &[String]) -> Option<Spot> {
    let (head, rest) = at.split_first()?;
    // Where a resource is, every kind knows that is somewhere.
    if head == "region" && rest.is_empty() {
        return Some(Spot { normal: None, secret: false });
    }
    let attribute = attributes.get(head)?;
    let mut here = &attribute.shape;
    let mut spot = Spot { normal: attribute.normal, secret: attribute.write_only };
    for name in rest {
        while let Shape::List(item) | Shape::Set(item) = here {
            here = item;
        }
        match here {
            Shape::Object(fields) => {
                let Field { shape, normal, write_only, .. } = fields.get(name)?;
                (here, spot) = (shape, Spot { normal: *normal, secret: spot.secret || *write_only });
            }
            Shape::Pairs if name == "*" => here = &Shape::String,
            _ => return None,
        }
    }
    Some(spot)
}
