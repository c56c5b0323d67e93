//! Codes of the diagnostics about kinds, attributes, places and billing.

/// No such kind.
pub const UNKNOWN_KIND: &str = "E0340";
/// No such look-up.
pub const UNKNOWN_LOOKUP: &str = "E0341";
/// No such attribute, at the top or inside another.
pub const UNKNOWN_ATTRIBUTE: &str = "E0342";
/// An attribute that only the cloud sets.
pub const READ_ONLY: &str = "E0343";
/// A value of the wrong type.
pub const WRONG_TYPE: &str = "E0344";
/// A required attribute or field is absent.
pub const MISSING_ATTRIBUTE: &str = "E0345";
/// A value that the cloud does not take.
pub const NOT_TAKEN: &str = "E0448";
/// Values that do not go together.
pub const NOT_TOGETHER: &str = "E0449";
/// A value that the API's prose does not name.
pub const UNUSUAL_VALUE: &str = "E0450";
/// No such region.
pub const UNKNOWN_REGION: &str = "E0440";
/// A zone that is needed is absent.
pub const MISSING_ZONE: &str = "E0441";
/// A zone outside the resource's region.
pub const WRONG_ZONE: &str = "E0442";
/// A zone in the spelling of the introduction.
pub const PRINTED_ZONE: &str = "E0443";
/// A billed kind without a billing method.
pub const MISSING_BILLING: &str = "E0444";
/// No such billing method.
pub const UNKNOWN_METHOD: &str = "E0445";
/// A billing method that the kind does not sell.
pub const METHOD_NOT_SOLD: &str = "E0446";
/// Unit or duration of a prepaid method missing, not sold, or given where it means nothing.
pub const BILLING_TERM: &str = "E0447";
