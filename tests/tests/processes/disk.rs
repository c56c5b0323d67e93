//! Disks that are full, fail, may not be written, or go away.

use crate::{
    project::{Ended, Project},
    stopped::{stopped, woken},
    sweep::{each, is_full, points, some},
};
use std::{fs, path::Path, process::Command};

const APPLY: &[&str] = &["apply", "--auto-approve"];

/// The journal cannot be written, at each of its commits: before it, so that nothing is there; and after it, so that it is
/// there and nobody was told.
#[test]
fn a_commit_that_fails() {
    let first = Project::embedded();
    let commits = points(&first, APPLY).into_iter().filter(|point| point.contains("-commit:")).collect::<Vec<_>>();
    let cases: Vec<(String, &str, &str)> = some(&commits, 12)
        .into_iter()
        .flat_map(|point| {
            [("error:full", "E0606"), ("error:io", "E0608")].map(|(how, code)| (point.clone(), how, code))
        })
        .collect();
    each(&cases, |(point, how, code)| {
        let project = Project::embedded();
        project.at(&format!("{point}={how}"), APPLY).expect(1).says(code);
        project.finish();
    });
}

/// Files may not grow beyond a limit, at limits that meet many different writes. The kernel's signal for it (SIGXFSZ) is
/// outlived, as a full disk is; with room again, nothing is lost.
#[test]
fn files_that_may_not_grow() {
    let project = Project::served();
    project.firma(&["plan"]).expect(0);
    let size = fs::metadata(project.sandbox.project().join(".firma/state.db")).expect("a state").len();
    drop(project);
    let step = if is_full() { 1024 } else { 16 * 1024 };
    // From nothing at all to more than an apply writes.
    let limits: Vec<u64> = (0..size / step)
        .step_by(if is_full() { 8 } else { 2 })
        .map(|n| n * step)
        .chain((0..600 * 1024 / step).map(|n| size + n * step))
        .collect();
    let stopped = std::sync::atomic::AtomicUsize::new(0);
    each(&limits, |limit| {
        let project = Project::served();
        project.firma(&["plan"]).expect(0);
        let ended = limited(&project, *limit, APPLY);
        assert_eq!(ended.signal, None, "{ended}");
        match ended.code {
            Some(0) => project.expect_done(),
            Some(1) => {
                let told = ["E0606", "E0608", "E0607", "E0605"].iter().any(|code| ended.stderr.contains(code));
                assert!(told, "it does not say that the disk is full: {ended}");
                stopped.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            _ => panic!("{ended}"),
        }
        project.finish();
    });
    let stopped = stopped.into_inner();
    assert!(stopped * 4 > limits.len() && stopped < limits.len(), "{stopped} of {} limits stopped it", limits.len());
    println!("{stopped} of {} limits stopped it", limits.len());
}

/// On the embedded cloud the cloud's own file cannot grow either.
#[test]
fn files_that_may_not_grow_on_the_embedded_cloud() {
    let limits: Vec<u64> = (0..16).map(|n| (64 + n * 24) * 1024).collect();
    each(&some(&limits, 8), |limit| {
        let project = Project::embedded();
        project.firma(&["plan"]).expect(0);
        let ended = limited(&project, *limit, APPLY);
        assert!(ended.signal.is_none() && matches!(ended.code, Some(0 | 1)), "{ended}");
        project.finish();
    });
}

/// Runs a command whose files may not grow beyond so many bytes.
fn limited(project: &Project, bytes: u64, args: &[&str]) -> Ended {
    let script = format!("exec prlimit --fsize={bytes}:{bytes} -- \"$@\"");
    project.shell(&script, args).output().expect("it starts").into()
}

/// A plan file on a full disk is whole or not there.
#[test]
fn a_plan_file_without_room() {
    let project = Project::embedded();
    project.firma(&["plan"]).expect(0);
    let file = project.sandbox.project().join("plan.firma");
    // Output to a file that cannot grow: what was asked for is not there, and the exit code says so.
    project
        .shell("exec \"$@\" >/dev/full", &["plan"])
        .output()
        .map(Ended::from)
        .expect("it starts")
        .expect(1)
        .says("E0903");
    let ended = limited(&project, 4096, &["plan", "--out", "plan.firma"]);
    assert_eq!((ended.code, file.exists()), (Some(1), false), "{ended}");
    project.firma(&["plan", "--out", "plan.firma"]).expect(0);
    project.firma(&["apply", "plan.firma"]).expect(0);
    project.finish();
}

/// A folder and files that may only be read: refused before anything is changed.
#[test]
fn what_may_only_be_read() {
    for (path, mode) in [(".firma", 0o500), (".firma/state.db", 0o400), (".firma/state.db", 0o000), (".", 0o500)] {
        for prepared in [true, false] {
            if !prepared && path != "." {
                continue;
            }
            let project = Project::embedded();
            if prepared {
                project.firma(APPLY).expect(0);
                project.replace("disk_size_gb = 20", "disk_size_gb = 30");
            }
            let target = project.sandbox.project().join(path);
            let before = mode_of(&target);
            set_mode(&target, mode);
            let ended = unprivileged(&project, APPLY);
            set_mode(&target, before);
            if path == "." && prepared {
                // The project's folder is not written; what is in `.firma` may be.
                ended.expect(0);
            } else {
                assert!(matches!(ended.code, Some(1 | 4)), "{path}: {ended}");
                assert!(ended.stderr.contains("error[E0"), "{path}: {ended}");
            }
            // As whoever it belongs to: once that is mended, everything goes on.
            unprivileged(&project, APPLY).expect(0);
            unprivileged(&project, &["plan", "--detailed-exitcode"]).expect(0);
        }
    }
}

/// Runs a command as somebody for whom permissions count; the project is given to them.
fn unprivileged(project: &Project, args: &[&str]) -> Ended {
    if std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").expect("this process")) != 0 {
        return project.firma(args);
    }
    let root = project.sandbox.root();
    let binary = root.join("firma");
    if !binary.exists() {
        fs::copy(firma_tests::binary::with_failpoints(), &binary).expect("a copy");
    }
    give_away(root);
    let firma = project.sandbox.command(args);
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(&binary).args(args);
    command.current_dir(project.sandbox.project()).env_clear();
    command.envs(firma.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.output().expect("it starts").into()
}

fn give_away(path: &Path) {
    std::os::unix::fs::chown(path, Some(65534), Some(65534)).expect("a new owner");
    if path.is_dir() {
        fs::read_dir(path).expect("a folder").flatten().for_each(|entry| give_away(&entry.path()));
    }
}

fn mode_of(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).expect("a file").permissions())
}

fn set_mode(path: &Path, mode: u32) {
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
    fs::set_permissions(path, permissions).expect("other permissions");
}

/// Somebody removes the state, or puts an older one in its place, while an apply is at work: nothing more is sent, and the
/// apply does not end as if all were well.
#[test]
fn a_state_that_is_removed_or_replaced_while_it_is_used() {
    for replaced in [false, true] {
        for point in ["before-commit:1", "after-commit:1", "before-commit:3", "before-commit:6"] {
            let project = Project::served();
            project.firma(&["plan"]).expect(0);
            let folder = project.sandbox.project().join(".firma");
            let aside = project.sandbox.root().join("aside");
            copy(&folder, &aside);
            let child = stopped(&project, point, &["apply", "--auto-approve", "--parallelism", "1"]);
            let before = project.inventory();
            fs::remove_dir_all(&folder).expect("it is removed");
            if replaced {
                copy(&aside, &folder);
            }
            let ended = woken(child).expect(1);
            assert!(ended.stderr.contains("E0624"), "{point}: {ended}");
            let after = project.inventory();
            // What was about to be sent may still be: it was written down where nobody will read it any more.
            assert!(after.len() <= before.len() + 1, "{point}: {before:?} {after:?}");
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
    }
}
