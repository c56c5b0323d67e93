//! Which operations of the API a kind uses.

use crate::procedure::{How, Procedure};
use serde_json::Value;
use std::collections::BTreeSet;

/// A service and one of its operations.
pub type ServiceOperation = (String, String);

/// Every operation that a procedure can lead to, sorted: of its calls, its questions about quotas, and of the tag service.
///
/// They are read from the procedure's serialised form, as plans hold it: whatever a procedure may call stands there with
/// `service` and `operation` beside each other, so a new place for calls needs no word here.
pub fn of(procedure: &Procedure) -> BTreeSet<ServiceOperation> {
    let mut found = BTreeSet::new();
    if let Ok(value) = serde_json::to_value(procedure) {
        gather(&value, &mut found);
    }
    let tags = procedure.updates.iter().any(|update| matches!(update.how, How::Tags(_)));
    if tags {
        // The calls are formed by whoever changes tags; a procedure names only its service code.
        let mut service = |operation: &str| found.insert(("resourcetag".to_owned(), operation.to_owned()));
        service("tagResources");
        service("unTagResources");
        if procedure.tag_service().is_some() {
            service("describeResources");
        }
    }
    found
}

fn gather(value: &Value, found: &mut BTreeSet<ServiceOperation>) {
    match value {
        Value::Object(fields) => {
            if let (Some(Value::String(service)), Some(Value::String(operation))) =
                (fields.get("service"), fields.get("operation"))
            {
                found.insert((service.clone(), operation.clone()));
            }
            fields.values().for_each(|field| gather(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::Catalog;
    use firma_model::address::KindId;

    #[test]
    fn every_operation_is_one_of_the_api() {
        for kind in Catalog::builtin().kind_names() {
            let procedure = Catalog::builtin().kind(&KindId::new(kind)).expect(kind);
            for (service, operation) in of(&procedure) {
                assert!(firma_api::operation(&service, &operation).is_some(), "{kind}: {service}.{operation}");
            }
        }
    }

    #[test]
    fn of_every_sort() {
        let procedure = Catalog::builtin().kind(&KindId::new("vpc.subnet")).expect("a kind");
        let found: Vec<String> = of(&procedure).into_iter().map(|(s, o)| format!("{s}.{o}")).collect();
        let expected = [
            "resourcetag.tagResources",
            "resourcetag.unTagResources",
            "vpc.associateRouteTable",
            "vpc.createSubnet",
            "vpc.deleteSubnet",
            "vpc.describeQuota",
            "vpc.describeSubnet",
            "vpc.describeSubnets",
            "vpc.modifySubnet",
        ];
        assert_eq!(found, expected);
    }
}
