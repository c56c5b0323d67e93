//! Answers that are lost, doubled, broken or refused, one call at a time.

use firma_engine::Settled;
use firma_lab::{
    Lab,
    stack::{changed_server, desired, disk, keypair, network, server, subnet, vpc},
    wire::Fate,
};
use firma_model::desired::Desired;
use firma_plan::step::Mode;
use serde_json::json;

/// Lets the changing request number `k` meet a fate, with everything else going well.
async fn meet(fate: Fate, wanted: impl Fn(&str) -> Desired) {
    for k in 0.. {
        let lab = Lab::new();
        let image = lab.image().await;
        let desired = wanted(&image);
        let plan = lab.plan(&desired, Mode::Apply).await;
        let met = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let note = met.clone();
        lab.wire.script(move |request, number| {
            if request.mutating && number == k {
                note.store(true, std::sync::atomic::Ordering::SeqCst);
                return fate;
            }
            Fate::Pass
        });
        let outcome = lab.apply(&plan).await;
        lab.wire.mend();
        if !met.load(std::sync::atomic::Ordering::SeqCst) {
            assert!(k >= 2, "{fate:?} was met {k} times");
            return;
        }
        if fate != Fate::Denied {
            assert!(outcome.is_complete(), "{fate:?} at {k}: {outcome:#?}");
        }
        for settlement in lab.recover().await {
            assert!(!matches!(settlement.how, Settled::Stuck { .. }), "{fate:?} at {k}: {settlement:#?}");
        }
        lab.assert_same();
        lab.converge(&desired).await;
        lab.assert_converged(&desired).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_settled_on_the_spot() {
    meet(Fate::LostAfter, server).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_request_is_made_again() {
    meet(Fate::LostBefore, server).await;
}

/// Lets every read from number `k` to `k + 2` meet a fate, while a server is made and while it is destroyed.
async fn meet_reading(fate: Fate, stride: usize) {
    for mode in [Mode::Apply, Mode::Destroy] {
        for k in (0..).step_by(stride) {
            let lab = Lab::new();
            let image = lab.image().await;
            let desired = server(&image);
            if mode == Mode::Destroy {
                lab.converge(&desired).await;
            }
            let plan = lab.plan(&desired, mode).await;
            let reads = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
            let count = reads.clone();
            lab.wire.script(move |request, _| {
                if request.mutating {
                    return Fate::Pass;
                }
                let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                if (k..k + 3).contains(&number) { fate } else { Fate::Pass }
            });
            lab.apply(&plan).await;
            lab.wire.mend();
            assert!(lab.recover().await.is_empty(), "{fate:?} at {k}");
            lab.assert_no_orphan();
            if reads.load(std::sync::atomic::Ordering::SeqCst) <= k {
                break;
            }
            // When faults stop, two applies are enough: what was on its way out may look alive to the first.
            let plan = lab.plan(&desired, Mode::Apply).await;
            lab.apply(&plan).await;
            lab.converge(&desired).await;
            lab.assert_converged(&desired).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_fails_loses_nothing() {
    meet_reading(Fate::Denied, 8).await;
    meet_reading(Fate::Garbled, 23).await;
}

/// The same while a server is changed in place.
async fn meet_changing(fate: Fate) {
    for k in 0.. {
        let lab = Lab::new();
        let image = lab.image().await;
        lab.converge(&server(&image)).await;
        let changed = changed_server(&image);
        let plan = lab.plan(&changed, Mode::Apply).await;
        let met = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let note = met.clone();
        lab.wire.script(move |request, number| {
            if request.mutating && number == k {
                note.store(true, std::sync::atomic::Ordering::SeqCst);
                return fate;
            }
            Fate::Pass
        });
        let outcome = lab.apply(&plan).await;
        lab.wire.mend();
        if !met.load(std::sync::atomic::Ordering::SeqCst) {
            assert!(k >= 9, "{fate:?} was met {k} times");
            return;
        }
        if fate != Fate::Denied {
            assert!(outcome.is_complete(), "{fate:?} at {k}: {outcome:#?}");
        }
        assert!(lab.recover().await.is_empty());
        lab.converge(&changed).await;
        lab.assert_converged(&changed).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_is_lost_is_settled_on_the_spot() {
    meet_changing(Fate::LostAfter).await;
    meet_changing(Fate::LostBefore).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_change_is_made_by_the_next_apply() {
    meet_changing(Fate::Denied).await;
}

#[tokio::test(start_paused = true)]
async fn an_internal_error_proves_nothing() {
    meet(Fate::Broken, |_| network()).await;
    meet(Fate::BrokenAfter, |_| network()).await;
    meet(Fate::Garbled, |_| network()).await;
}

#[tokio::test(start_paused = true)]
async fn a_request_may_arrive_twice() {
    // What takes a token or an id of its own is made once; a second object of another kind is the network's doing, and
    // nobody could know.
    meet(Fate::Twice, |_| desired(&[("disk.disk.data", disk(100)), ("vm.keypair.admin", keypair())])).await;
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_patient() {
    meet(Fate::Throttled, |_| network()).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_fails_its_step_and_what_hangs_on_it() {
    meet(Fate::Denied, server).await;
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_refusals_passes() {
    let lab = Lab::new();
    let desired = network();
    let plan = lab.plan(&desired, Mode::Apply).await;
    let left = std::sync::atomic::AtomicUsize::new(10);
    lab.wire.script(move |_, _| {
        let take = |n: usize| n.checked_sub(1);
        let order = std::sync::atomic::Ordering::SeqCst;
        if left.fetch_update(order, order, take).is_ok() { Fate::Throttled } else { Fate::Pass }
    });
    let outcome = lab.apply(&plan).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    lab.assert_converged(&desired).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_token_cannot_settle_any_more_is_offered() {
    let lab = Lab::new();
    let wanted = desired(&[("disk.disk.data", disk(100))]);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    // The cloud makes it and falls silent.
    lab.wire.script(|request, number| match (request.mutating, number) {
        (true, 0) => Fate::LostAfter,
        (true, _) => Fate::LostBefore,
        _ => Fate::Pass,
    });
    let outcome = lab.apply(&plan).await;
    assert_eq!(outcome.unresolved.len(), 1, "{outcome:#?}");
    lab.wire.mend();
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    let settlements = lab.recover().await;
    let [settlement] = &settlements[..] else { panic!("{settlements:?}") };
    let Settled::Stuck { candidates, .. } = &settlement.how else { panic!("{settlement:?}") };
    assert_eq!(candidates.len(), 1);
    assert_eq!(lab.store.lock().unwrap().open_intents().unwrap().len(), 1, "it stays open");
    let settlements = lab.recover_adopting(Some(candidates[0].clone())).await;
    assert_eq!(settlements[0].how, Settled::Adopted(candidates[0].clone()));
    lab.converge(&wanted).await;
    lab.assert_converged(&wanted).await;
}

#[tokio::test(start_paused = true)]
async fn what_nothing_identifies_is_never_adopted_in_silence() {
    let mut lab = Lab::new();
    // No kind of the catalogue is bare at present: make one.
    let procedure = lab.procedures.get_mut("vpc.vpc").unwrap();
    std::sync::Arc::make_mut(procedure).recovery = firma_plan::procedure::Recovery::Bare;
    let before = desired(&[("vpc.vpc.other", vpc("other"))]);
    lab.converge(&before).await;
    let wanted = desired(&[("vpc.vpc.other", vpc("other")), ("vpc.vpc.main", vpc("main"))]);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    lab.wire.script(|request, _| if request.mutating { Fate::LostAfter } else { Fate::Pass });
    let outcome = lab.apply(&plan).await;
    lab.wire.mend();
    assert_eq!(outcome.unresolved.len(), 1, "{outcome:#?}");
    let settlements = lab.recover().await;
    let Settled::Stuck { candidates, .. } = &settlements[0].how else { panic!("{settlements:?}") };
    let [candidate] = &candidates[..] else { panic!("{candidates:?}") };
    assert_eq!(firma_engine::stuck(&settlements).list[0].code, "E0807");
    // Somebody else's object is no candidate.
    let other = lab.recorded().records[&"vpc.vpc.other".parse().unwrap()].cloud_id.clone();
    let settlements = lab.recover_adopting(Some(other)).await;
    assert!(matches!(settlements[0].how, Settled::Stuck { .. }));
    lab.recover_adopting(Some(candidate.clone())).await;
    lab.converge(&wanted).await;
    lab.assert_converged(&wanted).await;

    // Lost on the way there: after the settling time it is known that nothing was made.
    let wanted =
        desired(&[("vpc.vpc.other", vpc("other")), ("vpc.vpc.main", vpc("main")), ("vpc.vpc.third", vpc("third"))]);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    lab.wire.script(|request, _| if request.mutating { Fate::LostBefore } else { Fate::Pass });
    lab.apply(&plan).await;
    lab.wire.mend();
    let start = firma_api::Clock::now(&*lab.clock);
    assert_eq!(lab.recover().await[0].how, Settled::NotCreated);
    assert!(firma_api::Clock::now(&*lab.clock).millis_since(start) >= 50_000);
    lab.converge(&wanted).await;
    lab.assert_converged(&wanted).await;
}

#[tokio::test(start_paused = true)]
async fn what_the_network_doubled_is_found() {
    let lab = Lab::new();
    let wanted = desired(&[("vpc.vpc.main", vpc("main")), ("disk.disk.data", disk(100))]);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    lab.wire.script(|request, number| if request.mutating && number < 2 { Fate::Twice } else { Fate::Pass });
    assert!(lab.apply(&plan).await.is_complete());
    lab.wire.mend();
    let recorded = lab.recorded();
    let known = recorded.records.values().map(|record| record.cloud_id.clone()).collect();
    let markers = lab.store.lock().unwrap().markers().unwrap();
    let find = |kind: &str| lab.procedures.get(kind).cloned();
    let orphans = firma_engine::orphans(&lab.cloud, &markers, &known, &find).await.unwrap();
    // The disk's token made the second one nothing; the network has no token.
    let [orphan] = &orphans[..] else { panic!("{orphans:?}") };
    assert_eq!(orphan.address.to_string(), "vpc.vpc.main");
    assert!(!known.contains(&orphan.id) && orphan.region.is_some());
    assert!(lab.in_cloud().contains(&("vpc.vpc".to_owned(), orphan.id.clone())));
}

#[tokio::test(start_paused = true)]
async fn what_lags_behind_is_not_gone() {
    for mode in [Mode::Apply, Mode::Destroy] {
        let lab = Lab::new();
        let wanted = desired(&[("vpc.vpc.main", vpc("main")), ("disk.disk.data", disk(100))]);
        lab.converge(&wanted).await;
        // The next command asks a replica that has not heard of it.
        lab.world.outside(
            "fault",
            &json!({ "add": [{ "kind": { "lags": { "millis": 20_000 } }, "at": { "times": null } }] }),
        );
        let plan = lab.plan(&wanted, mode).await;
        assert_eq!(plan.steps.is_empty(), mode == Mode::Apply, "{:?}", plan.steps);
        assert!(lab.apply(&plan).await.is_complete());
        lab.assert_same();
        assert_eq!(lab.in_cloud().is_empty(), mode == Mode::Destroy);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_second_arrival_does_not_hide_the_first() {
    let lab = Lab::new();
    let wanted = desired(&[("vpc.vpc.main", vpc("main")), ("vpc.subnet.a", subnet(1))]);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    // There can be one subnet of a range only: the second arrival is told that it overlaps.
    lab.wire.script(|request, _| if request.operation == "createSubnet" { Fate::Twice } else { Fate::Pass });
    assert!(lab.apply(&plan).await.is_complete());
    lab.wire.mend();
    lab.assert_converged(&wanted).await;
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_finds_nothing_is_not_believed_alone() {
    let lab = Lab::new();
    let wanted = desired(&[("vpc.vpc.main", vpc("main")), ("disk.disk.data", disk(100))]);
    lab.converge(&wanted).await;
    // Another replica, another region, a proxy's page in the service's own words: the object is still there.
    for operation in ["deleteVpc", "deleteDisk"] {
        let error = json!({ "error": { "code": 404, "status": "NOT_FOUND" } });
        lab.world.outside("fault", &json!({ "add": [{ "match": { "operation": operation }, "kind": error }] }));
    }
    let plan = lab.plan(&wanted, Mode::Destroy).await;
    assert!(lab.apply(&plan).await.is_complete());
    lab.assert_same();
    assert!(lab.in_cloud().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_id_is_not_given_to_another_address_while_the_first_has_it() {
    let lab = Lab::new();
    lab.converge(&desired(&[("vm.keypair.admin", keypair())])).await;
    let renamed = desired(&[("vm.keypair.operator", keypair())]);
    let plan = lab.plan(&renamed, Mode::Apply).await;
    // Between plan and apply somebody deletes it, so the name is free.
    let parameters = json!({ "keyName": "admin" });
    let request =
        firma_api::build("vm", "deleteKeypair", Some(firma_lab::stack::REGION), parameters.as_object().unwrap())
            .unwrap();
    assert_eq!(lab.world.call(&request).status, 200);
    let outcome = lab.apply(&plan).await;
    assert!(outcome.journal.is_none(), "{outcome:#?}");
    assert!(lab.recover().await.is_empty());
    let plan = lab.plan(&renamed, Mode::Apply).await;
    lab.apply(&plan).await;
    lab.assert_converged(&renamed).await;
}
