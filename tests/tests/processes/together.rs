//! Two at once on one machine: one works, the other is refused with the first one's name, and nothing is made twice.

use crate::{
    project::{Ended, Project},
    stopped::{stopped, woken},
    sweep::{each, is_full},
};
use std::process::Stdio;

const APPLY: &[&str] = &["apply", "--auto-approve"];
const DESTROY: &[&str] = &["destroy", "--auto-approve"];

/// While one works, whatever else wants to write is refused; whoever only looks may look.
#[test]
fn the_second_is_told_who_is_at_work() {
    let project = Project::embedded();
    project.firma(APPLY).expect(0);
    project.replace("disk_size_gb = 20", "disk_size_gb = 30");
    for point in ["leased:1", "carrying:1", "before-commit:2", "before-send:1", "after-send:1", "ending:1"] {
        // One step at a time, so that no other thread of it is stopped while it has a file locked.
        let child = stopped(&project, point, &["destroy", "--auto-approve", "--parallelism", "1"]);
        let holder = format!(":{}", child.id());
        let refresh = ["apply", "--refresh-only", "--auto-approve"];
        let remove = ["state", "rm", "vpc.vpc.main"];
        // At its end the destroy has nothing left that could be removed.
        let there = if point == "ending:1" { &refresh } else { &remove };
        for args in [APPLY, DESTROY, &refresh, there] {
            project.firma(args).expect(4).says("E0610").says("tester@").says(&holder);
        }
        for args in [&["plan"][..], &["state", "list"], &["history"], &["output"]] {
            project.firma(args).expect(0);
        }
        woken(child).expect(0);
        project.expect_nothing();
        project.firma(APPLY).expect(0);
    }
    project.expect_done();
    project.take_down();
}

/// Two that both find the lease of a dead one: whoever is slower looks again, and is refused like anybody else.
#[test]
fn a_dead_ones_lease_is_taken_once() {
    for done in [true, false] {
        let project = Project::embedded();
        project.at("after-send:2", APPLY).expect_signal(9);
        let slower = stopped(&project, "taking-over:1", &["apply", "--auto-approve", "--parallelism", "1"]);
        if done {
            project.firma(APPLY).expect(0);
            woken(slower).expect(0);
        } else {
            let faster = stopped(&project, "leased:1", &["apply", "--auto-approve", "--parallelism", "1"]);
            woken(slower).expect(4).says("E0610").says(&format!(":{}", faster.id()));
            woken(faster).expect(0);
        }
        project.expect_done();
        project.take_down();
    }
}

/// Started at the same moment, again and again: each ends well or is refused, and every object is there once.
#[test]
fn races() {
    let others: &[&[&str]] = &[APPLY, DESTROY, &["recover"], &["plan"], &["apply", "--refresh-only", "--auto-approve"]];
    let rounds = if is_full() { 40 } else { 3 };
    let cases: Vec<(&[&str], bool)> =
        (0..rounds).flat_map(|round| others.iter().map(move |other| (*other, round % 2 == 0))).collect();
    each(&cases, |(other, anew)| {
        let project = Project::embedded();
        if !anew {
            // Something is open, so that both begin with a recovery.
            project.at("after-send:2", APPLY).expect_signal(9);
        }
        let ended = at_once(&project, &[APPLY, other, APPLY]);
        for one in &ended {
            let refused = one.code == Some(4);
            assert!(refused || one.code == Some(0), "{one}");
            assert!(!refused || one.stderr.contains("error[E0"), "refused without a word: {one}");
        }
        assert!(ended.iter().any(|one| one.code == Some(0)), "nobody was let through: {ended:?}");
        project.expect_same();
        project.firma(APPLY).expect(0);
        project.expect_done();
        project.take_down();
    });
}

/// Over a socket, where requests of both can be under way.
#[test]
fn races_over_a_socket() {
    let rounds: Vec<usize> = (0..if is_full() { 30 } else { 3 }).collect();
    each(&rounds, |_| {
        let project = Project::served();
        let ended = at_once(&project, &[APPLY, APPLY, APPLY]);
        assert!(ended.iter().all(|one| matches!(one.code, Some(0 | 4))), "{ended:?}");
        assert!(ended.iter().any(|one| one.code == Some(0)), "nobody was let through: {ended:?}");
        project.expect_done();
        project.take_down();
    });
}

fn at_once(project: &Project, commands: &[&[&str]]) -> Vec<Ended> {
    let start = |args: &&[&str]| {
        let mut command = project.sandbox.command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
    };
    let children: Vec<_> = commands.iter().map(start).collect();
    // Nobody prints more than a pipe holds.
    children.into_iter().map(|child| child.wait_with_output().expect("it ends").into()).collect()
}
