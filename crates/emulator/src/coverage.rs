//! Which operations of the API have behaviour here.

use crate::services::{Behaviour, SERVICES};

/// An operation with behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Service id.
    pub service: &'static str,
    /// Operation name.
    pub operation: &'static str,
    /// Whether it changes the cloud.
    pub changes: bool,
}

/// Every operation with behaviour, sorted by service and name. All others answer 501.
pub fn covered() -> Vec<Covered> {
    SERVICES
        .iter()
        .flat_map(|(service, operations)| {
            operations.iter().map(move |(operation, behaviour)| Covered {
                service,
                operation,
                changes: matches!(behaviour, Behaviour::Write(_)),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The behaviours are written by hand: a name the API does not have would never be called.
    #[test]
    fn every_behaviour_belongs_to_an_operation_and_agrees_on_reading() {
        for covered in covered() {
            let operation = firma_api::operation(covered.service, covered.operation);
            let operation = operation.unwrap_or_else(|| panic!("{} {}", covered.service, covered.operation));
            assert_eq!(firma_api::is_mutating(operation), covered.changes, "{}", covered.operation);
        }
    }

    #[test]
    fn sorted() {
        let names: Vec<(&str, &str)> = covered().iter().map(|c| (c.service, c.operation)).collect();
        assert!(names.is_sorted());
    }
}
