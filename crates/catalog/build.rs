//! Lists the files of `kinds`, `lookups` and `manifests`, so that a new kind is a new file and nothing else.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    for (folder, constant, doc) in [
        ("kinds", "KINDS", "Kinds by id."),
        ("lookups", "LOOKUPS", "Look-ups by id."),
        ("manifests", "EXAMPLES", "Examples by kind; look-ups begin with `data.`."),
    ] {
        let top = root.join(folder);
        let mut files = BTreeMap::new();
        gather(&top, "", &mut files)?;
        let mut table = format!("/// {doc}\npub const {constant}: &[(&str, &str)] = &[\n");
        for (id, path) in &files {
            writeln!(table, "    ({id:?}, include_str!({path:?})),")?;
        }
        table.push_str("];\n");
        fs::write(out.join(format!("{folder}.rs")), table)?;
    }
    Ok(())
}

/// Files under a folder by their id: `vpc/subnet.toml` and `vpc.subnet.toml` are both `vpc.subnet`.
fn gather(folder: &Path, prefix: &str, into: &mut BTreeMap<String, PathBuf>) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).ok_or("a name that is no text")?;
        if path.is_dir() {
            gather(&path, &format!("{prefix}{name}."), into)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            println!("cargo:rerun-if-changed={}", path.display());
            into.insert(format!("{prefix}{name}"), path);
        }
    }
    Ok(())
}
