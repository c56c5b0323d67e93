//! What is paid for in advance: until when, and what that keeps from being done.

use crate::{
    observe::EXPIRES,
    step::{Leg, Plan, Reason},
    worlds::Worlds,
};
use firma_model::{
    address::Address,
    diagnostic::{Diagnostic, Diagnostics},
    observed::Sighting,
    place::Billing,
    record::Record,
    time::Timestamp,
    value::{Map, Value},
};
use std::collections::BTreeSet;

/// A term that is paid for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// When it ends, as the cloud says it.
    pub until: String,
    /// Of what.
    pub address: Address,
    /// Whether it is renewed by itself, once this plan is carried out.
    pub renewed: bool,
}

/// Days before its end from which on a term is warned of.
const SOON_DAYS: i64 = 7;
const DAY_MILLIS: i64 = 86_400_000;
/// Warnings that are given one by one.
const SHOWN: usize = 10;

/// Notes the terms of everything that stays, soonest end first, and warns of those that end soon.
pub(crate) fn note(plan: &mut Plan, worlds: Worlds<'_>, now: Timestamp, diagnostics: &mut Diagnostics) {
    let prepaid: Vec<&Record> = worlds
        .recorded
        .records
        .values()
        .filter(|record| record.billing.as_ref().is_some_and(Billing::is_prepaid))
        .collect();
    if prepaid.is_empty() {
        return;
    }
    let gone = plan.steps.iter().filter(|step| matches!(step.leg, Leg::Delete | Leg::Forget));
    let gone: BTreeSet<&Address> = gone.map(|step| &step.address).collect();
    let mut terms: Vec<Term> = prepaid
        .into_iter()
        .filter(|record| !gone.contains(&record.address))
        .filter_map(|record| {
            let wanted = worlds.desired.resources.get(&record.address).and_then(|resource| resource.billing.as_ref());
            let renewed = wanted.or(record.billing.as_ref()).is_some_and(|billing| billing.auto_renew == Some(true));
            Some(Term { until: until(record, worlds)?, address: record.address.clone(), renewed })
        })
        .collect();
    terms.sort();
    warn(&terms, worlds, now, diagnostics);
    plan.terms = terms;
}

fn until(record: &Record, worlds: Worlds<'_>) -> Option<String> {
    let of = |attributes: &Map| attributes.get(EXPIRES).and_then(Value::as_str).map(str::to_owned);
    match worlds.observed.objects.get(&record.address) {
        Some(Sighting::Present { attributes, .. }) => of(attributes),
        Some(Sighting::Gone) => None,
        _ => of(record.observed.decode().ok()?.as_map()?),
    }
}

fn warn(terms: &[Term], worlds: Worlds<'_>, now: Timestamp, diagnostics: &mut Diagnostics) {
    let left = |term: &Term| Some(Timestamp::parse(&term.until)?.millis_since(now));
    let ending = terms.iter().filter(|term| !term.renewed);
    let ending: Vec<(&Term, i64)> = ending
        .filter_map(|term| Some((term, left(term)?)))
        .filter(|(_, left)| *left <= SOON_DAYS * DAY_MILLIS)
        .collect();
    for (term, left) in ending.iter().take(SHOWN) {
        let Term { address, until, .. } = term;
        let message = match *left < 0 {
            true => format!("{address} was paid for until {until}, and was not renewed"),
            false => format!("{address} is paid for until {until}, less than a week from now, and is not renewed"),
        };
        let mut warning = Diagnostic::warning("E0451", message);
        if let Some(resource) = worlds.desired.resources.get(address) {
            warning = warning.at(resource.span);
        }
        diagnostics.push(
            warning.hint("`auto_renew = true` in its billing renews it whenever it ends; `firma api renewal renewInstance` buys one more term"),
        );
    }
    if ending.len() > SHOWN {
        let more = ending.len() - SHOWN;
        diagnostics.push(Diagnostic::warning("E0451", format!("{more} more terms end soon and are not renewed")));
    }
}

/// What to say to a deletion that is refused because something is paid for, where only a change of the method asks for it.
pub(crate) fn about_the_method(reasons: &[Reason]) -> Option<&'static str> {
    let of_method = |reason: &Reason| matches!(reason, Reason::Immutable { path } if path.head() == Some("billing") && path.0.len() == 2);
    reasons
        .iter()
        .any(of_method)
        .then_some("nothing changes how it is paid for but buying it anew: put `billing` back until its term is over")
}
