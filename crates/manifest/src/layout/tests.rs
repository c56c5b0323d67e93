//! Cases of the form, and what holds for every text.

use super::{lay_out, lay_out::means_the_same};
use firma_model::span::Source;
use proptest::prelude::*;
use toml::de::DeTable;

fn formed(text: &str) -> String {
    let source = Source { name: "a.toml".into(), text: text.into() };
    lay_out(&source).unwrap_or_else(|found| panic!("{text}\n{found:?}"))
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let once = formed(text);
    assert_eq!(once, expected, "laid out:\n{once}");
    assert_eq!(formed(&once), once, "laid out twice");
}

#[test]
fn columns_are_aligned_among_neighbours() {
    check("a=1\nbcd   =  2 # x\ne = 3# y\n\nf=1\n", "a   = 1\nbcd = 2  # x\ne   = 3  # y\n\nf = 1\n");
    check("a = 1\n# between\nbc = 2\n", "a  = 1\n# between\nbc = 2\n");
    check("a = 1\nlong = [\n1]\nb = 2\n", "a = 1\nlong = [\n    1,\n]\nb = 2\n");
    check("a.b = 1\na . c.d=2", "a.b   = 1\na.c.d = 2\n");
    check("a = 1 # x\nb = 2\ncc = 33 # y\n", "a  = 1  # x\nb  = 2\ncc = 33  # y\n");
}

#[test]
fn empty_lines_separate_tables_that_do_not_belong_together() {
    check("\n\n[a]\n\n\nx=1\n\n\n\ny=1\n[b]\n[c]\n\n", "[a]\nx = 1\n\ny = 1\n\n[b]\n\n[c]\n");
    check("[a.b]\nx=1\n[a.b.c]\ny=1\n\n[a.b.d]\n[a.c]\n", "[a.b]\nx = 1\n[a.b.c]\ny = 1\n\n[a.b.d]\n\n[a.c]\n");
    check("[a]\n# of b\n# too\n[b]\n", "[a]\n\n# of b\n# too\n[b]\n");
    check("[a]\nx = 1\n# of a\n\n# of b\n[b]\n# last", "[a]\nx = 1\n# of a\n\n# of b\n[b]\n# last\n");
    check("[ a . \"b\" ] # why\n[[ a.c ]]\n[[a.c]]\n", "[a.b]  # why\n\n[[a.c]]\n[[a.c]]\n");
    check("# head\n\n[a]\n", "# head\n\n[a]\n");
    check("", "");
    check("\n \n", "");
}

#[test]
fn quotes_are_those_that_need_no_escapes() {
    check("a = 'x'\nb = \"a \\\"b\\\" c\"\n", "a = \"x\"\nb = 'a \"b\" c'\n");
    check("a = '${f(\"x\")}'\nb = \"\\u00e9\\\"\"\n", "a = '${f(\"x\")}'\nb = \"\\u00e9\\\"\"\n");
    check("a = '\\d'\nb = \"it's \\\"x\\\"\"\n", "a = '\\d'\nb = \"it's \\\"x\\\"\"\n");
    check("\"a\" = 1\n'b c' = 2\n\"\" = 3\n", "a     = 1\n\"b c\" = 2\n\"\"    = 3\n");
    check("a = '''\n x\n'''\nb = \"\"\"y\"\"\"\n", "a = '''\n x\n'''\nb = \"\"\"y\"\"\"\n");
}

#[test]
fn lists_stay_as_broken_as_they_are_unless_they_are_too_long() {
    check("a = [ 1,2 , 3, ]\nb = {a=1,b = { }}\nc=[ ]", "a = [1, 2, 3]\nb = { a = 1, b = {} }\nc = []\n");
    check(
        "a = [ # first\n  1, # one\n\n\n  2\n  # last\n]\n",
        "a = [\n    # first\n    1,  # one\n\n    2,\n    # last\n]\n",
    );
    let long = format!("a = [\"{0}\", \"{0}\"]\n", "x".repeat(60));
    check(&long, &format!("a = [\n    \"{0}\",\n    \"{0}\",\n]\n", "x".repeat(60)));
    check("a = [{\nb = 1 }]\n", "a = [{\n    b = 1,\n}]\n");
    check("a = [{\nb = 1 }, 2]\n", "a = [\n    {\n        b = 1,\n    },\n    2,\n]\n");
    check("a = { b = [\n1\n], c = 2 }\n", "a = { b = [\n    1,\n], c = 2 }\n");
    check("a = [\n[1,2],[\n3]]", "a = [\n    [1, 2],\n    [\n        3,\n    ],\n]\n");
}

#[test]
fn line_ends_and_marks_of_other_systems_go() {
    check("\u{feff}a=1\r\n# c \r\n\r\n[b]\r\nx=1\t# d  \r\n", "a = 1\n# c\n\n[b]\nx = 1  # d\n");
    check("a = \"\"\"x\r\ny\"\"\"\r\n", "a = \"\"\"x\r\ny\"\"\"\n");
}

#[test]
fn order_stays() {
    check("a.x = 1\nb = 2\na.y = 3\n[d]\n[c]\n", "a.x = 1\nb   = 2\na.y = 3\n\n[d]\n\n[c]\n");
}

#[test]
fn what_is_no_toml_is_told_with_its_place() {
    let source = Source { name: "a.toml".into(), text: "a = 1\nb = [1\nc".into() };
    let found = lay_out(&source).unwrap_err();
    assert_eq!(found.list[0].code, "E0102");
    assert!(found.list[0].span.is_some_and(|span| span.start > 5), "{found:?}");
}

#[test]
fn a_hundred_thousand_lines_take_no_time() {
    let comments = "# c\n".repeat(100_000) + "[a]\n";
    assert_eq!(formed(&comments), comments);
    let entries: String = (0..100_000).map(|n| format!("k{n}=[{n},2] # c\n")).collect();
    assert_eq!(formed(&entries).lines().count(), 100_000);
    let nested = format!("a = {}1{}", "[".repeat(79), "]".repeat(79));
    let once = formed(&nested);
    assert_eq!(formed(&once), once);
}

/// Values as people might write them, white space and comments included.
fn value() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("1".to_owned()),
        Just("true".to_owned()),
        Just("1979-05-27T07:32:00Z".to_owned()),
        "[ -!#-\\[\\]-~é]{0,12}".prop_map(|text| format!("\"{text}\"")),
        "[ -&(-~é]{0,12}".prop_map(|text| format!("'{text}'")),
        "([ a-z]|\\\\\"|\\\\\\\\|\\\\t|\\\\u00e9){0,6}".prop_map(|text| format!("\"{text}\"")),
        "[ a-z\"\n]{0,6}".prop_map(|text| format!("'''{text}'''")),
    ];
    let space = prop_oneof![
        3 => Just(String::new()), 2 => Just(" ".to_owned()), 1 => Just("\n".to_owned()),
        1 => Just("\n\n\t".to_owned()), 1 => Just(" # c, ]\n".to_owned()), 1 => Just("\r\n".to_owned()),
    ];
    scalar.prop_recursive(4, 24, 5, move |inner| {
        let space = space.clone();
        let element = (space.clone(), inner.clone(), space.clone()).prop_map(|(a, v, b)| format!("{a}{v}{b}"));
        let field = (space.clone(), inner, space.clone());
        prop_oneof![
            (prop::collection::vec(element, 0..5), any::<bool>(), space.clone()).prop_map(|(items, comma, end)| {
                let comma = if comma && !items.is_empty() { "," } else { "" };
                format!("[{}{comma}{end}]", items.join(","))
            }),
            prop::collection::vec(field, 0..4).prop_map(|fields| {
                let fields: Vec<String> =
                    fields.into_iter().enumerate().map(|(at, (a, v, b))| format!("{a}k{at} = {v}{b}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

fn document() -> impl Strategy<Value = String> {
    let entry =
        (value(), prop::sample::select(vec!["", " # why", "#", "\t"])).prop_map(|(v, c)| format!("K  = {v}{c}\n"));
    let line = prop_oneof![
        6 => entry,
        2 => prop::sample::select(vec!["\n", "# note\n", "  # moved in\r\n", " \t\n"]).prop_map(str::to_owned),
        2 => prop::sample::select(vec!["[T]\n", "[ T . x ] # t\n", "[[L]]\n", "[[L.'m']]\n"]).prop_map(str::to_owned),
    ];
    // Names are made distinct, so that most texts are valid.
    prop::collection::vec(line, 0..20).prop_map(|lines| {
        let named = lines.into_iter().enumerate().map(|(at, line)| match line.split_at_checked(1) {
            Some(("K", rest)) => format!("{}{at}{rest}", ["k", "a.k", "\"k\"."][at % 3]),
            _ => line.replace('T', &format!("t{at}")),
        });
        named.collect()
    })
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    let source = Source { name: "a.toml".into(), text: text.into() };
    match lay_out(&source) {
        Err(found) => prop_assert!(found.has_errors()),
        Ok(once) => {
            let (before, after) = (DeTable::parse(text).ok(), DeTable::parse(&once).ok());
            let same = before.zip(after).is_some_and(|(a, b)| means_the_same(a.get_ref(), b.get_ref()));
            prop_assert!(same);
            prop_assert_eq!(formed(&once), once.clone(), "laid out twice");
            prop_assert!(once.lines().all(|line| line.trim_end() == line || once.contains("'''")));
            // Every comment is still there, in its order.
            let comments = |text: &str| text.matches('#').count();
            prop_assert_eq!(comments(text), comments(&once));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_form_is_stable_and_means_the_same(text in document()) {
        holds(&text)?;
    }

    #[test]
    fn any_text_is_laid_out_or_refused(text in "[\\[\\]{}=,.#'\"\\\\a-b0 \n\r\t]{0,60}") {
        holds(&text)?;
    }
}
