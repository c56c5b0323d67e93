//! Manifests that ask for more than anybody means: a diagnostic with a place, never a hang, an overflow or a crash.

mod support;

use std::fmt::Write as _;
use support::Case;

/// What comes out of one file.
fn run(text: &str) -> String {
    Case::parse(&format!("#@ file a.toml\n{text}\n#@ expect\n")).run()
}

#[track_caller]
fn refused(text: &str, codes: &[&str]) {
    let found = run(text);
    let first = found.lines().next().unwrap_or_default();
    assert!(
        codes.iter().any(|code| found.contains(code)) && first.contains("a.toml:"),
        "{}",
        &found[..found.len().min(600)]
    );
}

#[test]
fn tables_that_nest() {
    let inline = format!("[local]\nx = {}1{}", "{ a = ".repeat(5000), " }".repeat(5000));
    let lists = format!("[local]\nx = {}{}", "[".repeat(5000), "]".repeat(5000));
    let dotted = format!("[local]\nx.{}b = 1", "a.".repeat(5000));
    let header = format!("[local.{}b]\nx = 1", "a.".repeat(5000));
    for text in [inline, lists, dotted, header] {
        refused(&text, &["E0102", "E0108", "E0203", "E0204"]);
    }
}

#[test]
fn locals_that_refer_to_themselves() {
    refused("[local]\na = \"${local.a}\"", &["E0251"]);
    refused("[local]\na = \"${local.b}\"\nb = '${[for x in [1] : local.a]}'", &["E0251"]);
}

#[test]
fn a_chain_of_locals_is_as_long_as_it_likes() {
    let mut text = "[local]\nl0 = 1\n".to_owned();
    for at in 1..20_000 {
        let _ = writeln!(text, "l{at} = \"${{local.l{}}}\"", at - 1);
    }
    text.push_str("[output.last]\nvalue = \"${local.l19999}\"");
    assert_eq!(run(&text), "output last = 1\n");
}

#[test]
fn locals_that_double() {
    for form in [
        "\"${local.l%}${local.l%}\"",
        "[\"${local.l%}\", \"${local.l%}\"]",
        "{ a = \"${local.l%}\", b = \"${local.l%}\" }",
    ] {
        let mut text = "[local]\nl0 = \"some text that is not short\"\n".to_owned();
        for at in 1..64_usize {
            let _ = writeln!(text, "l{at} = {}", form.replace('%', &(at - 1).to_string()));
        }
        refused(&text, &["E0204"]);
    }
}

#[test]
fn instances_without_end() {
    refused("[firma.value.a]\ncount = 1000000000\ninput = 1", &["E0254"]);
    refused("[firma.value.a]\ncount = \"${pow(10, 30)}\"\ninput = 1", &["E0254"]);
    refused("[firma.value.a]\nfor_each = '${toset([for i in range(1e9) : tostring(i)])}'\ninput = 1", &["E0204"]);
}
