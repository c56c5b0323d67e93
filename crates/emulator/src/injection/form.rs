//! The form of a fault: which calls, which of them, what happens.

use serde::{Deserialize, Serialize};

/// Something that goes wrong on purpose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Injection {
    /// Calls it is about.
    #[serde(rename = "match", default)]
    pub matching: Match,
    /// Which of them.
    #[serde(default)]
    pub at: At,
    /// What happens to them.
    pub kind: Kind,
}

/// Calls, by what they are. What is not given matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Match {
    /// Service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Operation; a `*` at its end stands for any rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Whether the operation is one that changes the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutating: Option<bool>,
}

/// Which of the matching calls, counted from the moment the fault was injected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct At {
    /// The first call it happens to, from 1.
    pub call: u64,
    /// To how many calls in a row it happens; none for all from there.
    pub times: Option<u64>,
    /// Milliseconds of emulated time after which it is over, whatever the number of calls.
    pub for_millis: Option<i64>,
}

impl Default for At {
    fn default() -> At {
        At { call: 1, times: Some(1), for_millis: None }
    }
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Kind {
    /// No connection: not a byte arrives. Over a socket, where there is a connection already, it is closed without an answer.
    Refused,
    /// The request is lost on its way; the connection breaks without an answer.
    RequestLost,
    /// Carried out; the connection breaks without an answer.
    AnswerLost,
    /// Carried out twice; the answer is that to the second. The nonce of the second is not held against it.
    Twice,
    /// The connection breaks; the request arrives and is carried out later, unless its signature is too old by then.
    Late {
        /// Milliseconds until it arrives.
        millis: i64,
    },
    /// Carried out at once, answered later.
    Slow {
        /// Milliseconds until the answer leaves.
        millis: i64,
    },
    /// Carried out; half of the answer arrives.
    Truncated,
    /// Not carried out: a captive portal's page, with 200.
    NotJson,
    /// Carried out; the answer is valid JSON of 200 that has nothing of what it should have.
    WrongSchema,
    /// Not carried out, answered with this error.
    Error {
        /// HTTP status and the envelope's code.
        code: u16,
        /// The envelope's status word.
        status: String,
        /// Seconds of a Retry-After header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// Carried out, answered with this error all the same.
    ErrorAfter {
        /// HTTP status and the envelope's code.
        code: u16,
        /// The envelope's status word.
        status: String,
    },
    /// A list is answered with 200 and nothing in it.
    EmptyList,
    /// A list's pages after the first come empty; other pages are not counted.
    LosesPage,
    /// A list's pages after the first repeat the first; other pages are not counted.
    RepeatsPage,
    /// Lists and reads do not show what was made less than this long ago; a read by id answers that it does not exist.
    Lags {
        /// Milliseconds.
        millis: i64,
    },
    /// Accepted; the job behind it fails and its object ends in its error state. Operations without
    /// a job have nothing that could fail later: they are not counted.
    JobFails,
    /// Accepted; the job behind it never ends, or ends this much later. Operations without a job are not counted.
    JobSticks {
        /// Milliseconds; none for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        millis: Option<i64>,
    },
}

impl Kind {
    /// Its name, as it stands in the data.
    pub fn word(&self) -> &'static str {
        match self {
            Kind::Refused => "refused",
            Kind::RequestLost => "request_lost",
            Kind::AnswerLost => "answer_lost",
            Kind::Twice => "twice",
            Kind::Late { .. } => "late",
            Kind::Slow { .. } => "slow",
            Kind::Truncated => "truncated",
            Kind::NotJson => "not_json",
            Kind::WrongSchema => "wrong_schema",
            Kind::Error { .. } => "error",
            Kind::ErrorAfter { .. } => "error_after",
            Kind::EmptyList => "empty_list",
            Kind::LosesPage => "loses_page",
            Kind::RepeatsPage => "repeats_page",
            Kind::Lags { .. } => "lags",
            Kind::JobFails => "job_fails",
            Kind::JobSticks { .. } => "job_sticks",
        }
    }
}

/// How an answer reaches the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// At once.
    #[default]
    Now,
    /// After this many milliseconds.
    After(i64),
    /// Not at all: the connection breaks.
    Never,
    /// There was never a connection.
    Refused,
}
