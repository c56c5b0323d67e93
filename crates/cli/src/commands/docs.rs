//! `firma docs`: the page of a kind.

use crate::{
    Context,
    args::{DocsArgs, DocsFormat},
    exit::{Exit, Failure, Outcome},
};
use firma_catalog::{
    Catalog,
    docs::{KindDocs, LookupDocs},
};
use firma_model::{address::KindId, span::Span};
use serde_json::{Value, json};

/// Runs it.
pub(crate) fn run(context: &Context, args: &DocsArgs) -> Outcome {
    let catalog = Catalog::builtin();
    let (text, markdown, json): (String, String, Value) = match args.kind.as_deref() {
        None => list(catalog),
        Some(name) => match name.strip_prefix("data.") {
            Some(id) => {
                let Some(lookup) = catalog.lookup(&KindId::new(id)) else {
                    return Err(unplaced(catalog.unknown_lookup(id, Span::default())));
                };
                let docs = LookupDocs::of(&lookup);
                (docs.text(), docs.markdown(), serde_json::to_value(&docs).unwrap_or_default())
            }
            None => {
                let Some(procedure) = catalog.kind(&KindId::new(name)) else {
                    return Err(unplaced(catalog.unknown_kind(name, Span::default())));
                };
                let docs = KindDocs::of(&procedure);
                (docs.text(), docs.markdown(), serde_json::to_value(&docs).unwrap_or_default())
            }
        },
    };
    match args.format {
        DocsFormat::Text => context.terminal.data(&text),
        DocsFormat::Markdown => context.terminal.data(&markdown),
        DocsFormat::Json => context.terminal.json(&json),
    }
    Ok(Exit::Done)
}

/// What was asked for stands on the command line, not in a file.
fn unplaced(mut diagnostic: firma_model::diagnostic::Diagnostic) -> Failure {
    diagnostic.span = None;
    Failure::new(diagnostic.hint("`firma docs` lists them all"))
}

fn list(catalog: &Catalog) -> (String, String, Value) {
    let lookups = catalog.lookups().into_iter().map(|entry| (format!("data.{}", entry.id), entry.title));
    let rows: Vec<(String, String)> =
        catalog.kinds().into_iter().map(|entry| (entry.id, entry.title)).chain(lookups).collect();
    let text = super::catalog::table(
        &["KIND", "WHAT IT IS"],
        rows.iter().map(|(kind, title)| vec![kind.clone(), title.clone()]),
    );
    let lines: String = rows.iter().map(|(kind, title)| format!("- `{kind}`: {title}\n")).collect();
    let json = rows.iter().map(|(kind, title)| json!({ "kind": kind, "title": title })).collect();
    (text, format!("# Kinds\n\n{lines}"), json)
}
