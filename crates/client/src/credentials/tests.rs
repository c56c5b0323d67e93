//! Each source, their order, and what is said when something is missing.

use super::{Credentials, Source};
use std::collections::BTreeMap;

const FILE: &str = "[default]\naccess_key = FILEAK\nsecret_key = not-a-secret\nregion_id = cn-north-1\n\
                    endpoint = www.jdcloud-api.com\nscheme = https\ntimeout = 20\n\n\
                    [staging]\naccess_key = STAGINGAK\nsecret_key = not-a-secret\nsecurity_token = not-a-token\n\n\
                    [broken]\naccess_key =\n";

fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())).collect()
}

#[test]
fn found() {
    let check = |pairs: &[(&str, &str)], profile: Option<&str>, access: &str, token: Option<&str>, source: Source| {
        let found = Credentials::resolve(&env(pairs), Some(FILE), profile).expect("found");
        assert_eq!(found.credential.access_key, access);
        assert_eq!(found.credential.secret_key, "not-a-secret");
        assert_eq!(found.credential.security_token.as_deref(), token);
        assert_eq!(found.source, source);
        assert!(!format!("{found:?}").contains("not-a-"));
    };
    let both = [("JDCLOUD_ACCESS_KEY", "ENVAK"), ("JDCLOUD_SECRET_KEY", "not-a-secret\n")];
    check(&both, None, "ENVAK", None, Source::Environment("JDCLOUD_ACCESS_KEY"));
    check(
        &[
            ("JDCLOUD_ACCESS_KEY_ID", "ENVAK"),
            ("JDCLOUD_ACCESS_KEY_SECRET", "not-a-secret"),
            ("JDCLOUD_SECURITY_TOKEN", "not-a-token"),
        ],
        Some("staging"),
        "ENVAK",
        Some("not-a-token"),
        Source::Environment("JDCLOUD_ACCESS_KEY_ID"),
    );
    check(&[("JDCLOUD_ACCESS_KEY", "")], None, "FILEAK", None, Source::Profile("default".into()));
    check(&[], Some("staging"), "STAGINGAK", Some("not-a-token"), Source::Profile("staging".into()));
}

#[test]
fn not_found() {
    let check = |pairs: &[(&str, &str)], file: Option<&str>, profile: Option<&str>, expected: &[(&str, &str)]| {
        let findings = Credentials::resolve(&env(pairs), file, profile).expect_err("nothing to find");
        let said: Vec<(&str, &str)> = findings.list.iter().map(|d| (d.code, d.message.as_str())).collect();
        assert_eq!(said, expected);
        assert!(findings.list.iter().all(|d| d.hints.iter().any(|h| h.contains("JDCLOUD_"))), "{findings:?}");
        assert!(!format!("{findings:?}").contains("not-a-secret"));
    };
    check(&[], None, None, &[("E0721", "no JD Cloud credentials were found")]);
    let only = [("JDCLOUD_ACCESS_KEY", "ENVAK")];
    check(&only, Some(FILE), None, &[("E0722", "JDCLOUD_ACCESS_KEY is set, but JDCLOUD_SECRET_KEY is not")]);
    let only = [("JDCLOUD_ACCESS_KEY_SECRET", "not-a-secret")];
    check(&only, Some(FILE), None, &[("E0722", "JDCLOUD_ACCESS_KEY_SECRET is set, but JDCLOUD_ACCESS_KEY is not")]);
    check(&[], Some(FILE), Some("stagin"), &[("E0723", "~/.jdc/config has no profile `stagin`")]);
    check(
        &[],
        Some(FILE),
        Some("broken"),
        &[
            ("E0724", "profile `broken` of ~/.jdc/config has no access_key"),
            ("E0724", "profile `broken` of ~/.jdc/config has no secret_key"),
        ],
    );
    check(
        &[],
        Some("[a]\nnot-a-secret\n"),
        None,
        &[("E0725", "line 2 of ~/.jdc/config is neither `[profile]` nor `name = value`")],
    );
    check(
        &[],
        Some("[a]\n"),
        None,
        &[("E0721", "no JD Cloud credentials were found: ~/.jdc/config has no profile `default`")],
    );
}

#[test]
fn both_ways_are_named_and_close_names_offered() {
    let hints = |file, profile| {
        let findings = Credentials::resolve(&env(&[]), file, profile).expect_err("nothing to find");
        findings.list[0].hints.join("\n")
    };
    let none = hints(None, None);
    assert!(none.contains("JDCLOUD_ACCESS_KEY and JDCLOUD_SECRET_KEY") && none.contains("~/.jdc/config"), "{none}");
    assert!(hints(Some(FILE), Some("stagin")).contains("did you mean `staging`?"));
}
