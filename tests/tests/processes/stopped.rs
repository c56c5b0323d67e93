//! A process that stands still for longer than its lease, while another one works; then it wakes.

use crate::{
    project::{Ended, LEASE, Project, SETTLED},
    signals::{send, until_stopped},
    sweep::each,
};
use std::process::{Child, Stdio};

/// One step at a time, so that no other thread of the process is stopped while it has a file locked.
const APPLY: &[&str] = &["apply", "--auto-approve", "--parallelism", "1"];

/// Starts a command that stops at a point, and returns when it has.
pub(crate) fn stopped(project: &Project, point: &str, args: &[&str]) -> Child {
    let mut command = project.sandbox.command(args);
    command.env("FIRMA_FAILPOINT", format!("{point}=stop")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("it starts");
    until_stopped(&child);
    child
}

/// Lets it go on to its end.
pub(crate) fn woken(child: Child) -> Ended {
    send(&child, "CONT");
    child.wait_with_output().expect("it ends").into()
}

/// The points at which a process holds the lease and has nothing under way. Between the last look at the lease and the
/// sending (`before-send`) nothing can protect it: that is documented, and what the settling time is for.
const POINTS: &[&str] = &[
    "leased:1",
    "run-began:1",
    "plan-taken:1",
    "carrying:1",
    "before-commit:1",
    "before-commit:2",
    "before-commit:5",
    "after-commit:4",
];

#[test]
fn past_its_lease_it_changes_nothing_more() {
    each(POINTS, |point| {
        let project = Project::embedded();
        let child = stopped(&project, point, APPLY);
        // As long as the lease lasts, nobody else may work.
        project.firma(APPLY).expect(4).says("E0610").says("tester@");
        project.jump(LEASE);
        project.firma(APPLY).expect(0);
        project.expect_done();
        let before = project.inventory();
        let ended = woken(child);
        assert!(matches!(ended.code, Some(1 | 4)), "{point}: {ended}");
        let told = ["E0611", "E0615", "E0806", "E0811", "lease"].iter().any(|code| ended.stderr.contains(code));
        assert!(told, "{point}: it does not say why: {ended}");
        assert_eq!(project.inventory(), before, "{point}: it changed something");
        project.expect_done();
        project.take_down();
    });
}

/// Over a socket: its call was sent and answered, and it wakes too late to write that down.
#[test]
fn an_answer_that_is_written_down_by_somebody_else() {
    let project = Project::served();
    let child = stopped(&project, "after-send:3", APPLY);
    project.jump(LEASE + SETTLED);
    project.firma(APPLY).expect(0);
    project.expect_done();
    let ended = woken(child).expect(1);
    assert!(ended.stderr.contains("E0611"), "{ended}");
    project.expect_done();
    project.take_down();
}

/// A short nap is nobody's business.
#[test]
fn within_its_lease_it_goes_on() {
    let project = Project::embedded();
    let child = stopped(&project, "after-commit:2", APPLY);
    project.jump(30_000);
    woken(child).expect(0);
    project.expect_done();
}

/// Its lease ran out, but nobody wanted it: it goes on.
#[test]
fn past_its_lease_and_alone_it_goes_on_or_stops_in_good_order() {
    let project = Project::embedded();
    let child = stopped(&project, "before-commit:2", APPLY);
    project.jump(LEASE);
    let ended = woken(child);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    project.finish();
}
