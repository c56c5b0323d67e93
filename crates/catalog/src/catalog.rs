//! The door to the catalogue. A kind is compiled when it is first asked for and kept; start-up compiles none.

use crate::{
    builtin, codes,
    compile::{self, compile},
    procedure::{LookupProcedure, Procedure},
    text::{KindText, LookupText},
};
use firma_model::{address::KindId, diagnostic::Diagnostic, span::Span, suggest::closest};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// Kinds and look-ups.
#[derive(Debug, Default)]
pub struct Catalog {
    /// In the order of their texts: a large project asks for its kinds once for every resource, from several threads.
    kinds: OnceLock<Box<[OnceLock<Arc<Procedure>>]>>,
    lookups: Mutex<BTreeMap<String, Arc<LookupProcedure>>>,
}

/// A line of a list: id and title.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entry {
    /// `vpc.subnet`.
    pub id: String,
    /// One line for people.
    pub title: String,
}

impl Catalog {
    /// The catalogue of this program.
    pub fn builtin() -> &'static Catalog {
        static CATALOG: OnceLock<Catalog> = OnceLock::new();
        CATALOG.get_or_init(Catalog::default)
    }

    /// A kind, compiled.
    pub fn kind(&self, id: &KindId) -> Option<Arc<Procedure>> {
        self.kind_ref(id).cloned()
    }

    /// [`Catalog::kind`], for those who ask a hundred thousand times: counting who holds it costs threads that do so at once
    /// more than the answer.
    pub fn kind_ref(&self, id: &KindId) -> Option<&Arc<Procedure>> {
        let at = place(builtin::KINDS, id.as_str())?;
        let kinds = self.kinds.get_or_init(|| builtin::KINDS.iter().map(|_| OnceLock::new()).collect());
        let compiled = kinds[at].get_or_init(|| {
            let (id, text) = builtin::KINDS[at];
            let text: KindText = toml::from_str(text).expect("BUG: a kind's text, which tests read");
            let (procedure, problems) = compile(id, &text);
            debug_assert!(problems.is_empty(), "BUG: {problems:?}");
            Arc::new(procedure)
        });
        Some(compiled)
    }

    /// A look-up, compiled: one of those written down, or what the rule makes of a describe operation.
    pub fn lookup(&self, id: &KindId) -> Option<Arc<LookupProcedure>> {
        let mut lookups = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lookups.get(id.as_str()) {
            return Some(known.clone());
        }
        let procedure = match find(builtin::LOOKUPS, id.as_str()) {
            Some((id, text)) => {
                let text: LookupText = toml::from_str(text).expect("BUG: a look-up's text, which tests read");
                let (procedure, problems) = compile::lookup(id, &text);
                debug_assert!(problems.is_empty(), "BUG: {problems:?}");
                procedure
            }
            None => {
                let (service, name) = id.as_str().split_once('.')?;
                compile::derive(firma_api::service(service)?, name)?
            }
        };
        let procedure = Arc::new(procedure);
        lookups.insert(id.as_str().to_owned(), procedure.clone());
        Some(procedure)
    }

    /// Ids of all kinds, sorted.
    pub fn kind_names(&self) -> impl Iterator<Item = &'static str> + Clone {
        builtin::KINDS.iter().map(|(id, _)| *id)
    }

    /// All kinds with their titles, without compiling any.
    pub fn kinds(&self) -> Vec<Entry> {
        entries(builtin::KINDS)
    }

    /// The look-ups of a service with their titles, sorted.
    pub fn lookups_of(&self, service: &str) -> Vec<Entry> {
        let Some(service) = firma_api::service(service) else { return Vec::new() };
        let derived = compile::derived_names(service).into_iter().map(|(name, operation)| {
            let id = format!("{}.{name}", service.id);
            let title = match find(builtin::LOOKUPS, &id) {
                Some((_, text)) => title(text).to_owned(),
                None => compile::derived_title(operation),
            };
            Entry { id, title }
        });
        derived.collect()
    }

    /// The look-ups of every service.
    pub fn lookups(&self) -> Vec<Entry> {
        firma_api::services().flat_map(|outline| self.lookups_of(outline.service)).collect()
    }

    /// Says that there is no such kind, and what was probably meant.
    pub fn unknown_kind(&self, id: &str, span: Span) -> Diagnostic {
        let error = Diagnostic::error(codes::UNKNOWN_KIND, format!("there is no kind `{id}`")).at(span);
        let service = id.split('.').next().unwrap_or(id);
        let of_service: Vec<&str> = self.kind_names().filter(|kind| kind.split('.').next() == Some(service)).collect();
        match (closest(id, self.kind_names()), of_service.is_empty()) {
            (Some(near), _) => error.did_you_mean(Some(near)),
            (None, false) => error.hint(format!("kinds of {service} are {}", of_service.join(", "))),
            (None, true) => error.hint("`firma catalog kinds` lists all kinds"),
        }
    }

    /// Says that there is no such look-up, and what was probably meant.
    pub fn unknown_lookup(&self, id: &str, span: Span) -> Diagnostic {
        let error = Diagnostic::error(codes::UNKNOWN_LOOKUP, format!("there is no look-up `data.{id}`")).at(span);
        let service = id.split('.').next().unwrap_or(id);
        let services = || firma_api::services().filter(|outline| outline.operations > 0).map(|outline| outline.service);
        if !services().any(|known| known == service) {
            return match closest(service, services()) {
                Some(near) => error.hint(format!("there is no service `{service}`; did you mean `{near}`?")),
                None => error.hint("`firma catalog services` lists the services"),
            };
        }
        let known = self.lookups_of(service);
        let near = closest(id, known.iter().map(|entry| entry.id.as_str()));
        error
            .did_you_mean(near.map(|near| format!("data.{near}")).as_deref())
            .hint(format!("`firma catalog kinds {service}` lists what can be looked up there"))
    }

    /// Identifies the catalogue: a hash of every kind and look-up, and of the procedure format.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(crate::procedure::FORMAT.to_be_bytes());
        for (id, text) in builtin::KINDS.iter().chain(builtin::LOOKUPS) {
            for part in [id.as_bytes(), text.as_bytes()] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        hex::encode(hash.finalize())
    }
}

type Texts = [(&'static str, &'static str)];

fn find(texts: &'static Texts, id: &str) -> Option<(&'static str, &'static str)> {
    texts.get(place(texts, id)?).copied()
}

fn place(texts: &'static Texts, id: &str) -> Option<usize> {
    texts.binary_search_by(|(known, _)| (*known).cmp(id)).ok()
}

fn entries(texts: &Texts) -> Vec<Entry> {
    texts.iter().map(|(id, text)| Entry { id: (*id).to_owned(), title: title(text).to_owned() }).collect()
}

/// The title is a text's first line (`title = "..."`; a test holds every kind to it): lists need not parse the rest.
fn title(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("title = ").trim_matches('"')
}
