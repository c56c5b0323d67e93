//! Making the `Authorization` header of a request.

use crate::canonical::{self, Parts, PathRule};
use crate::credential::Credential;
use crate::scheme::{NO_REGION, Scheme, keyed};
use hmac::Mac;
use std::collections::BTreeMap;

/// Header of the signing time.
pub(crate) const DATE: &str = "x-jdcloud-date";
/// Header of the value that must not repeat.
pub(crate) const NONCE: &str = "x-jdcloud-nonce";
/// Header of a session token.
pub(crate) const SECURITY_TOKEN: &str = "x-jdcloud-security-token";
/// Headers no official signer covers: the result itself, and what proxies rewrite or add.
const NEVER_SIGNED: [&str; 3] = ["authorization", "user-agent", "x-jdcloud-request-id"];

/// Which headers a signature covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coverage {
    /// The given headers and the date, nonce and token headers this crate adds: what the documentation asks for.
    #[default]
    Everything,
    /// The given headers only; date, nonce and token are sent unsigned, as the Python SDK of scheme 3 does. (The date
    /// still enters the string to sign.)
    GivenOnly,
}

/// A request about to be signed.
#[derive(Clone, Copy, Debug)]
pub struct SignRequest<'a> {
    /// HTTP method.
    pub method: &'a str,
    /// Path as it goes on the wire.
    pub path: &'a str,
    /// Query as it goes on the wire, without `?`.
    pub query: &'a str,
    /// Headers to send and sign, `Host` among them if it is to be covered.
    pub headers: &'a [(String, String)],
    /// Body bytes; empty for none.
    pub body: &'a [u8],
    /// Service of the credential scope.
    pub service: &'a str,
    /// Region of the credential scope; `None` and empty mean [`NO_REGION`].
    pub region: Option<&'a str>,
    /// Signing time, `YYYYMMDDTHHMMSSZ`.
    pub date: &'a str,
    /// A value never used before, normally a version 4 UUID.
    pub nonce: &'a str,
    /// Which headers the signature covers.
    pub coverage: Coverage,
}

/// A signature and the texts it was made from.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// Value of the `Authorization` header.
    pub authorization: String,
    /// The canonical request. Holds the session token when one is signed: not for logs.
    pub canonical_request: String,
    /// Algorithm, time, scope and hash of the canonical request.
    pub string_to_sign: String,
    /// Headers to send besides the given ones: date, nonce, token if any, authorization. Lower-case names.
    pub headers_to_add: Vec<(String, String)>,
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signed").field("string_to_sign", &self.string_to_sign).finish_non_exhaustive()
    }
}

/// Signs a request.
///
/// A date, nonce or token header already among the given headers is kept and not added again; the scope's day and the
/// string to sign come from the date that is sent.
pub fn sign(scheme: Scheme, rule: PathRule, credential: &Credential, request: &SignRequest<'_>) -> Signed {
    let mut covered = canonical::by_name(request.headers);
    let date = covered.get(DATE).cloned().unwrap_or_else(|| request.date.to_string());
    let added: Vec<(String, String)> = [
        (DATE, Some(date.as_str())),
        (NONCE, Some(request.nonce)),
        (SECURITY_TOKEN, credential.security_token.as_deref()),
    ]
    .into_iter()
    .filter(|(name, _)| !covered.contains_key(*name))
    .filter_map(|(name, value)| Some((name.to_string(), value?.to_string())))
    .collect();
    if request.coverage == Coverage::Everything {
        covered.extend(added.iter().cloned());
    }
    covered.retain(|name, _| !NEVER_SIGNED.contains(&name.as_str()));

    let region = request.region.filter(|r| !r.is_empty()).unwrap_or(NO_REGION);
    let scope = Scope { scheme, day: day_of(&date), region, service: request.service };
    let computed = compute(request_parts(request, &covered), rule, &scope, &date);
    let signature = hex::encode(scope.mac(&credential.secret_key, &computed.string_to_sign).finalize().into_bytes());
    let authorization = format!(
        "{} Credential={}/{}, SignedHeaders={}, Signature={signature}",
        scheme.algorithm(),
        credential.access_key,
        scope.text(),
        canonical::names(&covered),
    );
    let mut headers_to_add = added;
    headers_to_add.push(("authorization".to_string(), authorization.clone()));
    Signed {
        authorization,
        canonical_request: computed.canonical_request,
        string_to_sign: computed.string_to_sign,
        headers_to_add,
    }
}

fn request_parts<'a>(request: &SignRequest<'a>, headers: &'a BTreeMap<String, String>) -> Parts<'a> {
    Parts { method: request.method, path: request.path, query: request.query, headers, body: request.body }
}

/// The day (`YYYYMMDD`) of a signing time.
pub(crate) fn day_of(date: &str) -> &str {
    date.get(..8).unwrap_or(date)
}

/// What a signing key is bound to.
pub(crate) struct Scope<'a> {
    pub(crate) scheme: Scheme,
    pub(crate) day: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

impl Scope<'_> {
    pub(crate) fn text(&self) -> String {
        format!("{}/{}/{}/{}", self.day, self.region, self.service, self.scheme.terminator())
    }

    /// The authenticator of a string to sign, not yet finished: a signer takes the bytes, a verifier compares.
    pub(crate) fn mac(&self, secret_key: &str, string_to_sign: &str) -> hmac::Hmac<sha2::Sha256> {
        let mut mac = keyed(&self.scheme.signing_key(secret_key, self.day, self.region, self.service));
        mac.update(string_to_sign.as_bytes());
        mac
    }
}

/// The two texts between a request and its signature.
pub(crate) struct Computed {
    pub(crate) canonical_request: String,
    pub(crate) string_to_sign: String,
}

/// The one canonicalisation, used by both sides.
pub(crate) fn compute(parts: Parts<'_>, rule: PathRule, scope: &Scope<'_>, date: &str) -> Computed {
    let canonical_request = canonical::request(parts, rule);
    let hash = canonical::sha256_hex(canonical_request.as_bytes());
    let string_to_sign = format!("{}\n{date}\n{}\n{hash}", scope.scheme.algorithm(), scope.text());
    Computed { canonical_request, string_to_sign }
}
