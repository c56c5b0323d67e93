//! `--query`: a part of the answer, in JMESPath.

use crate::exit::Failure;
use firma_model::{
    diagnostic::Diagnostic,
    span::{Source, SourceId, Span},
};
use jmespath::{Expression, JmespathError};
use serde_json::Value;

/// Reads an expression.
pub(super) fn compile(text: &str) -> Result<Expression<'static>, Failure> {
    jmespath::compile(text).map_err(|error| refused(&error))
}

/// What it finds.
pub(super) fn ask(query: &Expression<'_>, result: &Value) -> Result<Value, Failure> {
    let found = query.search(result).map_err(|error| refused(&error))?;
    serde_json::to_value(&found)
        .map_err(|error| Failure::new(Diagnostic::error("E0942", format!("`--query`: {error}"))))
}

/// The expression with the library's words at the place.
fn refused(error: &JmespathError) -> Failure {
    let end = error.expression.len();
    let start = error.offset.min(end);
    let diagnostic = Diagnostic::error("E0942", "`--query` cannot be followed")
        .at(Span::new(SourceId(0), start, (start + 1).min(end)))
        .label(error.reason.to_string())
        .hint("expressions are JMESPath: vpcs[].vpcId, vpcs[?vpcName=='main']");
    let source = Source { name: "--query".to_owned(), text: error.expression.clone() };
    Failure::in_sources(diagnostic.into(), &[source])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_query_finds_a_part() {
        let result = json!({"vpcs": [{"vpcId": "vpc-1", "size": 2}, {"vpcId": "vpc-2", "size": 1}]});
        for (query, expected) in [
            ("vpcs[].vpcId", json!(["vpc-1", "vpc-2"])),
            ("length(vpcs)", json!(2)),
            ("sort_by(vpcs, &size)[0].vpcId", json!("vpc-2")),
            ("vpcs[?vpcId=='vpc-2'] | [0].size", json!(1)),
            ("nothing", json!(null)),
        ] {
            let compiled = compile(query).expect("it compiles");
            assert_eq!(ask(&compiled, &result).expect("it finds"), expected, "{query}");
        }
    }

    #[test]
    fn what_is_wrong_is_shown_with_its_place() {
        let place = |failure: Failure| {
            let span = failure.diagnostics.list[0].span;
            span.map(|span| (span.start, span.end))
        };
        let broken = compile("vpcs[").map(drop).expect_err("it does not compile");
        assert_eq!(place(broken), Some((5, 5)));
        let sized = compile("vpcs | length(@)").expect("it compiles");
        let wrong = ask(&sized, &json!({"vpcs": 1})).expect_err("a number has no length");
        assert_eq!(place(wrong), Some((13, 14)));
    }
}
