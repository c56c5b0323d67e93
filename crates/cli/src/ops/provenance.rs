//! Where a run comes from, as history keeps it.

/// The command line as history keeps it: values of variables may be secret.
pub(crate) fn argv() -> Vec<String> {
    let mut argv = Vec::new();
    let mut hide = false;
    for arg in std::env::args_os().skip(1) {
        let arg = arg.to_string_lossy().into_owned();
        let shown = match (hide, arg.strip_prefix("--var=")) {
            (true, _) => format!("{}=...", arg.split('=').next().unwrap_or_default()),
            (false, Some(pair)) => format!("--var={}=...", pair.split('=').next().unwrap_or_default()),
            (false, None) => arg.clone(),
        };
        hide = arg == "--var";
        argv.push(shown);
    }
    argv
}

/// The commit of the manifests, read from the repository's files; `None` outside one.
pub(crate) fn git_commit(directory: &std::path::Path) -> Option<String> {
    let start = std::fs::canonicalize(directory).ok()?;
    let git = start.ancestors().map(|dir| dir.join(".git")).find(|git| git.is_dir())?;
    let head = std::fs::read_to_string(git.join("HEAD")).ok()?;
    let commit = match head.trim().strip_prefix("ref: ") {
        None => head.trim().to_owned(),
        Some(reference) => match std::fs::read_to_string(git.join(reference)) {
            Ok(commit) => commit.trim().to_owned(),
            Err(_) => std::fs::read_to_string(git.join("packed-refs"))
                .ok()?
                .lines()
                .find_map(|line| line.strip_suffix(reference).map(|commit| commit.trim().to_owned()))?,
        },
    };
    (commit.len() >= 40 && commit.bytes().all(|b| b.is_ascii_hexdigit())).then_some(commit)
}
