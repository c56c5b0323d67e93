//! Look-ups: a describe operation's own parameters, and what it finds.

use super::{
    kind::REGION,
    paths::{operation, result_at},
    shapes,
};
use crate::{
    problem::{Findings, Problem, What},
    procedure::{Field, LookupProcedure, PageBy, Pages, Shape},
    text::LookupText,
};
use firma_api::{Field as ApiField, Operation, Param, Type, naming::snake};

/// Names that mean something to Firma in every look-up: a parameter that is called so has the kind's last word in front.
pub(crate) const RESERVED: [&str; 6] = ["count", "depends_on", "enabled", "for_each", "lifecycle", "region"];
/// How services call the number of a page and its size, and where the first one stands.
const PAGES: [(&str, &str, PageBy); 8] = [
    ("pageNumber", "pageSize", PageBy::Number),
    ("pageNum", "pageSize", PageBy::Number),
    ("pageIndex", "pageSize", PageBy::Number),
    ("pageNo", "pageSize", PageBy::Number),
    ("nowPage", "pageSize", PageBy::Number),
    ("page", "pageSize", PageBy::Number),
    ("start", "limit", PageBy::Offset),
    ("offset", "limit", PageBy::Offset),
];
/// How services call the number of everything there is.
const TOTALS: [&str; 6] = ["totalCount", "total", "totalElements", "numberRecords", "totalNumber", "totalNum"];
/// 100 is the largest page of the services that say nothing else.
const PAGE: u32 = 100;

/// Compiles a look-up.
pub(crate) fn lookup(id: &str, text: &LookupText) -> (LookupProcedure, Vec<Problem>) {
    let mut findings = Findings::new(id);
    let Some(found) = operation(&text.operation, &mut findings) else {
        return (nothing(id, text), findings.list);
    };
    let mut procedure = asking(id, text.title.clone(), found);
    procedure.items.clone_from(&text.items);
    procedure.id = text.id.as_deref().map(snake);
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
    (procedure, findings.list)
}

/// What asking an operation takes; what is found is left open.
pub(super) fn asking(id: &str, title: String, operation: &Operation) -> LookupProcedure {
    let pages = pages(operation);
    let own =
        |name: &str| name == REGION || pages.as_ref().is_some_and(|pages| name == pages.number || name == pages.size);
    let last = id.rsplit(['.', '_']).next().unwrap_or(id);
    let parameter = |param: &Param| {
        let name = snake(&param.name);
        let name = if RESERVED.contains(&name.as_str()) { format!("{last}_{name}") } else { name };
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
        (name, field)
    };
    LookupProcedure {
        kind: id.to_owned(),
        title,
        service: operation.service.clone(),
        operation: operation.name.clone(),
        regional: operation.param(REGION).is_some(),
        parameters: operation.params.iter().filter(|param| !own(&param.name)).map(parameter).collect(),
        many: true,
        items: String::new(),
        item: Shape::Any,
        id: None,
        total: TOTALS.iter().find(|name| operation.result_field(name).is_some()).map(|name| (*name).to_owned()),
        pages,
    }
}

/// A field of an answer, read and never written.
pub(super) fn read_field(field: &ApiField) -> Field {
    Field {
        write: field.name.clone(),
        read: Some(field.name.clone()),
        shape: shapes::read_only(&field.ty),
        required: false,
        write_only: false,
        default: None,
        normal: None,
        references: None,
    }
}

/// How an operation gives its pages.
fn pages(operation: &Operation) -> Option<Pages> {
    let number = |name: &str| operation.param(name).filter(|param| matches!(param.ty, Type::Integer | Type::Long));
    let (first, size, by) =
        PAGES.into_iter().find(|(first, size, _)| number(first).is_some() && number(size).is_some())?;
    let most = number(size).and_then(|param| param.hints.range()).and_then(|range| range.max);
    // The prose is no promise: a page of less than ten would only cost calls.
    let limit = most.filter(|most| (10.0..=f64::from(PAGE)).contains(most)).map_or(PAGE, |most| most as u32);
    Some(Pages { number: first.to_owned(), size: size.to_owned(), by, limit })
}

/// A look-up of an operation that is not there, for the findings to be told.
fn nothing(id: &str, text: &LookupText) -> LookupProcedure {
    let (service, name) = text.operation.split_once('.').unwrap_or((&text.operation, ""));
    LookupProcedure {
        kind: id.to_owned(),
        title: text.title.clone(),
        service: service.to_owned(),
        operation: name.to_owned(),
        regional: false,
        parameters: Default::default(),
        many: true,
        items: text.items.clone(),
        item: Shape::Any,
        id: text.id.as_deref().map(snake),
        total: None,
        pages: None,
    }
}
