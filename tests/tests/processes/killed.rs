//! SIGKILL at every point of every command that changes something.

use crate::{
    project::{Project, SETTLED},
    sweep::Sweep,
};
use std::fs;

fn nothing(_: &Project) {}

fn applied(project: &Project) {
    project.firma(&["apply", "--auto-approve"]).expect(0);
}

/// Three calls are open, and all of them were made.
fn open(project: &Project) {
    project.at("after-send:3", &["apply", "--auto-approve"]).expect_signal(9);
}

fn finishes(project: &Project, _: &str) {
    project.finish();
}

/// The rest of a destroy is a destroy.
fn goes(project: &Project, _: &str) {
    project.jump(SETTLED);
    project.take_down();
    project.finish();
}

const APPLY: &[&str] = &["apply", "--auto-approve"];
const DESTROY: &[&str] = &["destroy", "--auto-approve"];

#[test]
fn an_apply_on_the_embedded_cloud() {
    Sweep { project: Project::embedded, prepare: &nothing, args: APPLY, share: 12, check: &finishes }.kill();
}

#[test]
fn an_apply_over_a_socket() {
    Sweep { project: Project::served, prepare: &nothing, args: APPLY, share: 12, check: &finishes }.kill();
}

#[test]
fn a_destroy_on_the_embedded_cloud() {
    Sweep { project: Project::embedded, prepare: &applied, args: DESTROY, share: 8, check: &goes }.kill();
}

#[test]
fn a_destroy_over_a_socket() {
    Sweep { project: Project::served, prepare: &applied, args: DESTROY, share: 8, check: &goes }.kill();
}

#[test]
fn a_recovery_on_the_embedded_cloud() {
    Sweep { project: Project::embedded, prepare: &open, args: &["recover"], share: 8, check: &recovered }.kill();
}

#[test]
fn a_recovery_over_a_socket() {
    Sweep { project: Project::served, prepare: &open, args: &["recover"], share: 8, check: &recovered }.kill();
}

fn recovered(project: &Project, _: &str) {
    project.jump(SETTLED);
    project.firma(&["recover"]).expect(0);
    project.firma(&["recover"]).expect(0).says("nothing is open");
    project.expect_same();
    project.finish();
}

/// An apply that begins with a recovery: whatever of either was done, the next one does the rest.
#[test]
fn an_apply_that_recovers_first() {
    Sweep { project: Project::embedded, prepare: &open, args: APPLY, share: 12, check: &finishes }.kill();
}

#[test]
fn an_update() {
    let changed = |project: &Project| {
        applied(project);
        project.replace("from_port = 80, to_port = 80", "from_port = 443, to_port = 443");
        project.replace("disk_size_gb = 20", "disk_size_gb = 40");
        project.replace("subnet_name = \"main\"", "subnet_name = \"renamed\"");
    };
    Sweep { project: Project::embedded, prepare: &changed, args: APPLY, share: 12, check: &finishes }.kill();
}

#[test]
fn a_replacement() {
    let changed = |project: &Project| {
        applied(project);
        project.replace("10.0.0.0/24", "10.0.1.0/24");
        project.replace("key_name = \"admin\"", "key_name = \"operator\"");
    };
    Sweep { project: Project::embedded, prepare: &changed, args: APPLY, share: 12, check: &finishes }.kill();
}

#[test]
fn a_refresh() {
    let drifted = |project: &Project| {
        applied(project);
        let id = project.recorded().into_iter().find(|(kind, _)| kind == "vpc.subnet").expect("a subnet").1;
        let id = format!("subnetId={id}");
        let call = ["api", "vpc", "modifySubnet", "--region", "cn-north-1", "-p", &id, "-p", "subnetName=drifted"];
        project.firma(&call).expect(0);
    };
    let refreshes = |project: &Project, _: &str| {
        project.firma(&["apply", "--refresh-only", "--auto-approve"]).expect(0);
        let shown = project.firma(&["state", "show", "vpc.subnet.main"]).expect(0);
        assert!(shown.stdout.contains("drifted"), "{shown}");
        project.finish();
    };
    let args = &["apply", "--refresh-only", "--auto-approve"];
    Sweep { project: Project::embedded, prepare: &drifted, args, share: 8, check: &refreshes }.kill();
}

#[test]
fn a_record_taken_out_of_the_state() {
    let forgets = |project: &Project, _: &str| {
        let known = || project.firma(&["state", "list"]).expect(0).stdout.contains("disk.disk.data");
        if known() {
            project.firma(&["state", "rm", "disk.disk.data"]).expect(0);
        }
        assert!(!known());
        project.firma(&["state", "rm", "disk.disk.data"]).expect(1);
        // It is nobody's now, as was asked for; everything else is as it was.
        let (cloud, state) = (project.inventory(), project.recorded());
        assert_eq!(cloud.iter().filter(|one| !state.contains(one)).count(), 1, "{cloud:?} {state:?}");
        assert_eq!(state.len(), 4);
        project.firma(&["plan"]).expect(0);
    };
    let args = &["state", "rm", "disk.disk.data"];
    Sweep { project: Project::embedded, prepare: &applied, args, share: 20, check: &forgets }.kill();
}

#[test]
fn an_open_call_that_is_forgotten() {
    let unsent = |project: &Project| {
        // Begun and not sent: whoever looked may say so. One at a time, so that it is always the same.
        project.at("before-send:1", &["apply", "--auto-approve", "--parallelism", "1"]).expect_signal(9);
    };
    let forgets = |project: &Project, _: &str| {
        for address in ["vpc.vpc.main", "disk.disk.data", "vm.keypair.admin"] {
            project.firma(&["recover", "--forget", address]).expect(0);
        }
        project.firma(&["recover"]).expect(0).says("nothing is open");
    };
    let args = &["recover", "--forget", "disk.disk.data"];
    Sweep { project: Project::embedded, prepare: &unsent, args, share: 20, check: &forgets }.kill();
}

#[test]
fn a_plan_written_to_a_file() {
    let whole_or_none = |project: &Project, _: &str| {
        let file = project.sandbox.project().join("plan.firma");
        if !file.exists() {
            project.firma(&["plan", "--out", "plan.firma"]).expect(0);
        }
        assert!(!fs::read(&file).expect("a file").is_empty());
        project.firma(&["apply", "plan.firma"]).expect(0);
        project.expect_done();
    };
    let args = &["plan", "--out", "plan.firma"];
    Sweep { project: Project::embedded, prepare: &nothing, args, share: 20, check: &whole_or_none }.kill();
}

#[test]
fn a_plan_file_that_was_carried_out_halfway_goes_on_where_it_stopped() {
    for point in
        ["leased:1", "run-began:1", "plan-taken:1", "before-commit:1", "after-send:2", "ending:1", "run-ended:1"]
    {
        let project = Project::embedded();
        project.firma(&["plan", "--out", "plan.firma"]).expect(0);
        project.at(point, &["apply", "plan.firma"]).expect_signal(9);
        let again = project.firma(&["apply", "plan.firma"]);
        match point {
            // Of what was carried out to its last step nothing is left.
            "ending:1" | "run-ended:1" => drop(again.expect(4).says("E0615")),
            // What is half done is not as the plan saw it.
            "after-send:2" => drop(again.expect(4).says("E0626")),
            _ => {
                again.expect(0);
                project.expect_done();
                project.firma(&["apply", "plan.firma"]).expect(4).says("E0615");
            }
        }
        project.finish();
    }
}

/// Killed while it lies in wait for the second read: whatever number of kills, the end is the same.
#[test]
fn again_and_again() {
    for seed in 0..if crate::sweep::is_full() { 30 } else { 5 } {
        let project = Project::embedded();
        for turn in 1..6_usize {
            let number = (seed * 7 + turn * 3) % 4 + 1;
            let name = ["before-commit", "after-send", "after-commit", "before-send"][(seed + turn) % 4];
            project.at(&format!("{name}:{number}"), APPLY);
            project.jump(SETTLED);
        }
        project.finish();
    }
}
