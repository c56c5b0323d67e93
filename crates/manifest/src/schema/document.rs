//! The sections of a manifest.

use super::{
    kinds::{billing_of, lookups, regions, services, zones},
    part::{
        TEMPLATE, anything, blocks, boolean, definition, described, named, or_expression, plain, plain_bool, table,
        word,
    },
};
use firma_catalog::{Catalog, billing};
use serde_json::{Map, Value, json};

/// The schema of a manifest: one of the files that make a project or a module.
pub fn schema(catalog: &Catalog) -> Value {
    let mut definitions = definitions();
    let mut sections = services(catalog, &mut definitions);
    let lookups = lookups(catalog, &mut definitions);
    let own = [
        ("project", project()),
        ("cloud", cloud()),
        ("state", state()),
        ("defaults", defaults()),
        ("variable", described(named(variable()), "What whoever runs the project decides.")),
        ("local", described(named(anything("A value with a name.")), "Values with names.")),
        ("output", described(named(output()), "What the project shows when it is done.")),
        ("data", lookups),
        ("module", described(named(module()), "Directories of manifests, used as one block.")),
        ("check", described(named(check()), "What is looked at after every plan, without stopping it.")),
        ("moved", described(blocks(two("from", "to")), "Addresses that changed their name.")),
        ("removed", described(blocks(removed()), "What left the manifests on purpose.")),
        ("import", described(blocks(import()), "What exists in the cloud already.")),
    ];
    sections.extend(own.map(|(name, schema)| (name.to_owned(), schema)));
    let mut root = table(sections.iter().map(|(name, schema)| (name.as_str(), schema.clone())), &[]);
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("A manifest of Firma");
    root["$defs"] = Value::Object(definitions);
    root
}

fn definitions() -> Map<String, Value> {
    let number = |text: &str| json!({ "type": "string", "pattern": text });
    let definitions = [
        (
            "expression",
            json!({ "type": "string", "pattern": TEMPLATE, "description": "An expression, or text with one in it." }),
        ),
        (
            "boolean",
            json!({ "anyOf": [{ "type": "boolean" }, { "enum": ["true", "false"] }, definition("expression")] }),
        ),
        ("whole_number", json!({ "anyOf": [{ "type": "integer" }, number("^-?[0-9]+$"), definition("expression")] })),
        (
            "number",
            json!({ "anyOf": [{ "type": "number" }, number("^-?[0-9]+(\\.[0-9]+)?$"), definition("expression")] }),
        ),
        ("count", or_expression(json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000 }))),
        ("addresses", blocks(json!({ "type": "string" }))),
        ("references", or_expression(blocks(json!({ "type": "string" })))),
        ("region", regions()),
        ("zone", zones()),
    ];
    definitions.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn project() -> Value {
    let keys = [
        ("name", plain("The project's name; its state is pinned to it.")),
        ("requires", plain("Versions of Firma it was written for: `>=0.1, <0.3`.")),
        ("ignore", described(blocks(json!({ "type": "string" })), "Files of the directory that are no manifests.")),
    ];
    described(table(keys, &[]), "What the project is called, and what it needs.")
}

fn cloud() -> Value {
    let keys = [
        ("endpoint", plain("`emulator`, or a URL; `{service}` and `{region}` are filled in.")),
        ("profile", plain("A section of the profile file with credentials.")),
        ("region", described(definition("region"), "Where calls go that belong to no region.")),
        ("scheme", described(word(["JDCLOUD2-HMAC-SHA256", "JDCLOUD3-HMAC-SHA256"]), "How requests are signed.")),
        ("parallelism", described(definition("whole_number"), "Calls at once.")),
        ("speed", described(definition("number"), "How fast the emulator's time goes.")),
    ];
    described(table(keys, &[]), "Which cloud.")
}

fn state() -> Value {
    let keys = [
        ("backend", described(word(["sqlite"]), "How the state is kept.")),
        ("path", plain("Where the state is; `.firma/state.db` otherwise.")),
    ];
    described(table(keys, &[]), "Where Firma remembers what it made.")
}

fn defaults() -> Value {
    let tags = || described(or_expression(json!({ "type": "object" })), "Tags of everything that can carry some.");
    let billing =
        || described(billing_of(billing::methods().iter().map(|m| m.id.as_str())), "How things are paid for.");
    let zone = || described(definition("zone"), "For kinds that need a zone, in its own region.");
    let region = table([("zone", zone()), ("billing", billing()), ("tags", tags())], &[]);
    let keys = [
        ("region", described(definition("region"), "Where things live that do not say it.")),
        ("zone", zone()),
        ("billing", billing()),
        ("tags", tags()),
        (
            "regions",
            json!({ "type": "object", "additionalProperties": region, "description": "What differs in a region." }),
        ),
    ];
    described(table(keys, &[]), "What every resource gets that does not say otherwise.")
}

fn variable() -> Value {
    let validation = table(
        [("condition", boolean("What must be true.")), ("message", plain("Why not."))],
        &["condition", "message"],
    );
    let keys = [
        (
            "type",
            plain(
                "`string`, `number`, `bool`, `any`, `list(T)`, `set(T)`, `map(T)`, `tuple([T])`, `object({ a = T })`.",
            ),
        ),
        ("default", anything("Its value when nobody gives one.")),
        ("description", plain("What it decides.")),
        ("nullable", plain_bool("Whether null is a value.")),
        ("sensitive", plain_bool("Never shown.")),
        ("ephemeral", plain_bool("Never stored.")),
        ("validation", described(blocks(validation), "Which values are allowed.")),
    ];
    table(keys, &[])
}

fn output() -> Value {
    let condition = table(
        [("condition", boolean("What must be true.")), ("message", plain("Why not."))],
        &["condition", "message"],
    );
    let keys = [
        ("value", anything("What is shown.")),
        ("description", plain("What it is.")),
        ("sensitive", plain_bool("Shown only when it is asked for by name.")),
        ("ephemeral", plain_bool("Never stored.")),
        ("precondition", described(blocks(condition), "Checked before it is shown.")),
    ];
    table(keys, &["value"])
}

fn module() -> Value {
    let keys = [
        ("source", plain("A directory (`./net`), or a Git URL with the tag, branch or commit behind `?ref=`.")),
        ("for_each", anything("One instance for each key.")),
        ("count", definition("count")),
        ("enabled", boolean("Whether it exists at all.")),
        ("depends_on", definition("addresses")),
        ("defaults", defaults()),
    ];
    let mut schema = table(keys, &["source"]);
    // Its inputs, which the module itself declares.
    schema["additionalProperties"] = json!(true);
    schema
}

fn check() -> Value {
    let assertion = table(
        [("condition", boolean("What should be true.")), ("message", plain("What to say when it is not."))],
        &["condition", "message"],
    );
    let one_or_more = json!({ "anyOf": [definition("boolean"), blocks(assertion)] });
    let keys = [
        ("assert", described(one_or_more, "What should be true, with a `message` beside it, or a list of both.")),
        ("message", plain("What to say when it is not.")),
        ("data", anything("Look-ups of this check alone, as under `data`.")),
    ];
    table(keys, &["assert"])
}

fn two(from: &str, to: &str) -> Value {
    table([(from, plain("The address it had.")), (to, plain("The address it has."))], &[from, to])
}

fn removed() -> Value {
    let keys = [
        ("from", plain("The address it had.")),
        ("on_remove", described(word(["destroy", "retain"]), "What happens to the object in the cloud.")),
    ];
    table(keys, &["from"])
}

fn import() -> Value {
    let keys = [
        ("to", plain("The address it is for.")),
        ("id", plain("Its id in the cloud.")),
        ("for_each", anything("One import for each key.")),
        ("region", definition("region")),
        ("force", boolean("Taken over although Firma made it, for another project or another state.")),
    ];
    table(keys, &["to", "id"])
}
