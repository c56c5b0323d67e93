//! The map agrees with what the TOML parser decodes, character by character.

use super::Offsets;
use proptest::prelude::*;
use toml::de::DeValue;

/// What each decoded character was written as, according to the map.
fn check(token: &str) {
    let Ok(value) = DeValue::parse(token) else { return };
    let DeValue::String(decoded) = value.get_ref() else { return };
    let offsets = Offsets::scan(token);
    for (at, c) in decoded.char_indices() {
        let (start, end) = (offsets.start(at), offsets.end(at + c.len_utf8()));
        let written = token.get(start..end).unwrap_or_else(|| panic!("{token:?}: {start}..{end} for {c:?} at {at}"));
        if written.starts_with('\\') && token.starts_with('"') {
            let back = DeValue::parse(&format!("\"{written}\"")).map(|v| v.get_ref().as_str().map(str::to_owned));
            assert_eq!(back, Ok(Some(c.to_string())), "{token:?}: {written:?} is not {c:?} at {at}");
        } else {
            assert_eq!(written, c.to_string(), "{token:?} at {at}");
        }
    }
}

#[test]
fn known_tokens() {
    for token in [
        r#""""#,
        r#""plain""#,
        r"'lit\eral'",
        r#""a\tb\u00e9c\U0001F600d\x41\e\"\\""#,
        "\"\"\"\na\\\n   \n  b\\   \n c\"\"\"",
        "\"\"\"\r\na\r\nb\"\"\"",
        "'''\nx'y''z'''",
        "\"\"\"a\"\"\"\"\"",
        "'''a'''''",
        "\"é\\né\"",
    ] {
        assert!(DeValue::parse(token).is_ok(), "{token:?} is no TOML string");
        check(token);
    }
}

#[test]
fn offsets_of_an_escape() {
    let offsets = Offsets::scan(r#""a\tb""#);
    assert_eq!((offsets.start(0), offsets.start(1), offsets.start(2)), (1, 2, 4));
    assert_eq!((offsets.end(1), offsets.end(2), offsets.end(3)), (2, 4, 5));
    assert_eq!(Offsets::plain(1).start(3), 4);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn agrees_with_the_parser(
        pieces in prop::collection::vec(
            prop_oneof![
                Just("\\n".to_owned()), Just("\\t".to_owned()), Just("\\\"".to_owned()), Just("\\\\".to_owned()),
                Just("\\e".to_owned()), Just("\\x7e".to_owned()), Just("\\u00e9".to_owned()), Just("\\U0001F600".to_owned()),
                Just("\\\n  ".to_owned()), Just("\\  \r\n \n".to_owned()), Just("\n".to_owned()), Just("\r\n".to_owned()),
                Just("'".to_owned()), Just("''".to_owned()), Just("\"".to_owned()), Just("${x}".to_owned()),
                "[a-zé中 ]{0,4}",
            ],
            0..12,
        ),
        quote in prop::sample::select(vec!["\"", "'", "\"\"\"", "'''"]),
    ) {
        check(&format!("{quote}{}{quote}", pieces.concat()));
    }
}
