//! How foreign types are written: one [`Form`] per type, and forms for sequences, sets, maps and options of them.
//!
//! `#[serde(with = "Seq::<StepForm>")]` on a field writes a `Vec<Step>` without cloning it and without `Step` knowing.

use firma_model::{
    address::{Block, KindId, Node, NodeSet},
    path::Path,
    small_map::SmallMap,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use std::{collections::BTreeMap, fmt, marker::PhantomData, str::FromStr};

/// How values of one type are written and read.
pub(super) trait Form {
    /// The type.
    type Of;

    /// Writes.
    fn put<S: Serializer>(of: &Self::Of, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads.
    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Of, D::Error>;
}

/// A borrowed value, written by its form.
pub(super) struct Put<'a, F: Form>(pub(super) &'a F::Of);

impl<F: Form> Serialize for Put<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        F::put(self.0, serializer)
    }
}

/// A value, read by its form.
pub(super) struct Take<F: Form>(pub(super) F::Of);

impl<'de, F: Form> Deserialize<'de> for Take<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        F::take(deserializer).map(Take)
    }
}

/// Gives a form the two functions that `#[serde(with)]` calls.
macro_rules! usable_in_fields {
    ($($name:ident<$($of:ident),+>),+ $(,)?) => { $(
        impl<$($of),+> $name<$($of),+> where Self: Form {
            pub(super) fn serialize<Z: Serializer>(of: &<Self as Form>::Of, serializer: Z) -> Result<Z::Ok, Z::Error> {
                Self::put(of, serializer)
            }

            pub(super) fn deserialize<'de, Z: Deserializer<'de>>(deserializer: Z) -> Result<<Self as Form>::Of, Z::Error> {
                Self::take(deserializer)
            }
        }
    )+ };
}

/// Makes a [`Form`] of a mirror image that serde derived with `remote`.
macro_rules! mirrors {
    ($($form:ty => $of:ty),+ $(,)?) => { $(
        impl Form for $form {
            type Of = $of;

            fn put<S: Serializer>(of: &$of, serializer: S) -> Result<S::Ok, S::Error> {
                <$form>::serialize(of, serializer)
            }

            fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$of, D::Error> {
                <$form>::deserialize(deserializer)
            }
        }
    )+ };
}

pub(super) use mirrors;

/// What a name looks like as text.
pub(super) trait Named: Sized {
    /// Writes the name.
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// Reads it back.
    fn read(text: &str) -> Option<Self>;
}

impl Named for firma_model::address::Address {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }

    fn read(text: &str) -> Option<Self> {
        Self::from_str(text).ok()
    }
}

impl Named for Node {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }

    fn read(text: &str) -> Option<Self> {
        Self::from_str(text).ok()
    }
}

impl Named for Block {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }

    fn read(text: &str) -> Option<Self> {
        let address = firma_model::address::Address::from_str(text).ok()?;
        address.key.is_none().then_some(address.block)
    }
}

impl Named for firma_model::deferral::Subject {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }

    fn read(text: &str) -> Option<Self> {
        match firma_model::address::Address::from_str(text) {
            Ok(address) => Some(Self::look_up(address)),
            Err(_) => text.starts_with("module.").then(|| Self::Module(text.into())),
        }
    }
}

impl Named for KindId {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }

    fn read(text: &str) -> Option<Self> {
        Some(KindId::new(text))
    }
}

impl Named for Path {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }

    fn read(text: &str) -> Option<Self> {
        if text.is_empty() { Some(Path::default()) } else { Path::parse(text) }
    }
}

impl Named for String {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// Words of closed sets: `create`, `R1`, `ready`.
macro_rules! words {
    ($($of:ty),+ $(,)?) => { $(
        impl Named for $of {
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }

            fn read(text: &str) -> Option<Self> {
                Self::parse(text)
            }
        }
    )+ };
}

words!(
    crate::postponed::Why,
    crate::step::Mode,
    crate::step::Action,
    crate::step::Leg,
    crate::step::Rule,
    firma_model::record::Status,
    firma_model::desired::OnRemove,
    firma_model::deferral::Asks,
);

/// Written as text.
pub(super) struct Text<T>(PhantomData<T>);

/// Shows a name where serde wants a `Display`.
struct Shown<'a, T>(&'a T);

impl<T: Named> fmt::Display for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f)
    }
}

impl<T: Named> Form for Text<T> {
    type Of = T;

    fn put<S: Serializer>(of: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Shown(of))
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        struct Reads<T>(PhantomData<T>);
        impl<T: Named> Visitor<'_> for Reads<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
                T::read(text).ok_or_else(|| E::custom(format!("`{text}` is no name known here")))
            }
        }
        deserializer.deserialize_str(Reads(PhantomData))
    }
}

/// A list.
pub(super) struct Seq<F>(PhantomData<F>);

impl<F: Form> Form for Seq<F> {
    type Of = Vec<F::Of>;

    fn put<S: Serializer>(of: &Vec<F::Of>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(of.iter().map(Put::<F>))
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<F::Of>, D::Error> {
        struct Reads<F>(PhantomData<F>);
        impl<'de, F: Form> Visitor<'de> for Reads<F> {
            type Value = Vec<F::Of>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Vec<F::Of>, A::Error> {
                let mut items = Vec::new();
                while let Some(Take(item)) = access.next_element::<Take<F>>()? {
                    items.push(item);
                }
                Ok(items)
            }
        }
        deserializer.deserialize_seq(Reads::<F>(PhantomData))
    }
}

/// A set of nodes, as the list of their texts.
pub(super) struct Nodes;

impl Form for Nodes {
    type Of = NodeSet;

    fn put<S: Serializer>(of: &NodeSet, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(of.iter().map(Put::<Text<Node>>))
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NodeSet, D::Error> {
        Seq::<Text<Node>>::take(deserializer).map(|items| items.into_iter().collect())
    }
}

impl Nodes {
    pub(super) fn serialize<S: Serializer>(of: &NodeSet, serializer: S) -> Result<S::Ok, S::Error> {
        Self::put(of, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NodeSet, D::Error> {
        Self::take(deserializer)
    }
}

/// A map from names of attributes.
pub(super) struct ByAttribute<F>(PhantomData<F>);

impl<F: Form> Form for ByAttribute<F> {
    type Of = SmallMap<String, F::Of>;

    fn put<S: Serializer>(of: &SmallMap<String, F::Of>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(of.iter().map(|(name, value)| (Put::<Text<String>>(name), Put::<F>(value))))
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SmallMap<String, F::Of>, D::Error> {
        ByName::<String, F>::take(deserializer).map(SmallMap::from)
    }
}

/// A map from names.
pub(super) struct ByName<K, F>(PhantomData<(K, F)>);

impl<K: Named + Ord, F: Form> Form for ByName<K, F> {
    type Of = BTreeMap<K, F::Of>;

    fn put<S: Serializer>(of: &BTreeMap<K, F::Of>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(of.iter().map(|(name, value)| (Put::<Text<K>>(name), Put::<F>(value))))
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<K, F::Of>, D::Error> {
        struct Reads<K, F>(PhantomData<(K, F)>);
        impl<'de, K: Named + Ord, F: Form> Visitor<'de> for Reads<K, F> {
            type Value = BTreeMap<K, F::Of>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut map = BTreeMap::new();
                while let Some((Take(name), Take(value))) = access.next_entry::<Take<Text<K>>, Take<F>>()? {
                    if map.insert(name, value).is_some() {
                        return Err(A::Error::custom("the same name twice"));
                    }
                }
                Ok(map)
            }
        }
        deserializer.deserialize_map(Reads::<K, F>(PhantomData))
    }
}

/// A field that is there or left out. Not `null` for absent: an attribute may well *be* null.
pub(super) struct Present<F>(PhantomData<F>);

impl<F: Form> Form for Present<F> {
    type Of = Option<F::Of>;

    fn put<S: Serializer>(of: &Option<F::Of>, serializer: S) -> Result<S::Ok, S::Error> {
        match of {
            Some(of) => F::put(of, serializer),
            None => serializer.serialize_none(),
        }
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<F::Of>, D::Error> {
        F::take(deserializer).map(Some)
    }
}

/// What stands behind a box.
pub(super) struct Boxed<F>(PhantomData<F>);

impl<F: Form> Form for Boxed<F> {
    type Of = Box<F::Of>;

    fn put<S: Serializer>(of: &Box<F::Of>, serializer: S) -> Result<S::Ok, S::Error> {
        F::put(of, serializer)
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<F::Of>, D::Error> {
        F::take(deserializer).map(Box::new)
    }
}

/// Whatever serde already knows.
pub(super) struct Plain<T>(PhantomData<T>);

impl<T: Serialize + for<'a> Deserialize<'a>> Form for Plain<T> {
    type Of = T;

    fn put<S: Serializer>(of: &T, serializer: S) -> Result<S::Ok, S::Error> {
        of.serialize(serializer)
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}

usable_in_fields!(Text<T>, Seq<F>, ByAttribute<F>, ByName<K, F>, Present<F>);
