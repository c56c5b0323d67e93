//! The proxy itself: a thread that accepts, and one for each connection.

use super::{
    fault::{Fault, Rule},
    message::{Message, exchange},
};
use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

/// Longer than anything here takes; reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A mutating request that came by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// What was done to it.
    pub fault: Option<Fault>,
    /// Nothing more will be done to it, and the server has seen as much of it as it ever will.
    pub over: bool,
}

#[derive(Debug)]
struct Shared {
    upstream: SocketAddr,
    rules: Vec<Rule>,
    seen: Mutex<(Vec<Seen>, bool)>,
    changed: Condvar,
}

/// A running proxy; it ends when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts one before this server.
    pub fn start(upstream: SocketAddr, rules: Vec<Rule>) -> io::Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { upstream, rules, seen: Mutex::default(), changed: Condvar::new() });
        let of_thread = Arc::clone(&shared);
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if of_thread.lock().1 {
                    return;
                }
                let (Ok(stream), shared) = (stream, Arc::clone(&of_thread)) else { continue };
                // It ends with its connection; a broken one is what the client is being tested with.
                std::thread::spawn(move || drop(shared.serve(stream)));
            }
        });
        Ok(Proxy { address, shared, accepting: Some(accepting) })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The mutating requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.lock().0.clone()
    }

    /// Waits until this many mutating requests have come and are over. Panics when they do not.
    #[track_caller]
    pub fn wait_until_over(&self, calls: usize) -> Vec<Seen> {
        self.wait(|seen| seen.len() >= calls && seen.iter().all(|one| one.over))
    }

    /// Waits until this many mutating requests have come.
    #[track_caller]
    pub fn wait_for(&self, calls: usize) -> Vec<Seen> {
        self.wait(|seen| seen.len() >= calls)
    }

    #[track_caller]
    fn wait(&self, enough: impl Fn(&[Seen]) -> bool) -> Vec<Seen> {
        let waited = self.shared.changed.wait_timeout_while(self.shared.lock(), PATIENCE, |seen| !enough(&seen.0));
        let (seen, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "the proxy saw only {:?}", seen.0);
        seen.0.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.lock().1 = true;
        // Wakes the thread that accepts; if nobody accepts any more, it is gone already.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.accepting.take() {
            drop(thread.join());
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, (Vec<Seen>, bool)> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        while let Some(request) = Message::read(&mut client)? {
            if matches!(request.method(), "GET" | "HEAD") {
                exchange(self.upstream, &request)?.write(&mut client)?;
                continue;
            }
            let (index, fault) = self.arrived(&request);
            let passed = self.pass(&mut client, &request, fault);
            self.lock().0[index].over = true;
            self.changed.notify_all();
            if !passed? {
                // What was already written arrives before the end.
                return client.shutdown(Shutdown::Both);
            }
        }
        Ok(())
    }

    fn arrived(&self, request: &Message) -> (usize, Option<Fault>) {
        let mut seen = self.lock();
        let call = seen.0.len() + 1;
        let fault = self.rules.iter().find(|rule| rule.call == call).map(|rule| rule.fault);
        let (method, path) = (request.method().to_owned(), request.path().to_owned());
        seen.0.push(Seen { method, path, fault, over: false });
        drop(seen);
        self.changed.notify_all();
        (call - 1, fault)
    }

    /// Deals with a mutating request; tells whether the connection goes on.
    fn pass(&self, client: &mut TcpStream, request: &Message, fault: Option<Fault>) -> io::Result<bool> {
        let forward = || exchange(self.upstream, request);
        let own = |client: &mut TcpStream, answer: &Message| answer.write(client).map(|()| true);
        match fault {
            None => own(client, &forward()?),
            Some(Fault::DropAnswer) => forward().map(|_| false),
            Some(Fault::Duplicate) => {
                let first = forward()?;
                forward()?;
                own(client, &first)
            }
            Some(Fault::DuplicateLast) => {
                forward()?;
                own(client, &forward()?)
            }
            Some(Fault::Delay(time)) => {
                std::thread::sleep(time);
                own(client, &forward()?)
            }
            Some(Fault::Truncate) => {
                let answer = forward()?;
                client.write_all(answer.head.as_bytes())?;
                client.write_all(&answer.body[..answer.body.len() / 2])?;
                client.flush().map(|()| false)
            }
            Some(Fault::CutBefore) => Ok(false),
            Some(Fault::Throttle(after)) => {
                let after = after.map(|seconds| seconds.to_string());
                let headers: Vec<(&str, &str)> = after.iter().map(|after| ("retry-after", after.as_str())).collect();
                own(client, &Message::answer("429 Too Many Requests", &headers, THROTTLED))
            }
            Some(Fault::ErrorBefore) => own(client, &Message::answer("500 Internal Server Error", &[], "")),
            Some(Fault::ErrorAfter) => {
                forward()?;
                own(client, &Message::answer("500 Internal Server Error", &[], ""))
            }
            Some(Fault::Portal) => own(client, &Message::answer("200 OK", &[("content-type", "text/html")], PORTAL)),
            Some(Fault::StallBefore) => until_gone(client).map(|()| false),
            Some(Fault::StallAfter) => {
                forward()?;
                until_gone(client).map(|()| false)
            }
            Some(Fault::Late) => {
                until_gone(client)?;
                forward().map(|_| false)
            }
        }
    }
}

/// Returns when the client has closed its connection.
fn until_gone(client: &mut TcpStream) -> io::Result<()> {
    // However it went: it is gone.
    let _ = client.read(&mut [0]);
    Ok(())
}

/// As JD Cloud's gateway says it.
const THROTTLED: &str =
    r#"{"requestId":"proxy-1","error":{"code":429,"status":"RATE_LIMIT","message":"too many requests"}}"#;

const PORTAL: &str = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in.</body></html>";
