//! The diagnostics of this crate.

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
/// Something ephemeral where it would be kept.
pub(crate) const EPHEMERAL: &str = "E0370";
/// Something ephemeral goes into or out of a module that does not say so.
pub(crate) const EPHEMERAL_UNDECLARED: &str = "E0371";
/// An ephemeral output of the root.
pub(crate) const EPHEMERAL_OUTPUT: &str = "E0372";
/// A message that would print something ephemeral.
pub(crate) const EPHEMERAL_MESSAGE: &str = "E0373";
/// A check whose look-up fails.
pub(crate) const CHECK: &str = "E0564";
/// A reference to nothing.
pub(crate) const UNKNOWN_REFERENCE: &str = "E0301";
/// A name that other tools have.
pub(crate) const FOREIGN: &str = "E0377";
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
