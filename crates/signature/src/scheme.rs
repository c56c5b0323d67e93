//! The two signature schemes: their names, key prefixes and terminators, and the key chain they share.

use crate::canonical::PathRule;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// What the credential scope names when a request has no region.
pub const NO_REGION: &str = "jdcloud-api";

/// A signature scheme of JD Cloud's gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// `JDCLOUD2-HMAC-SHA256`: the Go and JavaScript SDKs, and the public documentation.
    #[default]
    Jdcloud2,
    /// `JDCLOUD3-HMAC-SHA256`: the current Python SDK.
    Jdcloud3,
}

impl Scheme {
    /// Both schemes.
    pub const ALL: [Scheme; 2] = [Scheme::Jdcloud2, Scheme::Jdcloud3];

    /// The name that starts the `Authorization` header and the string to sign.
    pub fn algorithm(self) -> &'static str {
        match self {
            Scheme::Jdcloud2 => "JDCLOUD2-HMAC-SHA256",
            Scheme::Jdcloud3 => "JDCLOUD3-HMAC-SHA256",
        }
    }

    /// The last part of the credential scope.
    pub fn terminator(self) -> &'static str {
        match self {
            Scheme::Jdcloud2 => "jdcloud2_request",
            Scheme::Jdcloud3 => "jdcloud3_request",
        }
    }

    /// The scheme with this algorithm name.
    pub fn from_algorithm(name: &str) -> Option<Scheme> {
        Scheme::ALL.into_iter().find(|s| s.algorithm() == name)
    }

    /// The rule Firma signs with. For the paths Firma sends (`:` raw, nothing encoded, no `//`) all rules agree.
    pub fn path_rule(self) -> PathRule {
        match self {
            Scheme::Jdcloud2 => PathRule::Decoded,
            Scheme::Jdcloud3 => PathRule::DecodedCollapsed,
        }
    }

    /// The rules a verifier tries, in order: one per official signer of the scheme.
    pub fn accepted_rules(self) -> &'static [PathRule] {
        match self {
            Scheme::Jdcloud2 => &[PathRule::Decoded, PathRule::AsGiven],
            Scheme::Jdcloud3 => &[PathRule::DecodedCollapsed],
        }
    }

    fn key_prefix(self) -> &'static str {
        match self {
            Scheme::Jdcloud2 => "JDCLOUD2",
            Scheme::Jdcloud3 => "JDCLOUD3",
        }
    }

    /// The signing key: one HMAC per part of the scope, starting from the prefixed secret.
    ///
    /// `date` is the day, `YYYYMMDD`.
    pub fn signing_key(self, secret_key: &str, date: &str, region: &str, service: &str) -> [u8; 32] {
        let first = format!("{}{secret_key}", self.key_prefix());
        [date, region, service, self.terminator()]
            .into_iter()
            .fold(None, |key: Option<[u8; 32]>, part| {
                let mut mac = keyed(key.as_ref().map_or(first.as_bytes(), |k| k.as_slice()));
                mac.update(part.as_bytes());
                Some(mac.finalize().into_bytes().into())
            })
            .expect("BUG: the scope has four parts")
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.algorithm())
    }
}

/// An HMAC-SHA256 ready to be fed.
pub(crate) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("BUG: HMAC takes a key of any length")
}
