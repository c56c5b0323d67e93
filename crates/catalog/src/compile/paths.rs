//! Operations and paths by name: found, or a finding.

use crate::problem::{Findings, What};
use firma_api::{Operation, Type, path as api_path};

/// The operation called `service.operation`.
pub(super) fn operation(full_name: &str, findings: &mut Findings<'_>) -> Option<&'static Operation> {
    let found = full_name.split_once('.').and_then(|(service, name)| firma_api::operation(service, name));
    if found.is_none() {
        findings.add(What::Operation(full_name.to_owned()));
    }
    found
}

/// A path, or a finding.
pub(super) fn parse_path(text: &str, place: &str, findings: &mut Findings<'_>) -> Option<api_path::Path> {
    api_path::Path::parse(text)
        .map_err(|error| findings.add(What::Path { place: place.to_owned(), message: error.to_string() }))
        .ok()
}

/// The type at a path into a type, or a finding. A path with `[]` has a list's type.
pub(super) fn type_at(ty: &Type, path: &str, place: &str, findings: &mut Findings<'_>) -> Option<Type> {
    let parsed = parse_path(path, place, findings)?;
    match api_path::field_type(ty, &parsed) {
        Ok(found) if parsed.is_plural() => Some(Type::List(Box::new(found))),
        Ok(found) => Some(found),
        Err(problem) => {
            findings.add(What::Path { place: place.to_owned(), message: problem.to_string() });
            None
        }
    }
}

/// The type at a path into a result, or a finding.
pub(super) fn result_at(operation: &Operation, path: &str, place: &str, findings: &mut Findings<'_>) -> Option<Type> {
    let parsed = parse_path(path, place, findings)?;
    api_path::result_type(operation, &parsed)
        .map_err(|problem| findings.add(What::Path { place: place.to_owned(), message: problem.to_string() }))
        .ok()
}
