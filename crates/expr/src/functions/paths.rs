//! Paths: basename, dirname, abspath, pathexpand.

use super::{Failure, Function, Gives, Kind, Parameter};
use firma_model::value::Value;

const PATH: Parameter = Parameter::new("path", Kind::Text);

/// A path without empty steps, `.` and `..` where they can be resolved, as Go cleans it.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => {
                steps.pop();
            }
            ".." if rooted => {}
            step => steps.push(step),
        }
    }
    let joined = steps.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

pub(super) const BASENAME: Function =
    Function::new("basename", "The last step of a path.", &[PATH], Gives::Text, |arguments| {
        let path = arguments.text(0);
        let trimmed = path.trim_end_matches('/');
        Ok(Value::from(match trimmed.rsplit('/').next() {
            _ if path.is_empty() => ".",
            Some("") | None => "/",
            Some(last) => last,
        }))
    });

pub(super) const DIRNAME: Function =
    Function::new("dirname", "A path without its last step.", &[PATH], Gives::Text, |arguments| {
        let path = arguments.text(0);
        let kept = path.rfind('/').map_or("", |at| &path[..=at]);
        Ok(Value::from(clean(kept)))
    });

pub(super) const ABSPATH: Function = Function::new(
    "abspath",
    "A path from the root of the file system; another machine has another.",
    &[PATH],
    Gives::Text,
    |arguments| {
        let path = arguments.text(0);
        if path.starts_with('/') {
            return Ok(Value::from(clean(path)));
        }
        match arguments.files.directory() {
            Some(directory) => Ok(Value::from(clean(&format!("{directory}/{path}")))),
            None => Err(Failure::File("there is no directory that paths are relative to here".to_owned())),
        }
    },
)
.reads_files();

pub(super) const PATHEXPAND: Function = Function::new(
    "pathexpand",
    "A path in which `~` at the beginning is replaced by the user's home directory.",
    &[PATH],
    Gives::Text,
    |arguments| {
        let path = arguments.text(0);
        let Some(rest) = path.strip_prefix('~') else { return Ok(Value::from(path)) };
        if !rest.is_empty() && !rest.starts_with('/') {
            return Err(Failure::Argument(0, "names another user, whose home directory is not looked up".to_owned()));
        }
        match arguments.files.home() {
            Some(home) => Ok(Value::from(format!("{}{rest}", home.trim_end_matches('/')))),
            None => Err(Failure::File("the home directory is not known here".to_owned())),
        }
    },
)
.reads_files();
