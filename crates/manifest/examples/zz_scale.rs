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
    let inputs = Inputs { variables: &values, answers: &answers, catalog: Catalog::builtin(), files: &NoFiles };
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
fn main() {
    for n in [5000usize, 10_000, 20_000, 40_000, 100_000] {
        let s = hubs(n, 200);
        let t = std::time::Instant::now();
        let (project, d) = read(&s);
        let t1 = t.elapsed();
        let (values, _) = variables(&project, &BTreeMap::new(), &[]);
        let answers = BTreeMap::new();
        let inputs = Inputs { variables: &values, answers: &answers, catalog: Catalog::builtin(), files: &NoFiles };
        let (e, d2) = evaluate(&project, inputs);
        println!("hubs {n}: read {t1:?} all {:?} {} {}", t.elapsed(), e.desired.resources.len(), d.list.len() + d2.list.len());
    }
    for n in [2500usize, 5000, 10_000, 20_000, 50_000] {
        let text = format!("[local]\nnumbers = \"${{range({n})}}\"\n[firma.value.hub]\ninput = \"hub\"\n[firma.value.leaf]\nfor_each = '${{ {{ for n in local.numbers : \"k${{n}}\" => n }} }}'\ninput = {{ n = \"${{each.value}}\", hub = \"${{firma.value.hub.id}}\" }}\n[firma.value.twin]\nfor_each = \"${{firma.value.leaf}}\"\ninput = \"${{each.value.id}}\"\n");
        let s = source(text);
        let t = std::time::Instant::now();
        let (e, d) = run(&s);
        println!("keys {n}: {:?} {} {:?}", t.elapsed(), e.desired.resources.len(), d.list.first());
    }
}
