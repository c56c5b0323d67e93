//! Spellings that mean the same to the service: which of them is the normal one.

use crate::procedure::Normal;
use core::net::IpAddr;
use firma_model::{number::Number, time::Timestamp, value::Value};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The value with every text in it spelt the normal way. What does not read as it should stays as it is written.
pub(super) fn spelt(normal: Option<Normal>, value: Value) -> Value {
    let Some(normal) = normal else { return value };
    match value {
        value if normal == Normal::Count && is_below_zero(&value) => Value::Null,
        Value::String(text) => match respelt(normal, &text) {
            Some(other) => Value::string(other),
            None => Value::String(text),
        },
        Value::List(items) => Value::List(items.into_iter().map(|item| spelt(Some(normal), item)).collect()),
        Value::Set(items) => Value::set(items.into_iter().map(|item| spelt(Some(normal), item)).collect()),
        Value::Sensitive(inner) => spelt(Some(normal), *inner).sensitive(),
        other => other,
    }
}

fn is_below_zero(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64() < 0.0,
        Value::String(literal) => Number::parse(literal.trim()).is_some_and(|number| number.as_f64() < 0.0),
        _ => false,
    }
}

/// The normal spelling, where that is another one.
fn respelt(normal: Normal, text: &str) -> Option<String> {
    match normal {
        Normal::Lower => Some(text.to_lowercase()),
        Normal::Upper => Some(text.to_uppercase()),
        Normal::Domain => Some(text.strip_suffix('.').unwrap_or(text).to_lowercase()),
        Normal::Cidr => cidr(text),
        Normal::Json => json(text),
        Normal::Moment => moment(text),
        Normal::Commas => Some(commas(text)),
        Normal::Minute => minute(text),
        Normal::Count => None,
    }
}

/// `b, a,b` is `a,b`.
fn commas(text: &str) -> String {
    let elements: BTreeSet<&str> = text.split(',').map(str::trim).filter(|element| !element.is_empty()).collect();
    elements.into_iter().collect::<Vec<_>>().join(",")
}

/// `2026-02-02 20:02:30` is `2026-02-02 20:02:00`.
fn minute(text: &str) -> Option<String> {
    let (minute, seconds) = text.split_at_checked(text.len().checked_sub(3)?)?;
    let is_seconds = seconds.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    (is_seconds && minute.len() == 16).then(|| format!("{minute}:00"))
}

/// `10.0.7.9/16` is `10.0.0.0/16`, and `2001:DB8:0:0::1/32` is `2001:db8::/32`.
fn cidr(text: &str) -> Option<String> {
    let (address, bits) = text.trim().split_once('/')?;
    let bits: u32 = bits.parse().ok()?;
    match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            Some(format!("{}/{bits}", core::net::Ipv4Addr::from(u32::from(address) & mask)))
        }
        IpAddr::V6(address) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            Some(format!("{}/{bits}", core::net::Ipv6Addr::from(u128::from(address) & mask)))
        }
        _ => None,
    }
}

/// Objects and lists with sorted keys and no spaces. Decimals are kept as written by leaving the whole text alone: reading
/// them may change them.
fn json(text: &str) -> Option<String> {
    let read: Json = serde_json::from_str(text).ok()?;
    ((read.is_object() || read.is_array()) && exact(&read)).then(|| read.to_string())
}

fn exact(json: &Json) -> bool {
    match json {
        Json::Number(number) => !number.is_f64(),
        Json::Array(items) => items.iter().all(exact),
        Json::Object(map) => map.values().all(exact),
        _ => true,
    }
}

/// `2020-02-02T20:02:00+08:00` is `2020-02-02T12:02:00+00:00`.
fn moment(text: &str) -> Option<String> {
    Timestamp::parse(text.trim()).map(|moment| moment.to_string().replace('Z', "+00:00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        let rows = [
            (Normal::Minute, "2026-02-02 20:02:30", "2026-02-02 20:02:00"),
            (Normal::Minute, "20:02:30", "20:02:30"),
            (Normal::Minute, "soon", "soon"),
            (Normal::Cidr, "10.0.7.9/16", "10.0.0.0/16"),
            (Normal::Cidr, " 10.0.0.0/16", "10.0.0.0/16"),
            (Normal::Cidr, "1.2.3.4/0", "0.0.0.0/0"),
            (Normal::Cidr, "1.2.3.4/32", "1.2.3.4/32"),
            (Normal::Cidr, "2001:DB8:0:0::1/32", "2001:db8::/32"),
            (Normal::Cidr, "1.2.3.4/33", "1.2.3.4/33"),
            (Normal::Cidr, "pl-1234", "pl-1234"),
            (Normal::Cidr, "10.0.0.1", "10.0.0.1"),
            (Normal::Lower, "BGP", "bgp"),
            (Normal::Upper, "allow", "ALLOW"),
            (Normal::Domain, "Example.COM.", "example.com"),
            (Normal::Json, "{ \"b\": 1, \"a\": [ ] }", r#"{"a":[],"b":1}"#),
            (Normal::Json, r#"{"a": 1.50}"#, r#"{"a": 1.50}"#),
            (Normal::Json, r#"{"id": 123456789012345678901234567890}"#, r#"{"id": 123456789012345678901234567890}"#),
            (Normal::Json, "{ not json", "{ not json"),
            (Normal::Moment, "2020-02-02T20:02:00+08:00", "2020-02-02T12:02:00+00:00"),
            (Normal::Moment, "2020-02-02T12:02:00.5Z", "2020-02-02T12:02:00+00:00"),
            (Normal::Moment, "2020-02-02", "2020-02-02"),
            (Normal::Json, " 17", " 17"),
            (Normal::Commas, "10.0.0.2, 10.0.0.10,,10.0.0.2 ", "10.0.0.10,10.0.0.2"),
            (Normal::Commas, "", ""),
        ];
        for (normal, written, expected) in rows {
            assert_eq!(spelt(Some(normal), Value::from(written)), Value::from(expected), "{written}");
            assert_eq!(spelt(Some(normal), Value::from(expected)), Value::from(expected), "again: {written}");
        }
        for (count, expected) in [
            (Value::from(-1), Value::Null),
            (Value::from("-1"), Value::Null),
            (Value::from(0), Value::from(0)),
            (Value::from("-"), Value::from("-")),
        ] {
            assert_eq!(spelt(Some(Normal::Count), count), expected);
        }
        let secret = spelt(Some(Normal::Lower), Value::from("A").sensitive());
        assert_eq!(secret, Value::from("a").sensitive());
        let list = spelt(Some(Normal::Upper), Value::List(vec!["a".into(), Value::unknown()]));
        assert_eq!(list, Value::List(vec!["A".into(), Value::unknown()]));
    }
}
