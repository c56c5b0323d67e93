//! Two worlds side by side: what each says of an address, without a search for any of them.

use firma_model::{
    address::Address,
    desired::{Desired, DesiredResource},
    record::{Record, Recorded},
};
use std::{cmp::Ordering, iter::Peekable};

/// Walks the entries of two sorted maps together.
struct Abreast<L: Iterator, R: Iterator> {
    left: Peekable<L>,
    right: Peekable<R>,
}

impl<'a, A: 'a, B: 'a, L, R> Iterator for Abreast<L, R>
where
    L: Iterator<Item = (&'a Address, &'a A)>,
    R: Iterator<Item = (&'a Address, &'a B)>,
{
    type Item = (Option<&'a A>, Option<&'a B>);

    fn next(&mut self) -> Option<Self::Item> {
        let order = match (self.left.peek(), self.right.peek()) {
            (Some((left, _)), Some((right, _))) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let left = if order.is_le() { self.left.next() } else { None };
        let right = if order.is_ge() { self.right.next() } else { None };
        Some((left.map(|(_, of)| of), right.map(|(_, of)| of)))
    }
}

fn abreast<L: Iterator, R: Iterator>(
    left: impl IntoIterator<IntoIter = L>,
    right: impl IntoIterator<IntoIter = R>,
) -> Abreast<L, R> {
    Abreast { left: left.into_iter().peekable(), right: right.into_iter().peekable() }
}

/// Everything that is wanted, in order, each with its record.
pub(crate) fn wanted<'a>(
    desired: &'a Desired,
    recorded: &'a Recorded,
) -> impl Iterator<Item = (&'a DesiredResource, Option<&'a Record>)> {
    abreast(&desired.resources, &recorded.records).filter_map(|(resource, record)| Some((&**resource?, record)))
}

/// Every record of an address that is not wanted, in order.
pub(crate) fn unwanted<'a>(desired: &'a Desired, recorded: &'a Recorded) -> impl Iterator<Item = &'a Record> {
    abreast(&desired.resources, &recorded.records).filter_map(|(resource, record)| match resource {
        Some(_) => None,
        None => record,
    })
}

#[cfg(test)]
mod tests {
    use super::abreast;
    use firma_model::address::Address;
    use std::collections::BTreeMap;

    fn world(names: &[&'static str]) -> BTreeMap<Address, &'static str> {
        names.iter().map(|name| (format!("firma.value.{name}").parse().unwrap(), *name)).collect()
    }

    #[test]
    fn every_address_of_either_comes_once_and_in_order() {
        let found = |left: &[&'static str], right: &[&'static str]| -> Vec<(Option<&str>, Option<&str>)> {
            abreast(&world(left), &world(right)).map(|(left, right)| (left.copied(), right.copied())).collect()
        };
        assert_eq!(found(&[], &[]), []);
        assert_eq!(found(&["a"], &[]), [(Some("a"), None)]);
        assert_eq!(found(&[], &["a"]), [(None, Some("a"))]);
        assert_eq!(
            found(&["a", "b", "d"], &["b", "c"]),
            [(Some("a"), None), (Some("b"), Some("b")), (None, Some("c")), (Some("d"), None)]
        );
    }
}
