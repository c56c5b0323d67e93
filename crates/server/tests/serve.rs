//! The emulator over a real socket.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use firma_api::Clock;
use firma_emulator::{HttpRequest, outside, sign_local};
use firma_server::{ServeOptions, WallClock, bind, serve};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

impl Served {
    async fn start(state: Option<PathBuf>) -> Served {
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let options = ServeOptions { speed: 0.0, seed: 1, state };
        let done = tokio::spawn(async move {
            serve(listener, &options, Arc::new(WallClock), async { drop(stopped.await) }).await.unwrap();
        });
        Served { address, stop, done }
    }

    /// Status and body of an answer.
    async fn send(&self, request: &HttpRequest) -> (u16, Vec<u8>) {
        let (head, body) = self.exchange(request).await;
        (head.split_whitespace().nth(1).unwrap().parse().unwrap(), body)
    }

    /// Head and body of an answer as they came, both empty where none did.
    async fn exchange(&self, request: &HttpRequest) -> (String, Vec<u8>) {
        let mut text = format!("{} {}", request.method, request.path);
        if !request.query.is_empty() {
            text = format!("{text}?{}", request.query);
        }
        text.push_str(" HTTP/1.1\r\nconnection: close\r\n");
        for (name, value) in &request.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if request.header("host").is_none() {
            text.push_str("host: localhost\r\n");
        }
        text.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        // A server that refuses the body may close before it has all of it.
        drop(stream.write_all(&request.body).await);
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        let head_end = answer.windows(4).position(|w| w == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
        let head = String::from_utf8_lossy(&answer[..head_end]).into_owned();
        (head, answer.split_off(head_end))
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.done.await.unwrap();
    }
}

fn signed(operation: &str, params: &Value, nonce: &str) -> HttpRequest {
    let request = firma_api::build("vpc", operation, Some("cn-north-1"), params.as_object().unwrap()).unwrap();
    sign_local(&request, WallClock.now(), nonce)
}

#[tokio::test]
async fn calls_over_http() {
    let served = Served::start(None).await;
    let create = signed("createVpc", &json!({"vpcName": "main", "addressPrefix": "10.0.0.0/16"}), "1");
    let (status, body) = served.send(&create).await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, body["requestId"].as_str().map(str::len)), (200, Some(36)));
    let filter = json!({"filters": [{"name": "vpcIds", "values": [body["result"]["vpcId"]]}]});
    let (_, list) = served.send(&signed("describeVpcs", &filter, "2")).await;
    assert_eq!(serde_json::from_slice::<Value>(&list).unwrap()["result"]["totalCount"], 1);

    let unsigned = HttpRequest { headers: Vec::new(), ..signed("describeVpcs", &json!({}), "3") };
    let (status, body) = served.send(&unsigned).await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &body["error"]["message"]), (401, &json!("lack of header authorization[gw]")));

    let (status, body) = served.send(&outside("inventory", &json!({}))).await;
    let kinds: Vec<Value> = serde_json::from_slice::<Value>(&body).unwrap()["result"]["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["kind"].clone())
        .collect();
    assert_eq!(
        (status, kinds),
        (200, vec![json!("network_acl"), json!("network_security_group"), json!("route_table"), json!("vpc")])
    );
    served.stop().await;
}

/// What a caller sees of an answer: nothing, its status, or its status and that it is cut.
fn seen(head: &str, body: &[u8]) -> String {
    let Some(status) = head.split_whitespace().nth(1) else { return "nothing".to_owned() };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    match length.parse::<usize>().unwrap() {
        announced if announced == body.len() => status.to_owned(),
        announced => {
            assert_eq!(body.len(), announced / 2);
            format!("{status} cut")
        }
    }
}

#[tokio::test]
async fn faults_over_a_socket() {
    let directory = tempfile::tempdir().unwrap();
    for state in [None, Some(directory.path().join("served.db"))] {
        let served = Served::start(state).await;
        let mut made = 0;
        for (number, (kind, expected, makes)) in [
            (json!("refused"), "nothing", 0),
            (json!("request_lost"), "nothing", 0),
            (json!("answer_lost"), "nothing", 1),
            (json!("truncated"), "200 cut", 1),
            (json!("not_json"), "200", 0),
            (json!({"slow": {"millis": 30}}), "200", 1),
            (json!({"error": {"code": 503, "status": "UNAVAILABLE", "retryAfter": 9}}), "503", 0),
            (json!("twice"), "200", 2),
        ]
        .into_iter()
        .enumerate()
        {
            served.send(&outside("fault", &json!({"add": {"kind": kind}}))).await;
            let params = json!({"vpcName": "main", "addressPrefix": "10.0.0.0/16"});
            let (head, body) = served.exchange(&signed("createVpc", &params, &format!("f{number}"))).await;
            assert_eq!(seen(&head, &body), expected, "{kind}: {head}");
            if kind.get("error").is_some() {
                assert!(head.contains("retry-after: 9\r\n"), "{head}");
            }
            assert_eq!(head.matches("date: ").count(), usize::from(expected != "nothing"), "{head}");
            made += makes;
            let (_, list) = served.send(&signed("describeVpcs", &json!({}), &format!("l{number}"))).await;
            assert_eq!(serde_json::from_slice::<Value>(&list).unwrap()["result"]["totalCount"], made, "{kind}");
        }
        served.stop().await;
    }
}

#[tokio::test]
async fn stopping_does_not_wait_for_a_slow_answer() {
    let served = Served::start(None).await;
    served.send(&outside("fault", &json!({"add": {"kind": {"slow": {"millis": 86_400_000}}}}))).await;
    let request = signed("describeVpcs", &json!({}), "slow");
    let Served { address, stop, done } = served;
    let (sender, sent) = oneshot::channel();
    let caller = tokio::spawn(async move {
        let (stop, done) = (oneshot::channel().0, tokio::spawn(async {}));
        let served = Served { address, stop, done };
        // The cloud has the request once its log has the call.
        let exchange = served.exchange(&request);
        let watch = async {
            loop {
                let (_, log) = served.send(&outside("log", &json!({}))).await;
                let log: Value = serde_json::from_slice(&log).unwrap();
                if log["result"]["calls"].as_array().unwrap().len() == 1 {
                    sender.send(()).unwrap();
                    return;
                }
            }
        };
        tokio::join!(exchange, watch).0
    });
    sent.await.unwrap();
    stop.send(()).unwrap();
    done.await.unwrap();
    let (head, body) = caller.await.unwrap();
    assert_eq!(seen(&head, &body), "200");
}

#[tokio::test]
async fn a_body_without_bound_is_refused() {
    let served = Served::start(None).await;
    let mut large = outside("seed", &json!({}));
    large.body = vec![b' '; 5 * 1024 * 1024];
    assert_eq!(served.send(&large).await.0, 413);
    served.stop().await;
}

#[tokio::test]
async fn a_served_cloud_can_be_kept_in_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("served.db");
    for round in 1..=2 {
        let served = Served::start(Some(path.clone())).await;
        let params = json!({"vpcName": "main", "addressPrefix": "10.0.0.0/16"});
        served.send(&signed("createVpc", &params, "1")).await;
        let (_, body) = served.send(&signed("describeVpcs", &json!({}), "2")).await;
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["result"]["totalCount"], round);
        let (_, log) = served.send(&outside("log", &json!({}))).await;
        let log: Value = serde_json::from_slice(&log).unwrap();
        assert_eq!(log["result"]["calls"].as_array().unwrap().len(), round * 2);
        served.stop().await;
    }
}

#[tokio::test]
async fn an_address_in_use_is_said_so() {
    let served = Served::start(None).await;
    let error = bind(served.address).await.err().unwrap().to_string();
    assert!(error.contains(&served.address.to_string()), "{error}");
    served.stop().await;
}
