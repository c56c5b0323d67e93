//! Holding the lease while a run lasts: renewed in time, and never relied on for longer than it surely stands.

use crate::{ask, run::LeaseGuard};
use firma_api::transport::Clock;
use firma_model::{
    fault::{Fault, FaultKind},
    time::Timestamp,
};
use firma_plan::event::LEASE_ENDS;
use firma_store::{Lease, Store, StoreError};
use std::{
    sync::{Arc, Mutex, PoisonError, atomic::AtomicI64, atomic::Ordering},
    time::Duration,
};

/// A lease that is kept.
pub struct Tenure {
    store: Arc<Mutex<Store>>,
    lease: Lease,
    clock: Arc<dyn Clock>,
    ttl: Duration,
    expires: Arc<AtomicI64>,
}

impl Tenure {
    /// A tenure over a lease that was just taken for `ttl`.
    pub fn new(store: Arc<Mutex<Store>>, lease: Lease, clock: Arc<dyn Clock>, ttl: Duration) -> Tenure {
        let expires = Arc::new(AtomicI64::new(lease.expires.0));
        Tenure { store, lease, clock, ttl, expires }
    }

    /// The lease, as it was taken.
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Refuses to send while the lease might run out before an answer must have come: somebody else could hold it by then,
    /// and look for what this request has not done yet.
    pub fn guard(&self, request_timeout: Duration) -> LeaseGuard {
        let (expires, clock) = (self.expires.clone(), self.clock.clone());
        let needed = i64::try_from(request_timeout.as_millis()).unwrap_or(i64::MAX);
        Arc::new(move || {
            let left = Timestamp(expires.load(Ordering::SeqCst)).millis_since(clock.now());
            match left > needed || cfg!(feature = "mutant-ignore-lease") {
                true => Ok(()),
                false => {
                    let message = format!("the lease on the state runs out in {left} ms; nothing was sent");
                    let fault = ask::fault(FaultKind::Unavailable, "", "", message);
                    Err(Fault { status: Some(LEASE_ENDS.to_owned()), ..fault })
                }
            }
        })
    }

    /// Renews it three times a term, until that fails. Meant to be raced with the work.
    pub async fn keep(&self) -> StoreError {
        loop {
            self.clock.sleep(self.ttl / 3).await;
            let (store, lease, now) = (self.store.clone(), self.lease.clone(), self.clock.now());
            let ttl = i64::try_from(self.ttl.as_millis()).unwrap_or(i64::MAX);
            let renewed = tokio::task::spawn_blocking(move || {
                // A panic while it was locked rolled its transaction back.
                store.lock().unwrap_or_else(PoisonError::into_inner).renew(&lease, now, ttl)
            })
            .await;
            match renewed {
                Ok(Ok(lease)) => self.expires.store(lease.expires.0, Ordering::SeqCst),
                Ok(Err(error)) => return error,
                // The runtime is shutting down: there is no work left to keep it for.
                Err(_) => std::future::pending().await,
            }
        }
    }
}
