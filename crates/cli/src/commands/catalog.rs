//! `firma catalog`: what can be built, where, and how it is paid for.

use crate::{
    Context,
    args::{CatalogCommand, Format, KindsArgs},
    exit::{Exit, Failure, Outcome},
    ops,
};
use firma_catalog::{Catalog, KindView, LookupProcedure, billing, places, procedure::Shape};
use firma_model::{address::KindId, diagnostic::Diagnostic, span::Span, suggest::closest};
use serde_json::json;

/// Runs it.
pub(crate) async fn run(context: &Context, command: &CatalogCommand) -> Outcome {
    let terminal = &context.terminal;
    match command {
        CatalogCommand::Services(args) => match args.format {
            Format::Json => {
                let rows: Vec<_> = firma_api::services()
                    .map(|s| {
                        json!({
                            "service": s.service, "version": s.version, "revision": s.revision,
                            "operations": s.operations, "models": s.models,
                        })
                    })
                    .collect();
                terminal.json(&json!(rows));
            }
            Format::Text => {
                let rows = firma_api::services().map(|s| vec![s.service.to_string(), s.operations.to_string()]);
                terminal.data(&table(&["SERVICE", "OPERATIONS"], rows));
            }
        },
        CatalogCommand::Kinds(args) => return kinds(context, args),
        CatalogCommand::Kind { kind, format } => return one(context, kind, format.format),
        CatalogCommand::Regions(args) => match args.format {
            Format::Json => {
                let rows: Vec<_> = places::regions()
                    .iter()
                    .map(|r| json!({ "region": r.id, "city": r.city, "zones": places::zones(&r.id) }))
                    .collect();
                terminal.json(&json!(rows));
            }
            Format::Text => {
                let rows = places::regions()
                    .iter()
                    .map(|r| vec![r.id.clone(), r.city.clone(), places::zones(&r.id).join(" ")]);
                terminal.data(&table(&["REGION", "CITY", "ZONES"], rows));
            }
        },
        CatalogCommand::Zones { region, refresh, format } => {
            if *refresh {
                ops::zones::refresh(context).await?;
            }
            return zones(context, region.as_deref(), format.format);
        }
        CatalogCommand::Billing(args) => {
            let rows: Vec<_> = billing::methods()
                .iter()
                .map(|m| {
                    let terms: Vec<String> =
                        m.terms.iter().map(|t| format!("{} {}-{}", t.unit, t.min, t.max)).collect();
                    (m.id.clone(), m.title.clone(), terms)
                })
                .collect();
            match args.format {
                Format::Json => terminal.json(&json!(
                    rows.iter()
                        .map(|(id, title, terms)| json!({ "method": id, "title": title, "terms": terms }))
                        .collect::<Vec<_>>()
                )),
                Format::Text => terminal.data(&table(
                    &["METHOD", "TERMS", "WHAT IT MEANS"],
                    rows.into_iter().map(|(id, title, terms)| vec![id, terms.join(", "), title]),
                )),
            }
        }
    }
    Ok(Exit::Done)
}

/// How look-ups are called, below the list of them.
const RULE: &str = "
Every describe operation of every service can be looked up with [data.SERVICE.KIND.NAME]. KIND is the operation's name
without `describe`, in snake_case; of one that lists things, the last word stands in the singular. Where both
describeThing and describeThings exist, describeThings is `thing` and describeThing is `thing_detail`.
`firma catalog kind data.SERVICE.KIND` lists the parameters.
";

fn kinds(context: &Context, args: &KindsArgs) -> Outcome {
    let catalog = Catalog::builtin();
    let service = args.service.as_deref();
    if let Some(service) = service.filter(|service| *service != "firma" && firma_api::service(service).is_none()) {
        let known = firma_api::services().map(|outline| outline.service);
        return Err(Failure::new(
            Diagnostic::error("E0938", format!("there is no service `{service}`"))
                .did_you_mean(closest(service, known))
                .hint("`firma catalog services` lists them"),
        ));
    }
    let mine = |id: &str| service.is_none_or(|service| KindId::new(id).service() == service);
    let kinds: Vec<_> = catalog.kinds().into_iter().filter(|entry| mine(&entry.id)).collect();
    let lookups = service.map_or_else(|| catalog.lookups(), |service| catalog.lookups_of(service));
    match args.format.format {
        Format::Json => {
            let resources = kinds.iter().map(|entry| (entry.id.clone(), entry, false));
            let lookups = lookups.iter().map(|entry| (format!("data.{}", entry.id), entry, true));
            let rows: Vec<_> = resources
                .chain(lookups)
                .map(|(kind, entry, lookup)| json!({ "kind": kind, "title": entry.title, "lookup": lookup }))
                .collect();
            context.terminal.json(&json!(rows));
        }
        Format::Text => {
            let resources = kinds.into_iter().map(|entry| vec![entry.id, entry.title]);
            let lookups = lookups.into_iter().map(|entry| vec![format!("data.{}", entry.id), entry.title]);
            context.terminal.data(&table(&["KIND", "WHAT IT IS"], resources.chain(lookups)));
            context.terminal.data(RULE);
        }
    }
    Ok(Exit::Done)
}

/// What a look-up takes and gives, for people.
fn described(lookup: &LookupProcedure) -> String {
    let mut text = format!("data.{}: {}\n  asks {} {}", lookup.kind, lookup.title, lookup.service, lookup.operation);
    text.push_str(if lookup.regional { ", in a region\n" } else { ", in no region\n" });
    text.push_str(match lookup.many {
        true => "  gives `items`, and `one` where there is exactly one\n",
        false => "  gives `one`, and `items` with that in it\n",
    });
    if lookup.parameters.is_empty() {
        text.push_str("  takes no parameters\n");
    }
    for (name, field) in &lookup.parameters {
        let needed = if field.required { " (required)" } else { "" };
        text.push_str(&format!("    {name}: {}{needed}\n", form(&field.shape)));
    }
    text
}

fn form(shape: &Shape) -> String {
    match shape {
        Shape::String => "string".into(),
        Shape::Integer | Shape::Number => "number".into(),
        Shape::Bool => "bool".into(),
        Shape::Any => "anything".into(),
        Shape::Pairs => "map of strings".into(),
        Shape::List(item) | Shape::Set(item) => format!("list of {}", form(item)),
        Shape::Object(fields) => {
            format!("{{ {} }}", fields.keys().map(String::as_str).collect::<Vec<_>>().join(", "))
        }
    }
}

fn one(context: &Context, name: &str, format: Format) -> Outcome {
    let catalog = Catalog::builtin();
    if let Some(name) = name.strip_prefix("data.") {
        let Some(lookup) = catalog.lookup(&KindId::new(name)) else {
            let mut diagnostic = catalog.unknown_lookup(name, Span::default());
            diagnostic.span = None;
            return Err(Failure::new(diagnostic));
        };
        match format {
            Format::Json => context.terminal.json(&serde_json::to_value(&*lookup).unwrap_or_default()),
            Format::Text => context.terminal.data(&described(&lookup)),
        }
        return Ok(Exit::Done);
    }
    let Some(procedure) = catalog.kind(&KindId::new(name)) else {
        let mut diagnostic = catalog.unknown_kind(name, Span::default());
        diagnostic.span = None;
        return Err(Failure::new(diagnostic.hint("`firma catalog kinds` lists them all")));
    };
    let view = KindView::of(&procedure);
    match format {
        Format::Json => context.terminal.json(&serde_json::to_value(&view).unwrap_or_default()),
        Format::Text => context.terminal.data(&view.text()),
    }
    Ok(Exit::Done)
}

fn zones(context: &Context, region: Option<&str>, format: Format) -> Outcome {
    if let Some(region) = region
        && places::region(region).is_none()
    {
        let mut found = places::check_region(region, Span::default());
        for diagnostic in &mut found.list {
            // There is no file to point into.
            diagnostic.span = None;
        }
        return Err(found.into());
    }
    let rows: Vec<(String, String, Option<String>)> = places::regions()
        .iter()
        .filter(|r| region.is_none_or(|wanted| wanted == r.id))
        .flat_map(|r| {
            let usual = places::zones(&r.id).into_iter().map(|zone| (r.id.clone(), zone.to_owned(), None));
            let printed = r.printed.iter().map(|(printed, usual)| (r.id.clone(), printed.clone(), Some(usual.clone())));
            usual.chain(printed)
        })
        .collect();
    match format {
        Format::Json => context.terminal.json(&json!(
            rows.iter()
                .map(|(region, zone, same)| json!({ "region": region, "zone": zone, "same_as": same }))
                .collect::<Vec<_>>()
        )),
        Format::Text => context.terminal.data(&table(
            &["REGION", "ZONE", ""],
            rows.into_iter().map(|(region, zone, same)| {
                vec![region, zone, same.map_or_else(String::new, |same| format!("(another spelling of {same})"))]
            }),
        )),
    }
    Ok(Exit::Done)
}

/// Columns, aligned.
pub(crate) fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut all: Vec<Vec<String>> = vec![head.iter().map(|cell| (*cell).to_owned()).collect()];
    all.extend(rows);
    let columns = head.len();
    let width = |column: usize| {
        all.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in &all {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}
