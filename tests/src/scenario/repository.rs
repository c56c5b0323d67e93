//! A Git repository beside the project, for modules that come from one.

use crate::sandbox::Sandbox;
use std::{path::Path, process::Command};

/// Makes the files of a folder the next commit of the repository, on `main` and under a tag. The first commit makes the
/// repository; `env.REPOSITORY` is its URL.
pub fn commit(sandbox: &mut Sandbox, folder: &str, tag: &str) -> Result<(), String> {
    let bare = sandbox.root().join("repository.git");
    let url = format!("file://{}", bare.display());
    if !bare.exists() {
        let made = Command::new("git")
            .args(["init", "-q", "--bare", "--initial-branch=main", "--template="])
            .arg(&bare)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .status();
        made.ok().filter(|status| status.success()).ok_or("git cannot make a repository")?;
    }
    git(sandbox, &bare, folder, &["add", "-A", "."])?;
    let tree = git(sandbox, &bare, folder, &["write-tree"])?;
    let commit = git(sandbox, &bare, folder, &["commit-tree", &tree, "-m", tag])?;
    git(sandbox, &bare, folder, &["update-ref", "refs/heads/main", &commit])?;
    git(sandbox, &bare, folder, &["update-ref", &format!("refs/tags/{tag}"), &commit])?;
    sandbox.set("REPOSITORY", &url);
    Ok(())
}

fn git(sandbox: &Sandbox, bare: &Path, folder: &str, args: &[&str]) -> Result<String, String> {
    let person = [
        ("GIT_AUTHOR_NAME", "tester"),
        ("GIT_AUTHOR_EMAIL", "tester@example.com"),
        ("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z"),
        ("GIT_COMMITTER_NAME", "tester"),
        ("GIT_COMMITTER_EMAIL", "tester@example.com"),
        ("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z"),
    ];
    let files = sandbox.project().join(folder);
    let output = Command::new("git")
        .env("GIT_DIR", bare)
        .env("GIT_WORK_TREE", &files)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs(person)
        .args(args)
        .current_dir(&files)
        .output()
        .map_err(|error| format!("git: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(format!("git {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim())),
    }
}
