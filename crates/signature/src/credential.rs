//! The key pair a request is signed with. Its `Debug` form shows no secret.

use std::fmt;

/// An access key, its secret, and the session token of a temporary pair.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Public half; sent with every request.
    pub access_key: String,
    /// Secret half; never leaves the process.
    pub secret_key: String,
    /// Value of `x-jdcloud-security-token`, exactly as it goes on the wire.
    pub security_token: Option<String>,
}

impl Credential {
    /// A permanent pair, without a session token.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<String>) -> Credential {
        Credential { access_key: access_key.into(), secret_key: secret_key.into(), security_token: None }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("access_key", &self.access_key)
            .field("secret_key", &format_args!("(sensitive)"))
            .field("security_token", &self.security_token.as_ref().map(|_| format_args!("(sensitive)")))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Credential;

    #[test]
    fn debug_shows_no_secret() {
        let mut credential = Credential::new("AK", "not-a-secret");
        credential.security_token = Some("not-a-token".into());
        let text = format!("{credential:?}");
        assert!(text.contains("AK"));
        assert!(!text.contains("not-a-"), "{text}");
    }
}
