//! Instance templates, and the availability groups whose instances are made of them, with what scales the groups.

use crate::clock::Moment;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An instance template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct InstanceTemplate {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// The VPC of its subnet.
    pub(crate) vpc: String,
    /// Its data as it was written, by field, checked.
    pub(crate) data: BTreeMap<String, Value>,
    /// Availability groups that use it.
    pub(crate) groups: BTreeSet<String>,
    pub(crate) created: Moment,
}

/// How a group scales.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scaling {
    pub(crate) min: i64,
    pub(crate) max: i64,
    pub(crate) desired: i64,
    pub(crate) health_check: bool,
    pub(crate) cool_down: i64,
    pub(crate) removal: String,
}

/// An availability group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AvailabilityGroup {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) template: Option<String>,
    pub(crate) azs: Vec<String>,
    pub(crate) configuration: String,
    pub(crate) placement: String,
    /// How it scales, once that was said; whether it does now is `scales`.
    pub(crate) scaling: Option<Scaling>,
    pub(crate) scales: bool,
    /// Whether the group may delete each of its instances.
    pub(crate) instances: BTreeMap<String, bool>,
    pub(crate) created: Moment,
}

/// An alarm of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AsAlarm {
    pub(crate) region: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) metric_type: String,
    pub(crate) metric_name: String,
    pub(crate) namespace: String,
    pub(crate) period: i64,
    pub(crate) statistic: String,
    pub(crate) threshold: f64,
    pub(crate) comparison: String,
    pub(crate) hit_count: i64,
    /// The simple rule it sets off.
    pub(crate) simple: Option<String>,
    /// The step rule that stands on it.
    pub(crate) step: Option<String>,
    /// The target rule that made it: nobody else may change it.
    pub(crate) target: Option<String>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

/// A rule of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AsRule {
    pub(crate) region: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// `Simple`, `Target` or `Step`.
    pub(crate) kind: String,
    /// What it says, by field, checked.
    pub(crate) spec: BTreeMap<String, Value>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

/// What happens to a group at set times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AsCron {
    pub(crate) region: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// The simple rule it carries out; without one it sets sizes.
    pub(crate) rule: Option<String>,
    /// Least, most and wanted number of instances that it sets.
    pub(crate) sizes: [Option<i64>; 3],
    /// `2026-02-02 20:02:00`, as given but for the seconds.
    pub(crate) launch: String,
    /// How often it happens: type and value.
    pub(crate) repeat: Option<(String, String)>,
    /// Until when.
    pub(crate) end: Option<String>,
    /// Seconds in which it is tried again.
    pub(crate) expiration: i64,
    pub(crate) enabled: bool,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}
