//! The schema against a validator of JSON Schema: what the program takes is valid, planted mistakes are not.

use firma_catalog::Catalog;
use jsonschema::Validator;
use serde_json::{Map, Value};
use std::{
    fs,
    path::{Path, PathBuf},
};
use toml::de::{DeTable, DeValue};

fn validator() -> Validator {
    let schema = firma_manifest::schema::schema(Catalog::builtin());
    assert!(jsonschema::meta::is_valid(&schema), "the schema is no schema");
    jsonschema::draft202012::new(&schema).expect("a schema")
}

/// As an editor's language server reads TOML.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => serde_json::from_str(number.as_str()).unwrap_or(Value::from(0)),
        DeValue::Float(number) => serde_json::from_str(number.as_str()).unwrap_or(Value::from(0.5)),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => Value::Object(object(table)),
    }
}

fn object(table: &DeTable<'_>) -> Map<String, Value> {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect()
}

fn document(text: &str) -> Value {
    Value::Object(object(DeTable::parse(text).expect(text).get_ref()))
}

fn manifests(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() {
            manifests(&path, found);
        // Beside the manifests of a kind stands a list of what they leave out.
        } else if firma_manifest::is_manifest_file(&name) && name != "left-out.toml" {
            found.push(path);
        }
    }
}

#[test]
fn what_the_program_takes_is_valid() {
    let validator = validator();
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    manifests(&top.join("examples"), &mut found);
    manifests(&top.join("crates/catalog/manifests"), &mut found);
    manifests(&top.join("tests/kinds"), &mut found);
    for topic in fs::read_dir(top.join("tests/scenarios")).expect("scenarios") {
        let topic = topic.expect("a topic").path();
        for case in fs::read_dir(&topic).expect("cases") {
            let case = case.expect("a case").path();
            let transcript = fs::read_to_string(case.join("transcript.txt")).unwrap_or_default();
            // What is wrong with manifests has codes below E05; such cases are wrong on purpose.
            let wrong = case.join("firma.toml").to_string_lossy().contains("wrong")
                || (1..5).any(|range| transcript.contains(&format!("error[E0{range}")));
            if !wrong && !topic.ends_with("bad-input") {
                manifests(&case, &mut found);
            }
        }
    }
    found.sort();
    assert!(found.len() > 40, "{}", found.len());
    let mut wrong = Vec::new();
    for path in found {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if DeTable::parse(&text).is_err() {
            continue;
        }
        let value = document(&text);
        wrong.extend(validator.iter_errors(&value).map(|e| format!("{}: {}: {e}", path.display(), e.instance_path())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn planted_mistakes_are_found() {
    let validator = validator();
    let good = "[vpc.vpc.main]\nvpc_name = \"main\"\n[disk.disk.d]\nname = \"d\"\ndisk_type = \"ssd.gp1\"\n\
                disk_size_gb = 20\nzone = \"cn-north-1a\"\nbilling = { method = \"postpaid_by_duration\" }\n";
    let rows = [
        ("vpc_name = \"main\"", "vpcName = \"main\"", "/vpc/vpc/main"),
        ("vpc_name = \"main\"", "", "/vpc/vpc/main"),
        ("disk_size_gb = 20", "disk_size_gb = \"large\"", "/disk/disk/d/disk_size_gb"),
        ("\"cn-north-1a\"", "\"cn-north-9a\"", "/disk/disk/d/zone"),
        ("postpaid_by_duration", "postpaid_by_usage", "/disk/disk/d/billing"),
        ("[vpc.vpc.main]", "[vpc.vpcs.main]", "/vpc"),
        ("[vpc.vpc.main]", "[vcp.vpc.main]", ""),
        ("[vpc.vpc.main]", "[vpc.vpc.\"a b\"]", "/vpc/vpc"),
        (
            "vpc_name = \"main\"",
            "vpc_name = \"main\"\nlifecycle = { on_remove = \"keep\" }",
            "/vpc/vpc/main/lifecycle/on_remove",
        ),
        ("vpc_name = \"main\"", "vpc_name = \"main\"\ncount = -1", "/vpc/vpc/main/count"),
        ("vpc_name = \"main\"", "vpc_name = \"main\"\nenabled = \"yes\"", "/vpc/vpc/main/enabled"),
        ("vpc_name = \"main\"", "vpc_name = [\"main\"]", "/vpc/vpc/main/vpc_name"),
        ("vpc_name = \"main\"", "vpc_name = \"main\"\nregion = \"cn-nort-1\"", "/vpc/vpc/main/region"),
        ("vpc_name = \"main\"", "vpc_name = \"main\"\ndepends_on = \"vpc.vpc.x\"", "/vpc/vpc/main/depends_on"),
        ("vpc_name = \"main\"", "vpc_name = \"main\"\ntimeouts = { creat = 1 }", "/vpc/vpc/main/timeouts"),
        ("disk_size_gb = 20", "disk_size_gb = 20.5", "/disk/disk/d/disk_size_gb"),
        ("disk_size_gb = 20", "disk_size_gb = true", "/disk/disk/d/disk_size_gb"),
        ("disk_size_gb = 20", "disk_size_gb = 20\ntags = [\"a\"]", "/disk/disk/d/tags"),
        ("disk_size_gb = 20", "disk_size_gb = 20\nmulti_attachable = \"often\"", "/disk/disk/d/multi_attachable"),
        ("[vpc.vpc.main]", "[data.vpc.vpc.x]\nfilter = 1\n[vpc.vpc.main]", "/data/vpc/vpc/x"),
        ("[vpc.vpc.main]", "[data.vpc.vpc.x]\nenabled = 1\n[vpc.vpc.main]", "/data/vpc/vpc/x/enabled"),
        ("[vpc.vpc.main]", "[variable.v]\ntyp = \"string\"\n[vpc.vpc.main]", "/variable/v"),
        ("[vpc.vpc.main]", "[variable.v]\nsensitive = \"yes\"\n[vpc.vpc.main]", "/variable/v/sensitive"),
        ("[vpc.vpc.main]", "[output.o]\nsensitive = true\n[vpc.vpc.main]", "/output/o"),
        ("[vpc.vpc.main]", "[module.m]\n[vpc.vpc.main]", "/module/m"),
        ("[vpc.vpc.main]", "[check.c]\nmessage = \"m\"\n[vpc.vpc.main]", "/check/c"),
        ("[vpc.vpc.main]", "[[moved]]\nfrom = \"vpc.vpc.a\"\n[vpc.vpc.main]", "/moved/0"),
        ("[vpc.vpc.main]", "[[import]]\nid = \"vpc-1\"\n[vpc.vpc.main]", "/import/0"),
        ("[vpc.vpc.main]", "[[removed]]\nfrom = 1\n[vpc.vpc.main]", "/removed/0/from"),
        ("[vpc.vpc.main]", "[cloud]\nparallelism = \"many\"\n[vpc.vpc.main]", "/cloud/parallelism"),
        ("[vpc.vpc.main]", "[state]\nbackend = \"postgres\"\n[vpc.vpc.main]", "/state/backend"),
        ("[vpc.vpc.main]", "[defaults]\nzones = 1\n[vpc.vpc.main]", "/defaults"),
        ("[vpc.vpc.main]", "[project]\nname = 1\n[vpc.vpc.main]", "/project/name"),
    ];
    assert!(validator.is_valid(&document(good)));
    for (right, wrong, place) in rows {
        let text = good.replace(right, wrong);
        let value = document(&text);
        let mut places: Vec<String> = validator.iter_errors(&value).map(|e| e.instance_path().to_string()).collect();
        places.dedup();
        assert_eq!(places, [place], "{text}");
    }
}

#[test]
fn an_expression_stands_wherever_a_value_does() {
    let validator = validator();
    let text = "[disk.disk.d]\nname = \"${var.n}\"\ndisk_type = '${var.t}'\ndisk_size_gb = \"${var.s}\"\nzone = \"${var.z}\"\n\
                billing = \"${var.b}\"\ncount = \"${var.c}\"\nregion = \"%{ if var.a }cn-north-1%{ endif }\"\n\
                tags = \"${var.tags}\"\nlifecycle = { on_remove = \"${var.r}\", prevent_destroy = '${true}' }\n\
                [defaults]\nregion = \"${var.r}\"\nbilling = { method = \"${var.m}\" }\n";
    let value = document(text);
    let errors: Vec<String> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(!validator.is_valid(&document(&text.replace("\"${var.z}\"", "\"$${var.z}\""))));
}
