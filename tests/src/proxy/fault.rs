//! What a proxy can do to a request.

use std::time::Duration;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server acts; its answer never arrives: the connection is reset.
    DropAnswer,
    /// The server receives it twice; the first answer is passed on.
    Duplicate,
    /// The server receives it twice; the second answer is passed on.
    DuplicateLast,
    /// The server receives it later than it was sent.
    Delay(Duration),
    /// The server acts; the answer breaks off in the middle of its body.
    Truncate,
    /// The server receives nothing; the connection is closed.
    CutBefore,
    /// The server receives nothing; the proxy answers 429, and says how many seconds to wait if it says so.
    Throttle(Option<u32>),
    /// The server receives nothing; the proxy answers 500.
    ErrorBefore,
    /// The server acts; the proxy answers 500.
    ErrorAfter,
    /// The server receives nothing; the proxy answers 200 with a page to log in.
    Portal,
    /// The server receives nothing, and no answer comes until the client gives up.
    StallBefore,
    /// The server acts, and no answer comes until the client gives up.
    StallAfter,
    /// The server receives it only after whoever sent it has gone.
    Late,
}

impl Fault {
    /// All kinds, with values for tests.
    pub const ALL: &[Fault] = &[
        Fault::DropAnswer,
        Fault::Duplicate,
        Fault::DuplicateLast,
        Fault::Delay(Duration::from_millis(200)),
        Fault::Truncate,
        Fault::CutBefore,
        Fault::Throttle(None),
        Fault::Throttle(Some(1)),
        Fault::ErrorBefore,
        Fault::ErrorAfter,
        Fault::Portal,
        Fault::StallBefore,
        Fault::StallAfter,
        Fault::Late,
    ];

    /// Whether the server acts on the request, now or later.
    pub fn reaches_server(self) -> bool {
        !matches!(self, Fault::CutBefore | Fault::Throttle(_) | Fault::ErrorBefore | Fault::Portal | Fault::StallBefore)
    }
}

/// One request is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which of the mutating requests, from 1.
    pub call: usize,
    /// How.
    pub fault: Fault,
}
