//! What the cloud answers instead of a result: HTTP code, status word, message.

use serde_json::{Value, json};
use std::borrow::Cow;

/// A refused call, as it stands under `error` in the answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    /// Class of the error and HTTP status of the answer.
    pub(crate) code: u16,
    /// Detailed division (`NOT_FOUND`).
    pub(crate) status: Cow<'static, str>,
    /// For people.
    pub(crate) message: String,
    /// One entry per wrong parameter, where there are several.
    pub(crate) details: Vec<Value>,
}

/// What an operation answers: the `result` object, or a fault.
pub(crate) type Answer = Result<Value, Fault>;

impl Fault {
    fn new(code: u16, status: &'static str, message: impl Into<String>) -> Fault {
        Fault { code, status: status.into(), message: message.into(), details: Vec::new() }
    }

    /// A parameter that can never be right.
    pub(crate) fn invalid(message: impl Into<String>) -> Fault {
        Fault::new(400, "INVALID_ARGUMENT", message)
    }

    /// A number outside its range.
    pub(crate) fn out_of_range(message: impl Into<String>) -> Fault {
        Fault::new(400, "OUT_OF_RANGE", message)
    }

    /// Right in itself, but not in the present state.
    pub(crate) fn precondition(message: impl Into<String>) -> Fault {
        Fault::new(400, "FAILED_PRECONDITION", message)
    }

    /// Another task is running on the object. The words are the ones existing clients look for before they try again.
    pub(crate) fn busy(what: &str, task: &str) -> Fault {
        Fault::precondition(format!("{what} has a conflict with an underlay task: {task}"))
    }

    /// The gateway does not know or believe the caller.
    pub(crate) fn access(message: impl Into<String>) -> Fault {
        Fault::new(401, "ACCESS_ERROR", format!("{}[gw]", message.into()))
    }

    /// No object of this kind and id in the region.
    pub(crate) fn not_found(kind: &str, id: &str) -> Fault {
        Fault::new(404, "NOT_FOUND", format!("{kind} {id} is not found"))
    }

    /// No such call.
    pub(crate) fn no_route(message: impl Into<String>) -> Fault {
        Fault::new(404, "NOT_FOUND", message)
    }

    /// The name is taken.
    pub(crate) fn exists(message: impl Into<String>) -> Fault {
        Fault::new(409, "ALREADY_EXISTS", message)
    }

    /// No more of this kind.
    pub(crate) fn quota(kind: &str, limit: u64) -> Fault {
        Fault::new(429, "QUOTA_EXCEEDED", format!("the quota of {kind} is {limit}"))
    }

    /// Too many calls.
    pub(crate) fn rate(service: &str, limit: u32) -> Fault {
        Fault::new(429, "RATE_LIMIT", format!("more than {limit} calls of {service} in a minute"))
    }

    /// A call of the API without behaviour here.
    pub(crate) fn not_implemented(service: &str, operation: &str) -> Fault {
        Fault::new(501, "NOT_IMPLEMENTED", format!("the emulator has no behaviour for {service} {operation}"))
    }

    /// The `error` object of the answer.
    pub(crate) fn body(&self) -> Value {
        let mut error = json!({"code": self.code, "status": self.status, "message": self.message});
        if !self.details.is_empty() {
            error["details"] = Value::Array(self.details.clone());
        }
        error
    }
}
