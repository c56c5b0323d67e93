//! Settings of the project: what must be known before anything else can be read or evaluated.

use crate::{
    codes,
    environment::EnvironmentScope,
    project::{Project, Table},
    source::list,
    variables::Variables,
    version,
};
use firma_expr::{Limits, Trace, evaluate};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    span::Span,
    suggest::closest,
    value::Value,
};
use std::collections::BTreeMap;

/// Address pattern of the real cloud.
pub const DEFAULT_ENDPOINT: &str = "https://{service}.jdcloud-api.com";

/// Which cloud is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The emulator inside Firma.
    Emulator,
    /// A URL in which `{service}` stands for the service.
    Url(String),
}

/// How requests are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureScheme {
    /// `JDCLOUD2-HMAC-SHA256`
    #[default]
    Jdcloud2,
    /// `JDCLOUD3-HMAC-SHA256`
    Jdcloud3,
}

/// Where the state is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// A file beside the manifests.
    #[default]
    Sqlite,
}

/// Settings, evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `[project] name`.
    pub project: Option<String>,
    /// `[cloud] endpoint`.
    pub endpoint: Endpoint,
    /// `[cloud] speed`: scales the embedded emulator's latencies.
    pub speed: Option<f64>,
    /// `[cloud] scheme`.
    pub scheme: SignatureScheme,
    /// `[cloud] profile`: which entry of the command line's configuration holds the credentials.
    pub profile: Option<String>,
    /// `[cloud] region`: asked where an operation needs a region and the manifest gives none.
    pub region: Option<String>,
    /// `[cloud] parallelism`: requests under way at once.
    pub parallelism: Option<u32>,
    /// `[state] backend`.
    pub backend: Backend,
    /// `[state] path`, relative to the project's directory.
    pub state_path: Option<String>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            project: None,
            endpoint: Endpoint::Url(DEFAULT_ENDPOINT.to_owned()),
            speed: None,
            scheme: SignatureScheme::Jdcloud2,
            profile: None,
            region: None,
            parallelism: None,
            backend: Backend::Sqlite,
            state_path: None,
        }
    }
}

/// Evaluates the settings; they may use `env.NAME`, `var.NAME` and functions, nothing else. `version` is this program's own.
///
/// A variable without a value is unknown: what is set by it stays as if it were not written, and that the value is missing is
/// said by [`variables()`](crate::variables()).
pub fn settings(
    project: &Project,
    env: &BTreeMap<String, String>,
    variables: &Variables,
    version: &str,
) -> (Settings, Diagnostics) {
    let mut settings = Settings { project: project.name.clone(), ..Settings::default() };
    let mut read = Read { project, env, variables, diagnostics: Diagnostics::new() };
    read.requires(project, version);
    read.cloud(&project.cloud, &mut settings);
    read.state(&project.state, &mut settings);
    (settings, read.diagnostics)
}

struct Read<'e> {
    project: &'e Project,
    env: &'e BTreeMap<String, String>,
    variables: &'e Variables,
    diagnostics: Diagnostics,
}

impl Read<'_> {
    fn requires(&mut self, project: &Project, version: &str) {
        let Some(requires) = &project.requires else { return };
        match version::meets(&requires.text, version) {
            Some(true) => {}
            Some(false) => self.diagnostics.push(
                Diagnostic::error(
                    codes::VERSION,
                    format!("this project requires Firma {}, and this is {version}", requires.text),
                )
                .at(requires.span),
            ),
            None => self.diagnostics.push(
                Diagnostic::error(codes::VERSION, format!("`{}` is no version requirement", requires.text))
                    .at(requires.span)
                    .hint("write it as `>=0.1` or `>=0.1, <0.3`"),
            ),
        }
    }

    fn cloud(&mut self, table: &Table, settings: &mut Settings) {
        if let Some((endpoint, span)) = self.text(table, "cloud", "endpoint") {
            if endpoint == "emulator" {
                settings.endpoint = Endpoint::Emulator;
            } else if let Err(problem) = check_endpoint(&endpoint) {
                self.diagnostics.push(
                    Diagnostic::error(codes::INVALID_SETTING, format!("`cloud.endpoint` {problem}"))
                        .at(span)
                        .hint(format!("it is \"emulator\", \"http://127.0.0.1:7700\" or \"{DEFAULT_ENDPOINT}\"")),
                );
            } else {
                settings.endpoint = Endpoint::Url(endpoint.trim_end_matches('/').to_owned());
            }
        }
        settings.profile = self.text(table, "cloud", "profile").map(|(text, _)| text);
        settings.region = self.text(table, "cloud", "region").map(|(text, _)| text);
        if let Some((scheme, span)) = self.text(table, "cloud", "scheme") {
            match scheme.to_ascii_uppercase().trim_end_matches("-HMAC-SHA256") {
                "JDCLOUD2" => settings.scheme = SignatureScheme::Jdcloud2,
                "JDCLOUD3" => settings.scheme = SignatureScheme::Jdcloud3,
                _ => self.choice("cloud.scheme", &scheme, &["JDCLOUD2-HMAC-SHA256", "JDCLOUD3-HMAC-SHA256"], span),
            }
        }
        if let Some((speed, span)) = self.number(table, "cloud", "speed") {
            match (0.0..=1000.0).contains(&speed) {
                true => settings.speed = Some(speed),
                false => self.invalid("`cloud.speed` must be between 0 and 1000".to_owned(), span),
            }
        }
        if let Some((parallelism, span)) = self.number(table, "cloud", "parallelism") {
            match parallelism.fract() == 0.0 && (1.0..=1000.0).contains(&parallelism) {
                true => settings.parallelism = Some(parallelism as u32),
                false => {
                    self.invalid("`cloud.parallelism` must be a whole number between 1 and 1000".to_owned(), span);
                }
            }
        }
    }

    fn state(&mut self, table: &Table, settings: &mut Settings) {
        if let Some((backend, span)) = self.text(table, "state", "backend") {
            match backend.as_str() {
                "sqlite" => settings.backend = Backend::Sqlite,
                _ => self.choice("state.backend", &backend, &["sqlite"], span),
            }
        }
        if let Some((path, span)) = self.text(table, "state", "path") {
            match path.is_empty() {
                true => self.invalid("`state.path` is empty".to_owned(), span),
                false => settings.state_path = Some(path),
            }
        }
    }

    fn invalid(&mut self, message: String, span: Span) {
        self.diagnostics.push(Diagnostic::error(codes::INVALID_SETTING, message).at(span));
    }

    fn choice(&mut self, what: &str, given: &str, allowed: &[&str], span: Span) {
        let diagnostic = Diagnostic::error(codes::INVALID_SETTING, format!("`{what}` cannot be `{given}`")).at(span);
        self.diagnostics.push(match closest(given, allowed.iter().copied()) {
            Some(name) => diagnostic.did_you_mean(Some(name)),
            None => diagnostic.hint(format!("it can be {}", list(allowed))),
        });
    }

    fn value(&mut self, table: &Table, key: &str) -> Option<(Value, Span)> {
        let expr: &Expr = table.entries.get(key)?;
        let scope = EnvironmentScope {
            env: Some(self.env),
            variables: Some((self.project, self.variables)),
            // The state and every plan say which cloud they are of, and the state is found by its path.
            kept: matches!(key, "endpoint" | "backend" | "path"),
            place: "a setting",
        };
        match evaluate(expr, &scope, &mut Trace::new(), &Limits::default()) {
            Err(diagnostics) => {
                self.diagnostics.extend(diagnostics);
                None
            }
            Ok(reduced) => {
                let value = reduced.as_value()?.reveal().clone();
                // What could not be read is unknown, which was said.
                (!value.is_null() && !value.has_unknown()).then_some((value, expr.span))
            }
        }
    }

    fn text(&mut self, table: &Table, place: &str, key: &str) -> Option<(String, Span)> {
        let (value, span) = self.value(table, key)?;
        match value.as_str() {
            Some(text) => Some((text.to_owned(), span)),
            None => {
                self.invalid(format!("`{place}.{key}` must be text, not {}", value.type_name()), span);
                None
            }
        }
    }

    fn number(&mut self, table: &Table, place: &str, key: &str) -> Option<(f64, Span)> {
        let (value, span) = self.value(table, key)?;
        let number = match &value {
            Value::Number(number) => Some(number.as_f64()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.invalid(format!("`{place}.{key}` must be a number, not {}", value.type_name()), span);
        }
        number.map(|number| (number, span))
    }
}

fn check_endpoint(endpoint: &str) -> Result<(), &'static str> {
    let rest = endpoint
        .strip_prefix("https://")
        .or_else(|| endpoint.strip_prefix("http://"))
        .ok_or("is neither `emulator` nor a URL with http:// or https://")?;
    let host = rest.trim_end_matches('/');
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || matches!(c, '?' | '#' | '@')) {
        return Err("is no URL of a host");
    }
    if host.replace("{service}", "").contains(['{', '}']) {
        return Err("has a placeholder other than `{service}`");
    }
    Ok(())
}
