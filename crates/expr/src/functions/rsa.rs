//! rsadecrypt: RSA with PKCS #1 v1.5 padding, as services encrypt first passwords with a user's public key.

use super::{Failure, Function, Gives, Kind, Parameter, encoding::unbase64};
use base64::{Engine, engine::general_purpose::STANDARD};
use num_bigint::BigUint;

/// Bits of the largest key; larger ones take seconds.
const MAX_BITS: u64 = 8192;

pub(super) const RSADECRYPT: Function = Function::new(
    "rsadecrypt",
    "The text that was encrypted with the public half of an RSA key; both in base64 and PEM.",
    &[Parameter::new("ciphertext", Kind::Text), Parameter::new("privatekey", Kind::Text)],
    Gives::Text,
    |arguments| {
        arguments.charge(10_000)?;
        let sealed = unbase64(arguments.text(0)).map_err(|_| Failure::Argument(0, "is not base64".to_owned()))?;
        let key = Key::read(arguments.text(1)).map_err(|what| Failure::Argument(1, what.to_owned()))?;
        let plain =
            key.decrypt(&sealed).ok_or_else(|| Failure::Call("this was not encrypted for this key".to_owned()))?;
        let text = String::from_utf8(plain).map_err(|_| Failure::Call("what was encrypted is no text".to_owned()))?;
        arguments.made(text)
    },
);

struct Key {
    modulus: BigUint,
    private: BigUint,
}

impl Key {
    fn read(pem: &str) -> Result<Key, &'static str> {
        const WRONG: &str = "must be an RSA private key in PEM, without a passphrase";
        let (label, der) = block(pem).ok_or(WRONG)?;
        let key = match label {
            "RSA PRIVATE KEY" => Key::pkcs1(&der),
            "PRIVATE KEY" => Key::pkcs8(&der),
            "OPENSSH PRIVATE KEY" => Key::openssh(&der),
            _ => None,
        };
        let key = key.ok_or(WRONG)?;
        match key.modulus.bits() {
            bits if bits > MAX_BITS => Err("must have 8192 bits at most"),
            0..64 => Err(WRONG),
            _ => Ok(key),
        }
    }

    /// Version, modulus, public exponent, private exponent, and more.
    fn pkcs1(der: &[u8]) -> Option<Key> {
        let mut fields = Der(Der(der).expect(0x30)?);
        fields.expect(0x02)?;
        let modulus = BigUint::from_bytes_be(fields.expect(0x02)?);
        fields.expect(0x02)?;
        let private = BigUint::from_bytes_be(fields.expect(0x02)?);
        Some(Key { modulus, private })
    }

    /// Version, algorithm, and a key of the form above.
    fn pkcs8(der: &[u8]) -> Option<Key> {
        let mut fields = Der(Der(der).expect(0x30)?);
        fields.expect(0x02)?;
        fields.expect(0x30)?;
        Key::pkcs1(fields.expect(0x04)?)
    }

    /// OpenSSH's own container, not encrypted: modulus, public exponent and private exponent after two check numbers.
    fn openssh(bytes: &[u8]) -> Option<Key> {
        let mut outer = Lengths(bytes.strip_prefix(b"openssh-key-v1\0")?);
        if outer.next()? != b"none" || outer.next()? != b"none" {
            return None;
        }
        outer.next()?;
        outer.0 = outer.0.get(4..)?;
        outer.next()?;
        let mut inner = Lengths(outer.next()?.get(8..)?);
        if inner.next()? != b"ssh-rsa" {
            return None;
        }
        let modulus = BigUint::from_bytes_be(inner.next()?);
        inner.next()?;
        Some(Key { modulus, private: BigUint::from_bytes_be(inner.next()?) })
    }

    fn decrypt(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let size = self.modulus.bits().div_ceil(8) as usize;
        let number = BigUint::from_bytes_be(sealed);
        if sealed.len() != size || number >= self.modulus {
            return None;
        }
        let opened = number.modpow(&self.private, &self.modulus).to_bytes_be();
        let mut padded = vec![0; size.checked_sub(opened.len())?];
        padded.extend(opened);
        // 0, 2, at least eight bytes of padding without zero, 0, the text.
        let padding = padded.strip_prefix(&[0, 2])?;
        let end = padding.iter().position(|byte| *byte == 0).filter(|end| *end >= 8)?;
        Some(padding[end + 1..].to_vec())
    }
}

/// The label and the bytes of the first PEM block.
fn block(pem: &str) -> Option<(&str, Vec<u8>)> {
    let begin = pem.find("-----BEGIN ")? + "-----BEGIN ".len();
    let (label, rest) = pem[begin..].split_once("-----")?;
    let body = &rest[..rest.find("-----END ")?];
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    Some((label, STANDARD.decode(body).ok()?))
}

/// What is left of a DER structure.
struct Der<'d>(&'d [u8]);

impl<'d> Der<'d> {
    /// The content of the next element, which must have this tag.
    fn expect(&mut self, tag: u8) -> Option<&'d [u8]> {
        let (first, rest) = self.0.split_first()?;
        let (length, rest) = rest.split_first()?;
        let (length, rest) = match length {
            0..=0x7f => (usize::from(*length), rest),
            0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
                (bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        (*first == tag).then_some(content)
    }
}

/// Byte strings, each behind its length.
struct Lengths<'d>(&'d [u8]);

impl<'d> Lengths<'d> {
    fn next(&mut self) -> Option<&'d [u8]> {
        let (length, rest) = self.0.split_at_checked(4)?;
        let length = u32::from_be_bytes(length.try_into().ok()?);
        let (content, rest) = rest.split_at_checked(length as usize)?;
        self.0 = rest;
        Some(content)
    }
}
