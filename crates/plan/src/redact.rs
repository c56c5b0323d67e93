//! Taking known secrets out of text that others wrote.
//!
//! A cloud may repeat a parameter in its message: "password Abc123! is too weak". What it said is journalled and printed,
//! so the secrets of the step it is about are taken out first, in every spelling in which a message may have them.

use firma_model::value::{Map, Value};

/// What stands in place of a secret.
const HIDDEN: &str = "(sensitive)";
/// Shorter ones are hidden only where they stand alone: a secret `a` would take every word apart.
const SHORT: usize = 4;
/// Of a secret of several lines each line of this length is one too: a message may quote one of them.
const LINE: usize = 8;

/// The text without the sensitive values among these attributes.
pub fn without_secrets(text: &str, attributes: &Map) -> String {
    let mut secrets = Vec::new();
    for value in attributes.values() {
        gather(value, false, &mut secrets);
    }
    if secrets.is_empty() {
        return text.to_owned();
    }
    let mut spelt: Vec<String> = secrets.iter().flat_map(|secret| spellings(secret)).collect();
    // The longest first: a part of it may be a secret of its own.
    spelt.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    spelt.dedup();
    let mut text = text.to_owned();
    for secret in &spelt {
        text = hide(&text, secret);
    }
    hide_cut(&text, &spelt)
}

fn gather(value: &Value, sensitive: bool, secrets: &mut Vec<String>) {
    match value {
        Value::Sensitive(inner) => gather(inner, true, secrets),
        Value::Map(map) => map.values().for_each(|inner| gather(inner, sensitive, secrets)),
        Value::List(items) | Value::Set(items) => items.iter().for_each(|inner| gather(inner, sensitive, secrets)),
        Value::String(text) if sensitive => {
            secrets.push(text.to_string());
            let lines = text.lines().map(str::trim).filter(|line| line.len() >= LINE && line.len() < text.len());
            secrets.extend(lines.map(str::to_owned));
        }
        Value::Number(number) if sensitive => secrets.push(number.canonical()),
        _ => {}
    }
}

/// As it is, in JSON, in Base64 of both alphabets, in hexadecimal, and in a URL.
fn spellings(secret: &str) -> Vec<String> {
    let mut all = vec![secret.to_owned()];
    if secret.len() >= SHORT {
        let json = serde_json::Value::from(secret).to_string();
        all.push(json[1..json.len() - 1].to_owned());
        all.extend([base64(secret, b"+/"), base64(secret, b"-_"), hex::encode(secret), in_url(secret)]);
        all.push(hex::encode_upper(secret));
    }
    all.retain(|text| !text.is_empty());
    all
}

/// Without padding, which may or may not follow.
fn base64(text: &str, last: &[u8; 2]) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let letter = |six: u32| char::from(*LETTERS.get(six as usize).unwrap_or_else(|| &last[(six as usize + 2) % 64]));
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..=chunk.len() {
            out.push(letter(bits >> (18 - 6 * at) & 63));
        }
    }
    out
}

fn in_url(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn hide(text: &str, secret: &str) -> String {
    if secret.len() >= SHORT {
        return text.replace(secret, HIDDEN);
    }
    let alone = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + secret.len()..].chars().next();
        [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric())
    };
    let mut out = String::new();
    let mut from = 0;
    for (at, _) in text.match_indices(secret).filter(|(at, _)| alone(*at)) {
        out.push_str(&text[from..at]);
        out.push_str(HIDDEN);
        from = at + secret.len();
    }
    out + &text[from..]
}

/// A long message is cut off with `…`, perhaps in the middle of a secret: its beginning is one, too.
fn hide_cut(text: &str, spelt: &[String]) -> String {
    let mut parts: Vec<String> = text.split('…').map(str::to_owned).collect();
    let last = parts.len() - 1;
    for part in &mut parts[..last] {
        let cut = spelt.iter().flat_map(|secret| {
            secret
                .char_indices()
                .map(|(at, _)| &secret[..at])
                .filter(|head| head.len() >= SHORT && part.ends_with(head))
        });
        if let Some(longest) = cut.map(str::len).max() {
            part.truncate(part.len() - longest);
            part.push_str(HIDDEN);
        }
    }
    parts.join("…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(secret: &str) -> Map {
        Map::from([("name".to_owned(), Value::from("web")), ("password".to_owned(), Value::from(secret).sensitive())])
    }

    #[test]
    fn every_spelling_is_hidden() {
        let secret = "P@ss \"w\"/1?>é";
        for text in spellings(secret) {
            let said = without_secrets(&format!("password {text} of web is too weak"), &attributes(secret));
            assert_eq!(said, "password (sensitive) of web is too weak", "{text}");
        }
        assert_eq!(base64("ab?>", b"+/"), "YWI/Pg");
        assert_eq!(base64("ab?>", b"-_"), "YWI_Pg");
    }

    #[test]
    fn parts_of_a_secret_are_hidden_where_they_can_be_told() {
        let key = "-----BEGIN KEY-----\nMIIEpAIBAAKC\nx\n-----END KEY-----";
        let said = without_secrets("bad line MIIEpAIBAAKC", &attributes(key));
        assert_eq!(said, "bad line (sensitive)");
        let said = without_secrets("password Not-a-Sec… (details: Not-a…)", &attributes("Not-a-Secret-71"));
        assert_eq!(said, "password (sensitive)… (details: (sensitive)…)");
    }

    #[test]
    fn short_secrets_leave_words_alone() {
        assert_eq!(without_secrets("a cat says a", &attributes("a")), "(sensitive) cat says (sensitive)");
        assert_eq!(without_secrets("web is bad", &attributes("")), "web is bad");
        let number =
            Map::from([("pin".to_owned(), Value::Number(firma_model::number::Number::from(4711_i64)).sensitive())]);
        assert_eq!(without_secrets("pin 4711 is taken", &number), "pin (sensitive) is taken");
    }
}
