//! Every diagnostic code has its page, once.

use super::{
    Tree,
    lexer::{self, Kind, Token},
};
use std::collections::BTreeMap;

/// Codes that nothing explains, or that two pages explain.
pub fn check(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    let mut used: BTreeMap<String, String> = BTreeMap::new();
    let mut explained: BTreeMap<String, String> = BTreeMap::new();
    for each in tree.crates() {
        for source in tree.files(&format!("crates/{}/src", each.name), ".rs") {
            if source.is_test() {
                continue;
            }
            let tokens = lexer::production(&source.text);
            for token in &tokens {
                if let Some(code) = token.text().filter(|text| is_code(text)) {
                    used.entry(code.to_owned()).or_insert_with(|| format!("{}:{}", source.path, token.line));
                }
            }
            for (code, line) in pages(&tokens) {
                let place = format!("{}:{line}", source.path);
                match code {
                    Err(name) => {
                        findings.push(format!("{place}: `{name}` is no constant of this file that holds a code"));
                    }
                    Ok(code) => match explained.get(&code) {
                        Some(first) => findings.push(format!("{place}: {code} is explained at {first} too")),
                        None => {
                            explained.insert(code, place);
                        }
                    },
                }
            }
        }
    }
    for (code, place) in &used {
        if !explained.contains_key(code) {
            findings.push(format!("{place}: {code} is in no list of CODES"));
        }
    }
    findings
}

/// `E` and four digits, the first of them 0.
fn is_code(text: &str) -> bool {
    text.strip_prefix("E0").is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// First parts of the tuples of `CODES`: the code, or the name that stands for none.
fn pages(tokens: &[Token]) -> Vec<(Result<String, String>, usize)> {
    let Some(start) = tokens.iter().position(|t| t.word() == Some("CODES")) else { return Vec::new() };
    let Some(equals) = tokens[start..].iter().position(|t| t.is('=')) else { return Vec::new() };
    let constants = constants(tokens);
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start + equals) {
        match token.kind {
            Kind::Mark('[') => depth += 1,
            Kind::Mark('(') => {
                depth += 1;
                if depth == 2
                    && let Some(code) = first_part(&tokens[at + 1..], &constants)
                {
                    found.push((code, token.line));
                }
            }
            Kind::Mark(']' | ')') => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

fn first_part(tokens: &[Token], constants: &BTreeMap<&str, &str>) -> Option<Result<String, String>> {
    let part: Vec<&Token> = tokens.iter().take_while(|t| !t.is(',')).collect();
    let last = part.last()?;
    if let Some(text) = last.text() {
        return Some(Ok(text.to_owned()));
    }
    let name = last.word()?;
    Some(constants.get(name).map(|code| (*code).to_owned()).ok_or_else(|| name.to_owned()))
}

/// `const NAME: &str = "E0101";`
fn constants(tokens: &[Token]) -> BTreeMap<&str, &str> {
    tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.word() == Some("const"))
        .filter_map(|(at, _)| {
            let name = tokens.get(at + 1)?.word()?;
            let statement = tokens[at..].iter().take_while(|t| !t.is(';'));
            let code = statement.filter_map(Token::text).find(|text| is_code(text))?;
            Some((name, code))
        })
        .collect()
}
