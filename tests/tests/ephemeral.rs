//! An ephemeral value is used and kept nowhere: not printed, not in a file, and not in what the state seals either. A sensitive
//! one beside it shows that the search looks where such values would be.

use firma_store::{Mode, Store};
use firma_tests::sandbox::Sandbox;
use std::{
    fs,
    path::{Path, PathBuf},
};

const EPHEMERAL: &str = "Not-a-Secret-91-canary";
const SENSITIVE: &str = "Not-a-Secret-92-canary";

const MANIFEST: &str = r#"
[project]
name = "ephemeral"
[cloud]
endpoint = "emulator"
[defaults]
region = "cn-north-1"
zone = "cn-north-1a"
billing = { method = "postpaid_by_duration" }
[variable.word]
type = "string"
ephemeral = true
[variable.other]
type = "string"
sensitive = true
[local]
made = "${var.word}"
[module.words]
source = "./words"
word = "${local.made}"
[vpc.vpc.main]
vpc_name = "ephemeral"
address_prefix = "10.0.0.0/16"
[vpc.subnet.main]
vpc_id = "${vpc.vpc.main.id}"
subnet_name = "ephemeral"
address_prefix = "10.0.0.0/24"
[data.vm.image.ubuntu]
image_source = "public"
platform = "Ubuntu"
[vm.instance.a]
name = "first"
instance_type = "g.n2.medium"
image_id = "${data.vm.image.ubuntu.items[0].image_id}"
password = "${module.words.word}"
primary_network_interface = { network_interface = { subnet_id = "${vpc.subnet.main.id}" } }
[vm.instance.b]
name = "second"
instance_type = "g.n2.medium"
image_id = "${data.vm.image.ubuntu.items[0].image_id}"
password = "${var.other}"
primary_network_interface = { network_interface = { subnet_id = "${vpc.subnet.main.id}" } }
[[vm.instance.a.lifecycle.postcondition]]
condition = '${self.name == "first" && length(var.word) > 3}'
message = "too short"
[check.word]
assert = '${var.word == "another" || vm.instance.a.name == "second"}'
message = "it is not the other word"
"#;

const MODULE: &str = r#"
[variable.word]
type = "string"
ephemeral = true
[[variable.word.validation]]
condition = '${startswith(var.word, "Not")}'
message = "it begins wrongly"
[output.word]
value = "${var.word}"
ephemeral = true
"#;

/// Every file below a folder except the simulated cloud, which is the other side of the wire.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if !entry.file_name().to_string_lossy().starts_with("emulator.db") {
            found.push(path);
        }
    }
}

fn holds(bytes: &[u8], canary: &str) -> bool {
    bytes.windows(canary.len()).any(|window| window == canary.as_bytes())
}

#[test]
fn what_is_ephemeral_is_kept_nowhere() {
    let sandbox = Sandbox::new();
    let project = sandbox.project();
    fs::create_dir(project.join("words")).expect("a folder");
    fs::write(project.join("firma.toml"), MANIFEST).expect("a manifest");
    fs::write(project.join("words").join("main.toml"), MODULE).expect("a module");
    let (word, other) = (format!("word={EPHEMERAL}"), format!("other={SENSITIVE}"));
    let both = ["--var", &word, "--var", &other, "--log", "log.json"];
    let run = |args: &[&str], codes: &[i32]| {
        let output = sandbox.command(args).current_dir(&project).output().expect("it runs");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code().is_some_and(|code| codes.contains(&code)), "{args:?}: {told}");
        for canary in [EPHEMERAL, SENSITIVE] {
            assert!(!holds(&output.stdout, canary), "the output of {args:?} holds {canary}");
            assert!(!holds(&output.stderr, canary), "the messages of {args:?} hold {canary}");
        }
        told
    };
    let with =
        |command: &[&'static str]| -> Vec<String> { command.iter().copied().chain(both).map(str::to_owned).collect() };
    let given = |command: &[&'static str], codes: &[i32]| {
        let args = with(command);
        run(&args.iter().map(String::as_str).collect::<Vec<_>>(), codes)
    };
    let told = given(&["plan", "--out", "kept.plan"], &[0]);
    assert!(told.contains("it is not the other word") && told.contains("(sensitive)"), "{told}");
    run(&["show", "kept.plan", "--calls"], &[0]);
    run(&["show", "kept.plan", "--format", "json"], &[0]);
    assert!(run(&["apply", "kept.plan"], &[4]).contains("E0374"));
    assert!(run(&["apply", "kept.plan", "--var", "word=Not-this-one"], &[4]).contains("E0375"));
    run(&["apply", "kept.plan", "--var", &word, "--events", "json", "--log", "log.json"], &[0]);
    // The hash tells the same value from another one.
    given(&["plan", "--detailed-exitcode"], &[0]);
    run(&["plan", "--detailed-exitcode", "--var", "word=Not-this-one", "--var", &other], &[2]);
    given(&["apply", "--auto-approve", "--replace", "vm.instance.a"], &[0]);
    for args in [&["show", "--format", "json"][..], &["history", "show", "1", "--journal", "--format", "json"]] {
        run(args, &[0]);
    }

    let store = Store::open(&project.join(".firma").join("state.db"), Mode::Existing).expect("a state");
    let plan = store.open_plan_file(&fs::read(project.join("kept.plan")).expect("a plan")).expect("opened");
    let journal: String = [1, 2]
        .into_iter()
        .flat_map(|run| store.events(run).expect("events"))
        .map(|event| format!("{event:?}"))
        .collect();
    let recorded = format!("{:?}", store.snapshot().expect("records"));
    for (place, bytes) in [("the plan", &plan.bytes[..]), ("the journal", journal.as_bytes())] {
        assert!(!holds(bytes, EPHEMERAL), "{place}, unsealed, holds what is ephemeral");
        assert!(holds(bytes, SENSITIVE), "{place} is looked through, and what is sensitive is in it");
    }
    assert!(!holds(recorded.as_bytes(), EPHEMERAL) && recorded.contains("$hash"), "{recorded}");
    drop(store);
    let mut found = Vec::new();
    files(&project, &mut found);
    assert!(found.iter().any(|path| path.ends_with("log.json")), "{found:?}");
    for path in found {
        assert!(!holds(&fs::read(&path).expect("a file"), EPHEMERAL), "{} holds it", path.display());
    }
}
