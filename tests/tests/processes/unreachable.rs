//! A cloud that is not there, or not who it should be: an error, and nothing is changed.

use crate::project::Project;
use firma_tests::proxy::Message;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::{
    io::Write as _,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
};

/// Time passes so fast that giving up takes no time.
const PACE: i64 = 60;

/// Runs everything against this endpoint and expects that it fails in words and changes nothing.
fn fails(url: &str, why: &str) {
    let mut project = Project::served_at_pace(PACE);
    project.firma(&["plan", "--out", "plan.firma"]).expect(0);
    let own = format!("http://{}", project.server());
    project.firma(&["apply", "--auto-approve"]).expect(0);
    project.replace("disk_size_gb = 20", "disk_size_gb = 30");
    let before = (project.inventory(), project.recorded());
    project.point_at(url);
    for args in [&["plan"][..], &["apply", "--auto-approve"], &["destroy", "--auto-approve"], &["apply", "plan.firma"]]
    {
        let ended = project.firma(args);
        assert!(matches!(ended.code, Some(1 | 4)), "{url} {args:?}: {ended}");
        // A plan file that is used up is refused before anybody is asked.
        let told = if args.contains(&"plan.firma") { "error[E06" } else { why };
        assert!(ended.stderr.contains(told), "{url} {args:?}: {ended}");
    }
    assert_eq!((project.inventory(), project.recorded()), before);
    project.point_at(&own);
    project.firma(&["apply", "--auto-approve"]).expect(0);
    project.expect_done();
}

/// Answers every connection with these bytes' worth of a conversation until the test is over.
fn listening(mut converse: impl FnMut(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    // It ends with the process.
    std::thread::spawn(move || listener.incoming().flatten().for_each(&mut converse));
    address
}

#[test]
fn a_name_that_does_not_exist() {
    // Reserved for this: no resolver may know it.
    fails("https://firma.invalid", "error[E0713]");
}

#[test]
fn a_port_where_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    fails(&format!("http://{address}"), "error[E0713]");
}

#[test]
fn plain_http_where_tls_should_be() {
    let address = listening(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    fails(&format!("https://{address}"), "error[E0713]");
}

#[test]
fn a_certificate_that_nobody_signed() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate and its key");
    let config = Arc::new(config);
    let address = listening(move |mut stream| {
        let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).expect("a session");
        // The client hangs up when it has seen the certificate; no request may ever arrive.
        while tls.is_handshaking() && tls.complete_io(&mut stream).is_ok() {}
        assert!(tls.is_handshaking(), "a certificate that nobody signed was accepted");
    });
    fails(&format!("https://localhost:{}", address.port()), "error[E0713]");
}

#[test]
fn a_page_to_log_in_instead_of_a_cloud() {
    let address = listening(|mut stream| {
        while let Ok(Some(_)) = Message::read(&mut stream) {
            let page = Message::answer("200 OK", &[("content-type", "text/html")], "<html>Please log in.</html>");
            if page.write(&mut stream).is_err() {
                return;
            }
        }
    });
    fails(&format!("http://{address}"), "error[E0713]");
}

#[test]
fn a_cloud_that_hangs_up() {
    let address = listening(drop);
    fails(&format!("http://{address}"), "error[E0713]");
}
