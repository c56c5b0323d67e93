//! `firma api`: one signed call, as the API describes it.

mod curl;
mod pages;
mod parameters;
mod query;

use crate::{
    Context,
    args::{ApiArgs, Format},
    exit::{Exit, Failure, Outcome},
    ops::{self, cloud::Door},
};
use firma_api::{Operation, request::Request};
use firma_client::Priority;
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    fault::Fault,
};
use serde_json::{Map, Value, json};

/// Runs it.
pub(crate) async fn run(context: &Context, args: &ApiArgs) -> Outcome {
    // What is wrong with the question is said before anything is asked.
    let query = args.query.as_deref().map(query::compile).transpose()?;
    let operation =
        firma_api::find(&args.service, &args.operation).map_err(|problem| Failure::new(problem.diagnostic()))?;
    let parameters = parameters::read(args)?;
    let (door, default_region) = door(context)?;
    let region = args
        .region
        .clone()
        .or_else(|| parameters.get("regionId").and_then(Value::as_str).map(str::to_owned))
        .or(default_region);
    let pages = match args.all {
        true => Some(pages::Pages::of(operation, &parameters)?),
        false => None,
    };
    let first = pages.as_ref().map_or_else(|| parameters.clone(), |pages| pages.parameters(&parameters, 1));
    let request = request(operation, region.as_deref(), &first)?;
    if args.dry_run {
        context.terminal.data(&curl::line(&door, request)?);
        return Ok(Exit::Done);
    }
    let result = match pages {
        Some(pages) => pages.read(&door.cloud, request, &parameters).await,
        None if request.mutating => door.cloud.call_guarded(request, Priority::Normal, &|| Ok(())).await.into_result(),
        None => door.cloud.read(request).await,
    };
    match result {
        Ok(result) => {
            let result = match &query {
                Some(query) => query::ask(query, &result)?,
                None => result,
            };
            match args.format {
                Format::Json => context.terminal.json(&result),
                Format::Text => context.terminal.data(&text(&result)),
            }
            Ok(Exit::Done)
        }
        Err(fault) => {
            if args.format == Format::Json {
                context.terminal.json(&told(&fault));
            }
            Err(Failure::new(Diagnostic::error("E0711", format!("the call failed: {fault}"))))
        }
    }
}

/// In a project its endpoint counts, elsewhere the real one. With it, the project's region.
fn door(context: &Context) -> Result<(Door, Option<String>), Failure> {
    let has_project = std::fs::read_dir(&context.directory).is_ok_and(|entries| {
        entries.flatten().any(|e| e.file_name().to_str().is_some_and(firma_manifest::is_manifest_file))
    });
    if has_project {
        let loaded = ops::project::load(&context.directory, &context.env)?;
        let region = loaded.settings.region.clone();
        return Ok((ops::cloud::open(&loaded)?, region));
    }
    let clock = ops::failpoint::clock();
    let url = context.env.get("FIRMA_ENDPOINT").map_or(firma_manifest::DEFAULT_ENDPOINT, String::as_str);
    Ok((ops::cloud::http(url, firma_client::Scheme::Jdcloud2, None, &context.env, clock)?, None))
}

fn request(operation: &Operation, region: Option<&str>, parameters: &Map<String, Value>) -> Result<Request, Failure> {
    firma_api::build_operation(operation, region, parameters).map_err(|problems| {
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
    })
}

/// A refusal as programs read it.
fn told(fault: &Fault) -> Value {
    json!({ "error": {
        "code": fault.code, "status": fault.status, "message": fault.message,
        "http_status": fault.http_status, "request_id": fault.request_id,
    }})
}

/// A result as shells read it: texts as they are, what a list holds on lines of their own, all else as JSON.
fn text(result: &Value) -> String {
    let line = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match result {
        Value::Array(items) => items.iter().map(|item| line(item) + "\n").collect(),
        other => line(other) + "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_a_shell_can_loop_over() {
        assert_eq!(text(&json!("vpc-1")), "vpc-1\n");
        assert_eq!(text(&json!(["vpc-1", 2, null, {"a": [1]}])), "vpc-1\n2\nnull\n{\"a\":[1]}\n");
        assert_eq!(text(&json!({"a": 1})), "{\"a\":1}\n");
        assert_eq!(text(&json!([])), "");
    }
}
