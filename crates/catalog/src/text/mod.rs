//! The TOML form of a kind and of a look-up: what the files of `kinds/` and `lookups/` may say.
//!
//! Names of API things (operations, parameters, fields) are the API's own; names of attributes are manifest names.

mod kind;
mod call;
mod reading;
mod attribute;

pub use attribute::{AttributeText, ComputedText, DefaultText, DerivedText, ElementsText, FieldText, ServerMadeText};
pub use call::{
    CallText, CreateText, DeleteText, ElementCallText, ElementCallsText, MemberCallsText, SourceText, StageText,
    UpdateText, WhenText, WithoutText,
};
pub use kind::{
    BillingText, CidrText, HolderText, IdentityText, KindText, ParentText, QuotaText, RecoveryText, RowText,
    SecondsText, StatusText, TagsText, UniqueText, ZoneRuleText, ZoneText,
};
pub use reading::{EachText, HostText, ListText, LookupText, ReadText, SelectText};
