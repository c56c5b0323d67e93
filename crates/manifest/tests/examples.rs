//! The example of every kind and look-up evaluates without a finding, uses what it is for, and has the conventional form.

use firma_catalog::{Catalog, docs};
use firma_manifest::{Inputs, evaluate, layout::lay_out, read, variables};
use firma_model::span::Source;
use std::collections::{BTreeMap, BTreeSet};

struct NoFiles;

impl firma_expr::Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("there are no files".into())
    }
    fn exists(&self, _: &str) -> Result<bool, String> {
        Ok(false)
    }
    fn list(&self, _: &str, _: Option<usize>) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
}

#[test]
fn every_kind_has_an_example_that_evaluates() {
    let catalog = Catalog::builtin();
    let mut wanted: BTreeSet<String> = catalog.kind_names().map(str::to_owned).collect();
    wanted.extend(firma_catalog::builtin::LOOKUPS.iter().map(|(id, _)| format!("data.{id}")));
    for (id, text) in docs::EXAMPLES {
        assert!(wanted.remove(*id), "{id} is no kind, or has two examples");
        let sources = [Source { name: format!("{id}.toml"), text: (*text).to_owned() }];
        let (project, found) = read(&sources);
        assert!(found.is_empty(), "{id}: {found:?}");
        let (variables, found) = variables(&project, &BTreeMap::new(), &[]);
        assert!(found.is_empty(), "{id}: {found:?}");
        let answers = BTreeMap::new();
        let (evaluated, found) = evaluate(
            &project,
            Inputs { variables: &variables, answers: &answers, outlooks: &BTreeMap::new(), catalog, files: &NoFiles },
        );
        assert!(found.is_empty(), "{id}: {found:?}");
        match id.strip_prefix("data.") {
            Some(lookup) => assert!(text.contains(&format!("[data.{lookup}.")), "{id}"),
            None => assert!(evaluated.desired.kinds.iter().any(|kind| kind.as_str() == *id), "{id}"),
        }
        assert_eq!(lay_out(&sources[0]).expect("TOML"), *text, "{id}");
    }
    assert!(wanted.is_empty(), "without an example: {wanted:?}");
}
