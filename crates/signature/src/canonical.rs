//! The canonical request: the text both sides must agree on, byte for byte.
//!
//! Six parts joined by line feeds: method, path, query, headers (each line ended, so the part ends in one more line
//! feed), the signed names joined by `;`, and the lower-case hex SHA-256 of the body.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same for a path, where `/` separates.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// How a signer normalises the path, and with it the header values: one rule per family of official signers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathRule {
    /// Encode what was given, once: `%` becomes `%25`. Header values are signed untouched.
    /// (Python core 1.3.3, scheme 2.)
    AsGiven,
    /// Decode, then encode, so that `:` and `%3A` are the same path. Header values are trimmed and their runs of
    /// spaces collapse. (Go, which puts `%3A` on the wire.)
    Decoded,
    /// As `Decoded`, and `//` becomes `/`; `+` decodes to a space. Header values are only trimmed.
    /// (Python SDK 1.6.354, scheme 3.)
    DecodedCollapsed,
}

/// What is canonicalised.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a BTreeMap<String, String>,
    pub(crate) body: &'a [u8],
}

/// The canonical request of `parts`, whose headers are exactly those to sign.
pub(crate) fn request(parts: Parts<'_>, rule: PathRule) -> String {
    let mut text = parts.method.to_ascii_uppercase();
    text.push('\n');
    text.push_str(&path(parts.path, rule));
    text.push('\n');
    text.push_str(&query(parts.query));
    text.push('\n');
    for (name, value) in parts.headers {
        text.push_str(name);
        text.push(':');
        text.push_str(&header_value(value, rule));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&names(parts.headers));
    text.push('\n');
    text.push_str(&sha256_hex(parts.body));
    text
}

/// The signed header names as both the canonical request and the `Authorization` header print them.
pub(crate) fn names(headers: &BTreeMap<String, String>) -> String {
    headers.keys().map(String::as_str).collect::<Vec<_>>().join(";")
}

/// Headers by lower-case name. A repeated name is one header whose values are joined by commas (RFC 9110, 5.3).
pub(crate) fn by_name(headers: &[(String, String)]) -> BTreeMap<String, String> {
    let mut map = BTreeMap::new();
    for (name, value) in headers {
        map.entry(name.to_ascii_lowercase())
            .and_modify(|joined: &mut String| {
                joined.push(',');
                joined.push_str(value);
            })
            .or_insert_with(|| value.clone());
    }
    map
}

/// Lower-case hex SHA-256.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn path(given: &str, rule: PathRule) -> String {
    let decoded: Cow<'_, [u8]> = match rule {
        PathRule::AsGiven => Cow::Borrowed(given.as_bytes()),
        PathRule::Decoded => percent_decode(given.as_bytes()).into(),
        PathRule::DecodedCollapsed => {
            let spaced = given.replace('+', " ");
            let mut bytes: Vec<u8> = percent_decode(spaced.as_bytes()).collect();
            bytes.dedup_by(|a, b| *a == b'/' && *b == b'/');
            Cow::Owned(bytes)
        }
    };
    let encoded = percent_encode(&decoded, RESERVED_IN_PATH).to_string();
    if encoded.starts_with('/') { encoded } else { format!("/{encoded}") }
}

/// Decodes and encodes each name and value, sorts by name, then value. A name without `=` gets an empty value.
fn query(given: &str) -> String {
    let canonical = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_encode(&percent_decode(spaced.as_bytes()).collect::<Vec<u8>>(), RESERVED).to_string()
    };
    let mut pairs: Vec<(String, String)> = given
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (canonical(name), canonical(value))
        })
        .collect();
    pairs.sort();
    pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn header_value(given: &str, rule: PathRule) -> Cow<'_, str> {
    match rule {
        PathRule::AsGiven => Cow::Borrowed(given),
        PathRule::DecodedCollapsed => Cow::Borrowed(given.trim()),
        PathRule::Decoded => {
            let words: Vec<&str> = given.trim().split(' ').filter(|word| !word.is_empty()).collect();
            Cow::Owned(words.join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PathRule, by_name, header_value, path, query};

    #[test]
    fn path_rules_differ_where_the_signers_do() {
        let check = |given: &str, as_given: &str, decoded: &str, collapsed: &str| {
            assert_eq!(path(given, PathRule::AsGiven), as_given, "{given} as given");
            assert_eq!(path(given, PathRule::Decoded), decoded, "{given} decoded");
            assert_eq!(path(given, PathRule::DecodedCollapsed), collapsed, "{given} collapsed");
        };
        check("", "/", "/", "/");
        check("/v1/a:b", "/v1/a%3Ab", "/v1/a%3Ab", "/v1/a%3Ab");
        check("/v1/a%3Ab", "/v1/a%253Ab", "/v1/a%3Ab", "/v1/a%3Ab");
        check("/v1/a%3ab", "/v1/a%253ab", "/v1/a%3Ab", "/v1/a%3Ab");
        check("/v1//a//", "/v1//a//", "/v1//a//", "/v1/a/");
        check("/a+b", "/a%2Bb", "/a%2Bb", "/a%20b");
        check("/100%", "/100%25", "/100%25", "/100%25");
        check("/中", "/%E4%B8%AD", "/%E4%B8%AD", "/%E4%B8%AD");
        check("/a%2Fb", "/a%252Fb", "/a/b", "/a/b");
    }

    #[test]
    fn query_is_decoded_encoded_and_sorted() {
        let check = |given: &str, expected: &str| assert_eq!(query(given), expected, "{given}");
        check("", "");
        check("b=2&a=1&a=0", "a=0&a=1&b=2");
        check("a", "a=");
        check("&a=1&&", "a=1");
        check("a=b=c", "a=b%3Dc");
        check("name=a+b", "name=a%20b");
        check("name=a%2bb", "name=a%2Bb");
        check("o=%&p=~", "o=%25&p=~");
        check("filters.10.name=x&filters.1.name=y", "filters.1.name=y&filters.10.name=x");
    }

    #[test]
    fn header_values_follow_the_rule() {
        assert_eq!(header_value("  a   b ", PathRule::AsGiven), "  a   b ");
        assert_eq!(header_value("  a   b ", PathRule::Decoded), "a b");
        assert_eq!(header_value("  a   b ", PathRule::DecodedCollapsed), "a   b");
    }

    #[test]
    fn repeated_headers_are_one() {
        let map = by_name(&[("X-A".into(), "1".into()), ("x-a".into(), "2".into())]);
        assert_eq!(map.into_iter().collect::<Vec<_>>(), [("x-a".to_string(), "1,2".to_string())]);
    }
}
