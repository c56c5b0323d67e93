//! Every kind of the catalogue, applied with every optional attribute set, then with none, then from the one to the other: the
//! next plan is empty each time. What the cloud fills in, spells its own way or puts in another order is no difference.
//!
//! `tests/kinds/KIND/` holds `around.toml` (what the object needs), `full.toml`, `bare.toml`, further variants, and
//! `left-out.toml`: the attributes that `full.toml` cannot set, each with the reason. `FIRMA_KIND=vpc.vpc,lb` settles
//! that kind only, and those of a service.
//!
//! Each is also forgotten and imported with the manifest that is written for it, which changes nothing.

use firma_catalog::{Catalog, procedure::Shape};
use firma_model::address::KindId;
use firma_tests::{sandbox::Sandbox, tidy::tree};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

const PROJECT: &str = "[cloud]\nendpoint = \"emulator\"\nspeed = 0\n\n[defaults]\nregion = \"cn-north-1\"\n";

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("kinds").join(kind)
}

fn read(kind: &str, name: &str) -> Option<String> {
    std::fs::read_to_string(folder(kind).join(name)).ok()
}

/// Dotted paths of everything a manifest can set; of lists and maps of free keys the whole.
fn settable(kind: &str) -> BTreeSet<String> {
    fn gather(path: String, shape: &Shape, found: &mut BTreeSet<String>) {
        match shape {
            Shape::Object(fields) => {
                fields.iter().for_each(|(name, field)| gather(format!("{path}.{name}"), &field.shape, found));
            }
            Shape::List(item) | Shape::Set(item) if matches!(**item, Shape::Object(_)) => gather(path, item, found),
            _ => {
                found.insert(path);
            }
        }
    }
    let procedure = Catalog::builtin().kind(&KindId::new(kind)).expect("a kind of the catalogue");
    let mut found = BTreeSet::new();
    procedure.attributes.iter().for_each(|(name, attribute)| gather(name.clone(), &attribute.shape, &mut found));
    found
}

/// Dotted paths that a manifest sets, as far as the kind knows them.
fn set(value: &Value, path: &str, known: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    if known.contains(path) {
        found.insert(path.to_owned());
        return;
    }
    match value {
        Value::Table(table) => {
            for (name, inner) in table {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                set(inner, &path, known, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| set(item, path, known, found)),
        _ => {}
    }
}

#[test]
fn every_kind_says_what_it_can_be_given() {
    let kinds: BTreeSet<String> = Catalog::builtin().kind_names().map(str::to_owned).collect();
    let root = folder("");
    let folders: BTreeSet<String> = tree::entries(&root).iter().map(|path| tree::name_of(path)).collect();
    assert_eq!(folders, kinds, "tests/kinds has one folder for each kind");
    for kind in &kinds {
        let full: Table = read(kind, "full.toml").expect("full.toml").parse().expect("TOML");
        let (service, name) = kind.split_once('.').expect("service.kind");
        let it = &full[service][name]["it"];
        let known = settable(kind);
        let mut given = BTreeSet::new();
        set(it, "", &known, &mut given);
        let left_out: Table = read(kind, "left-out.toml").unwrap_or_default().parse().expect("TOML");
        for (path, reason) in &left_out {
            assert!(reason.as_str().is_some_and(|reason| !reason.is_empty()), "{kind}: {path} wants a reason");
        }
        let covers = |path: &String| {
            left_out
                .keys()
                .any(|out| path == out || path.strip_prefix(out.as_str()).is_some_and(|rest| rest.starts_with('.')))
        };
        let missing: Vec<&String> = known.iter().filter(|path| !given.contains(*path) && !covers(path)).collect();
        assert!(missing.is_empty(), "{kind}: full.toml sets neither of {missing:?}, nor does left-out.toml say why");
        let needless: Vec<&String> = left_out
            .keys()
            .filter(|out| known.iter().filter(|path| covers(path)).count() == 0 || given.contains(*out))
            .collect();
        assert!(needless.is_empty(), "{kind}: left-out.toml excuses {needless:?} for nothing");
    }
}

/// All kinds, or those of the environment.
fn wanted() -> impl Iterator<Item = &'static str> {
    Catalog::builtin().kind_names().filter(|kind| is_wanted(kind))
}

/// Applies the variants one after another; after each the next plan is empty.
fn settles(kind: &str, variants: &[&str]) -> Result<(), String> {
    let sandbox = Sandbox::new();
    let write = |name: &str, text: &str| std::fs::write(sandbox.project().join(name), text).expect("a manifest");
    write("firma.toml", PROJECT);
    if let Some(around) = read(kind, "around.toml") {
        write("around.toml", &around);
    }
    for variant in variants {
        write("it.toml", &read(kind, variant).ok_or_else(|| format!("{kind}: there is no {variant}"))?);
        for args in [
            &["apply", "--auto-approve"][..],
            &["plan", "--detailed-exitcode"],
            &["plan", "--refresh-only", "--detailed-exitcode"],
        ] {
            let finished = sandbox.firma(args);
            if finished.code != Some(0) {
                let told = finished.stdout + &finished.stderr;
                return Err(format!("{kind}, {variants:?}: {args:?} of {variant}:\n{told}"));
            }
        }
    }
    Ok(())
}

/// Whether a kind is one of those to be settled.
fn is_wanted(kind: &str) -> bool {
    let Ok(only) = std::env::var("FIRMA_KIND") else { return true };
    let service = kind.split('.').next().unwrap_or_default();
    only.split(',').any(|only| only == kind || only == service)
}

#[test]
fn every_kind_settles() {
    let mut problems = Vec::new();
    for kind in wanted() {
        let further: Vec<String> = tree::entries(&folder(kind))
            .iter()
            .map(|path| tree::name_of(path))
            .filter(|name| !["around.toml", "full.toml", "bare.toml", "left-out.toml"].contains(&name.as_str()))
            .collect();
        let mut ways = vec![vec!["full.toml", "bare.toml"], vec!["bare.toml", "full.toml"]];
        ways.extend(further.iter().map(|name| vec![name.as_str()]));
        problems.extend(ways.iter().filter_map(|way| settles(kind, way).err()));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Applies a variant, forgets the object and its manifest, and imports it with the manifest that is written for it.
fn comes_back(kind: &str, variant: &str) -> Result<(), String> {
    let sandbox = Sandbox::new();
    let write = |name: &str, text: &str| std::fs::write(sandbox.project().join(name), text).expect("a manifest");
    write("firma.toml", PROJECT);
    if let Some(around) = read(kind, "around.toml") {
        write("around.toml", &around);
    }
    write("it.toml", &read(kind, variant).ok_or_else(|| format!("{kind}: there is no {variant}"))?);
    let run = |args: &[&str]| -> Result<String, String> {
        let finished = sandbox.firma(args);
        let generated = std::fs::read_to_string(sandbox.project().join("generated.toml")).unwrap_or_default();
        match finished.code {
            Some(0) => Ok(finished.stdout),
            _ => Err(format!("{kind}: {args:?} of {variant}:\n{}{}\n{generated}", finished.stdout, finished.stderr)),
        }
    };
    let address = format!("{kind}.it");
    run(&["apply", "--auto-approve"])?;
    let shown = run(&["state", "show", &address, "--format", "json"])?;
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    let id = shown["id"].as_str().unwrap_or_else(|| panic!("{kind}: {shown}"));
    run(&["state", "rm", &address])?;
    std::fs::remove_file(sandbox.project().join("it.toml")).expect("it was written");
    write("import.toml", &format!("[[import]]\nto    = \"{address}\"\nid    = \"{id}\"\nforce = true\n"));
    let plan = run(&["plan", "--generate-config-out", "generated.toml"])?;
    let generated = std::fs::read_to_string(sandbox.project().join("generated.toml")).expect("a manifest");
    if plan.split(['.', ';']).next() != Some("Plan: 1 to import") {
        return Err(format!("{kind}: {variant} is not only imported:\n{plan}\n{generated}"));
    }
    run(&["fmt", "--check", "generated.toml"])?;
    run(&["apply", "--auto-approve"])?;
    run(&["plan", "--detailed-exitcode"]).map(|_| ())
}

#[test]
fn every_kind_is_imported_with_the_manifest_that_is_written_for_it() {
    let mut problems = Vec::new();
    for kind in wanted() {
        // It is in the state and nowhere else.
        if kind == "firma.value" {
            continue;
        }
        let variants: Vec<String> = tree::entries(&folder(kind))
            .iter()
            .map(|path| tree::name_of(path))
            .filter(|name| !["around.toml", "left-out.toml"].contains(&name.as_str()))
            .collect();
        problems.extend(variants.iter().filter_map(|variant| comes_back(kind, variant).err()));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
