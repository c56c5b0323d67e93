//! References to nothing: what is meant, as far as that can be guessed.

use super::keyed::SUGGEST_AMONG;
use crate::{
    codes, foreign,
    project::{Names, kind_id},
};
use firma_expr::Reference;
use firma_model::{diagnostic::Diagnostic, suggest::closest};

/// Names that are not services.
const ROOTS: [&str; 8] = ["count", "data", "each", "env", "local", "module", "path", "var"];

/// A reference that stops too early.
pub(super) fn incomplete(reference: &Reference<'_>, form: &str) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("`{reference}` names nothing"))
        .at(reference.span)
        .hint(format!("write `{form}`"))
}

/// A reference that begins with a name of nothing.
pub(super) fn unknown_root(reference: &Reference<'_>, blocks: &Names) -> Diagnostic {
    let root = reference.root();
    if let Some(diagnostic) = foreign::reference(reference).or_else(|| of_provider(reference, 0, blocks)) {
        return diagnostic;
    }
    let names = ROOTS.into_iter().chain(blocks.keys().map(String::as_str));
    let diagnostic =
        Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("`{root}` has no meaning here")).at(reference.span);
    match closest(root, names) {
        Some(near) => diagnostic.did_you_mean(Some(near)),
        None => diagnostic.hint(
            "a reference begins with `var`, `local`, `data`, `each`, `count` or a service, as in `vpc.subnet.web`",
        ),
    }
}

/// `jdcloud_subnet.web`: a resource, or behind `data` a look-up, by its type in another tool. The type is segment `at`.
pub(super) fn of_provider(reference: &Reference<'_>, at: usize, blocks: &Names) -> Option<Diagnostic> {
    let kind = foreign::kind_of_type(reference.name(at)?)?;
    let (what, data) = if at == 0 { ("resource", "") } else { ("look-up", "data.") };
    let declared = reference.name(at + 1).and_then(|name| {
        let mut all = blocks.iter().flat_map(|(service, kinds)| kinds.iter().map(move |found| (service, found)));
        let (service, (kind, _)) = all.find(|(_, (of, blocks))| *of == kind && blocks.contains_key(name))?;
        Some(format!("{data}{service}.{kind}.{name}"))
    });
    let name = reference.name(at + 1).unwrap_or("NAME");
    let message = format!("a {what} is named by its service, its kind and its name");
    let diagnostic = Diagnostic::error(codes::FOREIGN, message).at(reference.span);
    Some(match declared {
        Some(declared) => diagnostic.did_you_mean(Some(&declared)),
        None => diagnostic
            .hint(format!("write `{data}SERVICE.{kind}.{name}`; `firma catalog kinds` lists the kinds that there are")),
    })
}

/// The declared block whose name is closest: another name of the kind, or the name under another kind.
pub(super) fn near_block(names: &Names, service: &str, kind: &str, name: &str) -> Option<String> {
    if let Some(blocks) = names.get(service).and_then(|kinds| kinds.get(kind)) {
        // Among many thousands a suggestion is slow, and seldom right.
        let few = blocks.len() <= SUGGEST_AMONG;
        let near = if few { closest(name, blocks.keys().map(|name| &**name)) } else { None };
        return near.map(|near| format!("{service}.{kind}.{near}"));
    }
    let wanted = kind_id(service, kind);
    let mut all: Vec<String> = Vec::new();
    for (service, kinds) in names {
        for (kind, blocks) in kinds {
            if blocks.contains_key(name) {
                all.push(format!("{service}.{kind}.{name}"));
            }
        }
    }
    closest(&format!("{wanted}.{name}"), all.iter().map(String::as_str)).map(str::to_owned)
}
