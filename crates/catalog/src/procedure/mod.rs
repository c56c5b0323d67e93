//! What the catalogue compiles a kind into: everything `plan` needs to interpret it without the catalogue.
//!
//! A plan embeds one procedure per kind it uses, so an apply needs no catalogue and an interrupted run finishes with the
//! procedures it began with. This module is therefore a durable format: [`FORMAT`] grows with every incompatible change.
//!
//! Terms: a *parameter path* walks request parameters (`instanceSpec.az`), a *read path* walks the object that a read or
//! list returns (`charge.chargeMode`, `primaryNetworkInterface.networkInterface.subnetId`); both in the API's own spelling.

mod kind;
mod attribute;
mod call;
mod reading;
mod standing;

pub use attribute::{Attribute, Computed, ElementDefault, Elements, Field, Normal, OnChange, Shape};
pub use call::{Call, CreateWithout, How, Identity, Parameter, Source, Stage, Update};
pub use kind::{Cidr, FORMAT, Procedure, Unique, UsualSeconds, ZoneRule};
pub use reading::{Each, Host, IdFilter, List, LookupProcedure, PageBy, Pages, Read, Select};
pub use standing::{Recovery, StatusRule};
