//! No secret leaves the places it is meant for: a password, a sensitive variable and a sensitive output go through a whole
//! life, and their bytes are looked for in everything that was printed and in every file that was written.

use firma_tests::sandbox::Sandbox;
use std::{
    fs,
    path::{Path, PathBuf},
};

const PASSWORD: &str = "Not-a-Secret-71-canary";
const VARIABLE: &str = "canary-of-a-variable-82";

const MANIFEST: &str = r#"
[project]
name = "secrets"
[cloud]
endpoint = "emulator"
[defaults]
region = "cn-north-1"
zone = "cn-north-1a"
billing = { method = "postpaid_by_duration" }
[variable.password]
type = "string"
sensitive = true
[variable.other]
type = "string"
sensitive = true
[vpc.vpc.main]
vpc_name = "secrets"
address_prefix = "10.0.0.0/16"
[vpc.subnet.main]
vpc_id = "${vpc.vpc.main.id}"
subnet_name = "secrets"
address_prefix = "10.0.0.0/24"
[data.vm.image.ubuntu]
image_source = "public"
platform = "Ubuntu"
[vm.instance.main]
name = "secrets"
instance_type = "g.n2.medium"
image_id = "${data.vm.image.ubuntu.items[0].image_id}"
password = "${var.password}"
primary_network_interface = { network_interface = { subnet_id = "${vpc.subnet.main.id}" } }
[firma.value.kept]
input = { inside = "${var.other}", beside = "plain" }
[output.hidden]
value = "${firma.value.kept.output}"
sensitive = true
"#;

/// Every file below a folder except the simulated cloud, which is the other side of the wire.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            files(&path, found);
        } else if !name.starts_with("emulator.db") {
            found.push(path);
        }
    }
}

fn assert_absent(what: &str, bytes: &[u8]) {
    for canary in [PASSWORD, VARIABLE] {
        let there = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
        assert!(!there, "{what} holds {canary}");
    }
}

#[test]
fn canaries_stay_hidden() {
    let mut sandbox = Sandbox::new();
    fs::write(sandbox.project().join("firma.toml"), MANIFEST).expect("a manifest");
    sandbox.set("FIRMA_VAR_other", VARIABLE);
    let var = format!("password={PASSWORD}");
    let runs: Vec<Vec<&str>> = vec![
        vec!["plan", "--var", &var],
        vec!["plan", "--var", &var, "--format", "json", "--out", "kept.plan"],
        vec!["show", "kept.plan"],
        vec!["show", "kept.plan", "--calls"],
        vec!["show", "kept.plan", "--format", "json"],
        vec!["apply", "--auto-approve", "--var", &var, "--events", "json"],
        vec!["plan", "--var", &var],
        vec!["show"],
        vec!["show", "--format", "json"],
        vec!["state", "show", "vm.instance.main"],
        vec!["state", "show", "firma.value.kept", "--format", "json"],
        vec!["output"],
        vec!["output", "--format", "json"],
        vec!["history", "--format", "json"],
        vec!["history", "show", "1", "--format", "json"],
        vec!["history", "show", "1"],
    ];
    let project = sandbox.project();
    for args in runs {
        let output = sandbox.command(&args).current_dir(&project).output().expect("it runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert_absent(&format!("the output of {args:?}"), &output.stdout);
        assert_absent(&format!("the messages of {args:?}"), &output.stderr);
    }
    let mut found = Vec::new();
    files(&project, &mut found);
    assert!(
        found.iter().any(|path| path.ends_with("state.db")) && found.iter().any(|path| path.ends_with("kept.plan"))
    );
    for path in found {
        assert_absent(&path.display().to_string(), &fs::read(&path).expect("a file"));
    }
    // A hash is enough to tell the same password from another one.
    for (password, code) in [(var.as_str(), 0), ("password=Not-a-Secret-72-other", 2)] {
        let args = ["plan", "--detailed-exitcode", "--var", password];
        let output = sandbox.command(&args).current_dir(&project).output().expect("it runs");
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stdout));
    }
    // Asked for by name it is there, so the canary was really in play.
    let named = sandbox.command(&["output", "hidden"]).current_dir(&project).output().expect("it runs");
    assert!(String::from_utf8_lossy(&named.stdout).contains(VARIABLE));
}
