//! Runs a case file: manifests in, diagnostics and the desired world as text out.
//!
//! A case is one file. Lines that begin with `#@` divide it: `#@ file NAME` begins a manifest (of a module, if the name has
//! a directory), `#@ vars NAME` a file of
//! values, `#@ var name=text` and `#@ env NAME=text` give one value, `#@ answer ADDRESS JSON` answers a look-up,
//! `#@ outlook BLOCK JSON` or `#@ outlook BLOCK later` an inquiry,
//! `#@ expect` begins what must come out.

mod dump;

use firma_catalog::Catalog;
use firma_expr::Files;
use firma_manifest::{
    Inputs, ModuleSource, Modules, Origin, VariableInput, VariableSource, evaluate, link, read, settings, variables,
};
use firma_model::{
    address::{Address, BlockName},
    deferral::{Outlook, Subject},
    diagnostic::Diagnostic,
    document::from_plain_json,
    span::{Source, SourceId},
};
use std::collections::BTreeMap;

/// A case, divided.
#[derive(Default)]
pub(crate) struct Case {
    files: Vec<Source>,
    values: Vec<(Origin, Option<String>, Source)>,
    env: BTreeMap<String, String>,
    answers: Vec<(String, String)>,
    outlooks: Vec<(String, String)>,
    /// What must come out.
    pub(crate) expected: String,
}

impl Case {
    /// Reads a case.
    pub(crate) fn parse(text: &str) -> Case {
        let mut case = Case::default();
        let mut into: Option<&str> = None;
        let mut name = "firma.toml".to_owned();
        let mut body = String::new();
        for line in text.split_inclusive('\n') {
            let Some(directive) = line.strip_prefix("#@ ") else {
                if into.is_none() && !line.starts_with('#') {
                    into = Some("file");
                }
                if into.is_some() {
                    body.push_str(line);
                }
                continue;
            };
            let directive = directive.trim_end();
            let (verb, rest) = directive.split_once(' ').unwrap_or((directive, ""));
            match verb {
                "file" | "vars" | "expect" => {
                    case.close(into, &name, std::mem::take(&mut body));
                    into = Some(match verb {
                        "file" => "file",
                        "vars" => "vars",
                        _ => "expect",
                    });
                    name = rest.to_owned();
                }
                "var" | "env" => {
                    let (name, value) = rest.split_once('=').expect("name=value");
                    if verb == "env" {
                        case.env.insert(name.to_owned(), value.to_owned());
                    } else {
                        let source = Source { name: format!("--var {name}"), text: value.to_owned() };
                        case.values.push((Origin::Flag, Some(name.to_owned()), source));
                    }
                }
                "answer" => {
                    let (address, json) = rest.split_once(' ').expect("address and JSON");
                    case.answers.push((address.to_owned(), json.to_owned()));
                }
                "outlook" => {
                    let (block, json) = rest.split_once(' ').expect("block and JSON, or `later`");
                    case.outlooks.push((block.to_owned(), json.to_owned()));
                }
                other => panic!("unknown directive {other}"),
            }
        }
        case.close(into, &name, body);
        case
    }

    fn close(&mut self, into: Option<&str>, name: &str, body: String) {
        let name = name.to_owned();
        match into {
            Some("file") => self.files.push(Source { name, text: body }),
            Some("vars") => self.values.push((Origin::File, None, Source { name, text: body })),
            Some("expect") => self.expected = body,
            _ => {}
        }
    }

    /// Everything that comes out.
    pub(crate) fn run(&self) -> String {
        let (mut sources, inner): (Vec<Source>, Vec<Source>) =
            self.files.iter().cloned().partition(|file| !file.name.contains('/'));
        let (mut project, mut diagnostics) = read(&sources);
        let mut given = Vec::new();
        for (name, text) in &self.env {
            if let Some(name) = name.strip_prefix("FIRMA_VAR_") {
                let source = Source { name: format!("FIRMA_VAR_{name}"), text: text.clone() };
                given.push(source_of(&mut sources, Origin::Environment, Some(name.to_owned()), &source));
            }
        }
        for (origin, name, source) in &self.values {
            given.push(source_of(&mut sources, *origin, name.clone(), source));
        }
        let (values, more) = variables(&project, &self.env, &given);
        diagnostics.extend(more);
        let (found, more) = settings(&project, &self.env, &values, "0.1.0");
        diagnostics.extend(more);
        let mut modules = Directories(inner);
        diagnostics.extend(link(&mut project, &self.env, &values, &mut sources, &mut modules));
        let answers = self
            .answers
            .iter()
            .map(|(address, json)| {
                let answer = match serde_json::from_str::<serde_json::Value>(json) {
                    Ok(json) => Ok(from_plain_json(&json)),
                    Err(_) => Err(json.clone()),
                };
                (looked_up(address), answer)
            })
            .collect();
        let outlooks = self
            .outlooks
            .iter()
            .map(|(block, json)| {
                let settings = block.strip_prefix("settings:");
                let subject = match settings.unwrap_or(block).parse::<Address>() {
                    Ok(address) if settings.is_some() => Subject::Instance(address),
                    Ok(address) => Subject::look_up(address),
                    Err(_) => Subject::Module(block.as_str().into()),
                };
                let outlook = match serde_json::from_str::<serde_json::Value>(json) {
                    Ok(json) => Outlook::Known(from_plain_json(&json)),
                    Err(_) if json == "read" => Outlook::Read,
                    Err(_) => Outlook::Later,
                };
                (subject, outlook)
            })
            .collect();
        let catalog = Catalog::builtin();
        let inputs = Inputs { variables: &values, answers: &answers, outlooks: &outlooks, catalog, files: &Greeting };
        let (evaluated, more) = evaluate(&project, inputs);
        diagnostics.extend(more);
        let mut out = String::new();
        dump::diagnostics(&mut out, &diagnostics, &sources);
        if !diagnostics.has_errors() {
            dump::settings(&mut out, &found);
            dump::evaluated(&mut out, &evaluated);
        }
        out
    }
}

/// `data.vpc.vpc.all`, or `check.NAME.data.vpc.vpc.all` of a check.
fn looked_up(text: &str) -> Address {
    let Some((check, address)) = text.strip_prefix("check.").and_then(|rest| rest.split_once('.')) else {
        return text.parse().expect("an address");
    };
    let address: Address = address.parse().expect("an address");
    let name = format!("{check}.{}", address.block.name).into();
    Address { block: BlockName { name, ..BlockName::clone(&address.block) }.into(), ..address }
}

fn source_of(sources: &mut Vec<Source>, origin: Origin, name: Option<String>, source: &Source) -> VariableSource {
    let id = SourceId(u32::try_from(sources.len()).expect("few sources"));
    sources.push(source.clone());
    let text = source.text.clone();
    let input = match name {
        Some(name) => VariableInput::Pair { name, text },
        None => VariableInput::Toml(text),
    };
    VariableSource { origin, source: id, input }
}

/// The modules of a case: its files whose names have directories.
struct Directories(Vec<Source>);

impl Modules for Directories {
    fn locate(&mut self, source: &ModuleSource, from: &str) -> Result<String, Diagnostic> {
        let ModuleSource::Directory(path) = source else {
            return Err(Diagnostic::error("E0145", format!("`{source}` is not fetched yet")));
        };
        let mut steps: Vec<&str> = from.split('/').filter(|step| !step.is_empty()).collect();
        for step in path.split('/') {
            match step {
                "." | "" => {}
                ".." if steps.last().is_some_and(|last| *last != "..") => drop(steps.pop()),
                step => steps.push(step),
            }
        }
        Ok(steps.join("/"))
    }

    fn manifests(&mut self, directory: &str) -> Result<Vec<Source>, Diagnostic> {
        let inside = |file: &&Source| file.name.rsplit_once('/').is_some_and(|(before, _)| before == directory);
        Ok(self.0.iter().filter(inside).cloned().collect())
    }
}

/// One file, `greeting.txt`, and one below `modules/net`.
struct Greeting;

impl Files for Greeting {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            "greeting.txt" => Ok(b"hello".to_vec()),
            "modules/net/motd.txt" => Ok(b"welcome".to_vec()),
            _ => Err("there is no such file".to_owned()),
        }
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        Ok(path == "greeting.txt")
    }
}
