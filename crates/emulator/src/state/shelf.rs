//! All objects of a kind by id, and which of them came and went during a call.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

/// A map that remembers what was put in and taken out, until asked. Written down it is the map alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Shelf<T> {
    objects: BTreeMap<String, T>,
    #[serde(skip)]
    made: Vec<String>,
    #[serde(skip)]
    unmade: Vec<String>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Shelf<T> {
        Shelf { objects: BTreeMap::new(), made: Vec::new(), unmade: Vec::new() }
    }
}

impl<T> Deref for Shelf<T> {
    type Target = BTreeMap<String, T>;

    fn deref(&self) -> &BTreeMap<String, T> {
        &self.objects
    }
}

impl<T> DerefMut for Shelf<T> {
    fn deref_mut(&mut self) -> &mut BTreeMap<String, T> {
        &mut self.objects
    }
}

impl<T> Shelf<T> {
    /// Puts a new object in.
    pub(crate) fn insert(&mut self, id: String, object: T) {
        self.made.push(id.clone());
        self.objects.insert(id, object);
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        let object = self.objects.remove(id)?;
        self.unmade.push(id.to_owned());
        Some(object)
    }

    /// An object that will go by itself was asked to.
    pub(crate) fn going(&mut self, id: &str) {
        self.unmade.push(id.to_owned());
    }

    /// Hands over what came and went since the last time.
    pub(crate) fn take_traces(&mut self, made: &mut Vec<String>, unmade: &mut Vec<String>) {
        made.append(&mut self.made);
        unmade.append(&mut self.unmade);
    }

    /// Takes the objects out of sight that are hidden; [`Shelf::show`] brings them back.
    pub(crate) fn hide(&mut self, hidden: impl Fn(&T) -> bool) -> Vec<(String, T)> {
        self.objects.extract_if(.., |_, object| hidden(object)).collect()
    }

    /// Brings hidden objects back.
    pub(crate) fn show(&mut self, objects: Vec<(String, T)>) {
        self.objects.extend(objects);
    }
}
