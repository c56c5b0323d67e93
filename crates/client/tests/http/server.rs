//! A scripted HTTP server on 127.0.0.1: it reads whole requests and answers with whatever bytes the test wants.

use firma_api::request::{Method, Request};
use firma_api::transport::Clock;
use firma_client::{Endpoint, HttpSettings, HttpTransport, WallClock};
use firma_signature::Credential;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const SECRET: &str = "not-a-secret";

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    /// Number of the connection, from 0.
    pub(crate) connection: usize,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Arrived {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// What to do with a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// These bytes; the connection stays open.
    Keep(Vec<u8>),
    /// These bytes, then close.
    Close(Vec<u8>),
    /// Nothing, for as long as the client waits.
    Stall,
}

pub(crate) struct Server {
    pub(crate) endpoint: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Server {
    pub(crate) async fn start(reply: Reply) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let kept = arrived.clone();
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                tokio::spawn(serve(connection, stream, reply.clone(), kept.clone()));
            }
        });
        Server { endpoint, arrived }
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().expect("no panic").clone()
    }
}

async fn serve(connection: usize, mut stream: TcpStream, reply: Reply, arrived: Arc<Mutex<Vec<Arrived>>>) {
    while let Some(request) = receive(connection, &mut stream).await {
        arrived.lock().expect("no panic").push(request);
        match &reply {
            Reply::Keep(bytes) => {
                if stream.write_all(bytes).await.is_err() {
                    return;
                }
            }
            Reply::Close(bytes) => {
                let _ = stream.write_all(bytes).await;
                return;
            }
            Reply::Stall => {
                let mut rest = [0; 16];
                let _ = stream.read(&mut rest).await;
                return;
            }
        }
    }
}

async fn receive(connection: usize, stream: &mut TcpStream) -> Option<Arrived> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).expect("text");
    let mut lines = head.split("\r\n");
    let mut start = lines.next().expect("a request line").split(' ');
    let (method, target) = (start.next().expect("a method"), start.next().expect("a target"));
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(": ").expect("a header"))
        .map(|(n, v)| (n.to_string(), v.to_string()))
        .collect();
    let mut request = Arrived {
        connection,
        method: method.to_string(),
        target: target.to_string(),
        headers,
        body: bytes[end + 4..].to_vec(),
    };
    let length: usize = request.header("content-length").map_or(0, |v| v.parse().expect("a number"));
    while request.body.len() < length {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => request.body.extend_from_slice(&chunk[..n]),
        }
    }
    Some(request)
}

/// An answer with this status line end and body, of the right length.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes()
}

pub(crate) fn settings(endpoint: &str) -> HttpSettings {
    let endpoint = Endpoint::parse(endpoint).expect("an endpoint");
    HttpSettings {
        connect_timeout: Duration::from_secs(2),
        timeout: Duration::from_secs(5),
        ..HttpSettings::new(endpoint, Credential::new("AK", SECRET))
    }
}

pub(crate) fn transport(settings: HttpSettings) -> HttpTransport {
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    HttpTransport::new(settings, clock).expect("good settings")
}

pub(crate) fn read() -> Request {
    Request {
        service: "vpc".into(),
        operation: "describeVpcs".into(),
        method: Method::Get,
        region: Some("cn-north-1".into()),
        path: "/v1/regions/cn-north-1/vpcs/".into(),
        query: "pageNumber=1&pageSize=100".into(),
        body: Vec::new(),
        mutating: false,
    }
}

pub(crate) fn write() -> Request {
    Request {
        service: "disk".into(),
        operation: "extendDisk".into(),
        method: Method::Post,
        path: "/v1/regions/cn-north-1/disks/vol-a:extend".into(),
        query: String::new(),
        body: br#"{"diskSizeGB":200}"#.to_vec(),
        mutating: true,
        ..read()
    }
}
