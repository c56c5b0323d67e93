//! Health checks of a backend: what they may say, and what reads show.

use super::belonging::number;
use crate::call::Args;
use crate::fault::Fault;
use crate::state::{BalancerType, HealthCheck};
use serde_json::{Value, json};

/// What a check of HTTP says beside the rest.
const HTTP: [&str; 4] = ["httpVersion", "httpDomain", "httpPath", "httpCode"];

/// Reads a check for a backend of this protocol. It is given as a whole: what is left out has its default.
pub(super) fn read(spec: Args<'_>, balancer_type: BalancerType, backend: &str) -> Result<HealthCheck, Fault> {
    let protocol = spec.text("protocol")?;
    let known = match protocol {
        "Tcp" => true,
        "Http" => balancer_type != BalancerType::Dnlb,
        "Icmp" => backend == "Udp",
        _ => false,
    };
    if !known {
        let of = balancer_type.as_str();
        return Err(Fault::invalid(format!("a {backend} backend of an {of} has no health check by `{protocol}`")));
    }
    if let Some(field) = HTTP.iter().find(|field| spec.has(field) && protocol != "Http") {
        return Err(Fault::invalid(format!("{field} belongs to health checks by Http")));
    }
    let port = number(spec, "port", (0, 65535), 0)?;
    if protocol == "Icmp" && port != 0 {
        return Err(Fault::invalid("a health check by Icmp has no port"));
    }
    let text = |name: &str, otherwise: &str| {
        spec.opt_text(name).filter(|text| !text.is_empty()).unwrap_or(otherwise).to_owned()
    };
    let http_version = text("httpVersion", "HTTP1.0");
    if !matches!(http_version.as_str(), "HTTP1.0" | "HTTP1.1") {
        return Err(Fault::invalid(format!("httpVersion `{http_version}` is neither HTTP1.0 nor HTTP1.1")));
    }
    let http_path = text("httpPath", "/");
    if !http_path.starts_with('/') || http_path.chars().count() > 1000 {
        return Err(Fault::invalid("httpPath begins with / and has at most 1000 characters"));
    }
    let mut http_codes: Vec<String> = spec.texts("httpCode").into_iter().map(str::to_owned).collect();
    if let Some(wrong) = http_codes.iter().find(|code| !is_code(code)) {
        return Err(Fault::invalid(format!("httpCode `{wrong}` is no code from 200 to 499, no range and no class")));
    }
    if http_codes.is_empty() {
        http_codes = vec!["2xx".to_owned(), "3xx".to_owned()];
    }
    Ok(HealthCheck {
        protocol: protocol.to_owned(),
        healthy: number(spec, "healthyThresholdCount", (1, 5), 3)?,
        unhealthy: number(spec, "unhealthyThresholdCount", (1, 5), 3)?,
        timeout: number(spec, "checkTimeoutSeconds", (2, 60), 3)?,
        interval: number(spec, "intervalSeconds", (5, 300), 5)?,
        port,
        http_version,
        http_domain: text("httpDomain", ""),
        http_path,
        http_codes,
    })
}

/// `200`, `201-205`, `3xx`.
fn is_code(text: &str) -> bool {
    let code = |text: &str| text.parse::<u16>().ok().filter(|code| (200..500).contains(code));
    match text.split_once('-') {
        Some((from, to)) => matches!((code(from), code(to)), (Some(from), Some(to)) if from < to),
        None => code(text).is_some() || matches!(text, "2xx" | "3xx" | "4xx"),
    }
}

/// As reads show it.
pub(super) fn view(check: &HealthCheck) -> Value {
    let mut view = json!({
        "protocol": check.protocol,
        "healthyThresholdCount": check.healthy,
        "unhealthyThresholdCount": check.unhealthy,
        "checkTimeoutSeconds": check.timeout,
        "intervalSeconds": check.interval,
        "port": check.port,
    });
    if check.protocol == "Http" {
        view["httpVersion"] = json!(check.http_version);
        view["httpDomain"] = json!(check.http_domain);
        view["httpPath"] = json!(check.http_path);
        view["httpCode"] = json!(check.http_codes);
    }
    view
}
