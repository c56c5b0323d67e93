//! The way to the cloud, where things go wrong on purpose.

use firma_api::{BoxFuture, Request, Response, Transport, TransportError};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

/// What happens to one send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing special.
    Pass,
    /// Lost on the way there; the caller cannot know.
    LostBefore,
    /// Carried out; the answer is lost.
    LostAfter,
    /// Carried out twice; the second answer arrives.
    Twice,
    /// Answered with an internal error, not carried out.
    Broken,
    /// Carried out, answered with an internal error.
    BrokenAfter,
    /// Carried out, answered with something that is no answer.
    Garbled,
    /// Refused: too many calls.
    Throttled,
    /// Refused: no permission.
    Denied,
    /// No answer ever; not carried out.
    StuckBefore,
    /// No answer ever; carried out.
    StuckAfter,
}

type Script = Box<dyn Fn(&Request, usize) -> Fate + Send + Sync>;

/// A transport with a script.
pub struct Wire {
    inner: Arc<dyn Transport>,
    script: Mutex<Script>,
    changes: AtomicUsize,
    /// Operations sent, until taken.
    pub sent: Mutex<Vec<String>>,
}

impl Wire {
    /// A wire without a script.
    pub fn new(inner: Arc<dyn Transport>) -> Wire {
        Wire {
            inner,
            script: Mutex::new(Box::new(|_, _| Fate::Pass)),
            changes: AtomicUsize::new(0),
            sent: Mutex::default(),
        }
    }

    /// Sets what happens from now on: the script sees the request and how many changing ones were sent before.
    pub fn script(&self, script: impl Fn(&Request, usize) -> Fate + Send + Sync + 'static) {
        self.changes.store(0, Ordering::SeqCst);
        *self.script.lock().unwrap() = Box::new(script);
    }

    /// Everything goes well from now on.
    pub fn mend(&self) {
        self.script(|_, _| Fate::Pass);
    }

    /// Operations sent since the last time this was asked.
    pub fn take_sent(&self) -> Vec<String> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }

    fn fate(&self, request: &Request) -> Fate {
        self.sent.lock().unwrap().push(request.operation.clone());
        let number = match request.mutating {
            true => self.changes.fetch_add(1, Ordering::SeqCst),
            false => self.changes.load(Ordering::SeqCst),
        };
        (self.script.lock().unwrap())(request, number)
    }
}

fn error(code: u16, status: &str) -> Response {
    let body = format!(
        r#"{{"requestId":"00000000-0000-4000-8000-000000000000","error":{{"code":{code},"status":"{status}","message":"on purpose"}}}}"#
    );
    Response { status: code, headers: Vec::new(), body: body.into_bytes() }
}

impl Transport for Wire {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let fate = self.fate(&request);
        Box::pin(async move {
            let lost = || Err(TransportError::Ambiguous("the connection was reset".to_owned()));
            match fate {
                Fate::Pass => self.inner.send(request).await,
                Fate::LostBefore => lost(),
                Fate::LostAfter => {
                    self.inner.send(request).await?;
                    lost()
                }
                Fate::Twice => {
                    self.inner.send(request.clone()).await?;
                    self.inner.send(request).await
                }
                Fate::Broken => Ok(error(500, "INTERNAL")),
                Fate::BrokenAfter => {
                    self.inner.send(request).await?;
                    Ok(error(500, "INTERNAL"))
                }
                Fate::Garbled => {
                    let mut response = self.inner.send(request).await?;
                    response.body.truncate(response.body.len() / 2);
                    Ok(response)
                }
                Fate::Throttled => Ok(error(429, "RATE_LIMIT")),
                Fate::Denied => Ok(error(403, "PERMISSION_DENIED")),
                Fate::StuckBefore => std::future::pending().await,
                Fate::StuckAfter => {
                    self.inner.send(request).await?;
                    std::future::pending().await
                }
            }
        })
    }
}
