//! Asking an emulated cloud from outside it: the project's embedded one, or one that is served.

use super::{failed, open};
use crate::{Context, args::PlaceArgs, exit::Failure};
use firma_api::{Method, Request, Transport};
use firma_client::{Endpoint, HttpSettings, HttpTransport, WallClock};
use firma_model::diagnostic::Diagnostic;
use firma_signature::Credential;
use serde_json::Value;
use std::sync::Arc;

/// Does something from outside the cloud and returns its result.
pub(super) async fn ask(context: &Context, place: &PlaceArgs, operation: &str, body: &Value) -> Result<Value, Failure> {
    match &place.endpoint {
        None => open(context)?.outside(operation, body).await.map_err(|error| failed(&error)),
        Some(url) => served(url, operation, body).await,
    }
}

async fn served(url: &str, operation: &str, body: &Value) -> Result<Value, Failure> {
    let endpoint = Endpoint::parse(url)?;
    let bad = |message: String| Failure::new(Diagnostic::error("E0915", message));
    // Nobody checks the signature of these requests.
    let settings = HttpSettings::new(endpoint, Credential::new("emulator", "emulator"));
    let transport = HttpTransport::new(settings, Arc::new(WallClock))?;
    let request = Request {
        service: "emulator".to_owned(),
        operation: operation.to_owned(),
        method: Method::Post,
        region: None,
        path: format!("{}{operation}", firma_emulator::admin::PREFIX),
        query: String::new(),
        body: body.to_string().into_bytes(),
        mutating: true,
    };
    let response = transport.send(request).await.map_err(|error| {
        Failure::new(
            Diagnostic::error("E0915", format!("the emulator at {url} does not answer: {error}"))
                .hint("`firma emulator serve` starts one"),
        )
    })?;
    let stranger = || bad(format!("what answers at {url} is no emulator (HTTP {})", response.status));
    let mut answer: Value = serde_json::from_slice(&response.body).map_err(|_| stranger())?;
    if let Some(message) = answer["error"]["message"].as_str() {
        return Err(bad(format!("the emulator at {url} cannot do that: {message}")));
    }
    answer.get_mut("result").map(Value::take).ok_or_else(stranger)
}
