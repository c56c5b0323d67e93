//! Plan files that are stale, used up, damaged or cut off: refused, and nothing is changed.

use crate::{
    project::Project,
    sweep::{each, some},
};
use std::fs;

fn planned(project: &Project) -> Vec<u8> {
    project.firma(&["plan", "--out", "plan.firma"]).expect(0);
    fs::read(project.sandbox.project().join("plan.firma")).expect("a plan")
}

/// Applies these bytes as a plan and expects a refusal.
fn refused(project: &Project, name: &str, bytes: &[u8]) {
    let path = project.sandbox.project().join(name);
    fs::write(&path, bytes).expect("a file");
    let ended = project.firma(&["apply", name]);
    assert_eq!(ended.code, Some(4), "{name}: {ended}");
    assert!(ended.stderr.contains("error[E06") || ended.stderr.contains("error[E08"), "{name}: {ended}");
    fs::remove_file(path).expect("a file");
}

#[test]
fn a_flipped_bit() {
    let project = Project::embedded();
    let plan = planned(&project);
    let places: Vec<usize> = (0..plan.len()).step_by(97).chain([plan.len() - 1]).collect();
    each(&some(&places, 60), |at| {
        let mut bytes = plan.clone();
        bytes[*at] ^= 1 << (at % 8);
        refused(&project, &format!("flipped-{at}"), &bytes);
    });
    assert_eq!(project.expect_same(), []);
    project.firma(&["apply", "plan.firma"]).expect(0);
    project.expect_done();
}

#[test]
fn a_plan_that_breaks_off_or_goes_on() {
    let project = Project::embedded();
    let plan = planned(&project);
    let lengths: Vec<usize> = (0..plan.len()).step_by(211).chain([plan.len() - 1]).collect();
    each(&some(&lengths, 25), |length| refused(&project, &format!("cut-{length}"), &plan[..*length]));
    refused(&project, "longer", &[&plan[..], b"x"].concat());
    refused(&project, "twice", &[&plan[..], &plan[..]].concat());
    assert_eq!(project.expect_same(), []);
    project.firma(&["apply", "plan.firma"]).expect(0);
    project.expect_done();
}

#[test]
fn a_plan_whose_ground_has_moved() {
    let project = Project::embedded();
    planned(&project);
    project.firma(&["apply", "--auto-approve"]).expect(0);
    project.firma(&["apply", "plan.firma"]).expect(4);
    project.expect_done();
    project.replace("disk_size_gb = 20", "disk_size_gb = 30");
    planned(&project);
    project.firma(&["destroy", "--auto-approve"]).expect(0);
    project.firma(&["apply", "plan.firma"]).expect(4);
    project.expect_nothing();
}

#[test]
fn the_same_plan_twice() {
    let project = Project::embedded();
    planned(&project);
    project.firma(&["apply", "plan.firma"]).expect(0);
    project.firma(&["apply", "plan.firma"]).expect(4).says("E0615");
    project.expect_done();
}

/// At the same moment: one carries it out.
#[test]
fn the_same_plan_twice_at_once() {
    let rounds: Vec<usize> = (0..4).collect();
    each(&rounds, |_| {
        let project = Project::embedded();
        planned(&project);
        let start = || {
            let mut command = project.sandbox.command(&["apply", "plan.firma"]);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().expect("it starts")
        };
        let children = [start(), start(), start()];
        let mut codes = children.map(|mut child| child.wait().expect("it ends").code());
        codes.sort_unstable();
        assert_eq!(codes, [Some(0), Some(4), Some(4)]);
        project.expect_done();
    });
}

#[test]
fn a_plan_of_another_state() {
    let (one, other) = (Project::embedded(), Project::embedded());
    let plan = planned(&one);
    other.firma(&["plan"]).expect(0);
    refused(&other, "foreign", &plan);
    assert_eq!(other.expect_same(), []);
}
