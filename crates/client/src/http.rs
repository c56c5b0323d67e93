//! One signed request over HTTP, and one answer: never repeated, never redirected, never through a proxy nobody asked for.
//!
//! An HTTP library that helps behind our back would break the promise that a change is made at most once. Its retries and
//! redirects are switched off. What cannot be switched off is that a request which a *reused* connection handed back
//! unsent is sent again on another; so requests that may change the cloud use a client of their own that keeps no idle
//! connection, and a fresh connection is never retried.

use crate::endpoint::Endpoint;
use base64::Engine as _;
use firma_api::request::{Method, Request, Response};
use firma_api::transport::{BoxFuture, Clock, Transport, TransportError};
use firma_model::diagnostic::Diagnostic;
use firma_signature::{Coverage, Credential, Scheme, SignRequest, sign};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::error::Error as _;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

/// The longest answer that is read. The largest real ones are lists of 100 objects, well under a megabyte; the bound is
/// there so that a broken server cannot fill the memory.
const BODY_LIMIT: usize = 64 << 20;
/// Sent with every request.
const USER_AGENT: &str = concat!("Firma/", env!("CARGO_PKG_VERSION"));
/// What must not show up when a request is printed for debugging.
const SENSITIVE: [&str; 2] = ["authorization", "x-jdcloud-security-token"];

/// How to reach the cloud, and as whom. `Debug` shows no secret.
#[derive(Clone)]
pub struct HttpSettings {
    /// Where.
    pub endpoint: Endpoint,
    /// As whom.
    pub credential: Credential,
    /// How requests are signed.
    pub scheme: Scheme,
    /// Time to connect. Kept well below `timeout`: when a connection attempt outlasts the total, nothing proves any more
    /// that the request was not sent.
    pub connect_timeout: Duration,
    /// Time for the whole exchange, connecting included.
    pub timeout: Duration,
    /// `http://host:port` of a proxy; `None` connects directly whatever the environment says.
    pub proxy: Option<String>,
}

impl HttpSettings {
    /// The defaults: scheme 2, ten seconds to connect, sixty in all, no proxy.
    pub fn new(endpoint: Endpoint, credential: Credential) -> HttpSettings {
        HttpSettings {
            endpoint,
            credential,
            scheme: Scheme::Jdcloud2,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            proxy: None,
        }
    }
}

impl std::fmt::Debug for HttpSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpSettings")
            .field("endpoint", &self.endpoint)
            .field("credential", &self.credential)
            .field("scheme", &self.scheme)
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("proxy", &self.proxy.as_ref().map(|_| format_args!("(sensitive)")))
            .finish()
    }
}

/// A request as it goes on the wire. Its headers hold a signature, and the session token where there is one.
pub struct SignedRequest {
    /// HTTP method.
    pub method: Method,
    url: reqwest::Url,
    /// All that are signed, and the signature.
    pub headers: Vec<(String, String)>,
    /// Body bytes; empty for none.
    pub body: Vec<u8>,
    mutating: bool,
}

impl SignedRequest {
    /// Where it goes, with the query.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }
}

/// The cloud over HTTP.
pub struct HttpTransport {
    settings: HttpSettings,
    proxy: Option<reqwest::Proxy>,
    clock: Arc<dyn Clock>,
    /// As whom, in the form that goes on the wire.
    credential: RwLock<Credential>,
    /// Built when first used: loading the system's certificates takes tens of milliseconds.
    reading: OnceLock<Result<reqwest::Client, String>>,
    changing: OnceLock<Result<reqwest::Client, String>>,
}

impl HttpTransport {
    /// A transport; connects to nothing yet. The clock gives the signing time.
    ///
    /// # Errors
    /// E0732 when the proxy is not a URL.
    pub fn new(mut settings: HttpSettings, clock: Arc<dyn Clock>) -> Result<HttpTransport, Diagnostic> {
        let proxy = match settings.proxy.as_deref() {
            None => None,
            // The text may hold a password, so neither it nor the library's message is repeated.
            Some(url) => Some(reqwest::Proxy::all(url).map_err(|_| {
                Diagnostic::error("E0732", "the proxy is not a usable URL")
                    .hint("write it as `http://host:port`, or unset it to connect directly")
            })?),
        };
        settings.connect_timeout = settings.connect_timeout.min(settings.timeout / 2);
        let credential = RwLock::new(on_the_wire(settings.credential.clone()));
        Ok(HttpTransport { settings, proxy, clock, credential, reading: OnceLock::new(), changing: OnceLock::new() })
    }

    /// Calls as somebody else from now on.
    pub fn call_as(&self, credential: Credential) {
        *self.credential.write().unwrap_or_else(PoisonError::into_inner) = on_the_wire(credential);
    }

    /// How long a request can be under way: what a lease must outlast before a change is sent.
    pub fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    fn client(&self, mutating: bool) -> Result<&reqwest::Client, TransportError> {
        let cell = if mutating { &self.changing } else { &self.reading };
        cell.get_or_init(|| self.build(mutating))
            .as_ref()
            .map_err(|why| TransportError::Unsendable(format!("the HTTP client could not be made: {why}")))
    }

    fn build(&self, mutating: bool) -> Result<reqwest::Client, String> {
        // An error says that a provider is installed already, by whoever embeds this crate: then theirs is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only() // the signature covers `Host`, which HTTP/2 does not carry
            .connect_timeout(self.settings.connect_timeout)
            .timeout(self.settings.timeout)
            .user_agent(USER_AGENT);
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.clone());
        }
        if mutating {
            builder = builder.pool_max_idle_per_host(0);
        }
        if self.settings.endpoint.is_plain() && self.proxy.is_none() {
            builder = builder.tls_certs_only([]); // no TLS ahead: skip loading certificates
        }
        builder.build().map_err(|error| chain(&error))
    }

    async fn send_once(&self, request: Request) -> Result<Response, TransportError> {
        let prepared = self.prepare(request)?;
        let answer = prepared.send().await.map_err(|error| sending_failed(&error))?;
        receive(answer).await
    }

    /// The request as it would go on the wire now: signed, with a fresh date and nonce, and good for some minutes.
    ///
    /// # Errors
    /// [`TransportError::Unsendable`] when it cannot be formed.
    pub fn sign(&self, request: Request) -> Result<SignedRequest, TransportError> {
        let unsendable = |why: &str| TransportError::Unsendable(why.to_string());
        let origin = self
            .settings
            .endpoint
            .origin(&request.service, request.region.as_deref())
            .ok_or_else(|| unsendable("the endpoint names a region, and this call has none"))?;
        let mut target = format!("{}{}", origin.base, request.path);
        if !request.query.is_empty() {
            target.push('?');
            target.push_str(&request.query);
        }
        let url = reqwest::Url::parse(&target).map_err(|why| unsendable(&format!("no URL: {why}")))?;
        if url.path() != request.path {
            // The URL library resolves `..` and escapes what is not allowed: the server would see another path than
            // the one signed.
            return Err(unsendable("the path is not in the form that goes on the wire"));
        }

        let given =
            vec![("content-type".to_string(), "application/json".to_string()), ("host".to_string(), origin.host)];
        let credential = self.credential.read().unwrap_or_else(PoisonError::into_inner).clone();
        let signed = sign(
            self.settings.scheme,
            self.settings.scheme.path_rule(),
            &credential,
            &SignRequest {
                method: request.method.as_str(),
                path: &request.path,
                query: &request.query,
                headers: &given,
                body: &request.body,
                service: &request.service,
                region: request.region.as_deref(),
                date: &self.clock.now().basic(),
                nonce: &nonce()?,
                coverage: Coverage::Everything,
            },
        );
        let headers = given.into_iter().chain(signed.headers_to_add).collect();
        Ok(SignedRequest { method: request.method, url, headers, body: request.body, mutating: request.mutating })
    }

    /// Called for every attempt, so date and nonce are always fresh.
    fn prepare(&self, request: Request) -> Result<reqwest::RequestBuilder, TransportError> {
        let signed = self.sign(request)?;
        let method = reqwest::Method::from_bytes(signed.method.as_str().as_bytes())
            .map_err(|_| TransportError::Unsendable("the method is not one of HTTP".to_string()))?;
        let headers = header_map(signed.headers.into_iter())?;
        let client = self.client(signed.mutating)?;
        Ok(client.request(method, signed.url).headers(headers).body(signed.body))
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(self.send_once(request))
    }
}

/// The official SDKs encode the token before they sign and send it.
fn on_the_wire(mut credential: Credential) -> Credential {
    let encode = |token| base64::engine::general_purpose::STANDARD.encode(token);
    credential.security_token = credential.security_token.map(encode);
    credential
}

fn header_map(headers: impl Iterator<Item = (String, String)>) -> Result<HeaderMap, TransportError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let bad = || TransportError::Unsendable(format!("the header {name} has characters that cannot be sent"));
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        let mut value = HeaderValue::from_str(&value).map_err(|_| bad())?;
        value.set_sensitive(SENSITIVE.contains(&name.as_str()));
        map.insert(key, value);
    }
    Ok(map)
}

/// A version 4 UUID.
fn nonce() -> Result<String, TransportError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|why| TransportError::Unsendable(format!("the system gives no random numbers: {why}")))?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}

/// Only a failed connection, and a request that could not be formed, prove that nothing was sent.
fn sending_failed(error: &reqwest::Error) -> TransportError {
    if error.is_builder() {
        TransportError::Unsendable(chain(error))
    } else if error.is_connect() {
        TransportError::Connect(in_words(&chain(error)))
    } else if error.is_timeout() {
        TransportError::Ambiguous("no answer in time".to_string())
    } else {
        TransportError::Ambiguous(chain(error))
    }
}

async fn receive(mut answer: reqwest::Response) -> Result<Response, TransportError> {
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(bytes)) if body.len() + bytes.len() > BODY_LIMIT => {
                return Err(TransportError::Ambiguous(format!("the answer is longer than {BODY_LIMIT} bytes")));
            }
            Ok(Some(bytes)) => body.extend_from_slice(&bytes),
            Ok(None) => return Ok(Response { status, headers, body }),
            Err(error) if error.is_timeout() => {
                return Err(TransportError::Ambiguous(format!("HTTP {status}, but the body did not end in time")));
            }
            Err(error) => {
                return Err(TransportError::Ambiguous(format!("HTTP {status} with a broken body: {}", chain(&error))));
            }
        }
    }
}

/// Why no connection came about, in words that say what to look at; what the system says comes after them.
fn in_words(why: &str) -> String {
    let why = why.strip_prefix("client error (Connect): ").unwrap_or(why);
    let known = [
        ("dns error", "the name of the host cannot be resolved"),
        ("InvalidContentType", "what listens there does not speak TLS"),
        ("invalid peer certificate", "the certificate shown there is not to be trusted"),
        ("Connection refused", "nothing listens there"),
    ];
    match known.iter().find(|(mark, _)| why.contains(mark)) {
        Some((_, words)) => format!("{words} ({why})"),
        None => why.to_string(),
    }
}

/// An error with its causes, without the URL (a query may hold what should not be in a log).
fn chain(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if parts.last() != Some(&text) {
            parts.push(text);
        }
        cause = inner.source();
    }
    if parts.is_empty() { "the request failed".to_string() } else { parts.join(": ") }
}
