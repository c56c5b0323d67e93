//! Calling `git`: what a reference stands for, and the content of a commit. It is never asked to check anything out, and it
//! never asks anybody for anything.

use firma_manifest::GitSource;
use firma_model::diagnostic::Diagnostic;
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The largest module, all its files together.
const MAX_BYTES: u64 = 256 << 20;
/// The most files in a repository of modules.
const MAX_FILES: usize = 50_000;

/// What stands at a path of a commit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A file and its content.
    File(Vec<u8>),
    /// A link and where it leads.
    Link(String),
}

/// The content of a commit by path.
pub(crate) type Content = BTreeMap<String, Entry>;

/// A bare repository for one fetch, removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Scratch {
    directory: PathBuf,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

impl Scratch {
    /// Makes one in a directory that exists.
    pub(crate) fn new(within: &Path) -> Result<Scratch, Diagnostic> {
        let directory = within.join(format!(".fetch-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        let scratch = Scratch { directory };
        let path = scratch.directory.to_string_lossy().into_owned();
        run(command(None).args(["init", "-q", "--bare", "--template=", "--", &path]), "make a repository")?;
        Ok(scratch)
    }

    /// Fetches what a source refers to, or a commit of it; gives the commit.
    pub(crate) fn fetch(&self, source: &GitSource, commit: Option<&str>) -> Result<String, Diagnostic> {
        let wanted = commit.or(source.reference.as_deref()).unwrap_or("HEAD");
        let what = format!("fetch {wanted} of {}", source.url);
        let shallow = ["fetch", "-q", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", &source.url, wanted];
        let direct = run(self.command().args(shallow), &what);
        let name = match direct {
            Ok(_) => "FETCH_HEAD",
            // A commit that the server does not hand out by itself, or a shortened one: it is among the others.
            Err(_) if wanted.len() >= 7 && wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                let all = ["fetch", "-q", "--no-recurse-submodules", "--", &source.url, "+refs/*:refs/fetched/*"];
                run(self.command().args(all), &what)?;
                wanted
            }
            Err(problem) => return Err(problem),
        };
        let found = run(self.command().args(["rev-parse", "--verify", "-q", &format!("{name}^{{commit}}")]), &what)
            .map_err(|_| {
                failed(&what, "there is no such branch, tag or commit").hint("look at `?ref=` of the module's source")
            })?;
        let found = String::from_utf8_lossy(&found).trim().to_owned();
        let whole = matches!(found.len(), 40 | 64) && found.bytes().all(|byte| byte.is_ascii_hexdigit());
        match whole && commit.is_none_or(|commit| commit == found) {
            true => Ok(found),
            false => Err(failed(&what, "git gave another commit")),
        }
    }

    /// Everything in a commit that was fetched, as it is in the repository: nothing is converted on the way.
    pub(crate) fn content(&self, commit: &str) -> Result<Content, Diagnostic> {
        let what = format!("read {commit}");
        let listing = run(self.command().args(["ls-tree", "-r", "-z", "-l", "--full-tree", commit]), &what)?;
        let mut objects = Vec::new();
        let mut total = 0_u64;
        for line in listing.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let line = std::str::from_utf8(line).map_err(|_| odd("a file name that is not UTF-8 text"))?;
            let (about, path) = line.split_once('\t').ok_or_else(|| failed(&what, "the listing cannot be read"))?;
            let mut about = about.split_ascii_whitespace();
            let (Some(mode), Some(_), Some(object), Some(size)) =
                (about.next(), about.next(), about.next(), about.next())
            else {
                return Err(failed(&what, "the listing cannot be read"));
            };
            let link = match mode {
                "100644" | "100755" | "100664" => false,
                "120000" => true,
                "160000" => return Err(odd(&format!("a submodule, `{path}`"))),
                _ => return Err(odd(&format!("`{path}`, which is neither a file nor a link"))),
            };
            if !is_plain(path) {
                return Err(odd(&format!("the file name `{}`", path.escape_debug())));
            }
            total += size.parse::<u64>().unwrap_or(MAX_BYTES);
            objects.push((path.to_owned(), link, object.to_owned()));
            if total > MAX_BYTES || objects.len() > MAX_FILES {
                return Err(odd(&format!("more than {MAX_FILES} files or {} MiB", MAX_BYTES >> 20)));
            }
        }
        let blobs = self.blobs(objects.iter().map(|(_, _, object)| object.as_str()), &what)?;
        let mut content = Content::new();
        for ((path, link, _), bytes) in objects.into_iter().zip(blobs) {
            let entry = match link {
                false => Entry::File(bytes),
                true => Entry::Link(
                    String::from_utf8(bytes)
                        .ok()
                        .filter(|target| stays_inside(&path, target))
                        .ok_or_else(|| odd(&format!("a link that leads outside, `{path}`")))?,
                ),
            };
            content.insert(path, entry);
        }
        Ok(content)
    }

    fn blobs<'o>(&self, objects: impl Iterator<Item = &'o str>, what: &str) -> Result<Vec<Vec<u8>>, Diagnostic> {
        let objects: Vec<&str> = objects.collect();
        let unread = || failed(what, "the files cannot be read");
        let mut child = self
            .command()
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| not_started(&error))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { return Err(unread()) };
        let asked = objects.join("\n") + "\n";
        let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
        let mut output = BufReader::new(output);
        let mut blobs = Vec::with_capacity(objects.len());
        for _ in &objects {
            let mut head = String::new();
            output.read_line(&mut head).map_err(|_| unread())?;
            let size = head.trim().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok()).ok_or_else(unread)?;
            let mut bytes = Vec::new();
            output.by_ref().take(size + 1).read_to_end(&mut bytes).map_err(|_| unread())?;
            if bytes.pop() != Some(b'\n') || bytes.len() as u64 != size {
                return Err(unread());
            }
            blobs.push(bytes);
        }
        let _ = writer.join();
        let _ = child.wait();
        Ok(blobs)
    }

    fn command(&self) -> Command {
        command(Some(&self.directory))
    }
}

/// A call of git that asks nobody anything, runs nothing of the repository's and uses no other transport.
fn command(directory: Option<&Path>) -> Command {
    let mut command = Command::new("git");
    for name in
        ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE"]
    {
        command.env_remove(name);
    }
    let ssh = std::env::var("GIT_SSH_COMMAND").unwrap_or_else(|_| "ssh".to_owned());
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "")
        .env("SSH_ASKPASS", "")
        .env("SSH_ASKPASS_REQUIRE", "never")
        .env("GCM_INTERACTIVE", "never")
        .env("GIT_SSH_COMMAND", format!("{ssh} -oBatchMode=yes"))
        .env("GIT_ALLOW_PROTOCOL", "https:ssh:file")
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    if let Some(directory) = directory {
        command.arg("--git-dir").arg(directory);
    }
    for setting in ["core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "submodule.recurse=false"] {
        command.args(["-c", setting]);
    }
    command
}

fn run(command: &mut Command, what: &str) -> Result<Vec<u8>, Diagnostic> {
    let output = command.output().map_err(|error| not_started(&error))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last =
                said.lines().map(str::trim).find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
            let last = last.or_else(|| said.lines().next()).unwrap_or("it did not say why");
            Err(failed(what, last.trim_start_matches("fatal: ")))
        }
    }
}

fn not_started(error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("E0148", format!("git could not be started: {error}"))
        .hint("modules from repositories are fetched by the `git` command: install it, or make it part of PATH")
}

fn failed(what: &str, why: &str) -> Diagnostic {
    Diagnostic::error("E0148", format!("git could not {what}: {why}"))
}

fn odd(what: &str) -> Diagnostic {
    Diagnostic::error("E0150", format!("the repository has {what} in it, so it is not used"))
        .hint("a repository of modules has files and links that stay inside it, nothing else")
}

/// Whether a path consists of names that lead only downwards.
fn is_plain(path: &str) -> bool {
    let odd = |step: &str| step.is_empty() || step == "." || step == ".." || step.eq_ignore_ascii_case(".git");
    !path.split('/').any(odd) && !path.chars().any(|c| c.is_control() || c == '\\')
}

/// Whether a link at `path` leads to something inside the repository.
pub(crate) fn stays_inside(path: &str, target: &str) -> bool {
    let mut depth = path.matches('/').count();
    for step in target.split('/') {
        match step {
            // From the root of the file system, when it is the first.
            "" => return false,
            "." => {}
            ".." if depth == 0 => return false,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Entry, Scratch, is_plain, stays_inside};
    use firma_manifest::{GitSource, ModuleSource};
    use std::{
        io::Write,
        path::Path,
        process::{Command, Stdio},
    };

    fn git(repository: &Path, args: &[&str], input: &str) -> String {
        let mut child = Command::new("git")
            .arg("--git-dir")
            .arg(repository)
            .args(args)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "tester")
            .env("GIT_AUTHOR_EMAIL", "tester@example.com")
            .env("GIT_COMMITTER_NAME", "tester")
            .env("GIT_COMMITTER_EMAIL", "tester@example.com")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("git runs");
        child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("its input is taken");
        let output = child.wait_with_output().expect("git ends");
        assert!(output.status.success(), "git {args:?}");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    /// A bare repository whose `main` has these entries: mode, path and content (of a submodule: the commit).
    fn repository(at: &Path, entries: &[(&str, &str, &str)]) -> (GitSource, String) {
        git(at, &["init", "-q", "--bare", "--initial-branch=main"], "");
        let tree = |lines: String| git(at, &["mktree", "--missing", "-z"], &lines);
        let lines = entries.iter().map(|(mode, path, content)| {
            let (kind, object) = match *mode {
                "160000" => ("commit", (*content).to_owned()),
                "040000" => {
                    let blob = git(at, &["hash-object", "-w", "--stdin"], content);
                    ("tree", tree(format!("100644 blob {blob}\tinner.toml\0")))
                }
                _ => ("blob", git(at, &["hash-object", "-w", "--stdin"], content)),
            };
            format!("{mode} {kind} {object}\t{path}\0")
        });
        let top = tree(lines.collect());
        let commit = git(at, &["commit-tree", &top, "-m", "first"], "");
        git(at, &["update-ref", "refs/heads/main", &commit], "");
        let ModuleSource::Git(source) = ModuleSource::parse(&format!("git+file://{}", at.display())).expect("a source")
        else {
            panic!("it is a repository");
        };
        (source, commit)
    }

    #[test]
    fn content_comes_as_it_is() {
        let root = tempfile::tempdir().expect("a directory");
        let (source, commit) = repository(
            &root.path().join("x.git"),
            &[
                ("100644", ".gitattributes", "* text eol=crlf\n"),
                ("040000", "net", "[local]\n"),
                ("120000", "same", "net/inner.toml"),
            ],
        );
        for reference in [None, Some("main"), Some("refs/heads/main"), Some(&commit[..]), Some(&commit[..9])] {
            let source = GitSource { reference: reference.map(str::to_owned), ..source.clone() };
            let scratch = Scratch::new(root.path()).expect("a repository");
            assert_eq!(scratch.fetch(&source, None).as_deref(), Ok(&commit[..]), "{reference:?}");
            let content = scratch.content(&commit).expect("its content");
            assert_eq!(content.keys().collect::<Vec<_>>(), [".gitattributes", "net/inner.toml", "same"]);
            assert_eq!(content["net/inner.toml"], Entry::File(b"[local]\n".to_vec()), "nothing is converted");
            assert_eq!(content["same"], Entry::Link("net/inner.toml".to_owned()));
        }
        assert_eq!(std::fs::read_dir(root.path()).expect("the directory").count(), 1, "nothing is left behind");
    }

    #[test]
    fn what_leads_outside_is_refused() {
        for entry in [
            ("160000", "sub", "0123456789012345678901234567890123456789"),
            ("120000", "link", "../outside"),
            ("120000", "link", "/etc/passwd"),
            ("100644", "a\\b", "x"),
            ("100644", "a\nb", "x"),
        ] {
            let root = tempfile::tempdir().expect("a directory");
            let (source, commit) = repository(&root.path().join("x.git"), &[entry, ("100644", "a.toml", "")]);
            let scratch = Scratch::new(root.path()).expect("a repository");
            scratch.fetch(&source, None).expect("it is fetched");
            assert_eq!(scratch.content(&commit).expect_err(entry.1).code, "E0150", "{entry:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_said() {
        let root = tempfile::tempdir().expect("a directory");
        let (source, _) = repository(&root.path().join("x.git"), &[("100644", "a.toml", "")]);
        let scratch = Scratch::new(root.path()).expect("a repository");
        for reference in ["absent", "0123456789012345678901234567890123456789", "abcdef0"] {
            let source = GitSource { reference: Some(reference.to_owned()), ..source.clone() };
            assert_eq!(scratch.fetch(&source, None).expect_err(reference).code, "E0148");
        }
        let elsewhere = GitSource { url: format!("{}-not", source.url), ..source };
        assert_eq!(scratch.fetch(&elsewhere, None).expect_err("no repository").code, "E0148");
    }

    #[test]
    fn paths() {
        for path in ["a", "a/b.toml", ".github/x", "a/.gitignore"] {
            assert!(is_plain(path), "{path}");
        }
        for path in ["", "../a", "a/../b", "/a", "a//b", ".git/config", "a/.GIT/x", "a\\b", "a\nb", "./a"] {
            assert!(!is_plain(path), "{path}");
        }
    }

    #[test]
    fn links() {
        for (path, target) in [("a", "b"), ("x/a", "../b"), ("x/y/a", "../../b/c"), ("a", "./b")] {
            assert!(stays_inside(path, target), "{path} -> {target}");
        }
        for (path, target) in [("a", "../b"), ("x/a", "../../b"), ("a", "/etc/passwd"), ("a", "b/../../c"), ("a", "")] {
            assert!(!stays_inside(path, target), "{path} -> {target}");
        }
    }
}
