//! Whatever is committed, the tables equal the fold of the journal, and a reopened state is the same.

use crate::world::{begin, begun, create, done, event, existing, fault, folder, record};
use firma_model::{
    document::Document,
    event::{Change, Event, EventBody},
    record::{Record, Status},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn object() -> impl Strategy<Value = Record> {
    (0..6_u32, 0..3_u32, any::<bool>(), 0..4_u32).prop_map(|(name, deposed, secret, status)| {
        let mut record = record(&format!("vpc.vpc.v[{name}]"), "");
        record.deposed = if deposed == 0 { "old".to_owned() } else { String::new() };
        if secret {
            record.inputs =
                Document::from_text(format!(r#"{{"x":[{{"$sensitive":{{"n":{name}}}}}],"$$sensitive":1}}"#));
        }
        record.status = [Status::Ready, Status::Creating, Status::Tainted, Status::Incomplete][status as usize];
        record
    })
}

fn any_event() -> impl Strategy<Value = Event> {
    let step = 0..4_u32;
    prop_oneof![
        (step.clone(), object()).prop_map(|(step, record)| done(step, record)),
        (step.clone(), proptest::option::of(object())).prop_map(|(step, record)| event(EventBody::Accepted {
            step,
            call: 0,
            record,
            request_id: None
        })),
        (step.clone(), proptest::option::of(object())).prop_map(|(step, record)| event(EventBody::Failed {
            step,
            fault: fault(),
            record
        })),
        step.clone().prop_map(|step| event(EventBody::Unresolved { step, call: 0, fault: fault() })),
        step.clone().prop_map(|step| event(EventBody::Refused { step, call: 0, fault: fault() })),
        step.clone().prop_map(|step| begun(step, 0)),
        (step.clone(), object()).prop_map(|(step, record)| event(EventBody::Deposed {
            step,
            address: record.address,
            deposed: if record.deposed.is_empty() { "9".to_owned() } else { record.deposed },
        })),
        (step.clone(), object()).prop_map(|(step, record)| event(EventBody::Removed {
            step,
            address: record.address,
            deposed: record.deposed,
            cloud_id: record.cloud_id,
            how: "deleted".to_owned(),
        })),
        (1..3_u64, step, proptest::option::of(object())).prop_map(|(run, step, record)| event(EventBody::Settled {
            run,
            step,
            call: 0,
            how: "created".to_owned(),
            record
        })),
        proptest::collection::vec((0..3_u32, any::<bool>()), 0..3).prop_map(|outputs| event(EventBody::Outputs(
            BTreeMap::from_iter(outputs)
                .into_iter()
                .map(|(name, sensitive)| (format!("o{name}"), Document::from_text("[1,\"x\"]"), sensitive))
                .collect()
        ))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn tables_equal_the_fold(groups in proptest::collection::vec(proptest::collection::vec(any_event(), 1..6), 1..10)) {
        let (_folder, path) = folder();
        let mut store = create(&path);
        let (lease, run) = begin(&mut store);
        let mut model: BTreeMap<(String, String), Record> = BTreeMap::new();
        for group in groups {
            // A call that is begun while it is open is refused, and with it its whole group.
            let Ok(serials) = store.commit(&lease, run, &group) else { continue };
            for (serial, event) in serials.iter().zip(&group) {
                match event.body.change() {
                    Some(Change::Put(record)) => {
                        let mut record = record.clone();
                        record.version = *serial;
                        model.insert((record.address.to_string(), record.deposed.clone()), record);
                    }
                    Some(Change::Remove(address, deposed)) => {
                        model.remove(&(address.to_string(), deposed.to_owned()));
                    }
                    Some(Change::SetAside(address, deposed)) => {
                        if let Some(mut record) = model.remove(&(address.to_string(), String::new())) {
                            record.deposed = deposed.to_owned();
                            record.status = Status::Deposed;
                            record.version = *serial;
                            model.insert((address.to_string(), deposed.to_owned()), record);
                        }
                    }
                    None => {}
                }
            }
        }
        for _ in 0..2 {
            let world = store.snapshot().expect("snapshot");
            let mut found: Vec<Record> = world.records.into_values().chain(world.deposed).collect();
            found.sort_by_key(|record| (record.address.to_string(), record.deposed.clone()));
            prop_assert_eq!(&found, &model.values().cloned().collect::<Vec<_>>());
            prop_assert_eq!(store.verify_all(), Ok(Vec::new()));
            drop(store);
            store = existing(&path);
        }
    }
}
