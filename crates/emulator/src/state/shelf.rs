//! All objects of a kind by id, by region too, and which of them came and went during a call.

use super::ranks::Ranks;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::ops::Deref;

/// Something that lives in a region.
pub(crate) trait Placed {
    /// The region; empty for what lives in none.
    fn region(&self) -> &str;
}

/// A map that knows what each region has, and remembers what was put in and taken out, until asked. Written down it is the
/// map alone.
#[derive(Clone, Debug)]
pub(crate) struct Shelf<T> {
    objects: BTreeMap<String, T>,
    regions: BTreeMap<String, Ranks>,
    made: Vec<String>,
    unmade: Vec<String>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Shelf<T> {
        Shelf { objects: BTreeMap::new(), regions: BTreeMap::new(), made: Vec::new(), unmade: Vec::new() }
    }
}

impl<T: Serialize> Serialize for Shelf<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.objects.serialize(serializer)
    }
}

impl<'de, T: Placed + Deserialize<'de>> Deserialize<'de> for Shelf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shelf<T>, D::Error> {
        let mut shelf = Shelf::default();
        shelf.show(BTreeMap::<String, T>::deserialize(deserializer)?);
        Ok(shelf)
    }
}

impl<T> Deref for Shelf<T> {
    type Target = BTreeMap<String, T>;

    fn deref(&self) -> &BTreeMap<String, T> {
        &self.objects
    }
}

impl<T: Placed> Shelf<T> {
    /// Puts a new object in.
    pub(crate) fn insert(&mut self, id: String, object: T) {
        self.made.push(id.clone());
        self.put(id, object);
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        let object = self.take(id)?;
        self.unmade.push(id.to_owned());
        Some(object)
    }

    /// An object, to be changed; its region stays.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.objects.get_mut(id)
    }

    /// All objects, to be changed; their regions stay.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.objects.values_mut()
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

    /// How many objects a region has.
    pub(crate) fn count(&self, region: &str) -> usize {
        self.regions.get(region).map_or(0, Ranks::len)
    }

    /// The objects of a region, in the order of their ids, from the one at a place on.
    pub(crate) fn in_region(&self, region: &str, from: usize) -> impl Iterator<Item = (&String, &T)> {
        let ids = self.regions.get(region).into_iter().flat_map(move |ids| ids.from(from));
        ids.filter_map(|id| self.objects.get_key_value(id))
    }

    /// Takes the objects out of sight that are hidden; [`Shelf::show`] brings them back.
    pub(crate) fn hide(&mut self, hidden: impl Fn(&T) -> bool) -> Vec<(String, T)> {
        let hidden: Vec<(String, T)> = self.objects.extract_if(.., |_, object| hidden(object)).collect();
        for (id, object) in &hidden {
            unlist(&mut self.regions, object.region(), id);
        }
        hidden
    }

    /// Brings hidden objects back.
    pub(crate) fn show(&mut self, objects: impl IntoIterator<Item = (String, T)>) {
        for (id, object) in objects {
            self.put(id, object);
        }
    }

    fn put(&mut self, id: String, object: T) {
        self.regions.entry(object.region().to_owned()).or_default().insert(id.clone());
        self.objects.insert(id, object);
    }

    fn take(&mut self, id: &str) -> Option<T> {
        let object = self.objects.remove(id)?;
        unlist(&mut self.regions, object.region(), id);
        Some(object)
    }
}

fn unlist(regions: &mut BTreeMap<String, Ranks>, region: &str, id: &str) {
    if let Some(ids) = regions.get_mut(region) {
        ids.remove(id);
    }
}
