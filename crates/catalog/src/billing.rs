//! Billing methods, as data, and whether a kind sells one.

use crate::{codes, procedure::Procedure};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    place::Billing,
    span::Span,
    suggest::closest,
};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// A billing method.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// `prepaid_by_duration`.
    pub id: String,
    /// What it means, for people.
    pub title: String,
    /// Terms it is sold in; only prepaid ones have them.
    #[serde(default)]
    pub terms: Vec<Term>,
}

impl Method {
    /// Whether it is paid in advance.
    pub fn is_prepaid(&self) -> bool {
        !self.terms.is_empty()
    }
}

/// A unit of time and how many of it are sold.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// `month`, `year`.
    pub unit: String,
    /// Least.
    pub min: u32,
    /// Most.
    pub max: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Methods {
    method: Vec<Method>,
}

/// Every billing method.
pub fn methods() -> &'static [Method] {
    static METHODS: OnceLock<Methods> = OnceLock::new();
    let methods = METHODS.get_or_init(|| {
        toml::from_str(include_str!("../data/billing.toml")).expect("BUG: data/billing.toml, which tests read")
    });
    &methods.method
}

/// A method by id.
pub fn method(id: &str) -> Option<&'static Method> {
    methods().iter().find(|method| method.id == id)
}

/// Checks how a resource is billed against its kind; `None` is nothing said.
pub fn check(procedure: &Procedure, billing: Option<&Billing>, span: Span) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let kind = &procedure.kind;
    let sold = procedure.billing_methods.join(", ");
    let Some(billing) = billing else {
        if !procedure.billing_methods.is_empty() {
            let example = procedure.billing_methods.last().map(String::as_str).unwrap_or_default();
            diagnostics.push(
                Diagnostic::error(codes::MISSING_BILLING, format!("{kind} costs money and has no billing method"))
                    .at(span)
                    .hint(format!("write `billing = {{ method = \"{example}\" }}` here or in [defaults]"))
                    .hint(format!("{kind} sells by {sold}")),
            );
        }
        return diagnostics;
    };
    let Some(known) = method(&billing.method) else {
        let names = methods().iter().map(|method| method.id.as_str());
        diagnostics.push(
            Diagnostic::error(codes::UNKNOWN_METHOD, format!("`{}` is not a billing method", billing.method))
                .at(span)
                .did_you_mean(closest(&billing.method, names))
                .hint(format!("{kind} sells by {sold}")),
        );
        return diagnostics;
    };
    if !procedure.billing_methods.contains(&known.id) {
        diagnostics.push(
            Diagnostic::error(codes::METHOD_NOT_SOLD, format!("{kind} is not sold by {}", known.id))
                .at(span)
                .hint(format!("it sells by {sold}")),
        );
    }
    diagnostics.extend(check_term(known, billing, span));
    diagnostics
}

/// Unit and duration: demanded by prepaid methods, meaningless for the others.
fn check_term(method: &Method, billing: &Billing, span: Span) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut error = |message: String, hint: String| {
        diagnostics.push(Diagnostic::error(codes::BILLING_TERM, message).at(span).hint(hint));
    };
    if !method.is_prepaid() {
        let extra = [
            ("unit", billing.unit.is_some()),
            ("duration", billing.duration.is_some()),
            ("auto_renew", billing.auto_renew.is_some()),
        ];
        for (name, _) in extra.iter().filter(|(_, given)| *given) {
            error(
                format!("`{name}` means nothing for {}", method.id),
                "only what is paid in advance is bought for a term".to_owned(),
            );
        }
        return diagnostics;
    }
    let terms: Vec<String> =
        method.terms.iter().map(|term| format!("{}: {} to {}", term.unit, term.min, term.max)).collect();
    let terms = format!("terms are {}", terms.join("; "));
    for (name, missing) in [("unit", billing.unit.is_none()), ("duration", billing.duration.is_none())] {
        if missing {
            error(format!("{} needs `{name}`", method.id), terms.clone());
        }
    }
    if let Some(unit) = &billing.unit {
        match method.terms.iter().find(|term| term.unit == *unit) {
            None => error(format!("`{unit}` is not a unit that {} is sold in", method.id), terms),
            Some(term) => {
                if let Some(duration) = billing.duration.filter(|n| !(term.min..=term.max).contains(n)) {
                    let plural = if duration == 1 { "" } else { "s" };
                    error(format!("a duration of {duration} {unit}{plural} is not sold"), terms);
                }
            }
        }
    }
    diagnostics
}
