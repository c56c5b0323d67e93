//! Large and deep projects: linear work, no recursion as deep as the project, limits that say so.

use firma_catalog::Catalog;
use firma_expr::NoFiles;
use firma_manifest::{Evaluated, Inputs, evaluate, read, variables};
use firma_model::{diagnostic::Diagnostics, span::Source};
use std::{collections::BTreeMap, fmt::Write};

fn run(sources: &[Source]) -> (Evaluated, Diagnostics) {
    let (project, mut diagnostics) = read(sources);
    let (values, found) = variables(&project, &BTreeMap::new(), &[]);
    diagnostics.extend(found);
    let answers = BTreeMap::new();
    let outlooks = BTreeMap::new();
    let catalog = Catalog::builtin();
    let inputs = Inputs { variables: &values, answers: &answers, outlooks: &outlooks, catalog, files: &NoFiles };
    let (evaluated, found) = evaluate(&project, inputs);
    diagnostics.extend(found);
    (evaluated, diagnostics)
}

fn source(text: String) -> Vec<Source> {
    vec![Source { name: "a.toml".to_owned(), text }]
}

/// Resources in hubs of 100 over many files, each referring to its hub.
fn hubs(resources: usize, files: usize) -> Vec<Source> {
    let mut texts = vec![String::new(); files];
    for index in 0..resources {
        let hub = index / 100;
        let text = &mut texts[index % files];
        let _ = match index % 100 {
            0 => write!(text, "[firma.value.hub{hub}]\ninput = {{ name = \"hub{hub}\", size = {index} }}\n"),
            _ => write!(
                text,
                "[firma.value.leaf{index}]\ninput = {{ name = \"leaf-${{firma.value.hub{hub}.input.name}}\", hub = \"${{firma.value.hub{hub}.id}}\" }}\n"
            ),
        };
    }
    texts.into_iter().enumerate().map(|(n, text)| Source { name: format!("{n:03}.toml"), text }).collect()
}

#[test]
fn many_resources_in_many_files() {
    let (evaluated, diagnostics) = run(&hubs(5_000, 50));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(evaluated.desired.resources.len(), 5_000);
}

#[test]
fn one_block_with_many_keys() {
    let text = r#"
        [local]
        numbers = "${range(5000)}"
        [firma.value.hub]
        input = "hub"
        [firma.value.leaf]
        for_each = '${ { for n in local.numbers : "k${n}" => n } }'
        input    = { n = "${each.value}", hub = "${firma.value.hub.id}" }
        [firma.value.twin]
        for_each = "${firma.value.leaf}"
        input    = "${each.value.id}"
    "#;
    let (evaluated, diagnostics) = run(&source(text.to_owned()));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(evaluated.desired.resources.len(), 10_001);
}

/// Work that evaluation did: steps of expressions, and what their results and dependencies hold.
fn work(text: String) -> u64 {
    let (evaluated, diagnostics) = run(&source(text));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let resources = evaluated.desired.resources.values();
    let nodes = |expr: &firma_model::expr::Expr| {
        let mut nodes = 0;
        expr.each_node(&mut |_| nodes += 1);
        nodes
    };
    let held =
        resources.map(|r| r.dependencies.len() as u64 + r.attributes.values().map(nodes).sum::<u64>()).sum::<u64>();
    evaluated.steps + held
}

#[test]
fn work_grows_with_what_is_referred_to() {
    let hub = |n: usize| {
        let mut text = String::from("[firma.value.hub]\ninput = \"hub\"\n");
        for i in 0..n {
            let _ = writeln!(text, "[firma.value.r{i}]\ninput = \"${{firma.value.hub.output}}, {i}\"");
        }
        text
    };
    let chain = |n: usize| {
        let mut text = String::from("[firma.value.r0]\ninput = \"first\"\n");
        for i in 1..n {
            let _ = writeln!(text, "[firma.value.r{i}]\ninput = \"${{firma.value.r{}.id}}\"", i - 1);
        }
        text
    };
    // Each instance of one block uses its twin in another.
    let twins = |n: usize| {
        format!(
            "[firma.value.a]\ncount = {n}\ninput = \"${{count.index}}\"\n\
             [firma.value.b]\ncount = {n}\ninput = \"${{firma.value.a[count.index].id}}\"\n"
        )
    };
    // Each uses the same list of all, made once.
    let shared = |n: usize| {
        format!(
            "[firma.value.a]\ncount = {n}\ninput = \"${{count.index}}\"\n\
             [local]\nnumber = \"${{length(firma.value.a[*].id)}}\"\n\
             [firma.value.b]\ncount = {n}\ninput = \"${{local.number}}\"\n"
        )
    };
    // Each uses all of another block.
    let all = |n: usize| {
        format!(
            "[firma.value.a]\ncount = {n}\ninput = \"${{count.index}}\"\n\
             [local]\nids = \"${{firma.value.a[*].id}}\"\n\
             [firma.value.b]\ncount = {n}\ninput = \"${{firma.value.a[*].id}}\"\n\
             [firma.value.c]\nfor_each = {{ x = 1, y = 2 }}\ninput = \"${{local.ids}}\"\n"
        )
    };
    let shapes: [(&str, &dyn Fn(usize) -> String); 5] =
        [("hub", &hub), ("chain", &chain), ("twins", &twins), ("shared", &shared), ("all", &all)];
    for (shape, text) in shapes {
        let (small, large) = (work(text(200)), work(text(2_000)));
        assert!(large <= small * 11, "{shape}: 200 take {small} steps, 2000 take {large}");
    }
}

#[test]
fn an_attribute_of_all_instances_is_kept_as_one_expression_and_read_as_its_elements() {
    let text = r#"
        [firma.value.a]
        count = 3
        input = "${count.index}"
        [firma.value.keyed]
        for_each = { x = 1, y = 2 }
        input    = "${each.value}"
        [firma.value.ids]
        count = 2
        input = "${firma.value.a[*].id}"
        [firma.value.of_keyed]
        input = "${firma.value.keyed[*].id}"
        [firma.value.known]
        input = "${firma.value.a[*].input}"
        [firma.value.some]
        input = "${[firma.value.a[0].id, firma.value.a[1].id, firma.value.a[2].id]}"
        [firma.value.part]
        input = "${[for id in firma.value.a[*].id : id if true][0]}"
        [output.length]
        value = "${length(firma.value.ids[0].input)}"
        [output.second]
        value = "${firma.value.ids[1].input[1]}"
    "#;
    let (evaluated, diagnostics) = run(&source(text.to_owned()));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let input = |address: &str| {
        let resource = &evaluated.desired.resources[&address.parse().unwrap()];
        resource.attributes["input"].to_string()
    };
    assert_eq!(input("firma.value.ids[0]"), "firma.value.a[*].id");
    assert_eq!(input("firma.value.of_keyed"), "firma.value.keyed[*].id");
    assert_eq!(input("firma.value.known"), "[0, 1, 2]");
    // Single instances are depended on one by one.
    assert_eq!(input("firma.value.some"), "[firma.value.a[0].id, firma.value.a[1].id, firma.value.a[2].id]");
    assert_eq!(input("firma.value.part"), "firma.value.a[0].id");
    let output = |name: &str| evaluated.desired.outputs[name].value.to_string();
    assert_eq!(output("length"), "3");
    assert_eq!(output("second"), "firma.value.a[1].id");
    let dependencies = &evaluated.desired.resources[&"firma.value.ids[0]".parse().unwrap()].dependencies;
    assert_eq!(dependencies.iter().map(ToString::to_string).collect::<Vec<_>>(), ["firma.value.a[*]"]);
}

#[test]
fn a_chain_as_long_as_the_project() {
    let mut text = String::from("[local]\nn0 = 0\n");
    for n in 1..20_000 {
        let _ = writeln!(text, "n{n} = \"${{local.n{}}}\"", n - 1);
    }
    text.push_str("[output.last]\nvalue = \"${local.n19999}\"\n[firma.value.v0]\n");
    for n in 1..20_000 {
        let _ = writeln!(text, "[firma.value.v{n}]\ninput = \"${{firma.value.v{}.id}}\"", n - 1);
    }
    let (evaluated, diagnostics) = run(&source(text));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(evaluated.desired.outputs["last"].value.as_value().and_then(|v| v.as_number()?.as_i64()), Some(0));
}

#[test]
fn a_cycle_as_long_as_the_project() {
    let mut text = String::from("[local]\nn0 = \"${local.n19999}\"\n");
    for n in 1..20_000 {
        let _ = writeln!(text, "n{n} = \"${{local.n{}}}\"", n - 1);
    }
    let (_, diagnostics) = run(&source(text));
    assert_eq!(diagnostics.list.len(), 1);
    assert!(diagnostics.list[0].message.contains("(19990 more)"), "{}", diagnostics.list[0].message);
    assert_eq!(diagnostics.list[0].code, "E0251");
}

#[test]
fn everything_refers_to_everything() {
    // Every pair is a circle; each member is named once.
    let mut text = String::from("[local]\n");
    for n in 0..150 {
        let all: Vec<String> = (0..150).map(|m| format!("local.n{m}")).collect();
        let _ = writeln!(text, "n{n} = \"${{[{}]}}\"", all.join(", "));
    }
    let (_, diagnostics) = run(&source(text));
    assert!(diagnostics.has_errors());
    assert!(diagnostics.list.len() <= 150, "{}", diagnostics.list.len());
}

#[test]
fn many_mistakes_are_all_said() {
    let mut text = String::new();
    for n in 0..3_000 {
        let _ = writeln!(text, "[firma.value.v{n}]\ninput = \"${{firma.value.w{n}.id}}\"\nimput = 1");
    }
    let (_, diagnostics) = run(&source(text));
    assert_eq!(diagnostics.list.len(), 6_000);
}

#[test]
fn a_source_over_the_limit() {
    let text = "# ".to_owned() + &"x".repeat(32 << 20);
    let (_, diagnostics) = run(&source(text));
    let found: Vec<_> = diagnostics.list.iter().map(|d| (d.code, d.message.as_str())).collect();
    assert_eq!(found, [("E0101", "this file has 33 MiB, more than 32 MiB")]);
}

#[test]
fn syntax_errors_are_bounded() {
    let (_, diagnostics) = run(&source("x = \n".repeat(5_000)));
    assert_eq!(diagnostics.list.len(), 101);
    assert!(diagnostics.list.iter().all(|d| d.code == "E0102" || d.code == "E0103"));
}

#[test]
fn deep_nesting_is_refused() {
    let (_, diagnostics) = run(&source(format!("[local]\na = {}{}\n", "[".repeat(200), "]".repeat(200))));
    assert!(diagnostics.list.iter().any(|d| d.code == "E0102"), "{diagnostics:?}");
    let deep = format!("[local]\na = '${{{}1{}}}'\n", "(".repeat(500), ")".repeat(500));
    let (_, diagnostics) = run(&source(deep));
    assert!(diagnostics.list.iter().any(|d| d.code == "E0203"), "{diagnostics:?}");
}
