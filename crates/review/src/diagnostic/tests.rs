//! Whatever the span and the source, a finding is drawn and nothing panics.

use super::{MOST_SHOWN, findings, render};
use crate::style::Style;
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    span::{Source, SourceId, Span},
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_span_of_any_source(
        text in "([a-z =\"\\t\\r\u{1b}\u{202e}中é\n]|\r\n){0,80}",
        spans in proptest::collection::vec((0u32..3, 0u32..120, 0u32..120), 1..5),
    ) {
        let sources = [Source { name: "a\u{1b}.toml".into(), text: text.clone() }, Source { name: "b".into(), text }];
        let mut diagnostic = Diagnostic::error("E0001", "wrong\u{1b}[2J\nhere").label("this\u{9b}").hint("do\rthat");
        for (at, (source, start, end)) in spans.into_iter().enumerate() {
            let span = Span { source: SourceId(source), start, end };
            diagnostic = if at == 0 { diagnostic.at(span) } else { diagnostic.related(span, "and\u{7}") };
        }
        let diagnostics = Diagnostics::from(diagnostic);
        let drawn = render(&diagnostics, &sources, Style::Plain);
        prop_assert!(!drawn.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{drawn:?}");
        render(&diagnostics, &sources, Style::Coloured);
        for finding in findings(&diagnostics, &sources) {
            prop_assert!(!finding.on_one_line().chars().any(char::is_control));
        }
    }
}

#[test]
fn twenty_are_shown_errors_first_and_the_rest_is_counted() {
    let mut diagnostics = Diagnostics::new();
    for _ in 0..3 {
        diagnostics.push(Diagnostic::warning("E0120", "early"));
    }
    for at in 0..22 {
        diagnostics.push(Diagnostic::error("E0104", format!("mistake {at};")));
    }
    let text = render(&diagnostics, &[], Style::Plain);
    assert_eq!(text.matches("error[").count(), MOST_SHOWN);
    assert!(!text.contains("early") && text.contains("mistake 19;") && !text.contains("mistake 20;"), "{text}");
    assert!(
        text.ends_with("\nand 2 errors and 3 warnings more; `firma validate --format json` lists them all\n"),
        "{text}"
    );
    diagnostics.list.truncate(MOST_SHOWN + 1);
    diagnostics.list.iter_mut().for_each(|diagnostic| diagnostic.code = "E0801");
    assert!(render(&diagnostics, &[], Style::Plain).ends_with("\nand 1 warning more\n"));
}
