//! Sealing: sensitive values leave this process only encrypted, and open only where they were put.
//!
//! Each value is sealed by itself with XChaCha20-Poly1305 under one data key, bound to the state's lineage, to the
//! address it belongs to and to its path in the document: a sealed value moved elsewhere does not open.

use crate::{
    error::{ErrorKind, StoreError},
    mark::{Found, SEALED, SENSITIVE, rewrite},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use chacha20poly1305::{
    Key, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use firma_model::document::Document;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::fmt;

/// Bytes of a key.
pub(crate) const KEY: usize = 32;
/// Bytes of a nonce: long enough to be random for every value.
const NONCE: usize = 24;

/// First byte of what is sealed: the value of a `$sensitive` mark.
const MARKED: u8 = b'm';
/// First byte of what is sealed: JSON text that carried no mark of its own.
const RAW: u8 = b'r';

/// The keys derived from the data key, and the lineage they are bound to.
pub(crate) struct Sealer {
    cipher: XChaCha20Poly1305,
    hash: [u8; KEY],
    mac: [u8; KEY],
    lineage: String,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    /// Derives, then proves to itself that what it seals opens again.
    pub(crate) fn new(data_key: &[u8; KEY], lineage: &str) -> Result<Sealer, StoreError> {
        let sealer = Sealer {
            cipher: XChaCha20Poly1305::new(&Key::from(hmac(data_key, &[b"firma seal 1"]))),
            hash: hmac(data_key, &[b"firma hash 1"]),
            mac: hmac(data_key, &[b"firma plan 1"]),
            lineage: lineage.to_owned(),
        };
        let probe = Document::from_text(r#"{"a":{"$sensitive":"self-test"}}"#);
        let sealed = sealer.seal("self-test", &probe, false)?;
        let opened = sealer.unseal("self-test", &sealed)?;
        if opened != probe || sealed.as_str().contains("self-test") || sealer.unseal("elsewhere", &sealed).is_ok() {
            return Err(ErrorKind::Unexpected("the self-test of sealing failed".to_owned()).into());
        }
        Ok(sealer)
    }

    /// The key for keyed hashes of values that are not kept.
    pub(crate) fn hash_key(&self) -> [u8; KEY] {
        self.hash
    }

    /// The code that proves a plan was made with this state.
    pub(crate) fn plan_code(&self, id: &str, history: &str, body: &[u8]) -> [u8; KEY] {
        let state = if history.is_empty() { self.lineage.clone() } else { format!("{} {history}", self.lineage) };
        hmac(&self.mac, &[id.as_bytes(), state.as_bytes(), body])
    }

    /// Seals every marked value of a document; with `whole`, the document itself even without marks.
    pub(crate) fn seal(&self, place: &str, document: &Document, whole: bool) -> Result<Document, StoreError> {
        if needs_sealing(document) {
            return self.seal_text(place, document.as_str()).map(Document::from_text);
        }
        if whole {
            return self.seal_value(place, "", RAW, document.as_str()).map(Document::from_text);
        }
        Ok(document.clone())
    }

    /// Seals a text that is no document: all of it.
    pub(crate) fn seal_whole(&self, place: &str, text: &str) -> Result<String, StoreError> {
        self.seal_value(place, "", RAW, text)
    }

    /// Seals every marked value of JSON text.
    pub(crate) fn seal_text(&self, place: &str, text: &str) -> Result<String, StoreError> {
        rewrite(text, SENSITIVE, true, &mut |path, found| match found {
            Found::Marked(inner) => self.seal_value(place, path, MARKED, inner),
            Found::Text(token) => self.seal_value(place, path, RAW, token),
        })
    }

    /// Opens every sealed value of a document.
    pub(crate) fn unseal(&self, place: &str, document: &Document) -> Result<Document, StoreError> {
        if !is_sealed(document.as_str()) {
            return Ok(document.clone());
        }
        self.unseal_text(place, document.as_str()).map(Document::from_text)
    }

    /// Opens every sealed value of JSON text.
    pub(crate) fn unseal_text(&self, place: &str, text: &str) -> Result<String, StoreError> {
        rewrite(text, SEALED, false, &mut |path, found| match found {
            Found::Marked(inner) => self.unseal_value(place, path, inner),
            Found::Text(token) => Ok(token.to_owned()),
        })
    }

    fn bound_to(&self, place: &str, path: &str) -> String {
        format!("firma seal 1\0{}\0{place}\0{path}", self.lineage)
    }

    fn seal_value(&self, place: &str, path: &str, tag: u8, text: &str) -> Result<String, StoreError> {
        let mut nonce = [0; NONCE];
        fill(&mut nonce)?;
        let mut plain = Vec::with_capacity(text.len() + 1);
        plain.push(tag);
        plain.extend_from_slice(text.as_bytes());
        let bound = self.bound_to(place, path);
        let payload = Payload { msg: &plain, aad: bound.as_bytes() };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| ErrorKind::Unexpected("a value is too long to be sealed".to_owned()))?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(format!("{{\"{SEALED}\":\"{}\"}}", BASE64.encode(bytes)))
    }

    fn unseal_value(&self, place: &str, path: &str, token: &str) -> Result<String, StoreError> {
        let broken = || {
            let at = if path.is_empty() { String::new() } else { format!(" at {path}") };
            ErrorKind::Corrupt(format!("a sealed value of {place}{at} was altered or moved"))
        };
        let bytes = BASE64.decode(token.trim_matches('"')).map_err(|_| broken())?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let bound = self.bound_to(place, path);
        let payload = Payload { msg: sealed, aad: bound.as_bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| broken())?;
        let text = String::from_utf8(plain).map_err(|_| broken())?;
        match text.as_bytes().first() {
            Some(&MARKED) => Ok(format!("{{\"{SENSITIVE}\":{}}}", &text[1..])),
            Some(&RAW) => Ok(text[1..].to_owned()),
            _ => Err(broken().into()),
        }
    }
}

/// Whether a document may not be written as it is.
pub(crate) fn needs_sealing(document: &Document) -> bool {
    document.as_str().contains(SENSITIVE)
}

/// Whether a text that is no document may not be written as it is: it says that it is sensitive, or it could be taken for
/// one that was sealed.
pub(crate) fn text_needs_sealing(text: &str) -> bool {
    text.contains(SENSITIVE) || text.contains(SEALED)
}

/// Whether JSON text has sealed values.
pub(crate) fn is_sealed(text: &str) -> bool {
    text.contains("\"$sealed\"")
}

/// Encrypts the data key for the `secret` table.
pub(crate) fn wrap(key: &[u8; KEY], data_key: &[u8; KEY], lineage: &str) -> Result<Vec<u8>, StoreError> {
    let mut nonce = [0; NONCE];
    fill(&mut nonce)?;
    let payload = Payload { msg: data_key, aad: lineage.as_bytes() };
    let wrapped = XChaCha20Poly1305::new(&Key::from(*key))
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| ErrorKind::Unexpected("the data key could not be wrapped".to_owned()))?;
    Ok([&nonce[..], &wrapped].concat())
}

/// Decrypts it; `None` when this is not the key that wrapped it.
pub(crate) fn unwrap(key: &[u8; KEY], wrapped: &[u8], lineage: &str) -> Option<[u8; KEY]> {
    let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad: lineage.as_bytes() };
    let plain = XChaCha20Poly1305::new(&Key::from(*key)).decrypt(&XNonce::from(*nonce), payload).ok()?;
    plain.try_into().ok()
}

/// Random bytes of the system.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|e| ErrorKind::Unexpected(format!("the system gave no random bytes: {e}")).into())
}

/// HMAC-SHA256 over parts, each with its length in front so that none runs into the next.
fn hmac(key: &[u8; KEY], parts: &[&[u8]]) -> [u8; KEY] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("BUG: HMAC takes keys of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(lineage: &str) -> Sealer {
        Sealer::new(&[7; KEY], lineage).expect("self-test")
    }

    #[test]
    fn a_sealed_value_opens_only_where_it_was_put() {
        let s = sealer("one");
        let document = Document::from_text(r#"{"a":{"$sensitive":"not-a-secret"},"b":1}"#);
        let sealed = s.seal("vm.instance.a inputs", &document, false).expect("seals");
        assert!(!sealed.as_str().contains("not-a-secret"));
        assert_eq!(s.unseal("vm.instance.a inputs", &sealed), Ok(document));
        assert!(s.unseal("vm.instance.b inputs", &sealed).is_err());
        assert!(sealer("two").unseal("vm.instance.a inputs", &sealed).is_err());
        let moved = Document::from_text(sealed.as_str().replace("\"a\"", "\"c\""));
        assert!(s.unseal("vm.instance.a inputs", &moved).is_err());
    }

    #[test]
    fn text_that_hides_a_mark_is_sealed_whole() {
        let s = sealer("one");
        let document = Document::from_text(r#"["{\"$sensitive\":\"not-a-secret\"}"]"#);
        let sealed = s.seal("p", &document, false).expect("seals");
        assert!(!sealed.as_str().contains("not-a-secret"));
        assert_eq!(s.unseal("p", &sealed), Ok(document));
    }

    #[test]
    fn a_whole_document_comes_back_as_it_was() {
        let s = sealer("one");
        let document = Document::from_text("\"not-a-secret\"");
        let sealed = s.seal("output.a", &document, true).expect("seals");
        assert!(sealed.as_str().contains("$sealed"));
        assert_eq!(s.unseal("output.a", &sealed), Ok(document));
    }
}
