//! `firma emulator coverage`: which operations have behaviour, and which kinds use them.

use crate::{
    Context,
    args::{CoverageArgs, Format},
    exit::{Exit, Failure, Outcome},
};
use firma_catalog::{Catalog, operations};
use firma_model::{address::KindId, diagnostic::Diagnostic, suggest::closest};
use serde_json::json;
use std::collections::BTreeMap;

/// One operation.
struct Row {
    service: String,
    operation: String,
    /// `reads`, `changes`, or none: it answers 501.
    behaviour: Option<&'static str>,
    /// Kinds that use it.
    kinds: Vec<&'static str>,
}

/// Runs it.
pub(super) fn run(context: &Context, args: &CoverageArgs) -> Outcome {
    if let Some(service) = &args.service
        && firma_api::service(service).is_none()
    {
        let known = firma_api::services().map(|outline| outline.service);
        return Err(Failure::new(
            Diagnostic::error("E0938", format!("there is no service `{service}`"))
                .did_you_mean(closest(service, known))
                .hint("`firma catalog services` lists them"),
        ));
    }
    let all = rows(args.service.as_deref());
    let with = all.iter().filter(|row| row.behaviour.is_some()).count();
    let total = all.len();
    let shown = all.into_iter().filter(|row| args.all || row.behaviour.is_some() || !row.kinds.is_empty());
    match args.format.format {
        Format::Json => {
            let rows: Vec<_> = shown
                .map(|row| {
                    json!({
                        "service": row.service, "operation": row.operation, "behaviour": row.behaviour, "kinds": row.kinds,
                    })
                })
                .collect();
            context.terminal.json(&json!(rows));
        }
        Format::Text => {
            let rows = shown.map(|row| {
                vec![
                    row.service,
                    row.operation,
                    row.behaviour.unwrap_or("answers 501").to_owned(),
                    row.kinds.join(", "),
                ]
            });
            let head = ["SERVICE", "OPERATION", "BEHAVIOUR", "USED BY"];
            context.terminal.data(&crate::commands::catalog::table(&head, rows));
            context.terminal.note(&format!(
                "{with} of {total} operations have behaviour; the others answer 501 NOT_IMPLEMENTED, after signature and parameters were checked"
            ));
        }
    }
    Ok(Exit::Done)
}

/// Every operation, of every service or of one, sorted.
fn rows(service: Option<&str>) -> Vec<Row> {
    let catalog = Catalog::builtin();
    let mut users: BTreeMap<(String, String), Vec<&'static str>> = BTreeMap::new();
    for kind in catalog.kind_names() {
        let Some(procedure) = catalog.kind(&KindId::new(kind)) else { continue };
        for used in operations::of(&procedure) {
            users.entry(used).or_default().push(kind);
        }
    }
    let covered: BTreeMap<(&str, &str), bool> =
        firma_emulator::covered().into_iter().map(|c| ((c.service, c.operation), c.changes)).collect();
    let behaviour = |service: &str, operation: &str| {
        covered.get(&(service, operation)).map(|changes| if *changes { "changes" } else { "reads" })
    };
    let mut rows: Vec<Row> = firma_api::services()
        .filter(|outline| service.is_none_or(|wanted| wanted == outline.service))
        .filter_map(|outline| firma_api::service(outline.service))
        .flat_map(|service| {
            service.operations.iter().map(move |operation| (service.id.clone(), operation.name.clone()))
        })
        .map(|(service, operation)| Row {
            behaviour: behaviour(&service, &operation),
            kinds: users.remove(&(service.clone(), operation.clone())).unwrap_or_default(),
            service,
            operation,
        })
        .collect();
    rows.sort_by(|a, b| (&a.service, &a.operation).cmp(&(&b.service, &b.operation)));
    rows
}
