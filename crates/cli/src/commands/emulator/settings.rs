//! What is asked of the emulator from outside: bodies from arguments, lines from answers.

use super::duration;
use crate::exit::Failure;
use firma_model::diagnostic::Diagnostic;
use serde_json::{Map, Value, json};

fn bad(message: String, hint: &str) -> Failure {
    Failure::new(Diagnostic::error("E0908", message).hint(hint))
}

/// A JSON object, or `@FILE` with one.
pub(super) fn object(input: &str) -> Result<Map<String, Value>, Failure> {
    let text = match input.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| Failure::new(Diagnostic::error("E0905", format!("cannot read {file}: {error}"))))?,
        None => input.to_owned(),
    };
    let hint = "write --parameters '{\"NAME\": VALUE}', or --parameters @FILE";
    match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(bad("--parameters is not a JSON object".to_owned(), hint)),
        Err(error) => Err(bad(format!("--parameters is not JSON: {error}"), hint)),
    }
}

/// What changes of an access key.
pub(super) fn key(
    access_key: &str,
    secret: Option<&str>,
    account: Option<&str>,
    (enable, disable): (bool, bool),
) -> Value {
    let mut body = json!({"accessKey": access_key});
    if let Some(secret) = secret {
        body["secretKey"] = json!(secret);
    }
    if let Some(account) = account {
        body["account"] = json!(account);
    }
    if enable || disable {
        body["enabled"] = json!(enable);
    }
    body
}

/// What an access key is now, in a line.
pub(super) fn told(key: &Value) -> String {
    let text = |name: &str| key[name].as_str().unwrap_or_default();
    let account = match text("account") {
        "" => "the usual account".to_owned(),
        account => format!("account {account}"),
    };
    let may = if key["enabled"] == json!(true) { "may call" } else { "is disabled" };
    format!("access key {} of {account} {may}", text("accessKey"))
}

/// `NAME=LIMIT` pairs.
pub(super) fn limits(pairs: &[String]) -> Result<Map<String, Value>, Failure> {
    pairs
        .iter()
        .map(|pair| {
            let read = pair.split_once('=').and_then(|(name, limit)| Some((name, limit.parse::<u64>().ok()?)));
            match read {
                Some((name, limit)) if !name.is_empty() => Ok((name.to_owned(), json!(limit))),
                _ => Err(bad(format!("`{pair}` is not NAME=LIMIT"), "write it as vpc=100")),
            }
        })
        .collect()
}

/// The settings that change.
pub(super) fn changed(rate: Option<&str>, skew: Option<&str>, shift: Option<&str>) -> Result<Value, Failure> {
    let mut body = json!({});
    if let Some(text) = rate {
        body["ratePerMinute"] = match text {
            "none" => Value::Null,
            number => json!(number.parse::<u32>().map_err(|_| {
                bad(format!("`{number}` is no number of calls"), "write --rate 1000, or --rate none for no limit")
            })?),
        };
    }
    if let Some(text) = skew {
        body["skewMillis"] = match text {
            "none" => Value::Null,
            text => json!(duration(text)?),
        };
    }
    if let Some(text) = shift {
        body["clockShiftMillis"] = match text.strip_prefix('-') {
            Some(behind) => json!(-duration(behind)?),
            None => json!(duration(text)?),
        };
    }
    Ok(body)
}

/// `NAME VALUE` lines of an object.
pub(super) fn lines(object: &Value) -> String {
    let line = |(name, value): (&String, &Value)| match value {
        Value::Null => format!("{name} none\n"),
        value => format!("{name} {value}\n"),
    };
    object.as_object().into_iter().flatten().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings() {
        let body = changed(Some("none"), Some("5m"), Some("-20m")).expect("settings");
        assert_eq!(body, json!({"ratePerMinute": null, "skewMillis": 300_000, "clockShiftMillis": -1_200_000}));
        assert_eq!(changed(None, None, None).expect("nothing"), json!({}));
        for (rate, skew, shift) in [(Some("many"), None, None), (None, Some("5"), None), (None, None, Some("--5m"))] {
            assert!(changed(rate, skew, shift).is_err(), "{rate:?} {skew:?} {shift:?}");
        }
    }

    #[test]
    fn quotas() {
        let pair = |text: &str| limits(&[text.to_owned()]);
        assert_eq!(Value::from(pair("vpc=100").expect("a limit")), json!({"vpc": 100}));
        for text in ["vpc", "vpc=", "=5", "vpc=-1", "vpc=many"] {
            assert!(pair(text).is_err(), "{text}");
        }
    }

    #[test]
    fn objects() {
        assert_eq!(Value::from(object("{\"a\": 1}").expect("an object")), json!({"a": 1}));
        for text in ["[]", "{", "@/nowhere/at/all"] {
            assert!(object(text).is_err(), "{text}");
        }
    }
}
