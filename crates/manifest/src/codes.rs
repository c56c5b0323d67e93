//! The diagnostics of this crate, each with its explanation.

/// A source file over the limit.
pub(crate) const SOURCE_TOO_LARGE: &str = "E0101";
/// Text that is no TOML.
pub(crate) const SYNTAX: &str = "E0102";
/// One name, defined twice.
pub(crate) const DEFINED_TWICE: &str = "E0103";
/// A key that its section does not have.
pub(crate) const UNKNOWN_KEY: &str = "E0104";
/// A setting of the wrong type.
pub(crate) const WRONG_SETTING: &str = "E0105";
/// A name that names may not be.
pub(crate) const BAD_NAME: &str = "E0106";
/// Something the language will have.
pub(crate) const NOT_YET: &str = "E0107";
/// A value where named tables belong.
pub(crate) const WRONG_NESTING: &str = "E0108";
/// A key that its section needs.
pub(crate) const MISSING_SETTING: &str = "E0109";
/// The project wants another version.
pub(crate) const VERSION: &str = "E0110";
/// A number that cannot be used.
pub(crate) const NUMBER: &str = "E0111";
/// A setting that cannot be.
pub(crate) const INVALID_SETTING: &str = "E0112";
/// Keys that exclude each other.
pub(crate) const EXCLUSIVE: &str = "E0113";
/// A statement about something that is no part of a project.
pub(crate) const BAD_EXTENT: &str = "E0160";
/// A move that cannot be.
pub(crate) const BAD_MOVE: &str = "E0161";
/// An import that cannot be.
pub(crate) const BAD_IMPORT: &str = "E0162";
/// An import into nothing.
pub(crate) const NO_TARGET: &str = "E0163";
/// A value for no variable.
pub(crate) const UNDECLARED_VARIABLE: &str = "E0120";
/// A variable without a value.
pub(crate) const MISSING_VALUE: &str = "E0121";
/// A value that does not fit the variable's type.
pub(crate) const WRONG_VALUE: &str = "E0122";
/// A value that a validation refuses.
pub(crate) const INVALID_VALUE: &str = "E0123";
/// Null for a variable that must not be null.
pub(crate) const NULL_VARIABLE: &str = "E0124";
/// An environment variable that is not set.
pub(crate) const NO_ENVIRONMENT: &str = "E0125";
/// Settings of a project, in a module.
pub(crate) const MODULE_SETTINGS: &str = "E0140";
/// A source that names no module.
pub(crate) const MODULE_SOURCE: &str = "E0141";
/// A module without manifests.
pub(crate) const NO_MODULE: &str = "E0142";
/// A module that includes itself.
pub(crate) const MODULE_CYCLE: &str = "E0143";
/// Modules too deep, or too many.
pub(crate) const MODULE_DEPTH: &str = "E0144";
/// A lock file that is none.
pub(crate) const LOCK_FILE: &str = "E0149";
/// A name that has no meaning at this place.
pub(crate) const NOT_HERE: &str = "E0250";
/// References in a circle.
pub(crate) const CYCLE: &str = "E0251";
/// A value needed now that only the cloud decides.
pub(crate) const UNKNOWN_YET: &str = "E0252";
/// for_each over something without keys.
pub(crate) const BAD_FOR_EACH: &str = "E0253";
/// A count that is no count.
pub(crate) const BAD_COUNT: &str = "E0254";
/// enabled that is neither true nor false.
pub(crate) const BAD_ENABLED: &str = "E0255";
/// A sensitive value in an address.
pub(crate) const SENSITIVE_REPEAT: &str = "E0256";
/// An instance that does not exist.
pub(crate) const NO_INSTANCE: &str = "E0257";
/// An attribute of a disabled block.
pub(crate) const DISABLED: &str = "E0258";
/// one of a look-up that found more or less.
pub(crate) const NOT_ONE: &str = "E0259";
/// A look-up that the cloud refused.
pub(crate) const LOOKUP_FAILED: &str = "E0260";
/// A sensitive value in a plain output.
pub(crate) const SENSITIVE_OUTPUT: &str = "E0261";
/// A reference to nothing.
pub(crate) const UNKNOWN_REFERENCE: &str = "E0301";
/// A reference to an attribute that does not exist.
pub(crate) const UNKNOWN_ATTRIBUTE: &str = "E0302";
/// A lifecycle setting or timeout that cannot be.
pub(crate) const BAD_LIFECYCLE: &str = "E0303";
/// depends_on that names nothing.
pub(crate) const BAD_DEPENDENCY: &str = "E0304";
/// replace_triggered_by that names nothing.
pub(crate) const BAD_TRIGGER: &str = "E0346";
/// A condition that is neither true nor false.
pub(crate) const BAD_CONDITION: &str = "E0347";
/// An input that the module does not have.
pub(crate) const UNKNOWN_INPUT: &str = "E0330";
/// A variable of a module that gets no value.
pub(crate) const MISSING_INPUT: &str = "E0331";
/// An output that the module does not have.
pub(crate) const UNKNOWN_OUTPUT: &str = "E0332";
/// A kind that lives in a region, without one.
pub(crate) const MISSING_REGION: &str = "E0401";
/// A region for something that lives in none.
pub(crate) const NO_REGION_HERE: &str = "E0402";
/// A region or zone that is no text.
pub(crate) const BAD_PLACE: &str = "E0403";
/// A default zone that lies nowhere, or elsewhere.
pub(crate) const DEFAULT_ZONE: &str = "E0404";
/// A sensitive region, zone or billing.
pub(crate) const SENSITIVE_PLACE: &str = "E0405";

/// Code, title and explanation (Markdown) of every diagnostic of this crate.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        SOURCE_TOO_LARGE,
        "source file too large",
        "A manifest may have 32 MiB. All `*.toml` files of the directory are read together, so a large one can be \
         split.\n\nInstead of thousands of similar blocks, write one with \
         `for_each`:\n\n```toml\n[vpc.subnet.web]\nfor_each = { a = 1, b = 2 }\n```",
    ),
    (
        SYNTAX,
        "not valid TOML",
        "The file does not follow the TOML grammar at the place shown; the message says what the parser expected \
         there. Nothing of the file is used until it is corrected.\n\n```toml\nname = web      # wrong: text \
         needs quotes\nname = \"web\"    # right\n```",
    ),
    (
        DEFINED_TWICE,
        "defined twice",
        "One entry (a block, a variable, a local, an output) or one of the sections `project`, `cloud`, `state` \
         and `defaults` is written twice, in one file or in two. Both places are shown: rename one, or move its \
         keys to the other.\n\n```toml\n[vpc.vpc.main]\nvpc_name = \"a\"\n[vpc.vpc.other]   # was [vpc.vpc.main] \
         again\nvpc_name = \"b\"\n```",
    ),
    (
        UNKNOWN_KEY,
        "unknown key",
        "The section has no such key. Often it is a slip of the keyboard; otherwise the hint lists what the \
         section has.\n\n```toml\n[cloud]\nendpiont = \"emulator\"   # wrong\nendpoint = \"emulator\"   # \
         right\n```",
    ),
    (
        WRONG_SETTING,
        "wrong type of a setting",
        "The key takes a value of another type, or plain text where an expression \
         stands.\n\n```toml\n[variable.size]\nsensitive = \"yes\"   # wrong\nsensitive = true    # right\n```",
    ),
    (
        BAD_NAME,
        "not a name",
        "Names of blocks, variables, locals and outputs begin with a letter or `_` and go on with letters, \
         digits, `_` and `-`, so that references can spell them.\n\n```toml\n[vpc.vpc.\"my net\"]   # \
         wrong\n[vpc.vpc.my-net]     # right\n```",
    ),
    (
        NOT_YET,
        "not supported yet",
        "Modules, checks, `moved`, `removed` and `import` blocks, preconditions and postconditions, \
         `replace_triggered_by` and ephemeral values are part of the language, and this \
         version does not do them yet. It refuses them rather than ignore them.",
    ),
    (
        WRONG_NESTING,
        "a value where a table belongs",
        "Resources are written three names deep, look-ups four, variables and outputs two; below stands a table \
         with the keys.\n\n```toml\nvpc.subnet = \"10.0.0.0/24\"       # wrong\n\n[vpc.subnet.web]                \
         # right\naddress_prefix = \"10.0.0.0/24\"\n```",
    ),
    (
        MISSING_SETTING,
        "missing key",
        "The block cannot mean anything without this key.\n\n```toml\n[output.address]\nvalue = \
         \"${vpc.elastic_ip.web.elastic_ip_address}\"\n```",
    ),
    (
        VERSION,
        "another version is required",
        "`[project] requires` names the versions of Firma that the project was written for, as `>=0.1` or `>=0.1, \
         <0.3`. Install a version that meets it, or change the requirement after checking the changelog.",
    ),
    (
        NUMBER,
        "a number out of range",
        "Numbers are finite and exact: `nan` and `inf` have no meaning in a manifest, and integers have at most \
         38 digits. Longer identifiers are text.\n\n```toml\nsize = inf       # wrong\nsize = 200       # \
         right\n```",
    ),
    (
        INVALID_SETTING,
        "invalid setting",
        "The setting has the right type and a value it cannot have; the message or the hint says which it \
         can.\n\n```toml\n[state]\nbackend = \"file\"     # wrong\nbackend = \"sqlite\"   # right\n```",
    ),
    (
        EXCLUSIVE,
        "keys that exclude each other",
        "A block repeats in one way at most: `for_each`, `count` or `enabled`. Fold the condition into the \
         collection:\n\n```toml\nfor_each = '${var.on ? var.names : toset([])}'\n```",
    ),
    (
        BAD_EXTENT,
        "not a part of a project",
        "`[[moved]]`, `[[removed]]` and `[[import]]` name resources, instances and modules as plans print them. \
         Look-ups have no object, so they cannot move.\n\n```toml\n[[moved]]\nfrom = 'vpc.subnet.web[\"a\"]'   # \
         an instance\nto   = 'vpc.subnet.front[\"a\"]'\n\n[[moved]]\nfrom = \"module.net\"   # everything in a \
         module\nto   = \"module.network\"\n```",
    ),
    (
        BAD_MOVE,
        "this cannot become that",
        "An object keeps its kind when it moves: a VPC does not become a subnet, a resource no module, and nothing \
         moves to where it is. Write the statement between two addresses of one kind, or between two modules.",
    ),
    (
        BAD_IMPORT,
        "an import that cannot be",
        "An import brings one object, named by its id, to one address. Its id is empty, or another import has the \
         same address.\n\n```toml\n[[import]]\nto = \"vpc.vpc.main\"\nid = \"vpc-1234567890\"\n```",
    ),
    (
        NO_TARGET,
        "nothing to import into",
        "An import takes over an object for a resource that the manifests declare. Write its block with the \
         attributes that the object has; the plan shows what differs.\n\n```toml\n[vpc.vpc.main]\nvpc_name       = \
         \"main\"\naddress_prefix = \"10.0.0.0/16\"\n\n[[import]]\nto = \"vpc.vpc.main\"\nid = \
         \"vpc-1234567890\"\n```",
    ),
    (
        UNDECLARED_VARIABLE,
        "a value for no variable",
        "A value was given for a name that no `[variable.NAME]` declares. On the command line this is an error, \
         in a file a warning, in the environment it is ignored.\n\n```toml\n[variable.env]\ntype = \
         \"string\"\n```",
    ),
    (
        MISSING_VALUE,
        "a variable without a value",
        "The variable has no default, and nothing gives it a value. Values come, later ones winning, from \
         `FIRMA_VAR_name` in the environment, `firma.vars.toml`, `*.auto.vars.toml`, `--var-file FILE` and `--var \
         name=value`.\n\n```toml\n# firma.vars.toml\nenv = \"staging\"\n```",
    ),
    (
        WRONG_VALUE,
        "a value of the wrong type",
        "The value does not fit the type that the variable declares. Text that reads as a number is taken for one \
         where one is wanted; a list is no map.\n\n```toml\n[variable.sizes]\ntype    = \"list(number)\"\ndefault \
         = [20, 40]\n```",
    ),
    (
        INVALID_VALUE,
        "a value that was refused",
        "A `validation` of the variable says that this value is not allowed; its message says why, and its \
         condition is shown.\n\n```toml\n[[variable.env.validation]]\ncondition = '${contains([\"staging\", \
         \"prod\"], var.env)}'\nmessage   = \"env is staging or prod\"\n```",
    ),
    (
        NULL_VARIABLE,
        "null is not allowed",
        "The variable is declared with `nullable = false`, so null is no value for it. Give a value, or declare a \
         `default`, which null then asks for.",
    ),
    (
        NO_ENVIRONMENT,
        "not in the environment",
        "`env.NAME` reads the environment of the command, and there is no such variable in it. Set it before \
         calling, or use a variable with a default instead.",
    ),
    (
        MODULE_SETTINGS,
        "a module has no settings of its own",
        "`[project]`, `[cloud]` and `[state]` belong to a project: one project talks to one cloud and keeps one state, \
         whatever modules it calls. A module that needs to differ from call to call declares a \
         variable.\n\n```toml\n# modules/net/net.toml\n[cloud]                  # wrong\nendpoint = \
         \"emulator\"\n\n[variable.cidr]          # right: what differs is an input\ntype = \"string\"\n```",
    ),
    (
        MODULE_SOURCE,
        "not a source of a module",
        "A module comes from a directory beside the one that calls it, or from a Git repository, which `firma init` \
         fetches and pins. In the root project a source may use variables and `env`; inside modules it is \
         constant.\n\n```toml\n[module.net]\nsource = \"./modules/net\"\n\n[module.dns]\nsource = \
         \"git+https://example.com/infra.git//dns?ref=v1.2\"\n```\n\nTransports are https, ssh and file. A \
         reference is a branch, a tag or a commit; anything that git could take for an option is refused.",
    ),
    (
        NO_MODULE,
        "no module there",
        "The directory that `source` names does not exist or has no manifest (`*.toml`) in it. It is relative to the \
         directory of the module that says it, not to the directory of the project.\n\n```toml\n# \
         modules/web/web.toml\n[module.net]\nsource = \"../net\"   # modules/net\n```",
    ),
    (
        MODULE_CYCLE,
        "a module includes itself",
        "Following the calls leads back to a module that is being read already, so it would have no end. The calls that \
         make the circle are shown. What two modules need of each other goes into a third one that both call, or is \
         passed in as an input.",
    ),
    (
        MODULE_DEPTH,
        "too many modules",
        "Modules may call each other 32 deep, and a project may have 100 000 calls and 100 000 instances of modules. \
         Modules that call modules multiply at each level, so a project that meets these limits mostly has a `count` \
         or a call in the wrong place.",
    ),
    (
        LOCK_FILE,
        "the lock file cannot be read",
        "`firma.lock.toml` is written by `firma init` and read by everything else: for each repository of modules it has \
         the commit and the SHA-256 of its content. What stands there now is no such file, perhaps after a merge: take one \
         of the two sides, or write it anew with `firma init --upgrade` and look at what changes.",
    ),
    (
        NOT_HERE,
        "not available here",
        "Some names have a meaning only in some places: `env` in `[cloud]`, `[state]` and variable defaults; \
         `each` in blocks with `for_each`; `count` in blocks with `count`. Settings see `env` alone, validations \
         see variables alone.\n\n```toml\n[variable.user]\ndefault = \"${env.USER}\"\n[local]\nname = \
         \"web-${var.user}\"\n```",
    ),
    (
        CYCLE,
        "references in a circle",
        "These need each other's values, so none of them can come first. The message names the members and the \
         labels show the references. Break the circle: often one reference should be to the variable or local \
         that both use.\n\n```toml\n[local]\na = \"${local.b}\"\nb = \"${local.a}\"   # wrong\n```",
    ),
    (
        UNKNOWN_YET,
        "needs a value that only the cloud decides",
        "How many instances a block has, where they live and how they are paid must be known when a plan is made. \
         Use something that the manifests say: the keys of the other block instead of its \
         ids.\n\n```toml\nfor_each = \"${toset([vpc.vpc.main.id])}\"   # wrong\nfor_each = \"${vpc.subnet.web}\"  \
         # right: keyed like that block\n```",
    ),
    (
        BAD_FOR_EACH,
        "for_each needs a map or a set of strings",
        "The keys of `for_each` become part of addresses, so it takes a map, a set of strings or another block. A \
         list has positions, not keys.\n\n```toml\nfor_each = [\"a\", \"b\"]                # wrong\nfor_each = \
         '${toset([\"a\", \"b\"])}'    # right\n```",
    ),
    (
        BAD_COUNT,
        "count needs a whole number",
        "`count` is a whole number from 0 to 1000000.\n\n```toml\ncount = \"${length(var.names)}\"\n```",
    ),
    (
        BAD_ENABLED,
        "enabled needs true or false",
        "`enabled` decides whether the block exists at all.\n\n```toml\nenabled = '${var.env == \"prod\"}'\n```",
    ),
    (
        SENSITIVE_REPEAT,
        "sensitive values cannot be keys",
        "Keys of `for_each` and counts appear in addresses, which plans and logs show. If the value is no secret \
         after all, `nonsensitive(...)` says so.",
    ),
    (
        NO_INSTANCE,
        "no such instance",
        "A block with `for_each` or `count` has instances by key; a block without has none. The hint shows the \
         keys there are.\n\n```toml\nsubnet_id = '${vpc.subnet.web.id}'        # wrong when it repeats\nsubnet_id \
         = '${vpc.subnet.web[\"a\"].id}'   # right\n```",
    ),
    (
        DISABLED,
        "the block is disabled",
        "A block with `enabled = false` is null, and null has no attributes. Ask before \
         reading.\n\n```toml\nvalue = '${vm.instance.jump == null ? \"none\" : vm.instance.jump.id}'\n```",
    ),
    (
        NOT_ONE,
        "not exactly one item",
        "`one` is there when a look-up found exactly one item. Narrow the parameters, or choose among \
         `items`.\n\n```toml\nimage_id = '${data.vm.image.ubuntu.items[0].image_id}'\n```",
    ),
    (
        LOOKUP_FAILED,
        "the look-up failed",
        "The cloud did not answer the look-up; the message has its words. Check the parameters, the region and \
         the permissions of the key.",
    ),
    (
        SENSITIVE_OUTPUT,
        "a sensitive value in an output",
        "Outputs are printed. Say that this one is to be hidden unless asked for by \
         name:\n\n```toml\n[output.password]\nvalue     = \"${var.password}\"\nsensitive = true\n```",
    ),
    (
        UNKNOWN_REFERENCE,
        "a reference to nothing",
        "Nothing of this name is declared in the manifests. References are written `var.NAME`, `local.NAME`, \
         `data.SERVICE.KIND.NAME` and `SERVICE.KIND.NAME`.\n\n```toml\nvpc_id = \"${vpc.vpc.mian.id}\"   # \
         wrong\nvpc_id = \"${vpc.vpc.main.id}\"   # right\n```",
    ),
    (
        UNKNOWN_ATTRIBUTE,
        "no such attribute",
        "The kind has no attribute of this name, neither to be set nor to be read. `firma catalog kind KIND` \
         lists them; every kind also answers to `id`.\n\n```toml\nvpc_id = \"${vpc.vpc.main.vpcid}\"   # \
         wrong\nvpc_id = \"${vpc.vpc.main.id}\"      # right\n```",
    ),
    (
        BAD_LIFECYCLE,
        "invalid lifecycle setting",
        "`create_before_destroy` and `prevent_destroy` are true or false, `on_remove` is `destroy` or `retain`, `ignore_changes` is `\"all\"` \
         or a list of attribute paths of the kind, timeouts are seconds or text such as \
         `10m`.\n\n```toml\n[vm.instance.web.lifecycle]\nignore_changes = [\"tags\", \
         \"system_disk.disk_spec\"]\n```",
    ),
    (
        BAD_DEPENDENCY,
        "depends_on names nothing",
        "`depends_on` is a list of addresses as plain text, of blocks or of instances.\n\n```toml\ndepends_on = \
         [\"vpc.vpc.main\", 'vpc.subnet.web[\"a\"]']\n```",
    ),
    (
        BAD_TRIGGER,
        "replace_triggered_by names nothing",
        "An entry of `replace_triggered_by` is a resource, one of its instances or one of their attributes: when that \
         is changed or replaced, the resource is replaced too. A key may be computed. To have a mere value do this, \
         put it into a `firma.value` and name that.\n\n```toml\n[vm.instance.web.lifecycle]\nreplace_triggered_by = \
         [\"vpc.subnet.web.id\", 'firma.value.version[\"${each.key}\"].input']\n```",
    ),
    (
        BAD_CONDITION,
        "a condition is neither true nor false",
        "Preconditions, postconditions and assertions are expressions that come to true or false; when false, the \
         message beside it says what is wrong.\n\n```toml\n[[vm.instance.web.lifecycle.precondition]]\ncondition = \
         '${var.size != \"\"}'\nmessage   = \"size must be given\"\n```",
    ),
    (
        UNKNOWN_INPUT,
        "the module has no such variable",
        "The keys of a call, beside `source`, `for_each`, `count`, `enabled`, `depends_on` and `defaults`, are values \
         for the variables that the module declares.\n\n```toml\n# modules/net/net.toml\n[variable.cidr]\ntype = \
         \"string\"\n\n# firma.toml\n[module.net]\nsource = \"./modules/net\"\ncird = \"10.0.0.0/16\"   # \
         wrong: the variable is `cidr`\n```",
    ),
    (
        MISSING_INPUT,
        "a variable of a module has no value",
        "A variable without a `default` needs a value in every call of the module. Values given on the command line, in \
         files or in the environment are for the root project alone: pass them on.\n\n```toml\n[module.net]\nsource \
         = \"./modules/net\"\ncidr = \"${var.cidr}\"\n```",
    ),
    (
        UNKNOWN_OUTPUT,
        "the module has no such output",
        "From outside only the outputs of a module can be seen; its resources and locals are its own. The hint lists \
         what there is.\n\n```toml\n# modules/net/net.toml\n[output.vpc_id]\nvalue = \"${vpc.vpc.main.id}\"\n\n# \
         firma.toml\n[output.vpc]\nvalue = \"${module.net.vpc_id}\"\n```",
    ),
    (
        MISSING_REGION,
        "missing region",
        "The kind lives in a region, and neither the block nor `[defaults]` names \
         one.\n\n```toml\n[defaults]\nregion = \"cn-north-1\"\n```",
    ),
    (
        NO_REGION_HERE,
        "lives in no region",
        "The kind belongs to the account as a whole, or exists only in the state. Leave `region` out.",
    ),
    (
        BAD_PLACE,
        "a region or zone must be text",
        "Regions and zones are text such as `cn-north-1` and `cn-north-1a`.\n\n```toml\nregion = \
         \"cn-north-1\"\n```",
    ),
    (
        DEFAULT_ZONE,
        "wrong default zone",
        "The default zone lies in no region, or a region's default zone lies in another. `firma catalog zones` \
         prints the zones of each.\n\n```toml\n[defaults.regions.cn-east-2]\nzone = \"cn-east-2a\"\n```",
    ),
    (
        SENSITIVE_PLACE,
        "where something is, and how it is paid for, cannot be sensitive",
        "Plans and logs show the region, the zone and the billing of everything they name, so none of them can be a \
         secret. If the value is none after all, `nonsensitive(...)` says so.\n\n```toml\nregion = \
         '${nonsensitive(var.region)}'\n```\n\nDefault tags cannot be sensitive as a whole; the value of a single \
         tag can.",
    ),
];
