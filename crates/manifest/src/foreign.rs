//! What other tools of this sort have under another name, or do not need: whoever types such a name is told what to write.

use crate::codes;
use firma_expr::Reference;
use firma_model::diagnostic::Diagnostic;

/// Roots of references, each with what it has no use for here and what says it instead.
const ROOTS: &[(&str, &str, &str)] = &[
    (
        "resource",
        "a reference to a resource begins with its service",
        "leave `resource.` out: `service.kind.name`, as in `vpc.subnet.web`",
    ),
    ("locals", "locals are referred to as `local.NAME`", "write `local.NAME`"),
    ("variable", "variables are referred to as `var.NAME`", "write `var.NAME`"),
    ("variables", "variables are referred to as `var.NAME`", "write `var.NAME`"),
    (
        "output",
        "an output shows a value to others, and is not referred to",
        "refer to what its `value` says, or give that a name below `[local]`; outputs of a module are `module.NAME.OUTPUT`",
    ),
    (
        "provider",
        "there are no providers to refer to",
        "`[cloud]` says which cloud is meant, and `region` is a key of every resource: `var.NAME` can say it for all of them",
    ),
    (
        "ephemeral",
        "there are no ephemeral resources",
        "what is used and kept nowhere is a variable with `ephemeral = true`: `var.NAME`",
    ),
    ("action", "there are no actions", "what is to be done beside the resources is done by whoever runs `firma apply`"),
];

/// Attributes of `terraform`.
const OF_TERRAFORM: &[(&str, &str)] = &[
    (
        "workspace",
        "what differs between environments is a variable: `var.env`, given by `--var-file prod.vars.toml` or `FIRMA_VAR_env`, \
         with a state for each: `[state] path = \".firma/${var.env}.db\"`",
    ),
    ("env", "what differs between environments is a variable: `var.env`, given by `--var-file prod.vars.toml`"),
    (
        "applying",
        "a plan and its apply see the same values: what only an apply should use is a variable with `ephemeral = true`",
    ),
];

/// Sections of a manifest.
const SECTIONS: &[(&str, &str)] = &[
    (
        "terraform",
        "`[project] requires` says which version is needed, `[cloud]` which cloud is meant, and `[state]` where the state is kept",
    ),
    (
        "provider",
        "`[cloud]` says which cloud is meant, and `[defaults] region` where everything lies that says nothing else",
    ),
    ("required_providers", "kinds of resources come with the program: nothing has to be named or fetched"),
    ("backend", "`[state] path` says where the state is kept"),
    (
        "resource",
        "a resource is written without `resource.` in front, `[service.kind.name]`, such as `[vpc.subnet.web]`",
    ),
    ("variables", "each variable is a table of its own: `[variable.NAME]`"),
    ("locals", "locals are the keys of `[local]`"),
    ("outputs", "each output is a table of its own: `[output.NAME]`"),
    ("modules", "each call of a module is a table of its own: `[module.NAME]`"),
    ("ephemeral", "what is used and kept nowhere is a variable with `ephemeral = true`"),
    ("imports", "each import is an entry `[[import]]`"),
];

/// Keys, wherever they are written.
const KEYS: &[(&str, &str)] = &[
    ("error_message", "the text is called `message`"),
    ("provider", "there are no providers: `[cloud]` says which cloud is meant, and `region` where this lies"),
    ("providers", "there are no providers: a module lies where its `defaults` say, or those of its caller"),
    ("version", "a source in Git says which version it is: `source = \"git+https://HOST/REPOSITORY.git?ref=v1.2.0\"`"),
    ("connection", "nothing is run on machines: what a machine does when it begins is its `user_data`"),
    ("provisioner", "nothing is run on machines: what a machine does when it begins is its `user_data`"),
    ("dynamic", "a list is computed where it is written: `NAME = \"${[for item in LIST : { ... }]}\"`"),
    ("content", "a list is computed where it is written: `NAME = \"${[for item in LIST : { ... }]}\"`"),
    ("required_version", "it is called `requires`"),
    ("optional", "an attribute that may be absent is part of the type: `object({ name = optional(string) })`"),
    ("availability_zone", "it is called `zone`"),
    ("charge_mode", "how a resource is paid for is its `billing`: `billing = { method = \"postpaid_by_duration\" }`"),
    ("tags_all", "`tags` holds what is given here and what `[defaults]` say"),
];

fn of<'t>(table: &'t [(&str, &str)], name: &str) -> Option<&'t str> {
    table.iter().find(|(foreign, _)| *foreign == name).map(|(_, says)| *says)
}

/// What to say of a reference that begins with a name of other tools.
pub(crate) fn reference(reference: &Reference<'_>) -> Option<Diagnostic> {
    let error = |message: &str| Diagnostic::error(codes::FOREIGN, message.to_owned()).at(reference.span);
    if ["terraform", "tofu"].contains(&reference.root()) {
        let hint = reference.name(1).and_then(|name| of(OF_TERRAFORM, name));
        let message = match reference.name(1) {
            Some("workspace") => "there are no workspaces",
            _ => "nothing is known of another program here",
        };
        return Some(error(message).hint(hint.unwrap_or("what differs from place to place is a variable: `var.NAME`")));
    }
    let (_, message, hint) = ROOTS.iter().find(|(root, ..)| *root == reference.root())?;
    Some(error(message).hint(*hint))
}

/// What to write instead of a section.
pub(crate) fn section(name: &str) -> Option<&'static str> {
    of(SECTIONS, name)
}

/// What to write instead of a key.
pub(crate) fn key(name: &str) -> Option<&'static str> {
    of(KEYS, name)
}

/// The kind that a type of another tool's provider for this cloud is about: `subnet` of `jdcloud_subnet`.
pub(crate) fn kind_of_type(name: &str) -> Option<&str> {
    name.strip_prefix("jdcloud_")
}
