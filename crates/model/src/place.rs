//! Where a resource lives and how it is paid for.

use crate::value::{Map, Value};
use std::fmt;

/// How a resource is billed: JD Cloud's `chargeMode` and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Billing {
    /// `prepaid_by_duration`, `postpaid_by_usage` or `postpaid_by_duration`.
    pub method: String,
    /// `month` or `year`, prepaid only.
    pub unit: Option<String>,
    /// How many units, prepaid only.
    pub duration: Option<u32>,
    /// Renew at expiry, prepaid only.
    pub auto_renew: Option<bool>,
}

impl Billing {
    /// From the attribute's value: `{ method = "...", unit = ..., duration = ..., auto_renew = ... }`.
    pub fn from_value(value: &Value) -> Option<Billing> {
        let map = value.as_map()?;
        Some(Billing {
            method: map.get("method")?.as_str()?.to_owned(),
            unit: map.get("unit").and_then(Value::as_str).map(str::to_owned),
            duration: map
                .get("duration")
                .and_then(Value::as_number)
                .and_then(|n| n.as_i64())
                .and_then(|n| u32::try_from(n).ok()),
            auto_renew: map.get("auto_renew").and_then(Value::as_bool),
        })
    }

    /// The attribute's value.
    pub fn to_value(&self) -> Value {
        let mut map = Map::new();
        map.insert("method".into(), Value::string(&self.method));
        if let Some(unit) = &self.unit {
            map.insert("unit".into(), Value::string(unit));
        }
        if let Some(duration) = self.duration {
            map.insert("duration".into(), Value::from(i64::from(duration)));
        }
        if let Some(auto_renew) = self.auto_renew {
            map.insert("auto_renew".into(), Value::Bool(auto_renew));
        }
        Value::Map(map)
    }

    /// Whether it is paid in advance: such a resource cannot be given back before it expires.
    pub fn is_prepaid(&self) -> bool {
        self.method == "prepaid_by_duration"
    }
}

impl fmt::Display for Billing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.method)?;
        if let (Some(duration), Some(unit)) = (self.duration, &self.unit) {
            write!(f, " {duration} {unit}")?;
            if duration != 1 {
                f.write_str("s")?;
            }
        }
        if self.auto_renew == Some(true) {
            f.write_str(", renewed")?;
        }
        Ok(())
    }
}
