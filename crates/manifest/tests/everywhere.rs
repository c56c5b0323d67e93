//! Expressions stand in every place of a manifest: `${var.v}` there means what its value, written out, means.
//!
//! Each row is a place, a manifest with `@` at it, and two values that make a difference there.

mod support;

use support::Case;

const DEFAULTS: &str = "[defaults]\nregion = \"cn-north-1\"\nbilling = { method = \"postpaid_by_duration\" }\n";

/// What several rows have around their place.
const AROUND: [(&str, &str); 2] = [
    ("$disk", "[disk.disk.x]\nname = \"x\"\ndisk_type = \"ssd.gp1\"\ndisk_size_gb = 20"),
    ("$import", "[vpc.vpc.x]\nvpc_name = \"x\"\n[[import]]\nto = \"vpc.vpc.x\""),
];

/// A place, the manifest around it, a value and another one.
type Row = (&'static str, &'static str, &'static str, &'static str);

const ROWS: &[Row] = &[
    ("cloud.endpoint", "[cloud]\nendpoint = @\n", "\"emulator\"", "\"http://127.0.0.1:7700\""),
    ("cloud.profile", "[cloud]\nprofile = @\n", "\"a\"", "\"b\""),
    ("cloud.region", "[cloud]\nregion = @\n", "\"cn-east-2\"", "\"cn-south-1\""),
    ("cloud.parallelism", "[cloud]\nparallelism = @\n", "3", "4"),
    ("state.path", "[state]\npath = @\n", "\"a.db\"", "\"b.db\""),
    ("local", "[local]\na = { b = [@] }\n[firma.value.x]\ninput = \"${local.a.b[0]}\"\n", "1", "2"),
    ("output.value", "[output.o]\nvalue = @\n", "{ a = 1 }", "{ a = 2 }"),
    ("an attribute", "[firma.value.x]\ninput = @\n", "[1, true]", "[1, false]"),
    ("an attribute of an attribute", "[firma.value.x]\ninput = { a = [{ b = @ }] }\n", "\"x\"", "\"y\""),
    ("count", "[firma.value.x]\ncount = @\n", "1", "2"),
    ("for_each", "[firma.value.x]\nfor_each = @\n", "{ a = 1 }", "{ b = 1 }"),
    ("enabled", "[firma.value.x]\nenabled = @\n", "true", "false"),
    ("region", "[vpc.vpc.x]\nvpc_name = \"x\"\nregion = @\n", "\"cn-east-2\"", "\"cn-south-1\""),
    ("zone", "$disk\nzone = @\n", "\"cn-north-1a\"", "\"cn-north-1b\""),
    (
        "billing",
        "$disk\nzone = \"cn-north-1a\"\nbilling = @\n",
        "{ method = \"postpaid_by_duration\" }",
        "{ method = \"prepaid_by_duration\", unit = \"month\", duration = 1 }",
    ),
    (
        "billing.duration",
        "$disk\nzone = \"cn-north-1a\"\n\
         billing = { method = \"prepaid_by_duration\", unit = \"month\", duration = @ }\n",
        "1",
        "2",
    ),
    ("tags", "$disk\nzone = \"cn-north-1a\"\ntags = @\n", "{ a = \"1\" }", "{ a = \"2\" }"),
    ("timeouts", "[firma.value.x]\ntimeouts = { create = @, delete = 5 }\n", "\"1m\"", "\"2m\""),
    ("lifecycle.prevent_destroy", "[firma.value.x]\nlifecycle = { prevent_destroy = @ }\n", "true", "false"),
    (
        "lifecycle.create_before_destroy",
        "[firma.value.x]\nlifecycle = { create_before_destroy = @ }\n",
        "true",
        "false",
    ),
    ("lifecycle.on_remove", "[firma.value.x]\nlifecycle = { on_remove = @ }\n", "\"retain\"", "\"destroy\""),
    ("lifecycle.ignore_changes", "[firma.value.x]\nlifecycle = { ignore_changes = @ }\n", "[\"input\"]", "\"all\""),
    (
        "lifecycle.replace_triggered_by",
        "[firma.value.y]\n[firma.value.z]\n[firma.value.x]\nlifecycle = { replace_triggered_by = [@] }\n",
        "\"firma.value.y.input\"",
        "\"firma.value.z.input\"",
    ),
    (
        "a precondition",
        "[firma.value.x]\n[[firma.value.x.lifecycle.precondition]]\ncondition = @\nmessage = \"m\"\n",
        "false",
        "true",
    ),
    (
        "a precondition's message",
        "[firma.value.x]\n[[firma.value.x.lifecycle.precondition]]\ncondition = \"${1 == 2}\"\nmessage = @\n",
        "\"m\"",
        "\"n\"",
    ),
    (
        "a postcondition",
        "[firma.value.x]\n[[firma.value.x.lifecycle.postcondition]]\ncondition = @\nmessage = \"m\"\n",
        "false",
        "true",
    ),
    ("defaults.region", "[vpc.vpc.x]\nvpc_name = \"x\"\n!region = @\n", "\"cn-east-2\"", "\"cn-south-1\""),
    (
        "moved.from",
        "[firma.value.x]\n[[moved]]\nfrom = @\nto = \"firma.value.x\"\n",
        "\"firma.value.y\"",
        "\"firma.value.z\"",
    ),
    (
        "moved.to",
        "[firma.value.x]\n[firma.value.w]\n[[moved]]\nfrom = \"firma.value.y\"\nto = @\n",
        "\"firma.value.x\"",
        "\"firma.value.w\"",
    ),
    ("removed.from", "[[removed]]\nfrom = @\n", "\"firma.value.y\"", "\"module.z\""),
    ("removed.on_remove", "[[removed]]\nfrom = \"firma.value.y\"\non_remove = @\n", "\"retain\"", "\"destroy\""),
    (
        "import.to",
        "[vpc.vpc.x]\nvpc_name = \"x\"\n[vpc.vpc.y]\nvpc_name = \"y\"\n[[import]]\nto = @\nid = \"vpc-1\"\n",
        "\"vpc.vpc.x\"",
        "\"vpc.vpc.y\"",
    ),
    ("import.id", "$import\nid = @\n", "\"vpc-1\"", "\"vpc-2\""),
    ("import.region", "$import\nid = \"vpc-1\"\nregion = @\n", "\"cn-east-2\"", "\"cn-south-1\""),
    ("import.force", "$import\nid = \"vpc-1\"\nforce = @\n", "true", "false"),
    (
        "import.for_each",
        "[vpc.vpc.x]\nfor_each = { a = 1, b = 2 }\nvpc_name = \"x\"\n[[import]]\nfor_each = @\nto = 'vpc.vpc.x[\"${each.key}\"]'\nid = \"${each.value}\"\n",
        "{ a = \"vpc-1\" }",
        "{ b = \"vpc-1\" }",
    ),
    ("check.assert", "[check.c]\nassert = @\nmessage = \"m\"\n", "false", "true"),
    ("check.message", "[check.c]\nassert = \"${1 == 2}\"\nmessage = @\n", "\"m\"", "\"n\""),
    (
        "a parameter of a look-up",
        "[data.vpc.vpc.x]\nfilters = [{ name = \"vpcNames\", values = [@] }]\n",
        "\"a\"",
        "\"b\"",
    ),
    ("the region of a look-up", "[data.vpc.vpc.x]\nregion = @\n", "\"cn-east-2\"", "\"cn-south-1\""),
    ("for_each of a look-up", "[data.vpc.vpc.x]\nfor_each = @\n", "{ a = 1 }", "{ b = 1 }"),
    ("module.source", "[module.m]\nsource = @\n[output.o]\nvalue = \"${module.m.is}\"\n", "\"./one\"", "\"./two\""),
    (
        "module.for_each",
        "[module.m]\nsource = \"./one\"\nfor_each = @\n[output.o]\nvalue = \"${module.m}\"\n",
        "{ a = 1 }",
        "{ b = 1 }",
    ),
    (
        "an input of a module",
        "[module.m]\nsource = \"./one\"\ngiven = @\n[output.o]\nvalue = \"${module.m.given}\"\n",
        "[1]",
        "[2]",
    ),
    (
        "the defaults of a module",
        "[module.m]\nsource = \"./one\"\n[module.m.defaults]\nregion = @\n",
        "\"cn-east-2\"",
        "\"cn-south-1\"",
    ),
];

const MODULES: &str = "#@ file one/m.toml\n[variable.given]\ndefault = 0\n[output.is]\nvalue = 1\n[output.given]\nvalue = \"${var.given}\"\n\
                       [vpc.vpc.v]\nvpc_name = \"v\"\n#@ file two/m.toml\n[output.is]\nvalue = 2\n";

/// What a manifest comes to, with `written` at its place while the variable has the value.
fn outcome(manifest: &str, written: &str, value: &str) -> String {
    // A `!` takes the place of what [defaults] says.
    let (head, body) = match manifest.split_once('!') {
        Some((body, setting)) => (format!("[defaults]\n{setting}"), body.to_owned()),
        None => (DEFAULTS.to_owned(), manifest.to_owned()),
    };
    let body = AROUND.iter().fold(body, |body, (name, text)| body.replace(name, text));
    let manifest = format!("{head}{body}[variable.v]\ndefault = {value}\n").replace('@', written);
    let out = Case::parse(&format!("#@ file a.toml\n{manifest}{MODULES}#@ expect\n")).run();
    // What a condition that fails is made of is shown beside it.
    out.lines()
        .map(|line| line.split(" of var.v").next().unwrap_or(line).trim_end_matches(" of ").to_owned() + "\n")
        .collect()
}

#[test]
fn an_expression_means_what_its_value_means() {
    let mut wrong = Vec::new();
    for (place, manifest, value, other) in ROWS {
        let plain = outcome(manifest, value, value);
        let expression = outcome(manifest, "\"${var.v}\"", value);
        if plain != expression || plain.contains("E0") {
            wrong.push(format!("== {place}\n-- written out\n{plain}-- as an expression\n{expression}"));
        }
        if plain == outcome(manifest, "\"${var.v}\"", other) {
            wrong.push(format!("== {place}: {other} makes no difference\n{plain}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
