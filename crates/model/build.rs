//! Lists the pages of `codes/`, so that a new page needs no other line anywhere.

use std::{error::Error, fmt::Write as _, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=codes");
    let folder = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("codes");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
    files.sort();
    let mut list = String::from("/// Code and text of every page, by code.\nstatic PAGES: &[(&str, &str)] = &[\n");
    for path in files {
        println!("cargo:rerun-if-changed={}", path.display());
        let code = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a page whose name is no code")?;
        writeln!(list, "    ({code:?}, include_str!({path:?})),")?;
    }
    list.push_str("];\n");
    fs::write(out.join("pages.rs"), list)?;
    Ok(())
}
