//! Rules of the source tree that no compiler checks, each with a planted offence that it must find.

use firma_tests::tidy::{Tree, codes, dependencies, files, places, purity, state};
use tempfile::TempDir;

/// Fails with one line per finding.
fn clean(findings: &[String]) {
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn manifests_agree_with_the_dependency_table() {
    clean(&dependencies::check(&Tree::here()));
}

#[test]
fn pure_crates_are_pure() {
    clean(&purity::check(&Tree::here()));
}

#[test]
fn every_file_says_what_it_is() {
    clean(&files::headers(&Tree::here()));
}

#[test]
fn no_file_is_endless() {
    let tree = Tree::here();
    println!("half of the files have at most {} lines", files::median_length(&tree));
    clean(&files::lengths(&tree));
}

#[test]
fn doors_hold_no_logic() {
    clean(&files::doors(&Tree::here()));
}

#[test]
fn every_code_has_its_page_once() {
    clean(&codes::check(&Tree::here()));
}

#[test]
fn the_contract_names_every_column() {
    clean(&state::check(&Tree::here()));
}

#[test]
fn the_top_holds_what_belongs_there() {
    clean(&places::top_level(&Tree::here()));
}

#[test]
fn no_file_speaks_of_a_machine() {
    clean(&places::machine_words(&Tree::here()));
}

const TABLE: &str = "\
| crate | what it is | may depend on | class |
|---|---|---|---|
| model | words | – | pure |
| plan | decisions | model | pure |
| engine | drivers | model plan | async, no direct I/O |
| cli | the command | all | I/O: terminal |
";

/// A tree in which nothing is wrong, with these files written over it.
struct Planted {
    dir: TempDir,
}

impl Planted {
    fn new(changes: &[(&str, &str)]) -> Planted {
        let dir = TempDir::new().expect("a temporary directory");
        let planted = Planted { dir };
        planted.write("crates/README.md", TABLE);
        for (name, edges) in [("model", ""), ("plan", "model"), ("engine", "model plan"), ("cli", "plan")] {
            let edges: String = edges.split_whitespace().map(|e| format!("firma-{e}.workspace = true\n")).collect();
            let manifest = format!("[package]\nname = \"firma-{name}\"\n[dependencies]\n{edges}");
            planted.write(&format!("crates/{name}/Cargo.toml"), &manifest);
            planted.write(&format!("crates/{name}/src/lib.rs"), "//! Nothing yet.\n");
        }
        for (path, text) in changes {
            planted.write(path, text);
        }
        planted
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn tree(&self) -> Tree {
        Tree::at(self.dir.path())
    }
}

/// What a check says to these changes: nothing without them, `expected` in exactly one finding each with them.
fn finds(check: impl Fn(&Tree) -> Vec<String>, changes: &[(&str, &str)], expected: &[&str]) {
    let before = check(&Planted::new(&[]).tree());
    let after = check(&Planted::new(changes).tree());
    let new: Vec<&String> = after.iter().filter(|finding| !before.contains(finding)).collect();
    assert_eq!(new.len(), expected.len(), "{changes:?}\n{new:#?}");
    for words in expected {
        assert!(new.iter().any(|finding| finding.contains(words)), "`{words}` is not in {new:#?}");
    }
}

#[test]
fn a_planted_edge_is_found() {
    let check = |tree: &Tree| dependencies::check(tree);
    assert_eq!(check(&Planted::new(&[]).tree()), Vec::<String>::new());
    let cargo = |edges: &str| format!("[package]\nname = \"firma-plan\"\n[dependencies]\n{edges}");
    finds(
        check,
        &[("crates/plan/Cargo.toml", &cargo("firma-model = {}\nfirma-engine = {}\n"))],
        &["depends on `engine`"],
    );
    finds(check, &[("crates/plan/Cargo.toml", &cargo(""))], &["no longer depends on `model`"]);
    finds(check, &[("crates/extra/Cargo.toml", "[package]\nname = \"firma-extra\"")], &["`extra` has no row"]);
    finds(check, &[("crates/README.md", "# No table")], &["has no table"]);
    let unknown = TABLE.replace("| decisions | model |", "| decisions | modle |");
    finds(check, &[("crates/README.md", &unknown)], &["`modle`, which has no row"]);
}

#[test]
fn planted_impurity_is_found() {
    let check = |tree: &Tree| purity::check(tree);
    assert_eq!(check(&Planted::new(&[]).tree()), Vec::<String>::new());
    let cases: [(&str, &[&str]); 9] = [
        ("use std::fs;", &["std::fs"]),
        ("use std::{collections::{BTreeMap, BTreeSet}, env};", &["std::env"]),
        ("fn f() { let _ = std::time::SystemTime::UNIX_EPOCH; }", &["SystemTime"]),
        ("fn f() { println!(\"x\"); dbg!(1); }", &["println!", "dbg!"]),
        ("fn f() -> Instant { Instant::now() }", &["Instant::now"]),
        ("// std::fs\n/* println!() */ const A: &str = \"std::fs println!\";", &[]),
        ("#[cfg(test)]\nmod tests { use std::fs; fn f() { println!(); } }", &[]),
        ("use std::collections::BTreeMap; use core::net::Ipv4Addr; fn env() {}", &[]),
        ("#[cfg(test)] mod tests;\nuse std::process;", &["std::process"]),
    ];
    for (code, expected) in cases {
        finds(check, &[("crates/model/src/x.rs", code)], expected);
        finds(check, &[("crates/cli/src/x.rs", code)], &[]);
    }
    let clock = |path: &str| format!("use {path}::time::Instant;\nfn f() -> Instant {{ Instant::now() }}");
    finds(check, &[("crates/engine/src/x.rs", &clock("tokio"))], &[]);
    finds(check, &[("crates/engine/src/x.rs", &clock("std"))], &["Instant::now"]);
    finds(check, &[("crates/model/src/x.rs", &clock("tokio"))], &["Instant::now"]);
    let tokio =
        |name: &str| format!("[package]\nname = \"firma-{name}\"\n[dependencies]\ntokio = \"1\"\nrusqlite = \"1\"\n");
    finds(check, &[("crates/model/Cargo.toml", &tokio("model"))], &["`tokio`", "`rusqlite`"]);
    finds(check, &[("crates/engine/Cargo.toml", &tokio("engine"))], &["`rusqlite`"]);
}

#[test]
fn planted_files_are_found() {
    finds(files::headers, &[("crates/model/src/x.rs", "fn f() {}")], &["crates/model/src/x.rs"]);
    let long = format!("//! Long.\n{}", "\n".repeat(files::LONGEST));
    finds(files::lengths, &[("crates/model/src/x.rs", &long)], &["801 lines"]);
    finds(files::lengths, &[("crates/model/src/x.rs", &long[..long.len() - 1])], &[]);
    finds(
        files::doors,
        &[("crates/model/src/lib.rs", "//! D.\nmod a;\npub use a::A;\n#[cfg(test)]\nmod tests { fn f() {} }")],
        &[],
    );
    finds(files::doors, &[("crates/model/src/a/mod.rs", "//! D.\nfn f() {}\n")], &["mod.rs:2: `fn`"]);
    finds(files::doors, &[("crates/model/src/lib.rs", "//! D.\npub use a::*;\n")], &["not by `*`"]);
}

#[test]
fn planted_codes_are_found() {
    let page = |code: &str| format!("# {code}: t\n\nwhat\n\n## Why\n\ny\n\n## Example\n\ne\n\n## Fix\n\nf\n");
    let (path, uses) = ("crates/model/codes/E0101.md", ("crates/plan/src/x.rs", "fn f() { g(\"E0101\"); }"));
    finds(codes::check, &[(path, &page("E0101")), uses], &[]);
    finds(codes::check, &[uses], &["E0101 has no page"]);
    finds(codes::check, &[(path, &page("E0101"))], &["nothing says E0101"]);
    finds(codes::check, &[(path, &page("E0102")), uses], &["is headed E0102"]);
    finds(codes::check, &[(path, &page("E0101").replace("## Why", "Why")), uses], &["lacks ## Why"]);
}

#[test]
fn planted_columns_are_found() {
    const SQL: &str =
        "CREATE TABLE a (b TEXT NOT NULL, -- c TEXT,\n d INTEGER CHECK (d IN (1, 2)), PRIMARY KEY (b, d)) STRICT;";
    const PAGE: &str = "`sqlite/NNNN_*.sql`\n### `a`: what\n| column | what it is |\n|---|---|\n| b | x |\n| d | y |\n";
    let sql = ("state/sqlite/0001_a.sql", SQL);
    finds(state::check, &[sql, ("state/README.md", PAGE)], &[]);
    let more = "ALTER TABLE a ADD COLUMN e TEXT; CREATE TABLE f (g TEXT);";
    finds(
        state::check,
        &[sql, ("state/sqlite/0002_e.sql", more), ("state/README.md", PAGE)],
        &["column `a.e` is not described", "table `f` has no heading"],
    );
    let stale = format!("{PAGE}| z | gone |\n### `h`: gone\n");
    finds(state::check, &[sql, ("state/README.md", &stale)], &["`a` has no column `z`", "no SQL makes the table `h`"]);
    finds(state::check, &[("state/other/1.sql", SQL), ("state/README.md", PAGE)], &["state/other/1.sql is not named"]);
}

#[test]
fn planted_places_and_words_are_found() {
    finds(places::top_level, &[("notes.txt", "")], &["notes.txt"]);
    finds(places::top_level, &[("LICENSE", ""), (".gitignore", "")], &[]);
    let path = format!("/{}/someone/x", "home");
    finds(places::machine_words, &[("examples/a.toml", &format!("# see {path}\n"))], &["examples/a.toml:1"]);
    finds(places::machine_words, &[("examples/a.toml", &format!("# see https://x.example{path}\n"))], &[]);
    finds(places::machine_words, &[(".ci/run", &format!("pip --{} = x", "index-url"))], &[".ci/run:1"]);
    finds(places::machine_words, &[("crates/api/data/x.json", &path)], &[]);
}
