//! Look-ups: a describe operation's own parameters, and its items.

use super::{
    kind::REGION,
    paths::{operation, result_at},
    shapes,
};
use crate::{
    problem::{Findings, Problem, What},
    procedure::{Field, LookupProcedure, Shape},
    text::LookupText,
};
use firma_api::{Type, naming::snake};

/// Parameters that Firma fills in by itself.
const OWN: [&str; 3] = [REGION, "pageNumber", "pageSize"];

/// 100 is the largest page of the services that look-ups ask.
const PAGE: u32 = 100;

/// Compiles a look-up.
pub(crate) fn lookup(id: &str, text: &LookupText) -> (LookupProcedure, Vec<Problem>) {
    let mut findings = Findings::new(id);
    let (service, name) = text.operation.split_once('.').unwrap_or((&text.operation, ""));
    let mut procedure = LookupProcedure {
        kind: id.to_owned(),
        title: text.title.clone(),
        service: service.to_owned(),
        operation: name.to_owned(),
        regional: false,
        parameters: Default::default(),
        items: text.items.clone(),
        item: Shape::Any,
        id: text.id.as_deref().map(snake),
        page_size: None,
    };
    if let Some(found) = operation(&text.operation, &mut findings) {
        procedure.regional = found.param(REGION).is_some();
        procedure.page_size = found.param("pageSize").map(|_| PAGE);
        for param in found.params.iter().filter(|param| !OWN.contains(&param.name.as_str())) {
            let field = Field {
                write: param.name.clone(),
                read: None,
                shape: shapes::read_only(&param.ty),
                required: param.required,
                write_only: false,
                default: None,
                normal: None,
                references: None,
            };
            procedure.parameters.insert(snake(&param.name), field);
        }
        if let Some(items) = result_at(found, &text.items, "items", &mut findings) {
            match &items {
                Type::List(item) => {
                    procedure.item = shapes::read_only(item);
                    let known = |id: &String| item.model().is_some_and(|model| model.field(id).is_some());
                    if let Some(id) = text.id.as_ref().filter(|id| !known(id)) {
                        findings.unknown("id", id.as_str());
                    }
                }
                _ => findings.add(What::Type { place: "items".into(), expected: "a list" }),
            }
        }
    }
    (procedure, findings.list)
}
