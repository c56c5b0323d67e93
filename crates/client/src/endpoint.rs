//! Where a service is reached: a template such as `https://{service}.jdcloud-api.com`, or one address for all.

use firma_model::diagnostic::Diagnostic;
use std::fmt;

/// JD Cloud's public endpoint.
const PUBLIC: &str = "https://{service}.jdcloud-api.com";

/// An origin (scheme, host, port) with `{service}` and `{region}` still open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    template: String,
}

impl Default for Endpoint {
    fn default() -> Endpoint {
        Endpoint { template: PUBLIC.to_string() }
    }
}

/// An endpoint of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// `https://vpc.jdcloud-api.com`, no slash at the end.
    pub(crate) base: String,
    /// What the `Host` header says: the port only if it is not the scheme's own.
    pub(crate) host: String,
}

impl Endpoint {
    /// Reads an endpoint; a slash at the end is dropped.
    ///
    /// # Errors
    /// E0731: not `http` or `https`, no host, an unknown placeholder, or anything after the port.
    pub fn parse(text: &str) -> Result<Endpoint, Diagnostic> {
        let template = text.trim().trim_end_matches('/');
        let bad = |why: &str| {
            Diagnostic::error("E0731", format!("the endpoint `{template}` {why}"))
                .hint(format!("write `{PUBLIC}`, or for example `http://127.0.0.1:7700`"))
        };
        let Some((scheme, authority)) = template.split_once("://") else {
            return Err(bad("does not start with https:// or http://"));
        };
        if !matches!(scheme, "http" | "https") {
            return Err(bad("is neither https:// nor http://"));
        }
        if authority.contains('@') {
            // The text is not repeated: a password may stand in it.
            return Err(Diagnostic::error("E0731", "the endpoint has a user name")
                .hint("requests are signed; remove everything up to and including the `@`"));
        }
        if authority.contains(['/', '?', '#']) {
            return Err(bad("has something after the host and port"));
        }
        let filled = fill(authority, "vpc", "cn-north-1");
        if filled.contains(['{', '}']) {
            return Err(bad("has a placeholder other than {service} and {region}"));
        }
        let parsed =
            reqwest::Url::parse(&format!("{scheme}://{filled}")).map_err(|why| bad(&format!("is not a URL: {why}")))?;
        if parsed.host_str().is_none_or(str::is_empty) {
            return Err(bad("has no host"));
        }
        Ok(Endpoint { template: template.to_string() })
    }

    /// Whether requests travel unencrypted: a local emulator.
    pub fn is_plain(&self) -> bool {
        self.template.starts_with("http://")
    }

    /// The origin of a call. `None` when the template names a region and the call has none.
    pub(crate) fn origin(&self, service: &str, region: Option<&str>) -> Option<Origin> {
        if region.is_none() && self.template.contains("{region}") {
            return None;
        }
        let base = fill(&self.template, service, region.unwrap_or_default());
        let (scheme, authority) = base.split_once("://")?;
        let own_port = if scheme == "https" { ":443" } else { ":80" };
        let host = authority.strip_suffix(own_port).unwrap_or(authority).to_string();
        Some(Origin { base, host })
    }
}

fn fill(template: &str, service: &str, region: &str) -> String {
    template.replace("{service}", service).replace("{region}", region)
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.template)
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn fills_in_service_and_region() {
        let check = |template: &str, base: &str, host: &str| {
            let origin = Endpoint::parse(template).expect(template).origin("vm", Some("cn-east-2")).expect("a region");
            assert_eq!((origin.base.as_str(), origin.host.as_str()), (base, host));
        };
        check("https://{service}.jdcloud-api.com/", "https://vm.jdcloud-api.com", "vm.jdcloud-api.com");
        check("http://127.0.0.1:7700", "http://127.0.0.1:7700", "127.0.0.1:7700");
        check("http://localhost:80", "http://localhost:80", "localhost");
        check("https://localhost:443", "https://localhost:443", "localhost");
        check(
            "https://{service}.internal.{region}.example.test",
            "https://vm.internal.cn-east-2.example.test",
            "vm.internal.cn-east-2.example.test",
        );
        assert!(Endpoint::parse("https://{region}.example.test").expect("fine").origin("vm", None).is_none());
        assert_eq!(Endpoint::default().to_string(), "https://{service}.jdcloud-api.com");
        assert!(!Endpoint::default().is_plain());
    }

    #[test]
    fn refuses_what_is_no_origin() {
        for text in [
            "",
            "vpc.example.test",
            "ftp://example.test",
            "https://",
            "https://a@example.test",
            "https://example.test/v1",
            "https://example.test?x",
            "https://{zone}.example.test",
            "https://exa mple.test",
            "http://h:99999",
        ] {
            let finding = Endpoint::parse(text).expect_err(text);
            assert_eq!(finding.code, "E0731", "{text}");
        }
        let finding = Endpoint::parse("http://me:not-a-secret@h").expect_err("a user name");
        assert!(!format!("{finding:?}").contains("not-a-secret"));
    }
}
