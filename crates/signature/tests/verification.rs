//! What a verifier accepts and refuses: both spellings of a colon, every kind of tampering, any request there and back.

use firma_signature::{
    Authorization, Coverage, Credential, PathRule, Received, Scheme, SignRequest, VerifyError, sign, verify,
};
use proptest::prelude::*;

const SECRET: &str = "not-a-secret";
const DATE: &str = "20260102T030405Z";

/// An owned request, so that a test can change one part of it on the way.
#[derive(Clone, Debug)]
struct Sent {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Sent {
    fn sample() -> Sent {
        Sent {
            method: "POST".into(),
            path: "/v1/regions/cn-north-1/disks/vol-a1:extend".into(),
            query: "b=2&a=1".into(),
            headers: vec![
                ("Content-Type".into(), "application/json".into()),
                ("Host".into(), "disk.example.test".into()),
            ],
            body: br#"{"diskSizeGB":200}"#.to_vec(),
        }
    }

    fn signed(mut self, scheme: Scheme, rule: PathRule) -> Sent {
        let request = SignRequest {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            body: &self.body,
            service: "disk",
            region: Some("cn-north-1"),
            date: DATE,
            nonce: "one",
            coverage: Coverage::Everything,
        };
        let signed = sign(scheme, rule, &Credential::new("AK", SECRET), &request);
        self.headers.extend(signed.headers_to_add);
        self
    }

    fn header(&mut self, name: &str) -> &mut String {
        &mut self.headers.iter_mut().find(|(n, _)| n == name).expect("the header is there").1
    }

    fn verified_with(&self, secret: &str) -> Result<PathRule, VerifyError> {
        let header = &self.headers.iter().find(|(n, _)| n == "authorization").expect("it was signed").1;
        let authorization = Authorization::parse(header).expect("well formed");
        let received = Received {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            body: &self.body,
        };
        verify(&received, &authorization, secret)
    }

    fn verified(&self) -> Result<PathRule, VerifyError> {
        self.verified_with(SECRET)
    }
}

#[test]
fn a_colon_may_travel_raw_or_encoded() {
    for scheme in Scheme::ALL {
        for (signed_as, sent_as) in [(":", ":"), (":", "%3A"), ("%3A", ":"), ("%3A", "%3A"), (":", "%3a")] {
            let path = |colon: &str| format!("/v1/disks/vol-a1{colon}extend");
            let mut sent = Sent { path: path(signed_as), ..Sent::sample() }.signed(scheme, scheme.path_rule());
            sent.path = path(sent_as);
            assert_eq!(sent.verified(), Ok(scheme.path_rule()), "{scheme} {signed_as} {sent_as}");
        }
    }
}

#[test]
fn each_scheme_accepts_its_own_rules() {
    let check = |scheme, rule, path: &str, expected| {
        let sent = Sent { path: path.into(), ..Sent::sample() }.signed(scheme, rule);
        assert_eq!(sent.verified(), expected, "{scheme} {rule:?} {path}");
    };
    let no = Err(VerifyError::SignatureMismatch);
    check(Scheme::Jdcloud2, PathRule::AsGiven, "/a%3Ab", Ok(PathRule::AsGiven));
    check(Scheme::Jdcloud2, PathRule::Decoded, "/a%3Ab", Ok(PathRule::Decoded));
    check(Scheme::Jdcloud2, PathRule::DecodedCollapsed, "/a//b", no.clone());
    check(Scheme::Jdcloud3, PathRule::DecodedCollapsed, "/a//b", Ok(PathRule::DecodedCollapsed));
    check(Scheme::Jdcloud3, PathRule::Decoded, "/a//b", no.clone());
    check(Scheme::Jdcloud3, PathRule::AsGiven, "/a%3Ab", no);
}

#[test]
fn tampering_with_any_part_is_noticed() {
    type Change = fn(&mut Sent);
    let changes: [(&str, Change); 11] = [
        ("method", |s| s.method = "PUT".into()),
        ("path", |s| s.path.push('x')),
        ("trailing slash", |s| s.path.push('/')),
        ("query value", |s| s.query = "b=3&a=1".into()),
        ("query pair added", |s| s.query.push_str("&c=3")),
        ("body", |s| s.body[0] ^= 1),
        ("signed header", |s| s.header("Host").push('x')),
        ("date", |s| {
            *s.header("x-jdcloud-date") = "20260102T030406Z".into();
        }),
        ("nonce", |s| s.header("x-jdcloud-nonce").push('x')),
        ("signature", |s| {
            let header = s.header("authorization");
            let last = if header.ends_with('0') { '1' } else { '0' };
            header.pop();
            header.push(last);
        }),
        ("region", |s| {
            let header = s.header("authorization");
            *header = header.replace("cn-north-1", "cn-south-1");
        }),
    ];
    for scheme in Scheme::ALL {
        let sent = Sent::sample().signed(scheme, scheme.path_rule());
        assert!(sent.verified().is_ok());
        for (what, change) in &changes {
            let mut changed = sent.clone();
            change(&mut changed);
            assert_eq!(changed.verified(), Err(VerifyError::SignatureMismatch), "{scheme} {what}");
        }
        assert_eq!(sent.verified_with("another-fake"), Err(VerifyError::SignatureMismatch), "{scheme} key");
        // What is not covered may change: the query's order, an unsigned header.
        let mut harmless = sent.clone();
        harmless.query = "a=1&b=2".into();
        harmless.headers.push(("via".into(), "proxy".into()));
        assert!(harmless.verified().is_ok(), "{scheme} harmless");
    }
}

#[test]
fn errors_name_what_is_wrong() {
    let sent = || Sent::sample().signed(Scheme::Jdcloud2, PathRule::Decoded);
    let check = |change: fn(&mut Sent), expected: VerifyError| {
        let mut changed = sent();
        change(&mut changed);
        assert_eq!(changed.verified(), Err(expected));
    };
    check(|s| s.headers.retain(|(n, _)| n != "Host"), VerifyError::MissingHeader("host".into()));
    check(|s| s.headers.retain(|(n, _)| n != "x-jdcloud-date"), VerifyError::MissingHeader("x-jdcloud-date".into()));
    check(|s| *s.header("x-jdcloud-date") = "2026-01-02".into(), VerifyError::BadDate("2026-01-02".into()));
    check(
        |s| *s.header("x-jdcloud-date") = "20260103T030405Z".into(),
        VerifyError::ScopeMismatch { header: "20260103".into(), scope: "20260102".into() },
    );
    check(
        |s| {
            let header = s.header("authorization");
            *header = header.replace("jdcloud2_request", "jdcloud3_request");
        },
        VerifyError::WrongTerminator("jdcloud3_request".into()),
    );
    check(
        |s| {
            let header = s.header("authorization");
            *header = header.replace("JDCLOUD2-HMAC", "JDCLOUD3-HMAC").replace("jdcloud2_", "jdcloud3_");
        },
        VerifyError::SignatureMismatch,
    );
}

#[test]
fn a_session_token_is_sent_and_covered() {
    let sample = Sent::sample();
    let mut credential = Credential::new("AK", SECRET);
    credential.security_token = Some("bm90LWEtdG9rZW4=".into());
    let request = SignRequest {
        method: &sample.method,
        path: &sample.path,
        query: &sample.query,
        headers: &sample.headers,
        body: &sample.body,
        service: "disk",
        region: None,
        date: DATE,
        nonce: "one",
        coverage: Coverage::Everything,
    };
    let signed = sign(Scheme::Jdcloud2, PathRule::Decoded, &credential, &request);
    let authorization = Authorization::parse(&signed.authorization).expect("well formed");
    assert_eq!(authorization.region, "jdcloud-api");
    assert!(authorization.signed_headers.iter().any(|n| n == "x-jdcloud-security-token"));
    assert!(!format!("{signed:?}").contains("bm90"));
    let mut sent = sample.clone();
    sent.headers.extend(signed.headers_to_add);
    assert!(sent.verified().is_ok());
    sent.header("x-jdcloud-security-token").push('x');
    assert_eq!(sent.verified(), Err(VerifyError::SignatureMismatch));
}

fn any_request() -> impl Strategy<Value = Sent> {
    let word = "[a-zA-Z0-9 :%+/~._é中-]{0,12}";
    (
        prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE"]),
        prop::collection::vec(word, 0..4),
        prop::collection::vec((word, word), 0..4),
        prop::collection::vec(("x-[a-z]{1,6}", "[ -~]{0,12}"), 0..3),
        prop::collection::vec(any::<u8>(), 0..64),
    )
        .prop_map(|(method, path, query, headers, body)| Sent {
            method: method.into(),
            path: format!("/{}", path.join("/")),
            query: query.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&"),
            headers,
            body,
        })
}

proptest! {
    #[test]
    fn whatever_is_signed_verifies(
        sent in any_request(),
        (scheme, rule) in prop::sample::select(vec![
            (Scheme::Jdcloud2, PathRule::AsGiven),
            (Scheme::Jdcloud2, PathRule::Decoded),
            (Scheme::Jdcloud3, PathRule::DecodedCollapsed),
        ]),
    ) {
        let sent = sent.signed(scheme, rule);
        prop_assert!(sent.verified().is_ok());
        prop_assert_eq!(sent.verified_with("another-fake"), Err(VerifyError::SignatureMismatch));
        let mut changed = sent.clone();
        changed.body.push(0);
        prop_assert_eq!(changed.verified(), Err(VerifyError::SignatureMismatch));
    }

    #[test]
    fn parsing_never_panics(header in "\\PC{0,80}") {
        if let Ok(parsed) = Authorization::parse(&header) {
            prop_assert!(!parsed.access_key.is_empty());
        }
    }
}
