//! No secret leaves the places it is meant for: a password, a sensitive variable and a sensitive output go through a whole
//! life, and their bytes are looked for in everything that was printed and in every file that was written.

use firma_tests::{sandbox::Sandbox, scenario::background::Background};
use std::{
    fs,
    path::{Path, PathBuf},
};

const PASSWORD: &str = "Not-a-Secret-71-canary";
/// How private keys that the emulated cloud makes begin.
const SHOWN_ONCE: &str = "BEGIN EMULATED PRIVATE KEY";
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
[vm.keypair.made]
key_name = "secrets"
[firma.value.kept]
input = { inside = "${var.other}", beside = "plain", key = "${vm.keypair.made.private_key}" }
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
    for canary in [PASSWORD, VARIABLE, SHOWN_ONCE] {
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
        vec!["state", "show", "vm.keypair.made", "--format", "json"],
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
    let named = String::from_utf8_lossy(&named.stdout);
    assert!(named.contains(VARIABLE) && named.contains(SHOWN_ONCE), "{named}");
}

/// A secret in every spelling in which it might get out.
fn spellings(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).expect("JSON");
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let url: String = secret
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let mut all = vec![secret.to_owned(), json[1..json.len() - 1].to_owned(), hex.to_uppercase(), hex, url];
    // Base64 looks different at each of three offsets; characters at either end are shared with neighbours.
    for offset in 0..3 {
        let text = base64(&[&b"\0\0"[..offset], secret.as_bytes()].concat());
        let inner = text.trim_end_matches('=');
        let inner = &inner[if offset == 0 { 0 } else { 4 }..inner.len() - 1];
        all.push(inner.replace('+', "-").replace('/', "_"));
        all.push(inner.to_owned());
    }
    all
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            out.push(if at <= chunk.len() { char::from(LETTERS[(bits >> (18 - 6 * at) & 63) as usize]) } else { '=' });
        }
    }
    out
}

fn assert_clean(what: &str, bytes: &[u8], secrets: &[&str]) {
    for secret in secrets {
        for text in spellings(secret) {
            let there = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!there, "{what} holds {secret} as {text}");
        }
    }
}

/// Everything that can be secret, each of its own, with characters that every encoding spells differently.
const TYPE: &str = "g.\"canary\"/type é1";
const FIRST: &str = "Canary\"Pass?/word+71";
const SECOND: &str = "Canary\"Other>/word+72";
const FROM_FILE: &str = "canary <from> a \"file\" 83";
const FROM_ENV: &str = "canary & env/ironment 84";
const ACCESS: &str = "canary-of-an-access-key-85/+";

const OVER_HTTP: &str = r#"
[project]
name = "secrets"
[cloud]
endpoint = "${env.ENDPOINT}"
[defaults]
region = "cn-north-1"
zone = "cn-north-1a"
billing = { method = "postpaid_by_duration" }
[variable.password]
type = "string"
sensitive = true
[variable.instance_type]
type = "string"
sensitive = true
[variable.described]
type = "string"
sensitive = true
[variable.other]
type = "string"
sensitive = true
[vpc.vpc.main]
vpc_name = "secrets"
address_prefix = "10.0.0.0/16"
description = "${var.described}"
[vpc.subnet.main]
vpc_id = "${vpc.vpc.main.id}"
subnet_name = "secrets"
address_prefix = "10.0.0.0/24"
[data.vm.image.ubuntu]
image_source = "public"
platform = "Ubuntu"
[vm.instance.main]
name = "secrets"
instance_type = "${var.instance_type}"
image_id = "${data.vm.image.ubuntu.items[0].image_id}"
password = "${var.password}"
primary_network_interface = { network_interface = { subnet_id = "${vpc.subnet.main.id}" } }
[firma.value.kept]
input = { inside = "${var.other}" }
[output.hidden]
value = "${firma.value.kept.output}"
sensitive = true
"#;

/// A whole life against a cloud on a socket: made, refused with the secret in the cloud's own words, killed, recovered,
/// changed, shown in every way, logged, deleted. Afterwards no byte of any secret is anywhere.
#[test]
fn canaries_stay_hidden_on_the_wire() {
    let secrets = [TYPE, FIRST, SECOND, FROM_FILE, FROM_ENV, ACCESS];
    let mut sandbox = Sandbox::new();
    let project = sandbox.project();
    let server = sandbox.command(&["emulator", "serve", "--listen", "127.0.0.1:0", "--speed", "0.1"]);
    let server = Background::start(server).expect("a server");
    let line = server.line_with("http://127.0.0.1:").expect("it listens");
    let url = line.split("on ").nth(1).expect("its address").trim().to_owned();
    let temporary = sandbox.root().join("tmp");
    fs::create_dir(&temporary).expect("a folder");
    for (name, value) in [
        ("ENDPOINT", url.as_str()),
        ("TMPDIR", &temporary.to_string_lossy()),
        ("JDCLOUD_ACCESS_KEY", "canary-key"),
        ("JDCLOUD_SECRET_KEY", ACCESS),
        ("FIRMA_VAR_other", FROM_ENV),
    ] {
        sandbox.set(name, value);
    }
    let write = |name: &str, text: &str| fs::write(project.join(name), text).expect("a file");
    write("firma.toml", OVER_HTTP);
    let described = format!("described = {}\n", serde_json::to_string(FROM_FILE).expect("a string"));
    let vars = sandbox.root().join("secret.toml");
    fs::write(&vars, &described).expect("a file");
    let vars = vars.to_string_lossy().into_owned();

    let check = |args: &[&str], codes: &[i32]| {
        let output = sandbox.command(args).output().expect("it runs");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.code().is_some_and(|code| codes.contains(&code)), "{args:?}\n{out}\n{err}");
        assert_clean(&format!("the output of {args:?}"), &output.stdout, &secrets);
        assert_clean(&format!("the messages of {args:?}"), &output.stderr, &secrets);
        format!("{out}{err}")
    };
    check(&["emulator", "key", "canary-key", "--secret", ACCESS, "--endpoint", &url, "--log", "log.json"], &[0]);
    check(&["init", "--new-state"], &[0]);
    let (first, second) = (format!("password={FIRST}"), format!("password={SECOND}"));
    let (wrong, right) = (format!("instance_type={TYPE}"), "instance_type=g.n2.medium".to_owned());
    let given = |command: &[&str], password: &str, kind: &str, more: &[&str]| -> Vec<String> {
        let options = ["--var", password, "--var", kind, "--var-file", &vars, "--log", "log.json"];
        command.iter().chain(&options).chain(more).map(|text| (*text).to_owned()).collect()
    };
    let run = |args: Vec<String>, codes: &[i32]| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        check(&args, codes)
    };
    run(given(&["plan"], &first, &wrong, &["--out", "kept.plan"]), &[0]);
    for args in
        [&["show", "kept.plan"][..], &["show", "kept.plan", "--format", "json"], &["show", "kept.plan", "--calls"]]
    {
        check(args, &[0]);
    }
    // The cloud repeats what it does not like.
    let refused = run(given(&["apply", "--auto-approve"], &first, &wrong, &[]), &[1]);
    assert!(refused.contains("instanceType `(sensitive)` is unknown"), "{refused}");
    run(given(&["apply", "--auto-approve"], &first, &wrong, &["--events", "json"]), &[1]);
    // Killed while the instance starts.
    let args = given(&["apply", "--auto-approve"], &first, &right, &["--events", "json"]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut started = Background::start(sandbox.command(&args)).expect("it starts");
    started.line_with("\"event\":\"step_waiting\"").expect("it waits");
    started.kill().expect("it is killed");
    started.finish().expect("it is gone");
    check(&["recover", "--log", "log.json"], &[0]);
    run(given(&["apply", "--auto-approve"], &first, &right, &[]), &[0]);
    run(given(&["apply", "--auto-approve"], &second, &right, &["--events", "json"]), &[0]);
    for args in [
        &["history"][..],
        &["history", "--format", "json"],
        &["history", "show", "1"],
        &["history", "show", "1", "--format", "json"],
        &["history", "show", "1", "--journal"],
        &["history", "show", "1", "--journal", "--format", "json"],
        &["history", "show", "3"],
        &["doctor", "--log", "log.json"],
        &["doctor", "--format", "json"],
        &["show"],
        &["show", "--format", "json"],
        &["state", "show", "vm.instance.main"],
        &["state", "show", "firma.value.kept", "--format", "json"],
        &["output"],
        &["output", "--format", "json"],
    ] {
        check(args, &[0]);
    }
    // What was mistyped is not repeated.
    check(&["plan", "--var", FIRST, "--log", "log.json"], &[1]);
    check(&["apply", "kept.plan", "--log", "log.json"], &[1, 4]);
    run(given(&["plan"], "bogus=1", &right, &[]), &[1]);
    // In play it was: asked for by name, it is there.
    let named = sandbox.firma(&["output", "hidden", "--format", "json"]).expect(0);
    assert!(named.json().to_string().contains("canary & env"), "{}", named.stdout);
    run(given(&["destroy", "--auto-approve"], &second, &right, &[]), &[0]);

    let key = fs::read_to_string(project.join(".firma").join("state.key")).expect("the key file");
    let key = key.trim().rsplit(' ').next().expect("the key").to_owned();
    let mut found = Vec::new();
    files(sandbox.root(), &mut found);
    let named = |end: &str| found.iter().any(|path| path.ends_with(end));
    assert!(named("state.db") && named("kept.plan") && named("log.json"), "{found:?}");
    for path in found.iter().filter(|path| !path.ends_with("secret.toml")) {
        let bytes = fs::read(path).expect("a file");
        assert_clean(&path.display().to_string(), &bytes, &secrets);
        if !path.ends_with("state.key") {
            assert_clean(&path.display().to_string(), &bytes, &[&key]);
        }
    }
    let log = fs::read_to_string(project.join("log.json")).expect("the log");
    assert!(log.contains("\"operation\":\"createInstances\"") && log.contains("\"event\":\"commit\""), "{log}");
}

/// The search finds what it is to find.
#[test]
fn spellings_are_those_of_the_world() {
    let secret = FIRST;
    for before in ["", "a", "ab"] {
        let encoded = base64(format!("{before}{secret}trailer").as_bytes());
        let there = spellings(secret).iter().any(|text| encoded.contains(text.as_str()));
        assert!(there, "{encoded} is not recognised");
    }
}
