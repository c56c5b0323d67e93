//! What `firma api --dry-run` prints is run by a shell, and the server accepts what curl would send.

use firma_tests::{sandbox::Sandbox, scenario::background::Background};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    process::Command,
};

/// Stands for curl: writes down what it was given.
const RECORDER: &str = "#!/bin/sh\nprintf '%s\\0' \"$@\"\n";

/// The arguments that curl gets from a line.
fn arguments(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let folder = sandbox.root().join("bin");
    fs::create_dir_all(&folder).expect("a folder");
    let curl = folder.join("curl");
    fs::write(&curl, RECORDER).expect("a script");
    fs::set_permissions(&curl, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh").args(["-c", line]).env("PATH", path).output().expect("a shell");
    let words = String::from_utf8(output.stdout).expect("text");
    words.split_terminator('\0').map(str::to_owned).collect()
}

/// What curl does with them: one request, one answer.
fn curl(arguments: &[String]) -> String {
    let (mut method, mut url, mut headers, mut body) = ("GET", "", String::new(), "");
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut next = || words.next().expect("a word after an option").as_str();
        match word.as_str() {
            "-X" => method = next(),
            "-H" => headers.push_str(&format!("{}\r\n", next())),
            "--data-binary" => body = next(),
            "--globoff" => {}
            other => url = other,
        }
    }
    let (host, target) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("a URL");
    let mut stream = TcpStream::connect(host).expect("it listens");
    let length = body.len();
    write!(
        stream,
        "{method} /{target} HTTP/1.1\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn a_line_for_curl_is_a_call_that_is_accepted() {
    let mut sandbox = Sandbox::new();
    let server =
        Background::start(sandbox.command(&["emulator", "serve", "--listen", "127.0.0.1:0"])).expect("it starts");
    let listening = server.line_with("http://127.0.0.1:").expect("it says where");
    let from = listening.find("http://").expect("a URL");
    let endpoint: String =
        listening[from..].chars().take_while(|c| c.is_ascii_alphanumeric() || ":/.".contains(*c)).collect();
    sandbox.set("FIRMA_ENDPOINT", endpoint.trim_end_matches(['/', '.']));
    sandbox.set("JDCLOUD_ACCESS_KEY", "emulator");
    sandbox.set("JDCLOUD_SECRET_KEY", "emulator");

    let create = [
        "api",
        "vpc",
        "createVpc",
        "--region",
        "cn-north-1",
        "--dry-run",
        "-p",
        "vpcName=main",
        "-p",
        "description=it's {one} [of] $HOME",
        "-p",
        "addressPrefix=10.0.0.0/16",
    ];
    let line = sandbox.firma(&create).expect(0).stdout;
    let list =
        ["api", "vpc", "describeVpcs", "--region", "cn-north-1", "--query", "vpcs[].description", "--format", "text"];
    assert_eq!(sandbox.firma(&list).expect(0).stdout, "", "nothing was sent yet");
    let answer = curl(&arguments(&sandbox, &line));
    assert!(answer.starts_with("HTTP/1.1 200"), "{line}\n{answer}");
    assert_eq!(sandbox.firma(&list).expect(0).stdout, "it's {one} [of] $HOME\n");

    // Once: the nonce is used up.
    let again = curl(&arguments(&sandbox, &line));
    assert!(!again.starts_with("HTTP/1.1 200"), "{again}");

    let read = sandbox.firma(&["api", "vpc", "describeVpcs", "--region", "cn-north-1", "--dry-run", "--all"]).expect(0);
    let answer = curl(&arguments(&sandbox, &read.stdout));
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("vpc-"), "{}\n{answer}", read.stdout);
}

/// A shell asks for what may come next.
#[test]
fn services_operations_and_parameters_are_completed() {
    let sandbox = Sandbox::new();
    let offered = |words: &[&str]| {
        let index = (words.len() - 1).to_string();
        let mut command = sandbox.command(&[&["--"], words].concat());
        command.env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", index).env("_CLAP_COMPLETE_COMP_TYPE", "9");
        let output = command.env("_CLAP_IFS", "\n").output().expect("it starts");
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(offered(&["firma", "api", "vp"]).contains(&"vpc".to_owned()));
    assert_eq!(offered(&["firma", "api", "vpc", "createVp"]), ["createVpc", "createVpcPeering", "createVpcPolicy"]);
    assert_eq!(offered(&["firma", "api", "vpc", "createVpc", "-p", "vpcN"]), ["vpcName="]);
    assert_eq!(offered(&["firma", "api", "vpc", "createVpc", "--region", "cn-n"]), ["cn-north-1"]);
    assert!(offered(&["firma", "api", "vpc", "describeVpcs", "--a"]).contains(&"--all".to_owned()));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = sandbox.firma(&["completions", shell]).expect(0).stdout;
        assert!(script.contains("COMPLETE"), "{shell}: {script}");
    }
}
