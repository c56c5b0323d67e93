//! Procedures and views as they are: plans embed procedures, so a change here is a change of a durable format.
//!
//! `FIRMA_BLESS=1 cargo test -p firma-catalog --test golden` writes the files anew.

use firma_catalog::{Catalog, KindView};
use firma_model::address::KindId;
use std::path::PathBuf;

fn check(name: &str, found: &str) {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "golden", name].iter().collect();
    if std::env::var_os("FIRMA_BLESS").is_some() {
        std::fs::write(&path, found).expect("written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == found, "{} differs; bless it if the change is meant:\n{found}", path.display());
}

#[test]
fn procedures() {
    for id in ["vpc.network_security_group", "vm.disk_attachment", "disk.disk", "firma.value"] {
        let procedure = Catalog::builtin().kind(&KindId::new(id)).expect("a kind");
        let mut text = serde_json::to_string_pretty(&*procedure).expect("JSON");
        text.push('\n');
        check(&format!("{id}.json"), &text);
    }
}

#[test]
fn a_look_up() {
    let lookup = Catalog::builtin().lookup(&KindId::new("vm.instance_type")).expect("a look-up");
    let mut text = serde_json::to_string_pretty(&*lookup).expect("JSON");
    text.push('\n');
    check("data.vm.instance_type.json", &text);
}

#[test]
fn views() {
    for id in ["vm.instance", "vpc.subnet"] {
        let procedure = Catalog::builtin().kind(&KindId::new(id)).expect("a kind");
        check(&format!("{id}.txt"), &KindView::of(&procedure).text());
    }
}
