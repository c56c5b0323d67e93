//! Checking a request that arrived: recompute the signature over whatever headers it declares.

use crate::authorization::Authorization;
use crate::canonical::{self, Parts, PathRule};
use crate::sign::{DATE, Scope, compute, day_of};
use hmac::Mac;
use std::collections::BTreeMap;
use std::fmt;

/// A request as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// HTTP method.
    pub method: &'a str,
    /// Path as it stood on the request line.
    pub path: &'a str,
    /// Query as it stood on the request line, without `?`.
    pub query: &'a str,
    /// All headers; names in any case.
    pub headers: &'a [(String, String)],
    /// Body bytes.
    pub body: &'a [u8],
}

/// Why a request is not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyError {
    /// A header that SignedHeaders declares, or `x-jdcloud-date`, is not there.
    MissingHeader(String),
    /// `x-jdcloud-date` is not `YYYYMMDDTHHMMSSZ`.
    BadDate(String),
    /// The day of `x-jdcloud-date` is not the scope's.
    ScopeMismatch {
        /// Day of the header.
        header: String,
        /// Day of the scope.
        scope: String,
    },
    /// The scope ends in something other than the scheme's terminator.
    WrongTerminator(String),
    /// Recomputed, and different: another key, or something was changed on the way.
    SignatureMismatch,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VerifyError::MissingHeader(name) => write!(f, "the header `{name}` is missing"),
            VerifyError::BadDate(date) => write!(f, "x-jdcloud-date `{date}` is not of the form YYYYMMDDTHHMMSSZ"),
            VerifyError::ScopeMismatch { header, scope } => {
                write!(f, "x-jdcloud-date is of the day {header}, the credential scope of {scope}")
            }
            VerifyError::WrongTerminator(t) => {
                write!(f, "the credential scope must not end in `{t}`")
            }
            VerifyError::SignatureMismatch => write!(f, "the signature does not match"),
        }
    }
}

impl std::error::Error for VerifyError {}

/// Checks a request against the secret of the access key it names, and says which rule its signer followed.
///
/// The comparison takes the same time wherever the signatures differ.
///
/// # Errors
/// The first thing wrong, in the order of the variants; the signature last.
pub fn verify(
    request: &Received<'_>,
    authorization: &Authorization,
    secret_key: &str,
) -> Result<PathRule, VerifyError> {
    let headers = canonical::by_name(request.headers);
    let mut covered = BTreeMap::new();
    for name in &authorization.signed_headers {
        let value = headers.get(name).ok_or_else(|| VerifyError::MissingHeader(name.clone()))?;
        covered.insert(name.clone(), value.clone());
    }
    let date = headers.get(DATE).map(|d| d.trim()).ok_or_else(|| VerifyError::MissingHeader(DATE.to_string()))?;
    if !is_basic_time(date) {
        return Err(VerifyError::BadDate(date.to_string()));
    }
    let scheme = authorization.scheme;
    if day_of(date) != authorization.date {
        return Err(VerifyError::ScopeMismatch { header: day_of(date).to_string(), scope: authorization.date.clone() });
    }
    if authorization.terminator != scheme.terminator() {
        return Err(VerifyError::WrongTerminator(authorization.terminator.clone()));
    }

    let scope =
        Scope { scheme, day: &authorization.date, region: &authorization.region, service: &authorization.service };
    let parts = Parts {
        method: request.method,
        path: request.path,
        query: request.query,
        headers: &covered,
        body: request.body,
    };
    let claimed = hex::decode(&authorization.signature).map_err(|_| VerifyError::SignatureMismatch)?;
    scheme
        .accepted_rules()
        .iter()
        .copied()
        .find(|rule| {
            let computed = compute(parts, *rule, &scope, date);
            scope.mac(secret_key, &computed.string_to_sign).verify_slice(&claimed).is_ok()
        })
        .ok_or(VerifyError::SignatureMismatch)
}

/// `YYYYMMDDTHHMMSSZ`; that the digits are a real day is for whoever compares it with a clock.
fn is_basic_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 16
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 => *byte == b'T',
            15 => *byte == b'Z',
            _ => byte.is_ascii_digit(),
        })
}
