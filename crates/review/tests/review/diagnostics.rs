//! Findings with their source lines.

use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    span::{Source, SourceId, Span},
};
use firma_review::{
    Style,
    diagnostic::{findings, render},
};

const NETWORK: &str = "[vpc.vpc.main]\r
vpc_name = \"主网络\"\r
adress_prefix = \"10.0.0.0/16\"   # a comment\r
\r
[vpc.subnet.web]\r
vpc_id = \"${vpc.vpc.mian.id}\"\r
";

fn sources() -> Vec<Source> {
    let mut long = String::from("# generated\n");
    for n in 0..3000 {
        long.push_str(&format!("[vpc.subnet.s{n}]\naddress_prefix = \"10.0.{}.0/24\"\n", n % 256));
    }
    long.push_str(&format!("wide = \"{}\"\n", "x".repeat(5000)));
    vec![
        Source { name: "network.toml".into(), text: NETWORK.into() },
        Source { name: "generated.toml".into(), text: long },
        Source { name: "empty.toml".into(), text: String::new() },
    ]
}

fn span_of(source: u32, needle: &str) -> Span {
    let text = &sources()[source as usize].text;
    let at = text.find(needle).expect("it is there");
    Span::new(SourceId(source), at, at + needle.len())
}

fn all() -> Diagnostics {
    let mut list = Diagnostics::new();
    list.push(
        Diagnostic::error("E0301", "vpc.vpc has no attribute `adress_prefix`")
            .at(span_of(0, "adress_prefix"))
            .label("not an attribute of vpc.vpc")
            .did_you_mean(Some("address_prefix")),
    );
    list.push(
        Diagnostic::error("E0203", "there is no vpc.vpc.mian")
            .at(span_of(0, "vpc.vpc.mian"))
            .related(span_of(0, "[vpc.vpc.main]"), "this is the only one")
            .did_you_mean(Some("vpc.vpc.main")),
    );
    list.push(
        Diagnostic::error("E0305", "two subnets have the same address prefix")
            .at(span_of(1, "[vpc.subnet.s2900]"))
            .label("this one")
            .related(span_of(1, "[vpc.subnet.s12]"), "and this one")
            .related(span_of(0, "[vpc.subnet.web]"), "and this one, in another file"),
    );
    list.push(Diagnostic::warning("E0520", "cannot tell what became of vpc.vpc.main").hint("check the permissions"));
    list.push(Diagnostic::error("E0110", "the line is too long").at(span_of(1, "wide = ")));
    list.push(Diagnostic::error("E0101", "the file is empty").at(Span::new(SourceId(2), 0, 0)));
    let whole = Span::new(SourceId(1), 0, usize::MAX);
    list.push(Diagnostic::warning("E0102", "the whole file is strange").at(whole));
    list
}

#[test]
fn with_source_lines() {
    insta::assert_snapshot!(render(&all(), &sources(), Style::Plain));
}

#[test]
fn in_colour_only_when_asked() {
    assert!(!render(&all(), &sources(), Style::Plain).contains('\u{1b}'));
    assert!(render(&all(), &sources(), Style::Coloured).contains('\u{1b}'));
}

#[test]
fn on_one_line_each() {
    let lines: Vec<String> = findings(&all(), &sources()).iter().map(|finding| finding.on_one_line()).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn as_json() {
    let findings = findings(&all(), &sources());
    let text = firma_review::json::findings(&findings);
    let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(list[1]["code"], "E0203");
    assert_eq!((&list[1]["line"], &list[1]["column"]), (&6.into(), &13.into()));
    assert_eq!(list[1]["related"][0]["line"], 1);
    assert_eq!(list[3]["file"], serde_json::Value::Null);
    let line = firma_review::json::finding_on_one_line(&findings[0]);
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn a_source_that_is_not_there_still_gives_the_message() {
    let lost = Diagnostic::error("E0999", "no such source").at(Span::new(SourceId(77), 3, 5));
    let text = render(&Diagnostics::from(lost), &[], Style::Plain);
    assert_eq!(text, "error[E0999]: no such source\n");
}
