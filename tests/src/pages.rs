//! The examples of the pages of diagnostic codes (`crates/model/codes`), run.
//!
//! In the `toml` blocks of an example a comment that is nothing but the name of a file, in a folder or not, begins that file;
//! what stands before is `main.toml`. Of a `console` block the lines `$ firma ...` are commands, and the other lines are verbs of scenario
//! scripts behind `# `. Without one the command is `validate`. A `firma.toml` with the embedded cloud and with a default
//! region, zone and billing method is there unless the example writes its own. An example that has a comment
//! `<!-- shown by: tests/scenarios/TOPIC/CASE -->` or `<!-- shown by: FILE FUNCTION -->` is not run: the transcript
//! must have the code, the file the test.

use crate::scenario::{run, script};
use firma_model::codes::Page;
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;

const PROJECT: &str = "[cloud]\nendpoint = \"emulator\"\n[defaults]\nregion = \"cn-north-1\"\n\
                       zone = \"cn-north-1a\"\nbilling = { method = \"postpaid_by_duration\" }\n";
const SHOWN_BY: &str = "<!-- shown by: ";

/// An example, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Example {
    /// To be run: files, and a scenario script.
    Run(BTreeMap<String, String>, String),
    /// Another test shows the code: a scenario, or a file and a function.
    Elsewhere(String, Option<String>),
}

/// Reads the example of a page.
pub fn read(page: &Page<'_>) -> Result<Example, String> {
    if let Some((_, rest)) = page.example.split_once(SHOWN_BY) {
        let by = rest.split_once("-->").ok_or("a comment is not closed")?.0.trim();
        return Ok(match by.split_once(' ') {
            Some((file, function)) => Example::Elsewhere(file.to_owned(), Some(function.trim().to_owned())),
            None => Example::Elsewhere(by.to_owned(), None),
        });
    }
    let mut files = BTreeMap::from([("firma.toml".to_owned(), PROJECT.to_owned())]);
    let mut script = format!("# The example of {} triggers it.\n", page.code);
    let mut block = "";
    let mut file = "main.toml".to_owned();
    let mut commands = 0;
    for line in page.example.lines() {
        if let Some(word) = line.strip_prefix("```") {
            block = word;
            continue;
        }
        match block {
            "toml" => {
                if let Some(name) = file_name(line) {
                    name.clone_into(&mut file);
                    files.insert(file.clone(), String::new());
                    continue;
                }
                let text = files.entry(file.clone()).or_default();
                *text += line;
                *text += "\n";
            }
            "console" => {
                commands += usize::from(line.starts_with("$ firma "));
                let step = line.strip_prefix("$ firma ").or_else(|| line.strip_prefix("# "));
                script += step.ok_or_else(|| format!("`{line}` is neither `$ firma ...` nor `# ...`"))?;
                script += "\n";
            }
            _ => {}
        }
    }
    if commands == 0 {
        script += "validate\n";
    }
    Ok(Example::Run(files, script))
}

/// `# network.toml`
fn file_name(line: &str) -> Option<&str> {
    line.strip_prefix("# ").filter(|name| name.ends_with(".toml") && !name.contains(' '))
}

/// Runs the example of a page, or looks for the test that it names; says what is wrong.
pub fn check(page: &Page<'_>, root: &Path) -> Result<(), String> {
    let text = |path: &Path| fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    match read(page)? {
        Example::Run(files, script) => {
            let folder = TempDir::new().map_err(|error| error.to_string())?;
            for (name, text) in files {
                let path = folder.path().join(name);
                let parent = path.parent().unwrap_or(folder.path());
                fs::create_dir_all(parent)
                    .and_then(|()| fs::write(&path, text))
                    .map_err(|error| format!("{}: {error}", path.display()))?;
            }
            let script = script::read(&script)?;
            let transcript = run::play(folder.path(), &script)?;
            says(&transcript, page.code).then_some(()).ok_or(transcript)
        }
        Example::Elsewhere(scenario, None) => {
            let transcript = text(&root.join(&scenario).join("transcript.txt"))?;
            says(&transcript, page.code).then_some(()).ok_or(format!("{scenario} does not print {}", page.code))
        }
        Example::Elsewhere(file, Some(function)) => {
            let text = text(&root.join(&file))?;
            let test = body(&text, &function).ok_or(format!("{file} has no test `{function}`"))?;
            let shown = test.contains(&format!("\"{}", page.code)) || test.contains(&format!("[{}]", page.code));
            shown.then_some(()).ok_or(format!("{function} of {file} does not look for {}", page.code))
        }
    }
}

/// What a function of a file consists of: it ends where a brace stands as far in as its beginning.
fn body<'t>(text: &'t str, function: &str) -> Option<&'t str> {
    let from = text.find(&format!("fn {function}("))?;
    let begin = text[..from].rfind('\n').map_or(0, |at| at + 1);
    let indent = text[begin..].len() - text[begin..].trim_start().len();
    let end = format!("\n{}}}\n", &text[begin..begin + indent]);
    let length = text[from..].find(&end).unwrap_or(text.len() - from);
    Some(&text[from..from + length])
}

/// Whether something printed is a finding with this code, for people or for programs.
fn says(printed: &str, code: &str) -> bool {
    printed.contains(&format!("[{code}]")) || printed.contains(&format!("\"{code}\"")) || printed.contains(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_becomes_files_and_a_script() {
        let page = |example: &'static str| Page { code: "E0312", title: "t", what: "w", why: "y", example, fix: "f" };
        let example = read(&page(
            "```toml\na = 1\n# b.toml\nb = 1\n```\n\n```console\n# write x <<END\n# y\n# END\n$ firma plan\n```",
        ));
        let Ok(Example::Run(files, script)) = example else { panic!("{example:?}") };
        assert_eq!(files.keys().collect::<Vec<_>>(), ["b.toml", "firma.toml", "main.toml"]);
        assert_eq!((files["main.toml"].as_str(), files["b.toml"].as_str()), ("a = 1\n", "b = 1\n"));
        assert_eq!(script, "# The example of E0312 triggers it.\nwrite x <<END\ny\nEND\nplan\n");
        assert_eq!(
            read(&page("<!-- shown by: tests/scenarios/a/b -->")),
            Ok(Example::Elsewhere("tests/scenarios/a/b".to_owned(), None))
        );
        assert!(check(&page("<!-- shown by: src/pages.rs nothing -->"), Path::new(".")).is_err());
        assert!(check(&page("```console\nrm\n```"), Path::new(".")).is_err());
    }
}
