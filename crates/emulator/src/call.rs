//! One call after the gateway believed it: the operation, its parameters, and typed access to them.

use crate::clock::Moment;
use crate::fault::Fault;
use serde_json::{Map, Value};

/// Parameters by name; nested objects the same way.
pub(crate) type Parameters = Map<String, Value>;

/// An admitted call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    /// Service id.
    pub(crate) service: &'a str,
    /// Operation name.
    pub(crate) operation: &'a str,
    /// All parameters, wherever they stood.
    pub(crate) args: Args<'a>,
    /// Account of the caller; empty for the usual one.
    pub(crate) account: &'a str,
    /// Emulated time.
    pub(crate) now: Moment,
}

impl Call<'_> {
    /// The region of the call; empty for calls without one.
    pub(crate) fn region(&self) -> &str {
        self.args.opt_text("regionId").unwrap_or_default()
    }
}

/// Typed access to parameters whose types were already checked against the API facts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Args<'a>(pub &'a Parameters);

impl<'a> Args<'a> {
    /// A string that must be there.
    pub(crate) fn text(self, name: &str) -> Result<&'a str, Fault> {
        self.opt_text(name).ok_or_else(|| Fault::invalid(format!("{name} is required")))
    }

    /// A string.
    pub(crate) fn opt_text(self, name: &str) -> Option<&'a str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A whole number; numbers sent as text or as floating point count when they are whole.
    pub(crate) fn opt_int(self, name: &str) -> Option<i64> {
        integer(self.0.get(name)?)
    }

    /// A number.
    pub(crate) fn opt_number(self, name: &str) -> Option<f64> {
        match self.0.get(name)? {
            Value::String(text) => text.parse().ok(),
            value => value.as_f64(),
        }
    }

    /// A whole number that must be there.
    pub(crate) fn int(self, name: &str) -> Result<i64, Fault> {
        self.opt_int(name).ok_or_else(|| Fault::invalid(format!("{name} must be a whole number")))
    }

    /// A boolean, false when absent.
    pub(crate) fn flag(self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(b)) => *b,
            Some(Value::String(s)) => s.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    /// Whether the parameter was given at all.
    pub(crate) fn has(self, name: &str) -> bool {
        self.0.get(name).is_some_and(|v| !v.is_null())
    }

    /// A nested object.
    pub(crate) fn child(self, name: &str) -> Option<Args<'a>> {
        self.0.get(name).and_then(Value::as_object).map(Args)
    }

    /// A nested object that must be there.
    pub(crate) fn need(self, name: &str) -> Result<Args<'a>, Fault> {
        self.child(name).ok_or_else(|| Fault::invalid(format!("{name} is required")))
    }

    /// The objects of a list.
    pub(crate) fn children(self, name: &str) -> Vec<Args<'a>> {
        self.items(name).iter().filter_map(Value::as_object).map(Args).collect()
    }

    /// The strings of a list.
    pub(crate) fn texts(self, name: &str) -> Vec<&'a str> {
        self.items(name).iter().filter_map(Value::as_str).collect()
    }

    /// The whole numbers of a list.
    pub(crate) fn ints(self, name: &str) -> Vec<i64> {
        self.items(name).iter().filter_map(integer).collect()
    }

    fn items(self, name: &str) -> &'a [Value] {
        self.0.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) => n.as_i64().or_else(|| whole(n.as_f64()?)),
        Value::String(s) => s.parse().ok().or_else(|| whole(s.parse().ok()?)),
        _ => None,
    }
}

/// The integer a float stands for, if it stands for one exactly.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}
