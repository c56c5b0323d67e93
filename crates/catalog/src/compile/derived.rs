//! Look-ups that nobody wrote down: one for every describe operation of every service, by a rule.
//!
//! The kind is the operation's name without `describe`, in snake case: `rds.describeBackupPolicy` is `rds.backup_policy`.
//! An operation that lists things has its last word in the singular, since that is what is looked for:
//! `vpc.describeRouteTables` is `vpc.route_table`. Where that is the name of another operation too, the one that reads a
//! single thing gets `_detail` at its end: `vpc.describeRouteTable` is `vpc.route_table_detail`. Operations that answer
//! nothing are no look-ups.

use super::{
    lookup::{asking, lookup, read_field},
    shapes,
};
use crate::{
    procedure::{LookupProcedure, Shape},
    text::LookupText,
};
use firma_api::{Operation, Service, Type, naming::snake};
use std::collections::BTreeMap;

/// What operations that are look-ups begin with.
const VERB: &str = "describe";
/// Fields of an answer that say something about its pages and nothing about what was found.
const ABOUT_PAGES: [&str; 3] = ["page", "pagination", "requestId"];

/// The look-ups of a service: short kind names and their operations.
pub(crate) fn names(service: &Service) -> BTreeMap<String, &Operation> {
    let mut lists = BTreeMap::new();
    let mut others = Vec::new();
    let describing = service.operations.iter().filter(|operation| !operation.result.is_empty());
    for operation in describing {
        let Some(rest) =
            operation.name.strip_prefix(VERB).filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
        else {
            continue;
        };
        let whole = snake(rest);
        let single = singular(&whole);
        match items(operation) {
            Some(_) if single != whole => {
                lists.insert(single, operation);
            }
            _ => others.push((whole, operation)),
        }
    }
    for (name, operation) in others {
        let name = if lists.contains_key(&name) { format!("{name}_detail") } else { name };
        lists.entry(name).or_insert(operation);
    }
    lists
}

/// Compiles the look-up that the rule makes of a service's operation.
pub(crate) fn derive(service: &Service, name: &str) -> Option<LookupProcedure> {
    let operation = *names(service).get(name)?;
    let id = format!("{}.{name}", service.id);
    let title = title(operation);
    match items(operation) {
        Some(items) => {
            let item = operation.result_field(items).map(|field| &field.ty).and_then(Type::item);
            let text = LookupText {
                title,
                operation: operation.full_name(),
                items: items.to_owned(),
                id: item.and_then(|item| id_field(item, name)),
            };
            Some(lookup(&id, &text).0)
        }
        None => Some(one(&id, title, operation, name)),
    }
}

/// How an operation's list is read to its end; `None` for one whose answer is no list.
pub fn listing(operation: &Operation) -> Option<LookupProcedure> {
    let found = items(operation)?;
    let item = operation.result_field(found).map(|field| &field.ty).and_then(Type::item);
    let name = singular(&snake(operation.name.strip_prefix(VERB).unwrap_or(&operation.name)));
    let text = LookupText {
        title: title(operation),
        operation: operation.full_name(),
        items: found.to_owned(),
        id: item.and_then(|item| id_field(item, &name)),
    };
    Some(lookup(&operation.full_name(), &text).0)
}

/// One line for lists.
pub(crate) fn title(operation: &Operation) -> String {
    let what = if items(operation).is_some() { "lists" } else { "reads" };
    format!("What {} {what}", operation.full_name())
}

/// A look-up of a single thing: the one object of the answer, or else the answer itself.
fn one(id: &str, title: String, operation: &Operation, name: &str) -> LookupProcedure {
    let mut procedure = asking(id, title, operation);
    procedure.many = false;
    procedure.pages = None;
    let told: Vec<_> = operation.result.iter().filter(|field| !ABOUT_PAGES.contains(&field.name.as_str())).collect();
    match told[..] {
        [only] if only.ty.model().is_some() => {
            procedure.items.clone_from(&only.name);
            procedure.item = shapes::read_only(&only.ty);
            procedure.id = id_field(&only.ty, name.trim_end_matches("_detail")).as_deref().map(snake);
        }
        _ => {
            let fields = operation.result.iter().map(|field| (snake(&field.name), read_field(field)));
            procedure.item = Shape::Object(fields.collect());
        }
    }
    procedure
}

/// The list that an operation's answer is about: the one that has the operation's name, or its only one, beside numbers
/// and what speaks of pages.
fn items(operation: &Operation) -> Option<&str> {
    let is_list = |ty: &Type| matches!(ty, Type::List(_));
    let rest = snake(operation.name.strip_prefix(VERB).unwrap_or(&operation.name));
    if let Some(named) = operation.result.iter().find(|field| is_list(&field.ty) && snake(&field.name) == rest) {
        return Some(&named.name);
    }
    let mut lists = operation.result.iter().filter(|field| is_list(&field.ty));
    let (list, None) = (lists.next()?, lists.next()) else { return None };
    let number = |ty: &Type| matches!(ty, Type::Integer | Type::Long | Type::Float | Type::Double);
    let beside = operation.result.iter().filter(|field| !is_list(&field.ty));
    let plain = beside.into_iter().all(|f| number(&f.ty) || ABOUT_PAGES.contains(&f.name.as_str()));
    plain.then_some(&list.name)
}

/// The field that tells one item from another: `routeTableId` of a route table, `instanceType` of an instance type, `id`.
fn id_field(item: &Type, name: &str) -> Option<String> {
    let model = item.model()?;
    let named = |wanted: &str| model.fields.iter().find(|field| snake(&field.name) == wanted).map(|f| f.name.clone());
    let last = name.rsplit('_').next().unwrap_or(name);
    [format!("{name}_id"), name.to_owned(), format!("{last}_id"), "id".to_owned()]
        .iter()
        .find_map(|wanted| named(wanted))
}

/// The last word in the singular.
fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies").filter(|stem| !stem.is_empty() && !stem.ends_with('_')) {
        return format!("{stem}y");
    }
    if ["sses", "xes", "ches", "shes"].iter().any(|ending| name.ends_with(ending)) {
        return name[..name.len() - 2].to_owned();
    }
    match name.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u', 'i', '_']) => stem.to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::lookup::RESERVED, *};

    #[test]
    fn the_last_word_stands_in_the_singular() {
        for (plural, expected) in [
            ("route_tables", "route_table"),
            ("policies", "policy"),
            ("boxes", "box"),
            ("status", "status"),
            ("access", "access"),
            ("analysis", "analysis"),
            ("batches", "batch"),
            ("databases", "database"),
            ("instance", "instance"),
        ] {
            assert_eq!(singular(plural), expected, "{plural}");
        }
    }

    #[test]
    fn every_describe_operation_with_an_answer_is_a_look_up_of_its_own() {
        let mut count = 0;
        for outline in firma_api::services() {
            let service = firma_api::service(outline.service).expect("a listed service");
            let describing = service.operations.iter().filter(|operation| {
                let rest = operation.name.strip_prefix(VERB);
                rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
                    && !operation.result.is_empty()
            });
            let names = names(service);
            assert_eq!(names.len(), describing.count(), "{}", outline.service);
            count += names.len();
            for name in names.keys() {
                assert!(firma_model::path::is_plain_name(name), "{name}");
                let procedure = derive(service, name).expect("a name of the list");
                assert!(!procedure.many || !procedure.items.is_empty(), "{}.{name}", outline.service);
                for parameter in procedure.parameters.keys() {
                    assert!(!RESERVED.contains(&parameter.as_str()), "{}.{name}: {parameter}", outline.service);
                }
            }
        }
        assert!(count > 900, "{count}");
    }

    #[test]
    fn names_follow_the_rule() {
        let names = names(firma_api::service("vpc").expect("vpc"));
        let of = |name: &str| names.get(name).map(|operation| operation.name.as_str());
        assert_eq!(of("route_table"), Some("describeRouteTables"));
        assert_eq!(of("route_table_detail"), Some("describeRouteTable"));
        assert_eq!(of("quota"), Some("describeQuota"));
    }
}
