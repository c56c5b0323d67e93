//! Encodings: base64 and URLs.

use super::{Failure, Function, Gives, Kind, Parameter};
use base64::{Engine, engine::general_purpose::STANDARD};
use firma_model::value::Value;

const STR: Parameter = Parameter::new("str", Kind::Text);

pub(super) const BASE64ENCODE: Function =
    Function::new("base64encode", "The bytes of a text in base64.", &[STR], Gives::Text, |arguments| {
        arguments.made(STANDARD.encode(arguments.text(0)))
    });

pub(super) const BASE64DECODE: Function =
    Function::new("base64decode", "The text that base64 stands for.", &[STR], Gives::Text, |arguments| {
        let bytes = STANDARD.decode(arguments.text(0)).map_err(|_| Failure::Argument(0, "is not base64".to_owned()))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::Argument(0, "stands for bytes that are no text".to_owned()))?;
        arguments.made(text)
    });

pub(super) const URLENCODE: Function =
    Function::new("urlencode", "The text as part of a URL's query.", &[STR], Gives::Text, |arguments| {
        let text = arguments.text(0);
        let mut out = String::with_capacity(text.len());
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
                b' ' => out.push('+'),
                other => {
                    out.push('%');
                    out.push_str(&hex::encode_upper([other]));
                }
            }
        }
        arguments.made(out)
    });

/// Base64 with padding, as Terraform prints hashes.
pub(super) fn base64(bytes: &[u8]) -> Value {
    Value::from(STANDARD.encode(bytes))
}
