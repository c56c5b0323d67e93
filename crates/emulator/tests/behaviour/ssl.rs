//! Certificates: what is kept of them, and what is refused.

use crate::cloud::{Cloud, fault};
use crate::lb::certificate;
use serde_json::json;

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nZXhhbXBsZQ==\n-----END PRIVATE KEY-----";
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nZXhhbXBsZQ==\n-----END CERTIFICATE-----";

#[test]
fn a_key_is_known_by_its_digest_alone() {
    let cloud = Cloud::new();
    let upload = json!({"certName": "web", "keyFile": KEY, "certFile": CERTIFICATE, "aliasName": "front"});
    let made = cloud.ok("ssl", "uploadCert", upload.clone());
    let id = made["certId"].as_str().unwrap();
    // sha256 of the key, computed with `sha256sum`.
    assert_eq!(made["digest"], "da6be65db798fc57177966369773116599c266c024463d96b1a93ce513d4b8fa");
    let list = |ids: &str| cloud.ok("ssl", "describeCerts", json!({"certIds": ids, "pageNumber": 1, "pageSize": 10}));
    assert_eq!(list("front")["certListDetails"][0]["certId"], json!(id));
    assert_eq!(list("nobody")["totalCount"], 0);
    let shown = cloud.ok("ssl", "describeCert", json!({"certId": id}));
    assert!(!shown.to_string().contains("PRIVATE"), "{shown}");
    // Nothing keeps two from looking the same.
    let again = cloud.ok("ssl", "uploadCert", upload);
    assert_eq!((again["certId"] == made["certId"], &again["digest"]), (false, &made["digest"]));

    let renewed = json!({"certId": id, "keyFile": KEY.replace("ZXhh", "ZXhi"), "certFile": CERTIFICATE});
    let digest = cloud.ok("ssl", "updateCert", renewed)["digest"].clone();
    assert_ne!(digest, made["digest"]);
    assert_eq!(list(id)["certListDetails"][0]["digest"], digest);
    cloud.ok("ssl", "updateCertName", json!({"certId": id, "certName": "other"}));
    assert_eq!(list(id)["certListDetails"][0]["certName"], "other");
    cloud.ok("ssl", "deleteCerts", json!({"certId": id}));
    assert_eq!(cloud.err("ssl", "describeCert", json!({"certId": id})), fault(404, "NOT_FOUND"));
}

#[test]
fn files_must_be_pem() {
    let cloud = Cloud::new();
    for (key, file) in [("secret", CERTIFICATE), (CERTIFICATE, CERTIFICATE), (KEY, KEY), (KEY, "")] {
        let upload = json!({"certName": "web", "keyFile": key, "certFile": file});
        assert_eq!(cloud.err("ssl", "uploadCert", upload), fault(400, "INVALID_ARGUMENT"), "{key} {file}");
    }
    let id = certificate(&cloud, "");
    let wrong = json!({"certId": id, "keyFile": KEY, "certFile": KEY});
    assert_eq!(cloud.err("ssl", "updateCert", wrong), fault(400, "INVALID_ARGUMENT"));
}
