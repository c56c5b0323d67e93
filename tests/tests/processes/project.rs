//! A small real project in a directory of its own, on the embedded cloud or on a served one, and what must be true of it.

use firma_tests::{binary, proxy::post, sandbox::Sandbox, scenario::background::Background};
use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    os::unix::process::ExitStatusExt as _,
    process::{Command, Output},
    sync::atomic::{AtomicI64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// Every way of finding a lost create again but the one that needs a person, an object that takes several calls, and steps
/// without any.
const STACK: &str = r#"
[project]
name = "processes"
[cloud]
CLOUD
[defaults]
region = "cn-north-1"
zone = "cn-north-1a"
billing = { method = "postpaid_by_duration" }
[vpc.vpc.main]
vpc_name = "main"
address_prefix = "10.0.0.0/16"
[vpc.subnet.main]
vpc_id = "${vpc.vpc.main.id}"
subnet_name = "main"
address_prefix = "10.0.0.0/24"
[vpc.network_security_group.web]
vpc_id = "${vpc.vpc.main.id}"
network_security_group_name = "web"
rules = [{ direction = 0, protocol = 6, from_port = 80, to_port = 80, address_prefix = "0.0.0.0/0" }]
[vm.keypair.admin]
key_name = "admin"
public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGUgb25seTogbm8gcHJpdmF0ZSBoYWxmLi4u nobody@example"
[disk.disk.data]
name = "data"
disk_type = "ssd.gp1"
disk_size_gb = 20
[firma.value.known]
input = "${disk.disk.data.id}"
[output.disk]
value = "${disk.disk.data.id}"
"#;

/// Calls that the creation of the stack makes: five objects, one of them with rules.
pub(crate) const CALLS: usize = 6;

/// Time passes this many times as fast: pauses are short, and a lease still lasts longer than a loaded machine stands still.
const PACE: i64 = 20;

/// What passes, in milliseconds, before somebody notices that a process has died.
pub(crate) const SETTLED: i64 = 61_000;
/// Longer than a lease.
pub(crate) const LEASE: i64 = 181_000;

/// A command that ended, by itself or by a signal.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Ended {
        Ended {
            code: output.status.code(),
            signal: output.status.signal(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ended {
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Ended {
        assert!(self.stderr.contains(text), "`{text}` is not said: {self}");
        self
    }

    #[track_caller]
    pub(crate) fn expect_signal(self, signal: i32) -> Ended {
        assert_eq!(self.signal, Some(signal), "{self}");
        self
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {:?}, signal {:?}\nstdout:\n{}\nstderr:\n{}", self.code, self.signal, self.stdout, self.stderr)
    }
}

/// A project, and the server of its cloud where it has one.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) sandbox: Sandbox,
    server: Option<(Background, SocketAddr)>,
    epoch: i64,
    pace: i64,
    ahead: AtomicI64,
}

impl Project {
    /// On the embedded cloud.
    pub(crate) fn embedded() -> Project {
        Project::new("endpoint = \"emulator\"\nspeed = 0")
    }

    /// On the embedded cloud, where objects take as long as they really do.
    pub(crate) fn slow() -> Project {
        Project::new("endpoint = \"emulator\"\nspeed = 1")
    }

    /// On a served one, over a socket, with a new and empty state.
    pub(crate) fn served() -> Project {
        Project::served_at_pace(PACE)
    }

    /// As [`Project::served`], with time passing this many times as fast.
    pub(crate) fn served_at_pace(pace: i64) -> Project {
        let mut project = Project::new("endpoint = \"${env.ENDPOINT}\"");
        project.pace = pace;
        project.set_clock();
        let server = project.sandbox.command(&["emulator", "serve", "--listen", "127.0.0.1:0", "--speed", "0"]);
        let server = Background::start(server).expect("the emulator starts");
        let listening = server.line_with("http://127.0.0.1:").expect("it says where");
        let url = listening.trim().rsplit(' ').next().expect("a URL").to_owned();
        let address = url.trim_start_matches("http://").parse().expect("an address");
        project.server = Some((server, address));
        project.point_at(&url);
        for name in ["JDCLOUD_ACCESS_KEY", "JDCLOUD_SECRET_KEY"] {
            project.sandbox.set(name, "emulator");
        }
        project.firma(&["init", "--new-state"]).expect(0);
        project
    }

    fn new(cloud: &str) -> Project {
        let mut sandbox = Sandbox::with_binary(binary::with_failpoints());
        fs::write(sandbox.project().join("firma.toml"), STACK.replace("CLOUD", cloud)).expect("a manifest");
        let clock = sandbox.root().join("clock");
        sandbox.set("FIRMA_FAILPOINT_CLOCK", &clock.to_string_lossy());
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
        let epoch = i64::try_from(epoch).expect("before the year 292 million");
        let project = Project { sandbox, server: None, epoch, pace: PACE, ahead: AtomicI64::new(0) };
        project.set_clock();
        project
    }

    /// The address of its server.
    pub(crate) fn server(&self) -> SocketAddr {
        self.server.as_ref().expect("a served project").1
    }

    /// Names another endpoint: a proxy's.
    pub(crate) fn point_at(&mut self, url: &str) {
        self.sandbox.set("ENDPOINT", url);
    }

    /// Lets time pass, for every process of this project.
    pub(crate) fn jump(&self, millis: i64) {
        self.ahead.fetch_add(millis, Ordering::SeqCst);
        self.set_clock();
    }

    /// Whole or not at all: somebody is always reading it.
    fn set_clock(&self) {
        let (path, part) = (self.sandbox.root().join("clock"), self.sandbox.root().join("clock.part"));
        let text = format!("{} {} {}\n", self.epoch, self.pace, self.ahead.load(Ordering::SeqCst));
        fs::write(&part, text).and_then(|()| fs::rename(&part, &path)).expect("the clock is set");
    }

    /// Changes the manifest.
    pub(crate) fn replace(&self, old: &str, new: &str) {
        let path = self.sandbox.project().join("firma.toml");
        let text = fs::read_to_string(&path).expect("a manifest");
        assert!(text.contains(old), "`{old}` is not in the manifest");
        fs::write(path, text.replace(old, new)).expect("a manifest");
    }

    pub(crate) fn firma(&self, args: &[&str]) -> Ended {
        self.with(args, &[])
    }

    /// Runs the command with a failpoint.
    pub(crate) fn at(&self, point: &str, args: &[&str]) -> Ended {
        self.with(args, &[("FIRMA_FAILPOINT", point)])
    }

    pub(crate) fn with(&self, args: &[&str], env: &[(&str, &str)]) -> Ended {
        self.sandbox.command(args).envs(env.iter().copied()).output().expect("the command starts").into()
    }

    /// The command, run by a shell: `"$@"` in the script is the command with its arguments.
    pub(crate) fn shell(&self, script: &str, args: &[&str]) -> Command {
        let firma = self.sandbox.command(args);
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(firma.get_program()).args(firma.get_args());
        shell.current_dir(self.sandbox.project()).env_clear().stdin(std::process::Stdio::null());
        shell.envs(firma.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell
    }

    /// What the cloud has that somebody made on purpose: name and id by kind, sorted.
    pub(crate) fn inventory(&self) -> Vec<(String, String)> {
        let objects: serde_json::Value = match &self.server {
            None => serde_json::from_str(&self.firma(&["emulator", "inventory", "--format", "json"]).expect(0).stdout)
                .expect("JSON"),
            Some((_, address)) => {
                let body = post(*address, "/__emulator/inventory", "{}").expect("the emulator answers");
                let answer: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
                answer["result"]["objects"].clone()
            }
        };
        let objects = objects.as_array().unwrap_or_else(|| panic!("no list of objects: {objects}"));
        let text = |object: &serde_json::Value, name: &str| object[name].as_str().unwrap_or_default().to_owned();
        // Every VPC comes with some of its own.
        let made = objects.iter().filter(|object| object["name"] != "default");
        let mut found: Vec<(String, String)> = made
            .map(|object| (format!("{}.{}", text(object, "service"), text(object, "kind")), text(object, "id")))
            .collect();
        found.sort();
        found
    }

    /// What the state says there is: kind and id, sorted.
    pub(crate) fn recorded(&self) -> Vec<(String, String)> {
        let state = rusqlite::Connection::open(self.sandbox.project().join(".firma/state.db")).expect("a state");
        let mut statement = state
            .prepare("SELECT kind, cloud_id FROM object WHERE kind <> 'firma.value' ORDER BY kind, cloud_id")
            .expect("a table of objects");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("rows")
    }

    /// Each object of the state exists, and nothing else does.
    #[track_caller]
    pub(crate) fn expect_same(&self) -> Vec<(String, String)> {
        let (cloud, state) = (self.inventory(), self.recorded());
        assert_eq!(cloud, state, "the cloud on the left, the state on the right");
        cloud
    }

    /// The stack stands, each object once, and the next plan is empty.
    #[track_caller]
    pub(crate) fn expect_done(&self) {
        self.firma(&["plan", "--detailed-exitcode"]).expect(0);
        let found = self.expect_same();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (kind, _) in &found {
            *counts.entry(kind).or_default() += 1;
        }
        assert!(counts.len() == 5 && counts.values().all(|count| *count == 1), "{counts:?}");
    }

    /// After whatever happened: one more apply does the rest, and everything can be taken down again.
    #[track_caller]
    pub(crate) fn finish(&self) {
        self.jump(SETTLED);
        self.firma(&["apply", "--auto-approve"]).expect(0);
        self.expect_done();
        self.take_down();
    }

    /// Destroys everything, and nothing is left.
    #[track_caller]
    pub(crate) fn take_down(&self) {
        self.firma(&["destroy", "--auto-approve"]).expect(0);
        self.expect_nothing();
    }

    #[track_caller]
    pub(crate) fn expect_nothing(&self) {
        assert_eq!(self.expect_same(), []);
        assert_eq!(self.firma(&["state", "list"]).expect(0).stdout, "");
        self.firma(&["recover"]).expect(0).says("nothing is open");
    }
}
