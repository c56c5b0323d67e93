//! The corpus: what Terraform 1.11 answered to every expression, compared with what this language answers.
//!
//! Expressions and answers are in `tests/corpus/`. Where this language differs, `differences.txt` says with which answer
//! and why: a reason at the left margin, below it each expression indented by four and its answer here by eight.

use crate::support::{Names, reduced};
use firma_expr::{Files, Reference, Resolution, Scope, Trace};
use firma_model::{
    diagnostic::Diagnostic,
    expr::Expr,
    span::{SourceId, Span},
    value::Value,
};
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus")
}

fn read(name: &str) -> String {
    fs::read_to_string(corpus().join(name)).expect("a file of the corpus")
}

/// The files of the corpus, under the paths that Terraform was given.
struct Folder;

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        fs::read(corpus().join(path)).map_err(|error| error.to_string())
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        match fs::metadata(corpus().join(path)) {
            Ok(found) if found.is_dir() => Err("it is a directory".to_owned()),
            found => Ok(found.is_ok()),
        }
    }

    fn list(&self, directory: &str, levels: Option<usize>) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        walk(&corpus().join(directory), "", &mut found);
        found.retain(|path| levels.is_none_or(|levels| path.matches('/').count() <= levels));
        Ok(found)
    }
}

fn walk(directory: &std::path::Path, before: &str, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => walk(&entry.path(), &format!("{name}/"), found),
            false => found.push(name),
        }
    }
}

struct Corpus(Names);

impl Scope for Corpus {
    fn root(&self, reference: &Reference<'_>, trace: &mut Trace) -> Result<Resolution<'_>, Diagnostic> {
        self.0.root(reference, trace)
    }

    fn files(&self) -> &dyn Files {
        &Folder
    }
}

/// One line: the JSON of the value, or the code of the error.
fn answer(expression: &str) -> (String, Option<Value>) {
    let scope = Corpus(Names::default());
    let known = |expr: Expr| expr.as_value().map(Value::reveal_deep);
    match reduced(&format!("${{{expression}}}"), &scope) {
        Ok(expr) => {
            let Some(value) = known(expr) else { return ("left over".to_owned(), None) };
            let scope = Corpus(Names::default().value("it", value.clone()));
            match reduced("${jsonencode(it)}", &scope).map(known) {
                Ok(Some(Value::String(text))) => (text.as_ref().to_owned(), Some(value)),
                other => (format!("not encoded: {other:?}"), None),
            }
        }
        Err(errors) => (format!("! {}", errors.list[0].code), None),
    }
}

fn terraform(answer: &Json) -> String {
    match answer {
        _ if answer["error"] == true => "!".to_owned(),
        _ if answer["unknown"] == true => "unknown".to_owned(),
        _ if answer["infinite"] == true => "infinity".to_owned(),
        _ => answer["json"].as_str().unwrap_or("not encoded").to_owned(),
    }
}

/// Whether sets stand where Terraform has sets. Lists and tuples, maps and objects are one thing each here.
fn same_sets(value: &Value, ty: &Json) -> bool {
    let inner = &ty[1];
    match (value, ty[0].as_str()) {
        (Value::Set(items), Some("set")) => items.iter().all(|item| same_sets(item, inner)),
        (Value::List(items), Some("list")) => items.iter().all(|item| same_sets(item, inner)),
        (Value::List(items), Some("tuple")) => items.iter().enumerate().all(|(at, item)| same_sets(item, &inner[at])),
        (Value::Map(map), Some("map")) => map.values().all(|item| same_sets(item, inner)),
        (Value::Map(map), Some("object")) => map.iter().all(|(name, item)| same_sets(item, &inner[name])),
        (Value::Set(_) | Value::List(_) | Value::Map(_), _) => false,
        _ => true,
    }
}

/// Expressions that are answered differently: the answer here, and why.
fn differences(file: &str) -> BTreeMap<String, (String, String)> {
    let mut found = BTreeMap::new();
    let mut reason = String::new();
    let mut expression: Option<String> = None;
    for line in read(file).lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(answer) = line.strip_prefix("        ") {
            let expression = expression.take().unwrap_or_else(|| panic!("{line:?} answers nothing"));
            assert!(!reason.is_empty(), "{expression} differs for no reason");
            let twice = found.insert(expression.clone(), (answer.to_owned(), reason.clone()));
            assert!(twice.is_none(), "{expression} is listed twice");
        } else if let Some(source) = line.strip_prefix("    ") {
            expression = Some(source.to_owned());
        } else {
            reason = line.to_owned();
        }
    }
    found
}

#[test]
fn terraform_says_the_same() {
    let answers: Vec<Json> = serde_json::from_str(&read("answers.json")).expect("JSON");
    let mut differences = differences("differences.txt");
    let mut failures = Vec::new();
    for recorded in &answers {
        let expression = recorded["expression"].as_str().expect("an expression");
        let wanted = terraform(recorded);
        let (found, value) = answer(expression);
        let same = match &value {
            Some(value) => found == wanted && same_sets(value, &recorded["type"]),
            None => found.starts_with('!') && wanted == "!",
        };
        match differences.remove(expression) {
            Some(_) if same => failures.push(format!("{expression}\n  is listed, and does not differ")),
            Some((listed, _)) if listed == found => {}
            Some((listed, _)) => failures.push(format!("{expression}\n  listed {listed}\n  found  {found}")),
            None if same => {}
            None => {
                failures.push(format!("{expression}\n  Terraform {wanted} {}\n  found     {found}", recorded["type"]));
            }
        }
    }
    failures.extend(differences.keys().map(|expression| format!("{expression}\n  is listed, and not in the corpus")));
    assert!(answers.len() > 2000, "the corpus has only {}", answers.len());
    assert!(failures.is_empty(), "{} of {}\n{}", failures.len(), answers.len(), failures.join("\n"));
}

#[test]
fn the_answers_are_to_these_expressions() {
    let answers: Vec<Json> = serde_json::from_str(&read("answers.json")).expect("JSON");
    let answered: Vec<&str> = answers.iter().filter_map(|answer| answer["expression"].as_str()).collect();
    let listed = read("expressions.txt");
    let listed: Vec<&str> = listed.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).collect();
    assert_eq!(listed, answered, "run tests/corpus/record");
}

/// The JSON of what a variable of a type makes of an expression.
fn typed(case: &str) -> (String, Option<Value>) {
    let (ty, expression) = case.split_once(" <- ").expect("a type and an expression");
    let ty = match firma_expr::parse_type(ty, &|start, end| Span::new(SourceId(0), start, end)) {
        Ok(ty) => ty,
        Err(error) => return (format!("! {}", error.code), None),
    };
    let scope = Names::default();
    let given = match reduced(&format!("${{{expression}}}"), &scope) {
        Ok(expr) => expr.as_value().expect("a value").clone(),
        Err(errors) => return (format!("! {}", errors.list[0].code), None),
    };
    match firma_expr::convert(&given, &ty) {
        Ok(value) => {
            let encoded = reduced("${jsonencode(it)}", &Names::default().value("it", value.clone())).expect("JSON");
            let text = encoded.as_value().and_then(Value::as_str).expect("text").to_owned();
            (text, Some(value))
        }
        Err(error) => (format!("! {error}"), None),
    }
}

#[test]
fn types_convert_alike() {
    let answers: Vec<Json> = serde_json::from_str(&read("types.json")).expect("JSON");
    let mut failures = Vec::new();
    let mut differences = differences("type_differences.txt");
    for recorded in &answers {
        let case = recorded["case"].as_str().expect("a case");
        let wanted = terraform(recorded);
        let (found, value) = typed(case);
        let same = match &value {
            Some(value) => found == wanted && same_sets(value, &recorded["type"]),
            None => found.starts_with('!') && wanted == "!",
        };
        match differences.remove(case) {
            None if same => {}
            Some((listed, _)) if !same && listed == found => {}
            listed => failures.push(format!("{case}\n  listed {listed:?}\n  Terraform {wanted}\n  found     {found}")),
        }
    }
    failures.extend(differences.keys().map(|case| format!("{case}\n  is listed, and not in the corpus")));
    let listed = read("types.txt");
    let listed = listed.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    assert!(listed.eq(answers.iter().filter_map(|answer| answer["case"].as_str())), "run tests/corpus/record");
    assert!(failures.is_empty(), "{} of {}\n{}", failures.len(), answers.len(), failures.join("\n"));
}

/// Functions of Terraform 1.11 that are none here: each would answer differently every time. The finding says what to use.
const LEFT_OUT: [&str; 4] = ["bcrypt", "plantimestamp", "timestamp", "uuid"];
/// Functions that the corpus cannot ask about: what Terraform answers differs on every machine.
const OF_THE_MACHINE: [&str; 1] = ["abspath"];
/// Functions that Terraform 1.11 lacks.
const FURTHER: [&str; 2] = ["cidrcontains", "type"];

#[test]
fn every_function_of_terraform_is_there_and_asked_about() {
    let (recorded, listed) = (read("functions.txt"), read("expressions.txt"));
    let theirs: BTreeSet<&str> = recorded.lines().collect();
    assert!(theirs.len() > 100, "functions.txt has only {}", theirs.len());
    let mut wanted: BTreeSet<&str> = &theirs - &LEFT_OUT.into();
    wanted.extend(FURTHER);
    let ours: BTreeSet<&str> = firma_expr::FUNCTIONS.iter().map(|function| function.name).collect();
    assert_eq!(ours, wanted, "what Terraform has, and what there is here");
    for name in &wanted - &OF_THE_MACHINE.into_iter().chain(FURTHER).collect() {
        let asked = listed.lines().filter(|line| !line.starts_with('#') && calls(line, name)).count();
        assert!(asked >= 2, "{name} is asked about in {asked} expressions");
    }
    for name in LEFT_OUT {
        assert!(theirs.contains(name), "{name} is none of Terraform's");
        let found = reduced(&format!("${{{name}()}}"), &Names::default()).expect_err("it is no function");
        assert!(!found.list[0].hints.is_empty(), "{name}: {found:?}");
    }
}

/// Whether an expression calls a function, and not one whose name ends like it.
fn calls(expression: &str, name: &str) -> bool {
    let call = format!("{name}(");
    let mut places = expression.match_indices(&call);
    places.any(|(at, _)| !expression[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}
