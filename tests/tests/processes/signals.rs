//! Signals: what is asked for happens, the exit code says so, and the state is whole.

use crate::project::{Ended, Project};
use firma_tests::scenario::background::Background;
use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
};

const APPLY: &[&str] = &["apply", "--auto-approve"];

/// The first signal: what runs is finished, the rest is not begun.
#[test]
fn once_in_good_order() {
    for (signal, code) in [("sigint", 130), ("sigterm", 143), ("sighup", 143)] {
        for point in ["carrying:1", "after-commit:1", "before-send:2", "after-send:1", "after-send:3"] {
            let project = Project::embedded();
            let ended = project.at(&format!("{point}={signal}"), APPLY).expect(code).says("stopping");
            assert!(ended.stderr.contains("once more to stop waiting"), "{point}: {ended}");
            project.firma(&["recover"]).expect(0).says("nothing is open");
            project.expect_same();
            project.finish();
        }
    }
}

/// The second: nothing is waited for, the journal stays open.
#[test]
fn twice_at_once() {
    for (signal, code) in [("sigint", 130), ("sigterm", 143)] {
        for (first, second) in [
            ("after-commit:1", "before-send:2"),
            ("before-send:1", "after-send:2"),
            ("after-send:1", "before-commit:4"),
        ] {
            let project = Project::embedded();
            let points = format!("{first}={signal},{second}={signal}");
            project.at(&points, APPLY).expect(code).says("stopping");
            project.finish();
        }
    }
}

/// From outside, to a process that waits for a slow object.
#[test]
fn from_outside_while_it_waits() {
    for (signal, code, twice) in [("INT", 130, false), ("INT", 130, true), ("TERM", 143, true), ("HUP", 143, true)] {
        let project = Project::slow();
        let apply = project.sandbox.command(&["apply", "--auto-approve", "--events", "json"]);
        let (mut child, mut lines) = started(apply);
        wait_for(&mut lines, "step_waiting");
        send(&child, signal);
        let mut notes = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
        assert!(notes.any(|line| line.contains("stopping: what runs is finished")), "nothing was said");
        if twice {
            send(&child, signal);
            assert!(notes.any(|line| line.contains("stopping now")), "nothing was said of the second");
        }
        // Read to the end, so that nothing it prints stops it.
        let reader = std::thread::spawn(move || notes.count());
        lines.for_each(drop);
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "SIG{signal}, twice: {twice}");
        reader.join().expect("a reader");
        project.firma(APPLY).expect(0);
        project.expect_done();
    }
}

/// SIGQUIT asks for nothing: it ends the program where it stands, as SIGKILL does.
#[test]
fn quit_is_as_good_as_kill() {
    for point in ["after-commit:2", "after-send:2"] {
        let project = Project::embedded();
        let ended: Ended = {
            let script = "ulimit -c 0; exec \"$@\"";
            let mut shell = project.shell(script, APPLY);
            shell.env("FIRMA_FAILPOINT", format!("{point}=sigquit")).output().expect("it starts").into()
        };
        ended.expect_signal(3);
        project.finish();
    }
}

/// What whoever started the program has it ignore stays ignored: `nohup`, and jobs in the background of a script.
#[test]
fn what_is_ignored_stays_ignored() {
    for (name, signal) in [("HUP", "sighup"), ("INT", "sigint"), ("TERM", "sigterm")] {
        let project = Project::embedded();
        let mut shell = project.shell(&format!("trap '' {name}; exec \"$@\""), APPLY);
        shell.env("FIRMA_FAILPOINT", format!("after-send:1={signal}"));
        let ended: Ended = shell.output().expect("it starts").into();
        let ended = ended.expect(0);
        assert!(!ended.stderr.contains("stopping"), "{ended}");
        project.expect_done();
    }
}

/// Nobody reads any more: the work goes on to its end.
#[test]
fn readers_that_go_away() {
    for script in ["exec \"$@\" >&-", "exec \"$@\" 2>&-", "exec \"$@\" >&- 2>&-", "exec \"$@\" >&- 2>&- <&-"] {
        for events in ["lines", "json"] {
            let project = Project::embedded();
            let args = ["apply", "--auto-approve", "--events", events];
            let ended: Ended = project.shell(script, &args).output().expect("it starts").into();
            ended.expect(0);
            project.expect_done();
        }
    }
}

/// As `firma apply | head -1`, and the same for standard error, in the middle of an apply.
#[test]
fn readers_that_go_away_in_the_middle() {
    for (out, err) in [(true, false), (false, true), (true, true)] {
        for events in ["lines", "json"] {
            let project = Project::embedded();
            let mut command = project.sandbox.command(&["apply", "--auto-approve", "--events", events]);
            // It stands still until both readers are gone, and has most to say after that.
            command.env("FIRMA_FAILPOINT", "after-send:1=stop");
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().expect("it starts");
            until_stopped(&child);
            let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
            let reader = |pipe: Option<Box<dyn std::io::Read + Send>>| {
                pipe.map(|mut pipe| {
                    std::thread::spawn(move || {
                        let mut text = String::new();
                        drop(pipe.read_to_string(&mut text));
                        text
                    })
                })
            };
            let keep = |keep: bool, pipe: Box<dyn std::io::Read + Send>| keep.then_some(pipe);
            let out_reader = reader(keep(!out, Box::new(stdout.expect("a pipe"))));
            let err_reader = reader(keep(!err, Box::new(stderr.expect("a pipe"))));
            send(&child, "CONT");
            let status = child.wait().expect("it ends");
            let said: Vec<String> =
                [out_reader, err_reader].into_iter().flatten().map(|reader| reader.join().expect("a reader")).collect();
            assert_eq!(status.code(), Some(0), "closed: stdout {out}, stderr {err}, {events}: {said:?}");
            project.expect_done();
        }
    }
}

/// A signal while nothing is carried out yet ends the program at once; nothing was changed.
#[test]
fn before_anything_is_carried_out() {
    for (signal, number) in [("sigint", 2), ("sigterm", 15), ("sighup", 1)] {
        for point in ["key-made", "plan-stored", "leased", "run-began"] {
            let project = Project::embedded();
            project.at(&format!("{point}={signal}"), APPLY).expect_signal(number);
            project.expect_same();
            project.finish();
        }
    }
}

/// Asked to stop, the served cloud stops, with the exit code of the signal.
#[test]
fn a_server_that_is_asked_to_stop() {
    let project = Project::embedded();
    let server = project.sandbox.command(&["emulator", "serve", "--listen", "127.0.0.1:0"]);
    let server = Background::start(server).expect("it starts");
    server.line_with("listening").expect("it says where");
    server.interrupt().expect("a signal");
    assert_eq!(server.finish().expect("it ends").code(), Some(130));
}

/// Starts a command whose lines can be awaited.
fn started(mut command: Command) -> (Child, impl Iterator<Item = String>) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let stdout = child.stdout.take().expect("a pipe");
    (child, BufReader::new(stdout).lines().map_while(Result::ok))
}

fn wait_for(lines: &mut impl Iterator<Item = String>, text: &str) {
    assert!(lines.any(|line| line.contains(text)), "`{text}` was not printed");
}

/// Sends a signal to a child.
pub(crate) fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "SIG{signal} cannot be sent");
}

/// Returns when a child has been stopped.
pub(crate) fn until_stopped(child: &Child) {
    use nix::{
        sys::wait::{WaitPidFlag, WaitStatus, waitpid},
        unistd::Pid,
    };
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process id"));
    let status = waitpid(pid, Some(WaitPidFlag::WUNTRACED)).expect("a child");
    assert!(matches!(status, WaitStatus::Stopped(..)), "{status:?}");
}
