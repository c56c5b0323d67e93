//! Codes of the diagnostics about API calls.

/// No such service.
pub const UNKNOWN_SERVICE: &str = "E0750";
/// No such operation.
pub const UNKNOWN_OPERATION: &str = "E0751";
/// No such parameter.
pub const UNKNOWN_PARAMETER: &str = "E0752";
/// A required parameter is absent.
pub const MISSING_PARAMETER: &str = "E0753";
/// A parameter of another type.
pub const WRONG_TYPE: &str = "E0754";
/// A value that cannot stand in a path.
pub const UNUSABLE_IN_PATH: &str = "E0755";
/// A body that is no JSON object.
pub const BODY: &str = "E0756";
/// A path that leads nowhere in an operation's facts.
pub const NO_SUCH_PATH: &str = "E0757";
