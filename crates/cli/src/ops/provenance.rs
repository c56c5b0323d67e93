//! Where a run comes from, as history keeps it.

/// Options whose values may be secret, or hold something that is.
const SECRET: [&str; 5] = ["--var", "--param", "-p", "--input", "--secret"];

/// The command line as history and logs keep it: without values that may be secret.
pub(crate) fn argv() -> Vec<String> {
    discreet(std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()))
}

fn discreet(args: impl Iterator<Item = String>) -> Vec<String> {
    let mut shown = Vec::new();
    let mut hide = false;
    // `NAME=...` for `NAME=VALUE`, nothing of a value that stands alone.
    let value = |text: &str| text.split_once('=').map_or_else(|| "...".to_owned(), |(name, _)| format!("{name}=..."));
    for arg in args {
        let option = SECRET.iter().find(|option| arg.strip_prefix(**option).is_some_and(|rest| rest.starts_with('=')));
        shown.push(match (hide, option) {
            (true, _) => value(&arg),
            (false, Some(option)) => format!("{option}={}", value(&arg[option.len() + 1..])),
            (false, None) if arg.starts_with("-p") && arg.len() > 2 => format!("-p{}", value(&arg[2..])),
            (false, None) => arg.clone(),
        });
        hide = !hide && SECRET.contains(&arg.as_str());
    }
    shown
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

#[cfg(test)]
mod tests {
    use super::discreet;

    #[test]
    fn values_that_may_be_secret_are_left_out() {
        let cases = [
            ("apply --var a=s3cret --auto-approve", "apply --var a=... --auto-approve"),
            ("plan --var=a=s3cret=x -C d", "plan --var=a=... -C d"),
            ("plan --var s3cret", "plan --var ..."),
            ("plan --var=s3cret", "plan --var=..."),
            ("api vm x -p password=s3cret --input {\"a\":\"s3cret\"}", "api vm x -p password=... --input ..."),
            ("api vm x -ppassword=s3cret", "api vm x -ppassword=..."),
            ("emulator key a --secret s3cret", "emulator key a --secret ..."),
            ("plan --out --var", "plan --out --var"),
        ];
        for (typed, expected) in cases {
            assert_eq!(discreet(typed.split(' ').map(str::to_owned)).join(" "), expected);
        }
    }
}
