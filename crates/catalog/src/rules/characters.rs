//! Characters of a text, and what is wrong with them.

use super::text::{Sort, TextText};

impl Sort {
    /// Whether a character is of this sort.
    pub(super) fn has(self, c: char) -> bool {
        match self {
            Sort::Chinese => ('\u{4E00}'..='\u{9FA5}').contains(&c),
            Sort::Letters => c.is_ascii_alphabetic(),
            Sort::Lower => c.is_ascii_lowercase(),
            Sort::Upper => c.is_ascii_uppercase(),
            Sort::Digits => c.is_ascii_digit(),
            Sort::Symbols => !c.is_ascii_alphanumeric(),
        }
    }

    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Sort::Chinese => "Chinese characters",
            Sort::Letters => "letters",
            Sort::Lower => "lower-case letters",
            Sort::Upper => "upper-case letters",
            Sort::Digits => "digits",
            Sort::Symbols => "symbols",
        }
    }

    /// Inside the brackets of a regular expression.
    fn class(self) -> &'static str {
        match self {
            Sort::Chinese => "\u{4E00}-\u{9FA5}",
            Sort::Letters => "A-Za-z",
            Sort::Lower => "a-z",
            Sort::Upper => "A-Z",
            Sort::Digits => "0-9",
            // Nothing that is sold wants symbols in a text that is not a password.
            Sort::Symbols => "!-/:-@\\[-`{-~",
        }
    }
}

/// What is wrong with a text.
pub(super) fn wrong(text: &str, rule: &TextText) -> Option<String> {
    let length = if rule.bytes { text.len() } else { text.chars().count() } as u64;
    let unit = if rule.bytes { "bytes" } else { "characters" };
    if length < rule.min || rule.max.is_some_and(|max| length > max) {
        let unit = if length == 1 { unit.trim_end_matches('s') } else { unit };
        return Some(format!("has {length} {unit}"));
    }
    let any = rule.of.is_empty() && rule.also.is_empty();
    let allowed = |c: char| any || rule.of.iter().any(|sort| sort.has(c)) || rule.also.contains(c);
    if let Some(c) = text.chars().find(|c| !allowed(*c)) {
        return Some(format!("has `{}` in it", c.escape_debug()));
    }
    let (first, last) = (text.chars().next(), text.chars().next_back());
    if let Some(first) = first.filter(|c| !rule.first.is_empty() && !rule.first.iter().any(|sort| sort.has(*c))) {
        return Some(format!("begins with `{}`", first.escape_debug()));
    }
    for (end, verb) in [(first, "begins"), (last, "ends")] {
        if let Some(c) = end.filter(|c| rule.not_at_ends.contains(*c)) {
            return Some(format!("{verb} with `{c}`"));
        }
    }
    if !rule.begins.is_empty() && !rule.begins.iter().any(|start| text.starts_with(start.as_str())) {
        return Some(format!("does not begin with `{}`", rule.begins.join("` or `")));
    }
    if let Some(start) = rule.never_begins.iter().find(|start| text.starts_with(start.as_str())) {
        return Some(format!("begins with `{start}`"));
    }
    if let Some(part) = rule.never.iter().find(|part| text.contains(part.as_str())) {
        return Some(format!("has `{part}` in it"));
    }
    rule.not.iter().any(|word| word == text).then(|| "is a reserved word".to_owned())
}

/// A regular expression that every text which the rule takes matches, and few others.
pub(super) fn pattern(rule: &TextText) -> Option<String> {
    let class = |sorts: &[Sort], also: &str| {
        let mut class: String = sorts.iter().map(|sort| sort.class()).collect();
        for c in also.chars() {
            if matches!(c, '\\' | ']' | '[' | '^' | '-' | '/') {
                class.push('\\');
            }
            class.push(c);
        }
        format!("[{class}]")
    };
    let any = rule.of.is_empty() && rule.also.is_empty();
    match (any, rule.first.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("^{}", class(&rule.first, ""))),
        (false, true) => Some(format!("^{}*$", class(&rule.of, &rule.also))),
        (false, false) => Some(format!("^{}{}*$", class(&rule.first, ""), class(&rule.of, &rule.also))),
    }
}

/// What a text must be, in words that follow "must be".
pub(super) fn words(rule: &TextText) -> String {
    let unit = if rule.bytes { "bytes" } else { "characters" };
    let mut said = match (rule.min, rule.max) {
        (0, None) => "text".to_owned(),
        (0, Some(max)) => format!("at most {max} {unit}"),
        (min, None) => format!("at least {min} {unit}"),
        (min, Some(max)) => format!("{min} to {max} {unit}"),
    };
    let mut of: Vec<String> = rule.of.iter().map(|sort| sort.name().to_owned()).collect();
    of.extend(rule.also.chars().map(|c| format!("`{c}`")));
    if let Some(last) = of.pop() {
        let many = if of.is_empty() { last } else { format!("{} and {last}", of.join(", ")) };
        said.push_str(&format!(" of {many}"));
    }
    let quoted = |list: &[String]| format!("`{}`", list.join("`, `"));
    let mut further = Vec::new();
    if !rule.first.is_empty() {
        let names: Vec<&str> = rule.first.iter().map(|sort| sort.name()).collect();
        further.push(format!("beginning with {}", names.join(" or ")));
    }
    if !rule.not_at_ends.is_empty() {
        let ends: Vec<String> = rule.not_at_ends.chars().map(String::from).collect();
        further.push(format!("without {} at either end", quoted(&ends)));
    }
    if !rule.begins.is_empty() {
        further.push(format!("beginning with {}", quoted(&rule.begins)));
    }
    if !rule.never_begins.is_empty() {
        further.push(format!("not beginning with {}", quoted(&rule.never_begins)));
    }
    if !rule.never.is_empty() {
        further.push(format!("without {}", quoted(&rule.never)));
    }
    if !rule.not.is_empty() {
        further.push(format!("none of {}", quoted(&rule.not)));
    }
    for part in further {
        said.push_str(", ");
        said.push_str(&part);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_escape_what_means_something() {
        let rule = TextText { of: vec![Sort::Letters], also: "-]^\\_".to_owned(), ..TextText::default() };
        assert_eq!(pattern(&rule).as_deref(), Some("^[A-Za-z\\-\\]\\^\\\\_]*$"));
        let first = TextText { first: vec![Sort::Lower], ..rule };
        assert_eq!(pattern(&first).as_deref(), Some("^[a-z][A-Za-z\\-\\]\\^\\\\_]*$"));
        assert_eq!(pattern(&TextText { max: Some(3), ..TextText::default() }), None);
    }

    #[test]
    fn words_name_every_part() {
        let rule = TextText {
            min: 2,
            max: Some(32),
            of: vec![Sort::Lower, Sort::Digits],
            also: "_".to_owned(),
            first: vec![Sort::Lower],
            not: vec!["mysql".to_owned()],
            ..TextText::default()
        };
        assert_eq!(
            words(&rule),
            "2 to 32 characters of lower-case letters, digits and `_`, beginning with lower-case letters, none of `mysql`"
        );
    }
}
