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
        let head_end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
        let head = String::from_utf8_lossy(&answer[..head_end]).into_owned();
        let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
        (status, answer.split_off(head_end))
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
