//! The door to the cloud that a project's settings name.

use crate::{
    exit::Failure,
    log,
    ops::{failpoint, project::Loaded},
};
use firma_api::transport::{Clock, Transport};
use firma_client::{AsRole, Cloud, Credentials, HttpSettings, HttpTransport, Scheme};
use firma_manifest::{Endpoint, SignatureScheme};
use firma_model::{diagnostic::Diagnostic, fault::FaultKind, time::Timestamp};
use firma_server::embedded::{Embedded, Options};
use serde_json::json;
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// How much faster than real the embedded cloud's transitions are, unless the project says otherwise.
const EMBEDDED_SPEED: f64 = 0.05;
/// Seed of a new embedded cloud.
const EMBEDDED_SEED: u64 = 1;

/// An open door.
pub(crate) struct Door {
    /// The cloud.
    pub cloud: Arc<Cloud>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The embedded cloud, where it is that one.
    pub embedded: Option<Arc<Embedded>>,
    /// What signs and sends, where it is a cloud at a URL.
    pub wire: Option<Arc<HttpTransport>>,
    /// What the endpoint is called in plans.
    pub endpoint: String,
    /// Access key or its stand-in, until an account is known.
    pub access_key: String,
}

impl Door {
    /// The cloud's time: an emulated clock may be ahead of ours.
    pub(crate) async fn now(&self) -> Timestamp {
        if let Some(embedded) = &self.embedded
            && let Ok(now) = embedded.outside("clock", &json!({ "advanceMillis": 0 })).await
            && let Some(now) = now["now"].as_str().and_then(Timestamp::parse)
        {
            return now;
        }
        self.clock.now()
    }
}

/// Opens the door that a project's settings name.
pub(crate) fn open(loaded: &Loaded) -> Result<Door, Failure> {
    let clock = failpoint::clock();
    match &loaded.settings.endpoint {
        Endpoint::Emulator => embedded(&loaded.emulator_path(), loaded.settings.speed, clock),
        Endpoint::Url(url) => {
            let scheme = match loaded.settings.scheme {
                SignatureScheme::Jdcloud2 => Scheme::Jdcloud2,
                SignatureScheme::Jdcloud3 => Scheme::Jdcloud3,
            };
            http(url, scheme, loaded.settings.profile.as_deref(), &loaded.env, clock)
        }
    }
}

/// Opens the embedded cloud of a project.
pub(crate) fn embedded(path: &Path, speed: Option<f64>, clock: Arc<dyn Clock>) -> Result<Door, Failure> {
    let options = Options { path: path.to_owned(), speed: Some(speed.unwrap_or(EMBEDDED_SPEED)), seed: EMBEDDED_SEED };
    let embedded = Embedded::open(&options, clock.clone()).map_err(|error| {
        Failure::new(
            Diagnostic::error("E0710", format!("the embedded cloud cannot be used: {error}"))
                .hint("`firma emulator reset` empties it; what it holds is only a simulation"),
        )
    })?;
    let embedded = Arc::new(embedded);
    let transport = failpoint::transport(embedded.clone());
    Ok(Door {
        cloud: Arc::new(Cloud::new(transport, clock.clone()).with_its_own_time().watched_by(log::calls())),
        clock,
        embedded: Some(embedded),
        wire: None,
        endpoint: "emulator".into(),
        access_key: "emulator".into(),
    })
}

/// Opens a cloud at a URL.
pub(crate) fn http(
    url: &str,
    scheme: Scheme,
    profile: Option<&str>,
    env: &BTreeMap<String, String>,
    clock: Arc<dyn Clock>,
) -> Result<Door, Failure> {
    let endpoint = firma_client::Endpoint::parse(url)?;
    let home = env.get("HOME").map(|home| Path::new(home).join(".jdc"));
    let read = |name: &str| home.as_ref().and_then(|home| std::fs::read_to_string(home.join(name)).ok());
    let current = read("current").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let profile = profile.map(str::to_owned).or_else(|| env.get("JDCLOUD_PROFILE").cloned()).or(current);
    let credentials = Credentials::resolve(env, read("config").as_deref(), profile.as_deref())?;
    let access_key = credentials.credential.access_key.clone();
    let role = credentials.role;
    let proxy = ["HTTPS_PROXY", "https_proxy"].iter().find_map(|name| env.get(*name)).cloned();
    let proxy = proxy.filter(|proxy| !proxy.is_empty() && !endpoint.is_plain());
    let settings = HttpSettings { scheme, proxy, ..HttpSettings::new(endpoint, credentials.credential) };
    let settings = HttpSettings { timeout: failpoint::real(settings.timeout), ..settings };
    let wire = Arc::new(HttpTransport::new(settings.clone(), clock.clone())?);
    let transport: Arc<dyn Transport> = match role {
        None => wire.clone(),
        Some(role) => {
            let own = Arc::new(HttpTransport::new(settings, clock.clone())?);
            let installed = wire.clone();
            let install = Box::new(move |credential| installed.call_as(credential));
            Arc::new(AsRole::new(role, own, wire.clone(), install, clock.clone()))
        }
    };
    let transport = failpoint::transport(transport);
    Ok(Door {
        cloud: Arc::new(Cloud::new(transport, clock.clone()).watched_by(log::calls())),
        clock,
        embedded: None,
        wire: Some(wire),
        endpoint: url.to_owned(),
        access_key,
    })
}

/// What stands for an account of which only the access key is known.
pub(crate) fn by_key(access_key: &str) -> String {
    format!("key:{access_key}")
}

/// The account the credentials belong to, or the access key where the account may not be asked for. Credentials that are
/// not taken, or a cloud that does not answer, end the command here: before anything is shown, sent or written down.
pub(crate) async fn account(door: &Door) -> Result<String, Failure> {
    let key = || by_key(&door.access_key);
    let parameters = serde_json::Map::new();
    let Ok(request) = firma_api::build("user", "describeUser", None, &parameters) else {
        return Ok(key());
    };
    match door.cloud.read(request).await {
        Ok(result) => match result.get("accountId").or_else(|| result.get("pin")).and_then(|id| id.as_str()) {
            Some(id) if !id.is_empty() => Ok(format!("account:{id}")),
            _ => Ok(key()),
        },
        Err(fault) if fault.http_status == Some(401) => {
            let tolerated = firma_client::skew::TOLERATED.as_millis();
            let clock = door.cloud.skew().is_some_and(|millis| u128::from(millis.unsigned_abs()) > tolerated);
            Err(Failure::new(Diagnostic::error("E0712", format!("the credentials are not accepted: {fault}")).hint(
                match clock {
                    true => "set this machine's clock and try again: a signature is good for minutes only",
                    false => {
                        "check that the secret key belongs to the access key, and that this machine's clock is right"
                    }
                },
            )))
        }
        Err(fault) if matches!(fault.kind, FaultKind::Denied | FaultKind::Invalid | FaultKind::NotFound) => Ok(key()),
        Err(fault) => Err(Failure::new(
            Diagnostic::error("E0713", format!("the cloud at {} does not answer: {fault}", door.endpoint))
                .hint("is the endpoint right, and is it up? a local one is started with `firma emulator serve`")
                .hint("nothing was changed; run the same command again when it answers"),
        )),
    }
}
