//! A session is asked for once, before it is needed, and kept while it lasts.

use super::*;
use std::sync::{
    Mutex as StdMutex,
    atomic::{AtomicI64, AtomicUsize, Ordering},
};
use std::time::Duration;

struct Still(AtomicI64);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// The service that gives sessions: numbered ones, or this answer.
#[derive(Default)]
struct Sts {
    asked: AtomicUsize,
    instead: StdMutex<Option<Result<(u16, &'static str), TransportError>>>,
}

impl Transport for Sts {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        assert_eq!((request.service.as_str(), request.operation.as_str()), ("sts", "assumeRole"));
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let answer = match self.instead.lock().unwrap().clone() {
            None => {
                let pair = json!({"accessKey": format!("key-{number}"), "secretKey": "s", "sessionToken": "t"});
                let body = json!({"requestId": "r", "result": {"credentials": pair}}).to_string();
                Ok(Response { status: 200, headers: Vec::new(), body: body.into_bytes() })
            }
            Some(Ok((status, message))) => {
                let body = json!({"requestId": "r", "error": {"code": status, "message": message}}).to_string();
                Ok(Response { status, headers: Vec::new(), body: body.into_bytes() })
            }
            Some(Err(error)) => Err(error),
        };
        Box::pin(async move {
            tokio::task::yield_now().await;
            answer
        })
    }
}

/// The cloud: what it is called with.
struct Wire(AtomicUsize);

impl Transport for Wire {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(Response { status: 200, headers: Vec::new(), body: Vec::new() }) })
    }
}

struct Bench {
    clock: Arc<Still>,
    sts: Arc<Sts>,
    wire: Arc<Wire>,
    installed: Arc<StdMutex<Vec<Credential>>>,
    door: AsRole,
}

fn bench() -> Bench {
    let clock = Arc::new(Still(AtomicI64::new(1_000_000)));
    let (sts, wire) = (Arc::new(Sts::default()), Arc::new(Wire(AtomicUsize::new(0))));
    let installed: Arc<StdMutex<Vec<Credential>>> = Arc::default();
    let sink = installed.clone();
    let role = Role { jrn: "jrn:iam::1:role/deploy".into(), session: "firma".into(), seconds: 3600 };
    let install: Install = Box::new(move |credential| sink.lock().unwrap().push(credential));
    let door = AsRole::new(role, sts.clone(), wire.clone(), install, clock.clone());
    Bench { clock, sts, wire, installed, door }
}

fn request() -> Request {
    firma_api::build("user", "describeUser", None, &serde_json::Map::new()).unwrap()
}

impl Bench {
    fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    fn asked(&self) -> usize {
        self.sts.asked.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn a_session_serves_until_shortly_before_it_is_over() {
    let bench = bench();
    bench.door.send(request()).await.unwrap();
    bench.pass(3600 - 301);
    bench.door.send(request()).await.unwrap();
    assert_eq!(bench.asked(), 1);
    bench.pass(1);
    bench.door.send(request()).await.unwrap();
    let installed = bench.installed.lock().unwrap();
    let keys: Vec<&str> = installed.iter().map(|credential| credential.access_key.as_str()).collect();
    assert_eq!((keys, bench.asked()), (vec!["key-1", "key-2"], 2));
    assert_eq!(installed[0].security_token.as_deref(), Some("t"));
}

#[tokio::test]
async fn requests_at_once_share_one_question() {
    let bench = bench();
    let (one, two, three) =
        tokio::join!(bench.door.send(request()), bench.door.send(request()), bench.door.send(request()));
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert_eq!((bench.asked(), bench.wire.0.load(Ordering::SeqCst)), (1, 3));
}

#[tokio::test]
async fn without_a_session_nothing_is_sent_and_the_error_says_whether_to_try_again() {
    for (instead, again) in [
        (Ok((403, "not allowed")), false),
        (Ok((503, "busy")), true),
        (Ok((429, "too often")), true),
        (Err(TransportError::Ambiguous("late".into())), true),
        (Err(TransportError::Unsendable("no URL".into())), false),
    ] {
        let bench = bench();
        *bench.sts.instead.lock().unwrap() = Some(instead.clone());
        let error = bench.door.send(request()).await.unwrap_err();
        assert_eq!(matches!(error, TransportError::Connect(_)), again, "{instead:?}");
        assert!(error.to_string().contains("role/deploy"), "{error}");
        assert_eq!(bench.wire.0.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn a_session_that_is_still_good_serves_when_no_new_one_is_to_be_had() {
    let bench = bench();
    bench.door.send(request()).await.unwrap();
    *bench.sts.instead.lock().unwrap() = Some(Ok((503, "busy")));
    bench.pass(3600 - 60);
    bench.door.send(request()).await.unwrap();
    bench.pass(60);
    assert!(bench.door.send(request()).await.is_err());
    assert_eq!((bench.asked(), bench.wire.0.load(Ordering::SeqCst)), (3, 2));
}

#[test]
fn what_names_a_role() {
    let read = |entries: &[(&str, &'static str)]| {
        let entries: BTreeMap<String, &'static str> =
            entries.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        Role::read(|name| entries.get(name).copied(), "the environment")
    };
    let jrn = "jrn:iam::1:role/deploy";
    assert_eq!(read(&[("role_duration_seconds", "x")]).unwrap(), None);
    let usual = Role { jrn: jrn.into(), session: "firma".into(), seconds: 3600 };
    assert_eq!(read(&[("role_jrn", jrn)]).unwrap(), Some(usual.clone()));
    let given = read(&[("role_jrn", jrn), ("role_duration_seconds", "7200"), ("role_session_name", "ci")]).unwrap();
    assert_eq!(given, Some(Role { session: "ci".into(), seconds: 7200, ..usual }));
    for bad in [&[("role_jrn", "deploy")][..], &[("role_jrn", jrn), ("role_duration_seconds", "60")]] {
        assert_eq!(read(bad).unwrap_err().code, "E0860", "{bad:?}");
    }
}
