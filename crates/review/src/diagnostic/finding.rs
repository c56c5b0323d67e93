//! A finding as plain data: what a diagnostic says, with places that need no source text any more.

use super::place::{Lines, Place};
use crate::escape::line;
use firma_model::{
    diagnostic::{Diagnostics, Severity},
    span::Source,
};

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `E0312`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// Further places, with what to see there.
    pub related: Vec<(Place, String)>,
    /// What to do.
    pub hints: Vec<String>,
}

impl Finding {
    /// `error` or `warning`.
    pub fn severity_name(&self) -> &'static str {
        match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }

    /// `network.toml:3:5: error[E0312]: no such attribute`, as compilers print it for editors.
    pub fn on_one_line(&self) -> String {
        let place = match &self.place {
            Some(place) => format!("{}:{}:{}: ", line(&place.file), place.line, place.column),
            None => String::new(),
        };
        format!("{place}{}[{}]: {}", self.severity_name(), self.code, line(&self.message))
    }
}

/// The findings of some diagnostics.
pub fn findings(diagnostics: &Diagnostics, sources: &[Source]) -> Vec<Finding> {
    let mut lines = Lines::new(sources);
    diagnostics
        .list
        .iter()
        .map(|diagnostic| Finding {
            code: diagnostic.code,
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            place: diagnostic.span.and_then(|span| lines.place(span)),
            related: diagnostic
                .related
                .iter()
                .filter_map(|label| Some((lines.place(label.span)?, label.text.clone())))
                .collect(),
            hints: diagnostic.hints.clone(),
        })
        .collect()
}
