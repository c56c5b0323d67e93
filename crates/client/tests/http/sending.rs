//! What goes over the wire: verifiable signatures, fresh every time, and connections only as allowed.

use crate::server::{Arrived, Reply, SECRET, Server, answer, read, settings, transport, write};
use firma_api::request::Request;
use firma_api::transport::{Transport, TransportError};
use firma_client::{HttpSettings, Scheme};
use firma_signature::{Authorization, Received, verify};

const OK: &str = r#"{"requestId":"req-1","result":{}}"#;

fn believed(arrived: &Arrived) -> Authorization {
    let authorization = Authorization::parse(arrived.header("authorization").expect("signed")).expect("well formed");
    let (path, query) = arrived.target.split_once('?').unwrap_or((&arrived.target, ""));
    let received = Received { method: &arrived.method, path, query, headers: &arrived.headers, body: &arrived.body };
    verify(&received, &authorization, SECRET).expect("the signature holds");
    authorization
}

#[tokio::test]
async fn requests_are_signed_in_both_schemes() {
    for scheme in [Scheme::Jdcloud2, Scheme::Jdcloud3] {
        let server = Server::start(Reply::Keep(answer("200 OK", "x-seen: yes\r\n", OK))).await;
        let transport = transport(HttpSettings { scheme, ..settings(&server.endpoint) });
        let response = transport.send(write()).await.expect("an answer");
        assert_eq!((response.status, response.header("x-seen")), (200, Some("yes")));
        assert_eq!(response.body, OK.as_bytes());
        transport.send(read()).await.expect("an answer");
        transport.send(Request { region: None, ..read() }).await.expect("an answer");

        let arrived = server.arrived();
        assert_eq!(arrived[0].target, "/v1/regions/cn-north-1/disks/vol-a:extend");
        let authorization = believed(&arrived[0]);
        assert_eq!(authorization.scheme, scheme);
        assert_eq!((authorization.service.as_str(), authorization.region.as_str()), ("disk", "cn-north-1"));
        assert_eq!(authorization.signed_headers, ["content-type", "host", "x-jdcloud-date", "x-jdcloud-nonce"]);
        assert_eq!(arrived[1].target, "/v1/regions/cn-north-1/vpcs/?pageNumber=1&pageSize=100");
        believed(&arrived[1]);
        assert_eq!(believed(&arrived[2]).region, "jdcloud-api");
        for request in &arrived {
            assert_eq!(request.header("content-type"), Some("application/json"));
            assert!(request.header("user-agent").is_some_and(|agent| agent.starts_with("Firma/")));
            assert_eq!(request.header("x-jdcloud-nonce").map(str::len), Some(36));
        }
        assert_ne!(arrived[0].header("x-jdcloud-nonce"), arrived[1].header("x-jdcloud-nonce"));
    }
}

#[tokio::test]
async fn a_session_token_travels_encoded_and_signed() {
    let server = Server::start(Reply::Keep(answer("200 OK", "", OK))).await;
    let mut settings = settings(&server.endpoint);
    settings.credential.security_token = Some("not-a-token".into());
    transport(settings).send(read()).await.expect("an answer");
    let arrived = &server.arrived()[0];
    assert_eq!(arrived.header("x-jdcloud-security-token"), Some("bm90LWEtdG9rZW4="));
    assert!(believed(arrived).signed_headers.contains(&"x-jdcloud-security-token".to_string()));
}

#[tokio::test]
async fn changes_never_share_a_connection_and_reads_do() {
    let server = Server::start(Reply::Keep(answer("200 OK", "", OK))).await;
    let transport = transport(settings(&server.endpoint));
    for _ in 0..3 {
        transport.send(write()).await.expect("an answer");
    }
    for _ in 0..3 {
        transport.send(read()).await.expect("an answer");
    }
    let connections: Vec<usize> = server.arrived().iter().map(|a| a.connection).collect();
    assert_eq!(connections, [0, 1, 2, 3, 3, 3]);
}

#[tokio::test]
async fn redirects_are_answers() {
    let server = Server::start(Reply::Keep(answer("302 Found", "location: /elsewhere\r\n", ""))).await;
    let response = transport(settings(&server.endpoint)).send(write()).await.expect("an answer");
    assert_eq!(response.status, 302);
    assert_eq!(server.arrived().len(), 1);
}

#[tokio::test]
async fn a_path_that_would_be_rewritten_is_not_sent() {
    let server = Server::start(Reply::Keep(answer("200 OK", "", OK))).await;
    let transport = transport(settings(&server.endpoint));
    for path in ["/v1/disks/../vpcs", "/v1/disks/a b", "/v1/disks/中"] {
        let sent = transport.send(Request { path: path.into(), ..write() }).await;
        assert!(matches!(sent, Err(TransportError::Unsendable(_))), "{path}: {sent:?}");
    }
    assert!(server.arrived().is_empty());
    for path in ["/v1/disks/a%20b", "/v1/disks/%E4%B8%AD", "/v1//disks/", "/v1/disks/a%3Ab"] {
        transport.send(Request { path: path.into(), ..write() }).await.expect(path);
    }
    for arrived in server.arrived() {
        believed(&arrived);
    }
}

#[tokio::test]
async fn keys_that_no_header_can_carry_are_not_sent() {
    let server = Server::start(Reply::Keep(answer("200 OK", "", OK))).await;
    let mut settings = settings(&server.endpoint);
    settings.credential.access_key = "two\nlines".into();
    let sent = transport(settings).send(read()).await;
    assert!(matches!(sent, Err(TransportError::Unsendable(_))), "{sent:?}");
    assert!(server.arrived().is_empty());
}
