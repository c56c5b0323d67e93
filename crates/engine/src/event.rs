//! Telling what happens to those who watch: a terminal, a log, `--events json`. Watching cannot stop or change the work.

use firma_client::{CallLog, CallRecord};
use firma_plan::event::RunEvent;
use tokio::sync::mpsc::UnboundedSender;

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
