//! Golden vectors: what the official signers made of fixed requests, keys, dates and nonces.

use firma_signature::{Authorization, Coverage, Credential, PathRule, Received, Scheme, SignRequest, sign, verify};
use serde_json::Value;
use std::collections::BTreeSet;

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_else(|| panic!("{name} is a string in {vector}"))
}

fn vectors(file: &str) -> Vec<Value> {
    let parsed: Value = serde_json::from_str(file).expect("the vectors are JSON");
    parsed["vectors"].as_array().expect("a list of vectors").clone()
}

fn given_headers(vector: &Value) -> Vec<(String, String)> {
    let headers = vector["headers"].as_object().expect("headers are an object");
    headers.iter().map(|(name, value)| (name.clone(), value.as_str().expect("a string").to_string())).collect()
}

/// Splits a URL as the official signers do: a default port is not part of the signed host.
fn split(url: &str) -> (String, &str, &str) {
    let (_, rest) = url.split_once("://").expect("an absolute URL");
    let (authority, path) = rest.split_at(rest.find('/').expect("a path"));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let host = authority.strip_suffix(":80").or(authority.strip_suffix(":443")).unwrap_or(authority);
    (host.to_string(), path, query)
}

/// Signs every vector, compares all three texts, and verifies what a server would have received.
fn check_signer(file: &str, scheme: Scheme, rule: PathRule, coverage: Coverage) {
    let vectors = vectors(file);
    assert_eq!(vectors.len(), 23);
    for vector in &vectors {
        let name = text(vector, "name");
        let (host, path, query) = split(text(vector, "url"));
        let mut headers = given_headers(vector);
        headers.push(("Host".into(), host));
        let credential = Credential::new(text(vector, "access_key"), text(vector, "secret_key"));
        let body = text(vector, "body").as_bytes();
        let region = Some(text(vector, "region")).filter(|r| *r != "jdcloud-api");
        let request = SignRequest {
            method: text(vector, "method"),
            path,
            query,
            headers: &headers,
            body,
            service: text(vector, "service"),
            region,
            date: text(vector, "date"),
            nonce: text(vector, "nonce"),
            coverage,
        };
        let signed = sign(scheme, rule, &credential, &request);
        assert_eq!(signed.canonical_request, text(vector, "canonical_request"), "{name}: canonical request");
        assert_eq!(signed.string_to_sign, text(vector, "string_to_sign"), "{name}: string to sign");
        assert_eq!(signed.authorization, text(vector, "authorization"), "{name}: authorization");

        let authorization = Authorization::parse(&signed.authorization).expect(name);
        let declared: BTreeSet<&str> = authorization.signed_headers.iter().map(String::as_str).collect();
        let listed = vector["headers_sent_and_signed"].as_array().expect("a list");
        assert_eq!(declared, listed.iter().map(|v| v.as_str().expect("a string")).collect(), "{name}: names");

        let method = request.method;
        let mut arrived = headers.clone();
        arrived.extend(signed.headers_to_add);
        let received = Received { method, path, query, headers: &arrived, body };
        assert!(verify(&received, &authorization, &credential.secret_key).is_ok(), "{name}: verifies");
    }
}

#[test]
fn scheme_2_vectors() {
    let file = include_str!("data/scheme-2.json");
    check_signer(file, Scheme::Jdcloud2, PathRule::AsGiven, Coverage::Everything);
}

#[test]
fn scheme_3_vectors() {
    let file = include_str!("data/scheme-3.json");
    check_signer(file, Scheme::Jdcloud3, PathRule::DecodedCollapsed, Coverage::GivenOnly);
}

#[test]
fn published_vectors() {
    let vectors = vectors(include_str!("data/published.json"));
    assert_eq!(vectors.len(), 3);
    for vector in &vectors {
        let name = text(vector, "name");
        let scheme = Scheme::from_algorithm(text(vector, "scheme")).expect(name);
        let rule = match text(vector, "rule") {
            "as_given" => PathRule::AsGiven,
            "decoded" => PathRule::Decoded,
            "decoded_collapsed" => PathRule::DecodedCollapsed,
            other => panic!("{name}: rule {other}"),
        };
        let headers = given_headers(vector);
        let (date, region, service) = (text(vector, "date"), text(vector, "region"), text(vector, "service"));
        let request = SignRequest {
            method: text(vector, "method"),
            path: text(vector, "path"),
            query: text(vector, "query"),
            headers: &headers,
            body: text(vector, "body").as_bytes(),
            service,
            region: Some(region),
            date,
            nonce: text(vector, "nonce"),
            coverage: Coverage::Everything,
        };
        let secret = text(vector, "secret_key");
        let key = scheme.signing_key(secret, &date[..8], region, service);
        assert_eq!(hex::encode(key), text(vector, "signing_key"), "{name}: key");
        let signed = sign(scheme, rule, &Credential::new(text(vector, "access_key"), secret), &request);
        if let Some(hash) = vector["canonical_hash"].as_str() {
            assert_eq!(signed.string_to_sign.rsplit('\n').next(), Some(hash), "{name}: canonical hash");
        }
        let parsed = Authorization::parse(&signed.authorization).expect(name);
        assert_eq!(parsed.signature, text(vector, "signature"), "{name}: signature");
    }
}
