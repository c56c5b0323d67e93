//! `firma api`: one signed call, as the API describes it.

use crate::{
    Context,
    args::{ApiArgs, Format},
    exit::{Exit, Failure, Outcome},
    ops,
};
use firma_client::Priority;
use firma_model::diagnostic::{Diagnostic, Diagnostics};
use serde_json::{Map, Value, json};

/// Runs it.
pub(crate) async fn run(context: &Context, args: &ApiArgs) -> Outcome {
    let parameters = parameters(args)?;
    let operation =
        firma_api::find(&args.service, &args.operation).map_err(|problem| Failure::new(problem.diagnostic()))?;
    // In a project its endpoint counts, elsewhere the real one.
    let has_project = std::fs::read_dir(&context.directory).is_ok_and(|entries| {
        entries.flatten().any(|e| e.file_name().to_str().is_some_and(firma_manifest::is_manifest_file))
    });
    let (door, default_region) = match has_project {
        true => {
            let loaded = ops::project::load(&context.directory, &context.env)?;
            let region = loaded.settings.region.clone();
            (ops::cloud::open(&loaded)?, region)
        }
        false => {
            let clock = ops::failpoint::clock();
            let url = context.env.get("FIRMA_ENDPOINT").map_or(firma_manifest::DEFAULT_ENDPOINT, String::as_str);
            (ops::cloud::http(url, firma_client::Scheme::Jdcloud2, None, &context.env, clock)?, None)
        }
    };
    let region = args
        .region
        .clone()
        .or_else(|| parameters.get("regionId").and_then(Value::as_str).map(str::to_owned))
        .or(default_region);
    let request = firma_api::build_operation(operation, region.as_deref(), &parameters).map_err(|problems| {
        let mut diagnostics = Diagnostics::new();
        for problem in problems {
            let missing_region = problem.path == "regionId";
            let diagnostic = problem.diagnostic();
            diagnostics.push(match missing_region {
                true => diagnostic.hint("name the region with --region cn-north-1"),
                false => diagnostic,
            });
        }
        Failure::from(diagnostics)
    })?;
    let result = match request.mutating {
        false => door.cloud.read(request).await,
        true => door.cloud.call_guarded(request, Priority::Normal, &|| Ok(())).await.into_result(),
    };
    match result {
        Ok(result) => {
            match args.format {
                Format::Json => context.terminal.json(&result),
                Format::Text => context.terminal.data(&result.to_string()),
            }
            Ok(Exit::Done)
        }
        Err(fault) => {
            if args.format == Format::Json {
                context.terminal.json(&json!({ "error": {
                    "code": fault.code, "status": fault.status, "message": fault.message,
                    "http_status": fault.http_status, "request_id": fault.request_id,
                }}));
            }
            Err(Failure::new(Diagnostic::error("E0711", format!("the call failed: {fault}"))))
        }
    }
}

fn parameters(args: &ApiArgs) -> Result<Map<String, Value>, Failure> {
    let bad = |message: String| Failure::new(Diagnostic::error("E0908", message));
    let mut parameters = match &args.input {
        None => Map::new(),
        Some(input) => {
            let text = match input.strip_prefix('@') {
                Some(file) => std::fs::read_to_string(file).map_err(|error| {
                    Failure::new(Diagnostic::error("E0905", format!("cannot read {file}: {error}")))
                })?,
                None => input.clone(),
            };
            match serde_json::from_str(&text) {
                Ok(Value::Object(map)) => map,
                Ok(_) => return Err(bad("--input is not a JSON object".into())),
                Err(error) => return Err(bad(format!("--input is not JSON: {error}"))),
            }
        }
    };
    for param in &args.params {
        let Some((name, text)) = param.split_once('=') else {
            return Err(bad(format!("`--param {param}` is not NAME=VALUE")));
        };
        let value = match text.as_bytes().first() {
            Some(b'[' | b'{' | b'"' | b'0'..=b'9' | b'-' | b't' | b'f') => {
                serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
            }
            _ => Value::from(text),
        };
        parameters.insert(name.to_owned(), value);
    }
    Ok(parameters)
}
