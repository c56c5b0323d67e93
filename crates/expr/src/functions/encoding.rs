//! Encodings: base64, gzip and URLs.

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
        let bytes = unbase64(arguments.text(0)).map_err(|_| Failure::Argument(0, "is not base64".to_owned()))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::Argument(0, "stands for bytes that are no text".to_owned()))?;
        arguments.made(text)
    });

/// How hard the compressor tries, of 10. Changing this, or the compressor, changes what manifests come to: the corpus
/// holds its output to the byte.
const EFFORT: u8 = 6;

pub(super) const BASE64GZIP: Function = Function::new(
    "base64gzip",
    "The bytes of a text, compressed by gzip, in base64.",
    &[STR],
    Gives::Text,
    |arguments| {
        let text = arguments.text(0).as_bytes();
        arguments.charge(text.len() / 64)?;
        // No name, no time, an unknown system.
        let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
        out.extend(miniz_oxide::deflate::compress_to_vec(text, EFFORT));
        out.extend(checksum(text).to_le_bytes());
        out.extend((text.len() as u32).to_le_bytes());
        Ok(base64(&out))
    },
);

/// CRC-32, as gzip wants it.
fn checksum(bytes: &[u8]) -> u32 {
    let table: [u32; 256] = std::array::from_fn(|index| {
        (0..8).fold(index as u32, |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    });
    !bytes.iter().fold(!0_u32, |crc, byte| crc >> 8 ^ table[usize::from(crc as u8 ^ byte)])
}

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

/// The bytes that base64 stands for; line ends in it are skipped.
pub(super) fn unbase64(text: &str) -> Result<Vec<u8>, base64::DecodeError> {
    match text.contains(['\r', '\n']) {
        true => STANDARD.decode(text.replace(['\r', '\n'], "")),
        false => STANDARD.decode(text),
    }
}

/// Base64 with padding, as Terraform prints hashes.
pub(super) fn base64(bytes: &[u8]) -> Value {
    Value::from(STANDARD.encode(bytes))
}
