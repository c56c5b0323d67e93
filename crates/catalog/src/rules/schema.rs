//! Rules as keywords of JSON Schema, for editors. Only what always holds: a rule with a condition is left to `firma validate`.

use super::{
    characters,
    rule::{Case, Must, Rules, Strength},
    text::TextText,
};
use serde_json::{Map, Value as Json, json};

/// Four numbers.
const ADDRESS: &str = r"([0-9]{1,3}\.){3}[0-9]{1,3}";

impl Rules {
    /// What holds of every value at this dotted path: `enum`, `minimum`, `maxLength`, `pattern` and their like.
    pub fn keywords(&self, path: &str) -> Map<String, Json> {
        let mut keywords = Map::new();
        let always = self.at(path).filter(|rule| rule.when.is_empty() && rule.strength == Strength::Refuses);
        for rule in always {
            add(&rule.must, &mut keywords);
        }
        keywords
    }
}

fn add(must: &Must, keywords: &mut Map<String, Json>) {
    let mut put = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            keywords.insert(name.to_owned(), value);
        }
    };
    match must {
        Must::OneOf(words, Case::Told) => put("enum", Some(json!(words))),
        Must::Range(range) => {
            put("minimum", range.min.map(number));
            put("maximum", range.max.map(number));
            put("multipleOf", range.step.map(number));
        }
        Must::Text(text) => of_text(text, &mut put),
        Must::Keys(text) => {
            let mut names = Map::new();
            of_text(text, &mut |name: &str, value: Option<Json>| {
                names.extend(value.map(|value| (name.to_owned(), value)));
            });
            put("propertyNames", Some(Json::Object(names)));
        }
        Must::Count(count) => {
            for (name, value) in [
                ("minItems", count.min),
                ("maxItems", count.max),
                ("minProperties", count.min),
                ("maxProperties", count.max),
            ] {
                put(name, Some(json!(value)));
            }
        }
        Must::Cidr(block) if !block.loose => {
            let whole = format!("{ADDRESS}/[0-9]{{1,2}}");
            put("pattern", Some(json!(if block.empty { format!("^({whole})?$") } else { format!("^{whole}$") })));
        }
        Must::Address => put("pattern", Some(json!(format!("^{ADDRESS}$")))),
        Must::Password(rule) => {
            put("minLength", Some(json!(rule.min)));
            put("maxLength", Some(json!(rule.max)));
        }
        _ => {}
    }
}

fn of_text(text: &TextText, put: &mut impl FnMut(&str, Option<Json>)) {
    if !text.bytes {
        put("minLength", (text.min > 0).then(|| json!(text.min)));
        put("maxLength", text.max.map(|max| json!(max)));
    }
    put("pattern", characters::pattern(text).map(Json::String));
}

/// Whole numbers as such.
fn number(number: f64) -> Json {
    match number.fract() == 0.0 {
        true => json!(number as i64),
        false => json!(number),
    }
}
