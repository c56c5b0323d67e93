//! What was written a moment ago and cannot be seen: it may be gone, or not shown yet.
//!
//! The interleaving that breaks without this: an apply makes an object, sees it, and ends. The next command asks a replica
//! that lags behind: no such object, twice. Taken for gone, it would be made a second time, and its record overwritten.

use crate::ask;
use firma_api::transport::Clock;
use firma_client::{Cloud, Priority};
use firma_model::fault::Fault;
use firma_plan::{observe::Look, procedure::Procedure, recover::SETTLE_MILLIS};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// The longest pause between two looks.
const LONGEST: Duration = Duration::from_secs(10);

/// Doubt about an absence, until the settling time has passed since some moment. How old a record is exactly, another
/// process's clock would have to say: so that moment is the beginning of this one's work.
pub(crate) struct Doubt {
    since: Instant,
    pause: Duration,
}

impl Doubt {
    pub(crate) fn since(since: Instant) -> Doubt {
        Doubt { since, pause: Duration::from_secs(1) }
    }

    /// Whether to look again; true after a pause.
    pub(crate) async fn lasts(&mut self, clock: &dyn Clock) -> bool {
        if self.since.elapsed() >= Duration::from_millis(SETTLE_MILLIS.unsigned_abs()) {
            return false;
        }
        clock.sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST);
        true
    }
}

/// Confirms that an object of a record is not there; that of a young record only when no doubt is left.
pub(crate) async fn confirm(
    cloud: &Cloud,
    procedure: &Arc<Procedure>,
    region: Option<&str>,
    id: &str,
    mut young: Option<Doubt>,
) -> Result<Look, Fault> {
    loop {
        let look = ask::confirm(cloud, procedure, region, id, Priority::Normal).await?;
        let Some(doubt) = young.as_mut().filter(|_| matches!(look, Look::Missing)) else { return Ok(look) };
        if !doubt.lasts(&**cloud.clock()).await {
            return Ok(look);
        }
    }
}
