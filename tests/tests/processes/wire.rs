//! What a network does to calls: each fault to each call of an apply and of a destroy. Then it stops, and at most two applies
//! later the plan is empty, every object is there once and none is left behind.

use crate::{
    project::{CALLS, Project, SETTLED},
    stopped::stopped,
    sweep::{each, is_full},
};
use firma_tests::proxy::{Fault, Proxy, Rule};

/// The minute that a request has to be answered is two seconds, and pauses are as short.
const PACE: i64 = 30;

/// One step at a time: then the calls always come in the same order.
const APPLY: &[&str] = &["apply", "--auto-approve", "--parallelism", "1"];
const DESTROY: &[&str] = &["destroy", "--auto-approve", "--parallelism", "1"];

/// Each fault with each of these calls or, where not everything is visited, with two. What never reached the server must be
/// waited for where nothing but its absence tells, a whole minute on a clock that no test can hurry; these are visited
/// then only with calls for which a token or a look is enough.
fn cases(calls: &[usize], quick: &[usize]) -> Vec<(Fault, usize)> {
    let faults = Fault::ALL.iter().enumerate();
    let of = |(at, fault): (usize, &Fault)| -> Vec<(Fault, usize)> {
        let from = if fault.reaches_server() { calls } else { quick };
        let chosen = if is_full() { calls.to_vec() } else { vec![from[at % from.len()], from[(at + 1) % from.len()]] };
        chosen.into_iter().map(|call| (*fault, call)).collect()
    };
    let mut cases: Vec<(Fault, usize)> = faults.flat_map(of).collect();
    cases.dedup();
    cases
}

/// A project whose calls go through a proxy with one rule.
fn spoilt(project: &mut Project, fault: Fault, call: usize) -> Proxy {
    let proxy = Proxy::start(project.server(), vec![Rule { call, fault }]).expect("a proxy");
    project.point_at(&proxy.url());
    proxy
}

/// A run ended as it may, and said so.
fn checked(project: &Project, args: &[&str], fault: Fault) {
    let ended = project.firma(args);
    match ended.code {
        Some(0) => {}
        // One that failed says what, and what to do.
        Some(1 | 4) => {
            assert!(ended.stderr.contains("firma ") || ended.stderr.contains("error["), "{fault:?}: {ended}");
        }
        _ => panic!("{fault:?}: {ended}"),
    }
}

#[test]
fn every_fault_on_calls_of_an_apply() {
    // The first makes a disk, with a token.
    each(&cases(&[1, 2, 3, 4, 5, 6], &[1]), |(fault, call)| {
        let mut project = Project::served_at_pace(PACE);
        let proxy = spoilt(&mut project, *fault, *call);
        checked(&project, APPLY, *fault);
        let seen = proxy.wait_for(*call);
        assert_eq!(seen[call - 1].fault, Some(*fault), "{seen:?}");
        // At most two, and the first of them is over.
        project.jump(SETTLED);
        project.firma(APPLY).expect(0);
        project.expect_done();
        project.take_down();
    });
}

#[test]
fn every_fault_on_calls_of_a_destroy() {
    // The fourth deletes a key pair, whose name somebody might use again.
    each(&cases(&[1, 2, 3, 4, 5], &[1, 2, 3, 5]), |(fault, call)| {
        let mut project = Project::served_at_pace(PACE);
        project.firma(APPLY).expect(0);
        let proxy = spoilt(&mut project, *fault, *call);
        checked(&project, DESTROY, *fault);
        proxy.wait_for(*call);
        project.jump(SETTLED);
        project.take_down();
    });
}

/// The worst of both: the process is killed while a call is on its way, and the call arrives after it.
#[test]
fn a_call_that_arrives_after_its_sender_has_died() {
    let calls: Vec<usize> = (1..=CALLS).collect();
    each(&calls, |call| {
        let mut project = Project::served_at_pace(PACE);
        let proxy = spoilt(&mut project, Fault::Late, *call);
        let mut child = project
            .sandbox
            .command(APPLY)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        proxy.wait_for(*call);
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
        // The next one starts while the call may still be under way; it is given time to settle.
        project.firma(APPLY).expect(0);
        proxy.wait_until_over(*call);
        project.expect_done();
        project.take_down();
    });
}

/// Killed, and killed again while it recovers, with answers lost on the way.
#[test]
fn lost_answers_and_kills_together() {
    let numbers: Vec<usize> = (1..=if is_full() { CALLS } else { 3 }).collect();
    each(&numbers, |number| {
        let mut project = Project::served_at_pace(PACE);
        let rules = (1..=3 * CALLS).filter(|call| call % 2 == number % 2).take(4);
        let rules = rules.map(|call| Rule { call, fault: Fault::DropAnswer }).collect();
        let proxy = Proxy::start(project.server(), rules).expect("a proxy");
        project.point_at(&proxy.url());
        project.at(&format!("after-send:{number}"), APPLY);
        project.at("after-read:2", APPLY);
        project.at("recovered:1", APPLY);
        project.jump(SETTLED);
        project.firma(APPLY);
        project.jump(SETTLED);
        project.firma(APPLY).expect(0);
        project.expect_done();
        project.take_down();
    });
}

/// Asked to stop while an answer does not come: the first request waits for it, the second does not.
#[test]
fn stopped_while_an_answer_is_missing() {
    let mut project = Project::served_at_pace(1);
    let proxy = spoilt(&mut project, Fault::StallAfter, 1);
    let child = stopped(&project, "before-send:1", APPLY);
    crate::signals::send(&child, "CONT");
    proxy.wait_for(1);
    crate::signals::send(&child, "INT");
    // Only when the first was heard is the second another one.
    let mut child = child;
    let mut said = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().expect("a pipe")));
    assert!(said.any(|line| line.is_ok_and(|line| line.contains("once more"))));
    crate::signals::send(&child, "INT");
    let rest = std::thread::spawn(move || said.count());
    let ended = child.wait_with_output().expect("it ends");
    rest.join().expect("a reader");
    assert_eq!(ended.status.code(), Some(130));
    drop(proxy);
    project.point_at(&format!("http://{}", project.server()));
    // The state is of the other address, which is the same cloud.
    project.finish();
}
