//! The `Authorization` header: its parts, read with precise errors and printed back.

use crate::scheme::Scheme;
use std::fmt;

/// A parsed `Authorization` header.
///
/// `JDCLOUD2-HMAC-SHA256 Credential=AK/20260102/cn-north-1/vpc/jdcloud2_request, SignedHeaders=host;x-jdcloud-date,
/// Signature=…`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// Signature scheme.
    pub scheme: Scheme,
    /// Whose key.
    pub access_key: String,
    /// Day of the scope, `YYYYMMDD`.
    pub date: String,
    /// Region of the scope; [`crate::NO_REGION`] for none.
    pub region: String,
    /// Service of the scope: what a gateway routes by.
    pub service: String,
    /// Last part of the scope; belongs to the scheme, which [`crate::verify()`] checks.
    pub terminator: String,
    /// Lower-case names of the covered headers, in the order given.
    pub signed_headers: Vec<String>,
    /// 64 lower-case hexadecimal digits.
    pub signature: String,
}

/// Why an `Authorization` header cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizationError {
    /// Nothing in it.
    Empty,
    /// The first word is not one of the two schemes.
    UnknownScheme(String),
    /// A part that is not `name=value`.
    NotAPair(String),
    /// A name other than Credential, SignedHeaders, Signature.
    UnknownField(String),
    /// A name given twice.
    RepeatedField(&'static str),
    /// A name not given.
    MissingField(&'static str),
    /// Credential without its five parts, or with an empty one.
    Credential(String),
    /// The day of the scope is not eight digits.
    Day(String),
    /// SignedHeaders is empty or has an empty or upper-case name.
    SignedHeaders(String),
    /// Signature is not 64 lower-case hexadecimal digits.
    Signature,
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AuthorizationError::Empty => write!(f, "the authorization header is empty"),
            AuthorizationError::UnknownScheme(s) => write!(f, "`{s}` is not a signature scheme"),
            AuthorizationError::NotAPair(s) => write!(f, "`{s}` is not of the form name=value"),
            AuthorizationError::UnknownField(s) => {
                write!(f, "`{s}` is not a field of the authorization header")
            }
            AuthorizationError::RepeatedField(s) => write!(f, "{s} is given twice"),
            AuthorizationError::MissingField(s) => write!(f, "{s} is missing"),
            AuthorizationError::Credential(s) => {
                write!(f, "Credential `{s}` is not of the form access-key/day/region/service/terminator")
            }
            AuthorizationError::Day(s) => {
                write!(f, "the scope's day `{s}` is not of the form YYYYMMDD")
            }
            AuthorizationError::SignedHeaders(s) => {
                write!(f, "SignedHeaders `{s}` is not a list of lower-case names joined by semicolons")
            }
            AuthorizationError::Signature => {
                write!(f, "Signature is not 64 lower-case hexadecimal digits")
            }
        }
    }
}

impl std::error::Error for AuthorizationError {}

const CREDENTIAL: &str = "Credential";
const SIGNED_HEADERS: &str = "SignedHeaders";
const SIGNATURE: &str = "Signature";

impl Authorization {
    /// Reads a header value.
    ///
    /// # Errors
    /// The first thing wrong with it.
    pub fn parse(header: &str) -> Result<Authorization, AuthorizationError> {
        let header = header.trim();
        if header.is_empty() {
            return Err(AuthorizationError::Empty);
        }
        let (algorithm, rest) = header.split_once(' ').unwrap_or((header, ""));
        let scheme = Scheme::from_algorithm(algorithm)
            .ok_or_else(|| AuthorizationError::UnknownScheme(algorithm.to_string()))?;

        let mut fields = [(CREDENTIAL, None), (SIGNED_HEADERS, None), (SIGNATURE, None)];
        for part in rest.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| AuthorizationError::NotAPair(part.to_string()))?;
            let (known, slot) = fields
                .iter_mut()
                .find(|(field, _)| *field == name)
                .ok_or_else(|| AuthorizationError::UnknownField(name.to_string()))?;
            if slot.replace(value).is_some() {
                return Err(AuthorizationError::RepeatedField(known));
            }
        }
        let [credential, signed_headers, signature] =
            fields.map(|(name, value)| value.ok_or(AuthorizationError::MissingField(name)));
        let (credential, signed_headers, signature) = (credential?, signed_headers?, signature?);

        // From the right: an access key may hold a slash, the scope's parts may not.
        let mut parts = credential.rsplitn(5, '/');
        let mut next = || {
            parts
                .next()
                .filter(|part| !part.is_empty())
                .map(str::to_string)
                .ok_or_else(|| AuthorizationError::Credential(credential.to_string()))
        };
        let (terminator, service, region, date, access_key) = (next()?, next()?, next()?, next()?, next()?);
        if date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
            return Err(AuthorizationError::Day(date));
        }

        let names: Vec<String> = signed_headers.split(';').map(str::to_string).collect();
        if names.iter().any(|name| name.is_empty() || name.bytes().any(|b| b.is_ascii_uppercase())) {
            return Err(AuthorizationError::SignedHeaders(signed_headers.to_string()));
        }
        if signature.len() != 64 || !signature.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(AuthorizationError::Signature);
        }
        Ok(Authorization {
            scheme,
            access_key,
            date,
            region,
            service,
            terminator,
            signed_headers: names,
            signature: signature.to_string(),
        })
    }
}

impl fmt::Display for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} Credential={}/{}/{}/{}/{}, SignedHeaders={}, Signature={}",
            self.scheme,
            self.access_key,
            self.date,
            self.region,
            self.service,
            self.terminator,
            self.signed_headers.join(";"),
            self.signature
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Authorization, AuthorizationError as E};

    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn reads_and_prints_back() {
        let text = format!(
            "JDCLOUD3-HMAC-SHA256 Credential=a/k/20260102/cn-north-1/vm/jdcloud3_request, SignedHeaders=content-type;host, Signature={HEX}"
        );
        let parsed = Authorization::parse(&text).expect("well formed");
        assert_eq!(parsed.access_key, "a/k");
        assert_eq!(parsed.service, "vm");
        assert_eq!(parsed.to_string(), text);
    }

    #[test]
    fn says_what_is_wrong() {
        let scope = "AK/20260102/r/s/jdcloud2_request";
        let check = |text: String, expected: E| {
            assert_eq!(Authorization::parse(&text).expect_err(&text), expected, "{text}");
        };
        let head = "JDCLOUD2-HMAC-SHA256";
        check(String::new(), E::Empty);
        check("Bearer x".into(), E::UnknownScheme("Bearer".into()));
        check(head.into(), E::MissingField("Credential"));
        check(format!("{head} Credential"), E::NotAPair("Credential".into()));
        check(format!("{head} Realm=x"), E::UnknownField("Realm".into()));
        check(format!("{head} Signature=a,Signature=b"), E::RepeatedField("Signature"));
        check(format!("{head} Credential={scope}"), E::MissingField("SignedHeaders"));
        check(format!("{head} Credential={scope},SignedHeaders=a"), E::MissingField("Signature"));
        let with = |credential: &str, names: &str, signature: &str| {
            format!("{head} Credential={credential}, SignedHeaders={names}, Signature={signature}")
        };
        check(with("AK/20260102/r/s", "a", HEX), E::Credential("AK/20260102/r/s".into()));
        check(with("/20260102/r/s/t", "a", HEX), E::Credential("/20260102/r/s/t".into()));
        check(with("AK/2026-1-2/r/s/t", "a", HEX), E::Day("2026-1-2".into()));
        check(with(scope, "a;;b", HEX), E::SignedHeaders("a;;b".into()));
        check(with(scope, "Host", HEX), E::SignedHeaders("Host".into()));
        check(with(scope, "host", "abc"), E::Signature);
        check(with(scope, "host", &HEX.to_uppercase()), E::Signature);
    }
}
