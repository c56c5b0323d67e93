//! What `source` of a module may say: a directory beside the caller's, or a directory in a Git repository.
//!
//! A source ends up among the arguments of `git`, so what could be an option, another transport or a path out of the
//! repository is refused here, before anything is run.

use std::fmt;

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModuleSource {
    /// A directory, relative to the directory of the module that names it.
    Directory(String),
    /// A directory of a Git repository.
    Git(GitSource),
}

/// A directory of a Git repository at a branch, a tag or a commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitSource {
    /// As `git` takes it: `https://host/x.git`, `ssh://git@host/x.git`, `file:///srv/x.git`.
    pub url: String,
    /// The directory inside, `a/b`; empty for the top.
    pub directory: String,
    /// `?ref=`: branch, tag or commit; `None` for the default branch.
    pub reference: Option<String>,
}

impl GitSource {
    /// The repository and the reference without the directory: what is fetched once.
    pub fn repository(&self) -> String {
        match &self.reference {
            Some(reference) => format!("git+{}?ref={reference}", self.url),
            None => format!("git+{}", self.url),
        }
    }
}

impl fmt::Display for ModuleSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let git = match self {
            ModuleSource::Directory(path) => return f.write_str(path),
            ModuleSource::Git(git) => git,
        };
        write!(f, "git+{}", git.url)?;
        if !git.directory.is_empty() {
            write!(f, "//{}", git.directory)?;
        }
        match &git.reference {
            Some(reference) => write!(f, "?ref={reference}"),
            None => Ok(()),
        }
    }
}

impl ModuleSource {
    /// Reads a source.
    ///
    /// # Errors
    /// What is wrong with it, as a clause that follows "a module's source".
    pub fn parse(text: &str) -> Result<ModuleSource, String> {
        if text.chars().any(char::is_control) {
            return Err("has a line break or another control character in it".to_owned());
        }
        if text == "." || text == ".." || text.starts_with("./") || text.starts_with("../") {
            return match text.contains('\\') {
                true => Err("has a backslash in it: directories are divided by `/`".to_owned()),
                false => Ok(ModuleSource::Directory(text.to_owned())),
            };
        }
        match text.strip_prefix("git+") {
            Some(url) => git(url).map(ModuleSource::Git),
            None => {
                Err("is neither a directory beginning with `./` or `../` nor a repository beginning with `git+`"
                    .to_owned())
            }
        }
    }
}

fn git(text: &str) -> Result<GitSource, String> {
    let (location, query) = text.split_once('?').map_or((text, None), |(location, query)| (location, Some(query)));
    let Some((scheme, rest)) = location.split_once("://") else {
        return Err("names no repository: write `git+https://HOST/PATH`".to_owned());
    };
    if !["https", "ssh", "file"].contains(&scheme) {
        return Err(format!("cannot be fetched by `{scheme}`: the transports are https, ssh and file"));
    }
    if location.contains(|c: char| c.is_whitespace() || matches!(c, '\\' | '#' | '"' | '\'' | '`' | '$')) {
        return Err("has a character that no repository's address has".to_owned());
    }
    let (path, directory) = rest.split_once("//").unwrap_or((rest, ""));
    let (host, path) = path.split_once('/').ok_or("names no repository on its host")?;
    match scheme {
        "file" if !host.is_empty() => return Err("with file:// needs a path from the root: `file:///...`".to_owned()),
        "https" | "ssh" if host.is_empty() => return Err("names no host".to_owned()),
        _ => {}
    }
    let (user, name) = host.rsplit_once('@').unwrap_or(("", host));
    if user.contains(':') {
        return Err("holds a password: leave it out, and let a credential helper of git give it".to_owned());
    }
    // ssh takes a host or user that begins with a dash for an option.
    if user.starts_with('-') || name.starts_with('-') || path.starts_with('-') || path.is_empty() {
        return Err("names no repository on its host".to_owned());
    }
    let mut reference = None;
    for pair in query.into_iter().flat_map(|query| query.split('&')) {
        match pair.split_once('=') {
            Some(("ref", name)) if reference.is_none() => reference = Some(checked_reference(name)?),
            _ => return Err(format!("has `{pair}` behind its `?`; only one `ref=` can stand there")),
        }
    }
    let steps: Vec<&str> = directory.split('/').collect();
    if !directory.is_empty() && steps.iter().any(|step| step.is_empty() || step.starts_with('.')) {
        return Err(format!("names `{directory}`, which is no directory inside the repository"));
    }
    Ok(GitSource { url: format!("{scheme}://{host}/{path}"), directory: directory.to_owned(), reference })
}

/// A branch, tag or commit as git allows it, and never an option.
fn checked_reference(name: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '+' | '@');
    let odd = name.is_empty()
        || name.starts_with(['-', '/', '.'])
        || name.ends_with(['/', '.'])
        || name.ends_with(".lock")
        || ["..", "//", "/.", "@{"].iter().any(|part| name.contains(part))
        || name == "@"
        || !name.chars().all(plain);
    match odd {
        true => Err(format!("asks for `{}`, which is no branch, tag or commit", name.escape_debug())),
        false => Ok(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{GitSource, ModuleSource};

    #[test]
    fn what_is_accepted() {
        for text in [
            "./net",
            "../shared/net",
            ".",
            "git+https://example.com/x.git",
            "git+https://example.com:8443/a/b.git//sub/dir?ref=v1.2.3",
            "git+ssh://git@example.com/x.git?ref=feature/a",
            "git+file:///srv/x.git//net?ref=0123456789abcdef",
        ] {
            let source = ModuleSource::parse(text).expect(text);
            assert_eq!(source.to_string(), text);
        }
        let ModuleSource::Git(source) =
            ModuleSource::parse("git+https://example.com/x.git//a/b?ref=v1").expect("a source")
        else {
            panic!("it is a repository");
        };
        let expected = GitSource {
            url: "https://example.com/x.git".into(),
            directory: "a/b".into(),
            reference: Some("v1".into()),
        };
        assert_eq!(source, expected);
        assert_eq!(source.repository(), "git+https://example.com/x.git?ref=v1");
    }

    #[test]
    fn what_is_refused() {
        for text in [
            "",
            "net",
            "/etc",
            "https://example.com/x.git",
            "./a\\b",
            "./a\nb",
            "git+ext::sh -c id",
            "git+ext::sh://x/y",
            "git+http://example.com/x.git",
            "git+git://example.com/x.git",
            "git+--upload-pack=id",
            "git+ssh://-oProxyCommand=id/x.git",
            "git+ssh://-o@example.com/x.git",
            "git+ssh://example.com/-x",
            "git+https://user:secret@example.com/x.git",
            "git+https:///x.git",
            "git+file://host/x.git",
            "git+https://example.com",
            "git+https://example.com/",
            "git+https://example.com/a b.git",
            "git+https://example.com/x.git?ref=--upload-pack=id",
            "git+https://example.com/x.git?ref=",
            "git+https://example.com/x.git?ref=a..b",
            "git+https://example.com/x.git?ref=a b",
            "git+https://example.com/x.git?ref=a\nb",
            "git+https://example.com/x.git?ref=a:b",
            "git+https://example.com/x.git?ref=a&ref=b",
            "git+https://example.com/x.git?depth=1",
            "git+https://example.com/x.git//../up",
            "git+https://example.com/x.git//a/../../up",
            "git+https://example.com/x.git//.git/hooks",
            "git+https://example.com/x.git//a//b",
        ] {
            assert!(ModuleSource::parse(text).is_err(), "{text}");
        }
    }
}
