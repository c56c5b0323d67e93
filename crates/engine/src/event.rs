//! What a run tells those who watch it: a terminal, a log, `--events json`. Watching cannot stop or change the work.

use firma_client::{CallLog, CallRecord};
use firma_model::{address::Address, fault::Fault, time::Timestamp};
use firma_plan::step::{Action, Leg};
use tokio::sync::mpsc::UnboundedSender;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEvent {
    /// A plan begins to be carried out.
    Started {
        /// The run, as history knows it.
        run: u64,
        /// When.
        at: Timestamp,
        /// Its steps: address, leg, and what happens to the address altogether.
        steps: Vec<(Address, Leg, Action)>,
    },
    /// A step begins.
    StepStarted {
        /// Address.
        address: Address,
        /// What it does.
        leg: Leg,
    },
    /// A step waits for the cloud, and was not there at the last look.
    StepWaiting {
        /// Address.
        address: Address,
        /// The object's status, where it has one.
        status: Option<String>,
        /// Milliseconds waited.
        elapsed: i64,
        /// Milliseconds it usually takes.
        usual: i64,
    },
    /// A step is done, and written down.
    StepDone {
        /// Address.
        address: Address,
        /// What it did.
        leg: Leg,
        /// The object, empty where there is none any more.
        cloud_id: String,
        /// Milliseconds since it began.
        elapsed: i64,
    },
    /// A step failed.
    StepFailed {
        /// Address.
        address: Address,
        /// What it was to do.
        leg: Leg,
        /// Why.
        fault: Fault,
        /// Nobody knows whether the cloud did it: recovery finds out.
        unresolved: bool,
    },
    /// A step was not begun.
    StepSkipped {
        /// Address.
        address: Address,
        /// What it was to do.
        leg: Leg,
        /// The address whose failure did it, or `interrupted`.
        because: String,
    },
    /// A call was made.
    CallMade {
        /// Service.
        service: String,
        /// Operation.
        operation: String,
        /// Region.
        region: Option<String>,
        /// HTTP status, when an answer came.
        status: Option<u16>,
        /// `ok`, `no_effect` or `unknown`.
        outcome: &'static str,
        /// The cloud's request id.
        request_id: Option<String>,
        /// Milliseconds until the answer.
        elapsed: i64,
    },
    /// The run is over.
    Finished {
        /// When.
        at: Timestamp,
        /// Steps done.
        done: usize,
        /// Steps failed, unresolved ones among them.
        failed: usize,
        /// Steps not begun.
        skipped: usize,
        /// Somebody asked it to stop.
        interrupted: bool,
    },
}

/// Where events go. Nobody has to listen.
#[derive(Clone, Debug, Default)]
pub struct Observers {
    sender: Option<UnboundedSender<RunEvent>>,
}

impl Observers {
    /// Nobody.
    pub fn none() -> Observers {
        Observers::default()
    }

    /// Whoever reads the other end.
    pub fn to(sender: UnboundedSender<RunEvent>) -> Observers {
        Observers { sender: Some(sender) }
    }

    /// Tells it, if anybody is there: `event` is made only then.
    pub(crate) fn tell(&self, event: impl FnOnce() -> RunEvent) {
        if let Some(sender) = &self.sender {
            // A reader that went away must not stop the work.
            let _ = sender.send(event());
        }
    }
}

/// Calls as events, for `Cloud::with_log`.
impl CallLog for Observers {
    fn record(&self, call: &CallRecord) {
        self.tell(|| RunEvent::CallMade {
            service: call.service.clone(),
            operation: call.operation.clone(),
            region: call.region.clone(),
            status: call.http_status,
            outcome: call.outcome,
            request_id: call.request_id.clone(),
            elapsed: i64::try_from(call.duration.as_millis()).unwrap_or(i64::MAX),
        });
    }
}
