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
