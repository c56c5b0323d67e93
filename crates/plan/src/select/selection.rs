//! The choice itself: patterns, and what they come to in a project.

use super::{
    closure::{Along, Graph},
    pattern::Pattern,
};
use crate::step::{Mode, Scope};
use firma_model::{
    address::Address,
    desired::Desired,
    diagnostic::{Diagnostic, Diagnostics},
    record::Recorded,
    suggest::closest,
};
use std::collections::{BTreeSet, HashSet};

/// Patterns of three options, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patterns {
    /// `--target`: these, and what belongs to them.
    pub target: Vec<Pattern>,
    /// `--exclude`: not these, nor what belongs to them.
    pub exclude: Vec<Pattern>,
    /// `--replace`: these are made anew.
    pub replace: Vec<Pattern>,
}

impl Patterns {
    /// Reads what was written after the options.
    ///
    /// # Errors
    /// Every text that is no pattern.
    pub fn parse(target: &[String], exclude: &[String], replace: &[String]) -> Result<Patterns, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let mut read = |texts: &[String], option: &str| {
            let mut patterns = Vec::new();
            for text in texts {
                match Pattern::parse(text) {
                    Ok(pattern) => patterns.push(pattern),
                    Err(error) => diagnostics.push(
                        Diagnostic::error("E0545", format!("{option}: {error}"))
                            .hint("write an address such as 'vpc.subnet.web[\"a\"]', a resource vpc.subnet.web, a module module.net, or a pattern 'vpc.subnet.*'"),
                    ),
                }
            }
            patterns
        };
        let patterns = Patterns {
            target: read(target, "--target"),
            exclude: read(exclude, "--exclude"),
            replace: read(replace, "--replace"),
        };
        if diagnostics.has_errors() { Err(diagnostics) } else { Ok(patterns) }
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.target.is_empty() && self.exclude.is_empty() && self.replace.is_empty()
    }
}

/// What a plan is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// What was asked for.
    pub scope: Scope,
    /// The chosen addresses; `None` for all.
    chosen: Option<HashSet<Address>>,
    /// Addresses to be made anew.
    replace: BTreeSet<Address>,
}

impl Selection {
    /// Whether something is left out.
    pub fn is_partial(&self) -> bool {
        self.chosen.is_some()
    }

    /// Whether an address belongs to the plan.
    pub fn takes(&self, address: &Address) -> bool {
        self.chosen.as_ref().is_none_or(|chosen| chosen.contains(address))
    }

    /// Whether somebody asked for a new object at an address.
    pub fn replaces(&self, address: &Address) -> bool {
        self.replace.contains(address)
    }

    /// What must be looked at for the plan; `None` for everything.
    pub fn part_of(&self, recorded: &Recorded) -> Option<Recorded> {
        self.chosen.as_ref()?;
        Some(Recorded {
            records: recorded
                .records
                .iter()
                .filter(|(address, _)| self.takes(address))
                .map(|(address, record)| (address.clone(), record.clone()))
                .collect(),
            deposed: recorded.deposed.iter().filter(|record| self.takes(&record.address)).cloned().collect(),
            outputs: recorded.outputs.clone(),
        })
    }
}

/// What is asked to be made anew, while not everything is known yet: patterns that match nothing are told by [`select`].
pub fn requested(patterns: &Patterns, desired: &Desired) -> Selection {
    if patterns.replace.is_empty() {
        return Selection::default();
    }
    let asked = |address: &&Address| patterns.replace.iter().any(|pattern| pattern.matches(address));
    Selection { replace: desired.resources.keys().filter(asked).cloned().collect(), ..Selection::default() }
}

/// What patterns come to in a project.
///
/// # Errors
/// Patterns that match nothing, and things to be replaced that are not there.
pub fn select(
    patterns: &Patterns,
    desired: &Desired,
    recorded: &Recorded,
    mode: Mode,
) -> Result<Selection, Diagnostics> {
    if patterns.is_empty() {
        return Ok(Selection::default());
    }
    let graph = Graph::new(desired, recorded);
    let texts: Vec<String> = graph.addresses.iter().map(ToString::to_string).collect();
    let all = || 0..graph.addresses.len() as u32;
    // What is only recorded or only wanted counts where the mode deals with it.
    let counts = |at: &u32| mode == Mode::Apply || graph.is_recorded(*at);
    let mut diagnostics = Diagnostics::new();
    let mut matched = |patterns: &[Pattern], option: &str| {
        let mut found = BTreeSet::new();
        for pattern in patterns {
            let before = found.len();
            let mut any = false;
            for at in all().filter(counts).filter(|at| pattern.matches_text(&texts[*at as usize])) {
                any = true;
                found.insert(at);
            }
            if !any && found.len() == before {
                let known = all().filter(counts).map(|at| graph.addresses[at as usize]);
                diagnostics.push(nothing(pattern, option, mode, known));
            }
        }
        found
    };
    let targets = matched(&patterns.target, "--target");
    let excluded = matched(&patterns.exclude, "--exclude");
    let replaced = matched(&patterns.replace, "--replace");
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }

    let orphan = |at: u32| graph.is_recorded(at) && !graph.is_wanted(at) && !graph.is_leaving(at);
    let taken = match (patterns.target.is_empty(), mode) {
        (true, _) => vec![true; graph.addresses.len()],
        // What is made needs what it refers to; what is deleted must lose what refers to it first.
        (false, Mode::Apply) => graph.reached(
            targets,
            |at| match orphan(at) {
                true => &[Along::RecordedUsers, Along::Moved],
                false => &[Along::WantedNeeds, Along::Moved],
            },
            |_, _| true,
        ),
        (false, Mode::Destroy) => graph.reached(targets, |_| &[Along::RecordedUsers], |_, _| true),
        (false, Mode::RefreshOnly) => graph.reached(targets, |_| &[Along::RecordedNeeds], |_, _| true),
    };
    let left = match mode {
        Mode::Apply => graph.reached(
            excluded,
            |at| match orphan(at) {
                true => &[Along::RecordedNeeds, Along::RecordedUsers, Along::Moved],
                false => &[Along::WantedUsers, Along::RecordedNeeds, Along::Moved],
            },
            // What is left keeps what it was made with from being deleted; what stays anyway may change.
            |along, at| !matches!(along, Along::RecordedNeeds | Along::RecordedUsers) || orphan(at),
        ),
        Mode::Destroy => graph.reached(excluded, |_| &[Along::RecordedNeeds], |_, _| true),
        Mode::RefreshOnly => graph.reached(excluded, |_| &[Along::RecordedUsers], |_, _| true),
    };
    let takes = |at: u32| taken[at as usize] && !left[at as usize];
    let left_out =
        all().filter(counts).filter(|at| !(takes(*at) || mode == Mode::Apply && graph.is_leaving(*at))).count();
    let of = |patterns: &[Pattern]| patterns.iter().map(|pattern| pattern.text().to_owned()).collect();
    let selection = Selection {
        scope: Scope {
            target: of(&patterns.target),
            exclude: of(&patterns.exclude),
            replace: of(&patterns.replace),
            left_out: left_out as u64,
        },
        chosen: (left_out > 0)
            .then(|| all().filter(|at| takes(*at)).map(|at| graph.addresses[at as usize].clone()).collect()),
        replace: replaced.iter().map(|at| graph.addresses[*at as usize].clone()).collect(),
    };
    for pattern in &patterns.replace {
        let of_pattern = || replaced.iter().filter(|at| pattern.matches_text(&texts[**at as usize]));
        let replaceable = |at: &u32| {
            let stands = recorded.records.contains_key(graph.addresses[*at as usize]) || graph.is_entered(*at);
            takes(*at) && graph.is_wanted(*at) && stands
        };
        if mode != Mode::Apply || of_pattern().any(replaceable) {
            continue;
        }
        let Some(first) = of_pattern().next() else { continue };
        let address = &texts[*first as usize];
        diagnostics.push(match (graph.is_wanted(*first), takes(*first)) {
            (false, _) => {
                Diagnostic::error("E0548", format!("{address} cannot be replaced: it is not in the manifests"))
                    .hint("it is deleted anyway; leave the option out")
            }
            (true, true) => Diagnostic::error("E0548", format!("{address} cannot be replaced: it was not made yet"))
                .hint("it is created by an ordinary apply; leave the option out"),
            (true, false) => {
                Diagnostic::error("E0548", format!("{address} cannot be replaced: it is left out of this plan"))
                    .hint("name it with --target too, or do not exclude it or what it depends on")
            }
        });
    }
    if diagnostics.has_errors() { Err(diagnostics) } else { Ok(selection) }
}

/// A pattern that matches nothing.
fn nothing<'a>(pattern: &Pattern, option: &str, mode: Mode, known: impl Iterator<Item = &'a Address>) -> Diagnostic {
    let what = match mode {
        Mode::Apply => "no resource of the manifests or of the state",
        Mode::Destroy | Mode::RefreshOnly => "nothing that is recorded",
    };
    let text = pattern.text();
    // Resources and modules are meant as often as instances.
    let mut near: BTreeSet<String> = BTreeSet::new();
    for address in known {
        near.extend([address.to_string(), address.block.to_string()]);
        let module = address.block.module.to_string();
        if !module.is_empty() {
            near.insert(module);
        }
    }
    let near: Vec<&str> = near.iter().map(String::as_str).collect();
    let suggestion = closest(text, near.iter().copied());
    let diagnostic = Diagnostic::error("E0546", format!("{option} {text} matches {what}")).did_you_mean(suggestion);
    match (text.contains('*'), text.split('.').count(), suggestion) {
        (false, 2, _) if !text.starts_with("module.") => {
            diagnostic.hint(format!("for everything of a kind: '{text}.*'"))
        }
        (_, _, None) => diagnostic.hint("firma state list prints what is recorded"),
        _ => diagnostic,
    }
}
