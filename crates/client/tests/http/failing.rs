//! Every way a call can fail below the envelope, and what it proves.

use crate::server::{Reply, Server, answer, read, settings, transport, write};
use firma_api::transport::{Clock, Transport, TransportError};
use firma_client::{Cloud, HttpSettings, HttpTransport, Outcome, RetrySettings, WallClock};
use std::sync::Arc;
use std::time::Duration;

/// Sends a change and a read, and expects both to be ambiguous, each sent exactly once.
async fn ambiguous(reply: Reply, says: &str) {
    let server = Server::start(reply).await;
    let transport = transport(HttpSettings { timeout: Duration::from_millis(400), ..settings(&server.endpoint) });
    for request in [write(), read()] {
        match transport.send(request).await {
            Err(TransportError::Ambiguous(message)) => assert!(message.contains(says), "{message}"),
            other => panic!("{says}: {other:?}"),
        }
    }
    assert_eq!(server.arrived().len(), 2, "{says}: sent once each");
}

#[tokio::test]
async fn after_sending_everything_is_ambiguous() {
    ambiguous(Reply::Close(Vec::new()), "closed").await;
    ambiguous(Reply::Close(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()), "").await;
    ambiguous(Reply::Close(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), "").await;
    ambiguous(Reply::Close(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"requestId\"".to_vec()), "HTTP 200").await;
    ambiguous(Reply::Close(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"req".to_vec()), "HTTP 200")
        .await;
    ambiguous(Reply::Stall, "in time").await;
    ambiguous(Reply::Keep(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec()), "in time").await;
}

#[tokio::test]
async fn before_sending_it_is_a_failed_connection() {
    // Bound and let go: nobody listens there.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let refused = transport(settings(&format!("http://{address}"))).send(write()).await;
    assert!(matches!(refused, Err(TransportError::Connect(_))), "{refused:?}");

    // A server that speaks no TLS.
    let server = Server::start(Reply::Close(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())).await;
    let plain = transport(settings(&server.endpoint.replace("http://", "https://"))).send(write()).await;
    assert!(matches!(plain, Err(TransportError::Connect(_) | TransportError::Unsendable(_))), "{plain:?}");
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    // 65 MiB announced and delivered: the bound is 64.
    let body = "x".repeat(65 << 20);
    let server = Server::start(Reply::Close(answer("200 OK", "", &body))).await;
    let settings = HttpSettings { timeout: Duration::from_secs(60), ..settings(&server.endpoint) };
    match transport(settings).send(read()).await {
        Err(TransportError::Ambiguous(message)) => assert!(message.contains("longer than"), "{message}"),
        other => panic!("{:?}", other.map(|r| r.body.len())),
    }
}

#[tokio::test]
async fn bad_proxies_are_refused_early_without_repeating_them() {
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let bad = HttpSettings { proxy: Some("http://me:not-a-secret@[".into()), ..settings("http://127.0.0.1:1") };
    assert!(!format!("{bad:?}").contains("not-a-secret"));
    let finding = HttpTransport::new(bad, clock).err().expect("not a URL");
    assert_eq!(finding.code, "E0732");
    assert!(!format!("{finding:?}").contains("not-a-secret"));
}

#[tokio::test]
async fn a_proxy_carries_the_call() {
    let server = Server::start(Reply::Keep(answer("200 OK", "", r#"{"requestId":"r"}"#))).await;
    let settings = HttpSettings { proxy: Some(server.endpoint.clone()), ..settings("http://vpc.example.test") };
    transport(settings).send(read()).await.expect("an answer");
    let arrived = &server.arrived()[0];
    assert!(arrived.target.starts_with("http://vpc.example.test/v1/"), "{}", arrived.target);
    assert_eq!(arrived.header("host"), Some("vpc.example.test"));
}

#[tokio::test]
async fn through_the_cloud_a_lost_change_is_unknown_and_sent_once() {
    for reply in [Reply::Close(Vec::new()), Reply::Keep(answer("200 OK", "", "<html>Sign in</html>"))] {
        let server = Server::start(reply).await;
        let clock: Arc<dyn Clock> = Arc::new(WallClock);
        let quick = RetrySettings { base: Duration::from_millis(1), ..RetrySettings::default() };
        let cloud = Cloud::new(Arc::new(transport(settings(&server.endpoint))), clock).with_retry(quick);
        let outcome = cloud.call_once(write()).await;
        assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
        assert_eq!(server.arrived().len(), 1);
        cloud.read(read()).await.expect_err("it never answers");
        assert_eq!(server.arrived().len(), 1 + quick.attempts as usize);
    }
}
