//! The diagnostics of the expression language.

/// The text is not a template or an expression.
pub(crate) const SYNTAX: &str = "E0201";
/// `%{ ... }` that does not fit together.
pub(crate) const DIRECTIVE: &str = "E0202";
/// The text is too long or nests too deeply.
pub(crate) const SOURCE_LIMIT: &str = "E0203";
/// Evaluation costs too much.
pub(crate) const LIMIT: &str = "E0204";
/// A name that stands for nothing.
pub(crate) const UNKNOWN_NAME: &str = "E0205";
/// `x.y` where there is no `y`.
pub(crate) const UNKNOWN_ATTRIBUTE: &str = "E0206";
/// `x[y]` where there is no `y`.
pub(crate) const INVALID_INDEX: &str = "E0207";
/// An operator over something it does not take.
pub(crate) const OPERAND: &str = "E0208";
/// Null where something is needed.
pub(crate) const NULL_VALUE: &str = "E0209";
/// Division by zero, or a number out of range.
pub(crate) const ARITHMETIC: &str = "E0210";
/// A condition that is no bool.
pub(crate) const NOT_BOOL: &str = "E0211";
/// `for` over something that has no elements.
pub(crate) const NOT_ITERABLE: &str = "E0212";
/// Two results of a `for` with one key.
pub(crate) const DUPLICATE_KEY: &str = "E0213";
/// Something in text that has no text.
pub(crate) const NOT_TEXT: &str = "E0214";
/// A key of a map that is no string.
pub(crate) const INVALID_KEY: &str = "E0215";
/// Syntax that other tools know and this language does not.
pub(crate) const UNSUPPORTED: &str = "E0216";
/// Two results of a conditional that have no common type.
pub(crate) const NOT_ONE_TYPE: &str = "E0217";
/// A function that does not exist.
pub(crate) const UNKNOWN_FUNCTION: &str = "E0220";
/// Too many or too few arguments.
pub(crate) const ARGUMENT_COUNT: &str = "E0221";
/// An argument that the function does not take.
pub(crate) const ARGUMENT: &str = "E0222";
/// A file that cannot be read.
pub(crate) const FILE: &str = "E0223";
/// A file whose name is known only after apply.
pub(crate) const FILE_UNKNOWN: &str = "E0224";
/// A text that is no type.
pub(crate) const TYPE_SYNTAX: &str = "E0230";

/// What `try` and `can` recover from: what values turned out to be.
pub(crate) const RECOVERABLE: &[&str] = &[
    UNKNOWN_ATTRIBUTE,
    INVALID_INDEX,
    OPERAND,
    NULL_VALUE,
    ARITHMETIC,
    NOT_BOOL,
    NOT_ITERABLE,
    DUPLICATE_KEY,
    NOT_TEXT,
    INVALID_KEY,
    NOT_ONE_TYPE,
    ARGUMENT,
    FILE,
];

/// Every code of this crate: code, title, and an explanation in Markdown.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        SYNTAX,
        "the expression cannot be read",
        "The text between `${` and `}` is not an expression, or a `${` has no `}`.\n\n\
         A TOML basic string unescapes before the expression is read, so quotes inside need care. A literal string needs none:\n\n\
         ```toml\nname = '${join(\"-\", [\"a\", \"b\"])}'\n```\n\n\
         To get the two characters `${` themselves, write `$${`.",
    ),
    (
        DIRECTIVE,
        "a template directive cannot be read",
        "`%{ if ... }` ends with `%{ endif }` and may have one `%{ else }`; `%{ for ... }` ends with `%{ endfor }`. `~` inside of \
         the braces takes away the white space on its side:\n\n\
         ```toml\nhosts = '%{ for h in var.hosts ~}host ${h}%{ if h == var.main } # main%{ endif };%{ endfor ~}'\n```\n\n\
         To get the two characters `%{` themselves, write `%%{`.",
    ),
    (
        SOURCE_LIMIT,
        "the expression is too long or nests too deeply",
        "One expression may have 64 KiB of text, 64 levels of nesting, 128 operators on one path and 128 steps in one \
         reference. Give names to its parts:\n\n\
         ```toml\n[local]\nnames = '${[for s in var.sites : s.name]}'\nupper = '${[for n in local.names : upper(n)]}'\n```",
    ),
    (
        LIMIT,
        "the expression costs too much to evaluate",
        "One expression may take 1 000 000 evaluation steps, make texts of up to 16 MiB, and nest its result 256 levels. \
         Usual causes are a `range` that is far too long, and locals that each use the one before twice. \
         Build the large part once, in a local, or pass it in as a file.",
    ),
    (
        UNKNOWN_NAME,
        "a name without meaning",
        "A name in an expression that was kept for later is not a resource. This points at a damaged plan file: make a new plan.",
    ),
    (
        UNKNOWN_ATTRIBUTE,
        "no such attribute",
        "The value has no attribute of this name. The hint lists those it has.\n\n\
         An attribute of every element of a list is taken with a splat:\n\n\
         ```toml\nids = \"${var.sites[*].id}\"\n```\n\n\
         For an attribute that only some have: `try(s.zone, null)` or `lookup(s, \"zone\", null)`.",
    ),
    (
        INVALID_INDEX,
        "no such element",
        "The list has no element at this position, or the map none with this key. Positions begin at 0 and are whole numbers; \
         sets have no positions at all.\n\n```toml\nfirst = \"${length(var.list) > 0 ? var.list[0] : null}\"\n```",
    ),
    (
        OPERAND,
        "an operator does not take this",
        "`+ - * / %` and the comparisons take numbers, `! && ||` take bools. Text that spells a number or `true` and `false` \
         is converted; anything else is not. Texts are joined by interpolation, lists by `concat`:\n\n\
         ```toml\nname = \"${var.prefix}-${var.name}\"\n```",
    ),
    (
        NULL_VALUE,
        "the value is null",
        "Null has no attributes and no elements. Give it a value, or say what to use instead:\n\n\
         ```toml\nzone = \"${var.site != null ? var.site.zone : null}\"\n```",
    ),
    (ARITHMETIC, "the result is no number", "A division by zero, or a result beyond about 10^308."),
    (
        NOT_BOOL,
        "a condition is not true or false",
        "What stands before `?`, or behind `if` in a `for`, is a bool. Compare explicitly:\n\n\
         ```toml\nsize = \"${length(var.disks) > 0 ? 2 : 1}\"\n```",
    ),
    (
        NOT_ITERABLE,
        "nothing to walk over",
        "`for` walks lists, sets and maps. To walk over one value or none, make a list of it with a splat: `var.site[*]` is `[]` \
         when `var.site` is null.",
    ),
    (
        DUPLICATE_KEY,
        "two elements with one key",
        "A `for` with `=>` makes a map, and two of its elements have the same key. Choose another key, or gather the values \
         of equal keys into lists with `...`:\n\n\
         ```toml\nby_zone = \"${{ for i in var.sites : i.zone => i.name... }}\"\n```",
    ),
    (
        NOT_TEXT,
        "this cannot be put into text",
        "Only strings, numbers and bools become text. Use `join` for a list, `jsonencode` for anything else, and say what \
         null should be:\n\n```toml\nname = '${join(\",\", var.names)}'\n```",
    ),
    (
        INVALID_KEY,
        "a key is no string",
        "The keys of a map are strings; numbers and bools are converted, null, lists and maps are not.",
    ),
    (
        UNSUPPORTED,
        "not part of the language",
        "This syntax belongs to other tools: functions with a namespace (`provider::x::f`) do not exist here.",
    ),
    (
        NOT_ONE_TYPE,
        "the results of a conditional have no common type",
        "Both results of `c ? a : b` have one type, so that whoever uses it knows what to expect. Numbers and bools become \
         text beside text; lists and maps are brought together element by element. A list beside a number, or a number \
         beside a bool, has no common type:\n\n\
         ```toml\nsize = '${var.large ? \"10\" : \"auto\"}'   # both are text\n```",
    ),
    (
        UNKNOWN_FUNCTION,
        "no such function",
        "There is no function of this name. Functions whose result changes by itself (the time, random values) are left out \
         on purpose: the same manifests give the same plan. Pass such values in as variables.",
    ),
    (
        ARGUMENT_COUNT,
        "the wrong number of arguments",
        "The function takes another number of arguments; the message names its parameters. `f(list...)` spreads a list over \
         the last parameter.",
    ),
    (
        ARGUMENT,
        "a function does not take this argument",
        "An argument has the wrong type, is null where that makes no sense, or is outside of what the function takes. The \
         message names the parameter.",
    ),
    (
        FILE,
        "a file cannot be read",
        "Functions read files while planning, and only inside of the project. Check the name, which is relative to the \
         directory of the manifests.",
    ),
    (
        FILE_UNKNOWN,
        "the name of a file is known only after apply",
        "Files are read while planning, so that their content can be shown and kept with the plan. The name may hang on \
         variables and locals, not on what the cloud will answer.",
    ),
    (
        TYPE_SYNTAX,
        "not a type",
        "Types are `string`, `number`, `bool`, `any`, `list(T)`, `set(T)`, `map(T)`, `tuple([T, ...])` and \
         `object({ name = T, other = optional(T, default) })`:\n\n\
         ```toml\n[variable.sites]\ntype = \"map(object({ zone = string, size = optional(number, 1) }))\"\n```",
    ),
];
