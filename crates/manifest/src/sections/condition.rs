//! Conditions: `[[...precondition]]`, `[[...postcondition]]` and what `[check.NAME]` asserts.

use super::Head;
use crate::{
    codes,
    project::{CheckBlock, ConditionBlock},
    source::Reader,
};
use firma_model::diagnostic::Diagnostic;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

const CONDITION_KEYS: &[&str] = &["condition", "message"];
const CHECK_KEYS: &[&str] = &["assert", "data", "message"];

/// Reads a list of conditions. `what` is one of them: "a precondition".
pub(crate) fn read_conditions<'t>(
    reader: &mut Reader<'t>,
    what: &str,
    value: &Spanned<DeValue<'t>>,
) -> Vec<ConditionBlock> {
    let Some(items) = value.get_ref().as_array() else {
        reader.wrong_type(what, "a list of tables", value);
        return Vec::new();
    };
    let mut conditions = Vec::new();
    for item in items {
        let Some(table) = reader.table(what, item) else { continue };
        let (mut condition, mut message) = (None, None);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "condition" => condition = Some(reader.expr(value)),
                "message" => message = Some(reader.expr(value)),
                _ => reader.unknown_key(key, what, CONDITION_KEYS),
            }
        }
        match (condition, message) {
            (Some(condition), Some(message)) => conditions.push(ConditionBlock { condition, message }),
            (condition, _) => {
                let missing = if condition.is_none() { "condition" } else { "message" };
                reader.error(codes::MISSING_SETTING, format!("{what} needs a `{missing}`"), &item.span());
            }
        }
    }
    conditions
}

/// Reads `[check.NAME]`: one `assert` with its `message`, or a list of `[[check.NAME.assert]]`.
pub(crate) fn read_check<'t>(reader: &mut Reader<'t>, head: &Head, table: &DeTable<'t>) -> CheckBlock {
    let mut check = CheckBlock { name: head.name.clone(), span: head.span, asserts: Vec::new() };
    let (mut assert, mut message) = (None, None);
    let what = format!("check `{}`", head.name);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "assert" => assert = Some(value),
            "message" => message = Some(reader.expr(value)),
            // Look-ups, which are read as those of the project are.
            "data" => {}
            _ => reader.unknown_key(key, &what, CHECK_KEYS),
        }
    }
    match (assert, message) {
        (Some(list), None) if list.get_ref().as_array().is_some() => {
            check.asserts = read_conditions(reader, "an assertion", list);
        }
        (Some(one), Some(message)) => {
            let condition = reader.expr(one);
            check.asserts.push(ConditionBlock { condition, message });
        }
        (assert, _) => {
            let missing = if assert.is_none() { "assert" } else { "message" };
            reader.diagnostics.push(
                Diagnostic::error(codes::MISSING_SETTING, format!("{what} needs `{missing}`"))
                    .at(head.span)
                    .hint("`assert` is a condition with a `message` beside it, or a list: `[[check.NAME.assert]]` with `condition` and `message`"),
            );
        }
    }
    check
}
