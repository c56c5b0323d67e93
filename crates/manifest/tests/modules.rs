//! Modules in numbers: each directory is read once, limits say so, and 1 000 instances are no different from one.

use firma_catalog::Catalog;
use firma_expr::NoFiles;
use firma_manifest::{Evaluated, Inputs, ModuleSource, Modules, evaluate, link, read, variables};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    span::Source,
};
use std::{collections::BTreeMap, fmt::Write};

/// Directories by name, all beside the root; counts how often each is read.
#[derive(Default)]
struct Directories {
    texts: BTreeMap<String, String>,
    reads: BTreeMap<String, usize>,
}

impl Directories {
    fn new<'t>(texts: impl IntoIterator<Item = (&'t str, String)>) -> Directories {
        let texts = texts.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        Directories { texts, reads: BTreeMap::new() }
    }
}

impl Modules for Directories {
    fn locate(&mut self, source: &ModuleSource, _from: &str) -> Result<String, Diagnostic> {
        let text = source.to_string();
        Ok(text.rsplit('/').next().unwrap_or_default().to_owned())
    }

    fn manifests(&mut self, directory: &str) -> Result<Vec<Source>, Diagnostic> {
        *self.reads.entry(directory.to_owned()).or_default() += 1;
        let text = self.texts.get(directory).cloned().expect("a module of the test");
        Ok(vec![Source { name: format!("{directory}/m.toml"), text }])
    }
}

fn run(root: &str, modules: &mut Directories) -> (Evaluated, Diagnostics) {
    let mut sources = vec![Source { name: "a.toml".to_owned(), text: root.to_owned() }];
    let (mut project, mut diagnostics) = read(&sources);
    let (values, found) = variables(&project, &BTreeMap::new(), &[]);
    diagnostics.extend(found);
    diagnostics.extend(link(&mut project, &BTreeMap::new(), &values, &mut sources, modules));
    let answers = BTreeMap::new();
    let outlooks = BTreeMap::new();
    let catalog = Catalog::builtin();
    let inputs = Inputs { variables: &values, answers: &answers, outlooks: &outlooks, catalog, files: &NoFiles };
    let (evaluated, found) = evaluate(&project, inputs);
    diagnostics.extend(found);
    (evaluated, diagnostics)
}

const MODULE: &str = r#"
    [variable.n]
    type = "number"
    [local]
    name = "n${var.n}"
    [firma.value.a]
    input = "${local.name}"
    [firma.value.b]
    input = "${firma.value.a.id}"
    [output.id]
    value = "${firma.value.b.id}"
"#;

#[test]
fn a_thousand_instances_are_read_once() {
    let root = r#"
        [module.m]
        source = "./m"
        count  = 1000
        n      = "${count.index}"
        [output.ids]
        value = "${module.m[*].id}"
    "#;
    let mut modules = Directories::new([("m", MODULE.to_owned())]);
    let (evaluated, diagnostics) = run(root, &mut modules);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(evaluated.desired.resources.len(), 2_000);
    assert_eq!(modules.reads, BTreeMap::from([("m".to_owned(), 1)]));
}

#[test]
fn a_thousand_calls_are_read_once() {
    let mut root = String::new();
    for n in 0..1_000 {
        let before = if n == 0 { "0".to_owned() } else { format!("${{length(module.m{}.id)}}", n - 1) };
        let _ = writeln!(root, "[module.m{n}]\nsource = \"./m\"\nn = 1\nlater = \"{before}\"");
    }
    let mut modules = Directories::new([("m", format!("{MODULE}\n[variable.later]\n"))]);
    let (evaluated, diagnostics) = run(&root, &mut modules);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(evaluated.desired.resources.len(), 2_000);
    assert_eq!(modules.reads, BTreeMap::from([("m".to_owned(), 1)]));
}

/// Modules `m1` to `m{depth}`, each calling the next so many times.
fn tower(depth: usize, calls: usize, head: &str) -> Directories {
    let names: Vec<String> = (1..=depth).map(|n| format!("m{n}")).collect();
    let text = |n: usize| {
        let mut text = "[firma.value.x]\n".to_owned();
        for call in 0..if n < depth { calls } else { 0 } {
            let _ = writeln!(text, "[module.c{call}]\nsource = \"./m{}\"\n{head}", n + 1);
        }
        text
    };
    Directories::new(names.iter().enumerate().map(|(at, name)| (name.as_str(), text(at + 1))))
}

#[test]
fn depth_is_limited() {
    let root = "[module.c]\nsource = \"./m1\"\n";
    let (evaluated, diagnostics) = run(root, &mut tower(32, 1, ""));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(evaluated.desired.resources.len(), 32);
    let (_, diagnostics) = run(root, &mut tower(33, 1, ""));
    assert_eq!(diagnostics.list.iter().map(|d| d.code).collect::<Vec<_>>(), ["E0144"]);
    // The same tower, its upper half known already when the way to it turns out too long.
    let root = "[module.a]\nsource = \"./m20\"\n[module.c]\nsource = \"./m1\"\n";
    let (_, diagnostics) = run(root, &mut tower(33, 1, ""));
    assert_eq!(diagnostics.list.iter().map(|d| d.code).collect::<Vec<_>>(), ["E0144"]);
}

#[test]
fn what_doubles_at_each_level_is_limited() {
    let (_, diagnostics) = run("[module.c]\nsource = \"./m1\"\n", &mut tower(32, 2, ""));
    assert_eq!(diagnostics.list.iter().map(|d| d.code).collect::<Vec<_>>(), ["E0144"]);
}

#[test]
fn instances_that_multiply_are_limited() {
    let (_, diagnostics) = run("[module.c]\nsource = \"./m1\"\n", &mut tower(4, 1, "count = 1000"));
    let found: Vec<_> = diagnostics.list.iter().map(|d| (d.code, d.message.as_str())).collect();
    assert_eq!(found, [("E0144", "with these the modules of the project have more than 100000 instances")]);
}
