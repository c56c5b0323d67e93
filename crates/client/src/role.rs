//! Calling as a role: a session is asked for with the key pair at hand, and asked for anew before it is over.
//!
//! A request leaves with a session that lasts longer than the request can take, or with the one that is still good where a new
//! one cannot be had just now. While a session is asked for, requests wait: one question serves all of them.

use firma_api::{
    request::{Request, Response},
    transport::{BoxFuture, Clock, Transport, TransportError},
};
use firma_model::{diagnostic::Diagnostic, time::Timestamp};
use firma_signature::Credential;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::Mutex;

/// A session is asked for anew when it lasts no longer than this: several times what a request may take.
const MARGIN_MILLIS: i64 = 5 * 60 * 1000;
/// What the service takes: an hour to twelve; a role may allow less.
const SECONDS: std::ops::RangeInclusive<u32> = 3600..=43_200;
/// Who is calling, in the service's own records.
const SESSION_NAME: &str = "firma";

/// A role to call as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its resource name, `jrn:iam::ACCOUNT:role/NAME`.
    pub jrn: String,
    /// What the session is called in the cloud's records.
    pub session: String,
    /// How long a session lasts.
    pub seconds: u32,
}

impl Role {
    /// The role that settings name, if any. `get` reads `role_jrn`, `role_session_name` and `role_duration_seconds`.
    ///
    /// # Errors
    /// E0860.
    pub(crate) fn read<'s>(get: impl Fn(&str) -> Option<&'s str>, place: &str) -> Result<Option<Role>, Diagnostic> {
        let Some(jrn) = get("role_jrn") else { return Ok(None) };
        if !jrn.starts_with("jrn:") || !jrn.contains(":role/") {
            return Err(Diagnostic::error("E0860", format!("`{jrn}` in {place} is no role"))
                .hint("a role is named by its `jrn`: `jrn:iam::ACCOUNT:role/NAME`"));
        }
        let seconds = match get("role_duration_seconds") {
            None => *SECONDS.start(),
            Some(text) => text.parse().ok().filter(|seconds| SECONDS.contains(seconds)).ok_or_else(|| {
                Diagnostic::error("E0860", format!("a session of `{text}` seconds, as {place} has it, cannot be had"))
                    .hint(format!("give {} to {}, and no more than the role allows", SECONDS.start(), SECONDS.end()))
            })?,
        };
        let session = get("role_session_name").unwrap_or(SESSION_NAME).to_owned();
        Ok(Some(Role { jrn: jrn.to_owned(), session, seconds }))
    }

    fn request(&self) -> Result<Request, TransportError> {
        let info = json!({
            "roleJrn": self.jrn,
            "roleSessionName": self.session,
            "durationSeconds": self.seconds,
        });
        let parameters = BTreeMap::from([("assumeRoleInfo".to_owned(), info)]).into_iter().collect();
        firma_api::build("sts", "assumeRole", None, &parameters)
            .map_err(|problems| TransportError::Unsendable(format!("the role cannot be asked for: {problems:?}")))
    }
}

/// Takes over the key pair of a session.
pub type Install = Box<dyn Fn(Credential) + Send + Sync>;

/// A transport that calls as a role.
pub struct AsRole {
    role: Role,
    /// Sends with the key pair at hand.
    own: Arc<dyn Transport>,
    /// Sends with the key pair that was installed last.
    wire: Arc<dyn Transport>,
    install: Install,
    clock: Arc<dyn Clock>,
    /// When the session is over; none before the first.
    until: Mutex<Option<Timestamp>>,
}

impl AsRole {
    /// Calls through `wire` as `role`, sessions being asked for through `own`.
    pub fn new(
        role: Role,
        own: Arc<dyn Transport>,
        wire: Arc<dyn Transport>,
        install: Install,
        clock: Arc<dyn Clock>,
    ) -> AsRole {
        AsRole { role, own, wire, install, clock, until: Mutex::new(None) }
    }

    /// Makes sure of a session.
    async fn enter(&self) -> Result<(), TransportError> {
        let mut until = self.until.lock().await;
        let now = self.clock.now();
        if until.is_some_and(|until| until.millis_since(now) > MARGIN_MILLIS) {
            return Ok(());
        }
        match self.assume(now).await {
            Ok((credential, end)) => {
                (self.install)(credential);
                *until = Some(end);
                Ok(())
            }
            // The present one still serves.
            Err(_) if until.is_some_and(|until| until > self.clock.now()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Asks for a session. Its end is counted from before the question, by our own clock: the answer's text names no time zone.
    async fn assume(&self, asked: Timestamp) -> Result<(Credential, Timestamp), TransportError> {
        let about = |why: &str| format!("no session of role {}: {why}", self.role.jrn);
        let response = match self.own.send(self.role.request()?).await {
            Ok(response) => response,
            // Whatever became of the question, the request itself was not sent.
            Err(TransportError::Unsendable(why)) => return Err(TransportError::Unsendable(about(&why))),
            Err(error) => return Err(TransportError::Connect(about(&error.to_string()))),
        };
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let text = |name: &str| body["result"]["credentials"][name].as_str().filter(|text| !text.is_empty());
        let (Some(access), Some(secret), Some(token)) = (text("accessKey"), text("secretKey"), text("sessionToken"))
        else {
            let told =
                body["error"]["message"].as_str().map_or_else(|| format!("HTTP {}", response.status), str::to_owned);
            let passing = response.status == 429 || response.status >= 500;
            return Err(match passing {
                true => TransportError::Connect(about(&told)),
                false => TransportError::Unsendable(about(&told)),
            });
        };
        let mut credential = Credential::new(access, secret);
        credential.security_token = Some(token.to_owned());
        Ok((credential, asked.plus_millis(i64::from(self.role.seconds) * 1000)))
    }
}

impl Transport for AsRole {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            self.enter().await?;
            self.wire.send(request).await
        })
    }
}

#[cfg(test)]
mod tests;
