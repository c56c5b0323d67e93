//! Compresses the facts of every service and writes the table that finds them.
//!
//! Each `data/<service>.json` becomes a raw deflate stream in `OUT_DIR`, and `index.rs` there lists, in the order of
//! service ids, what can be said of a service without inflating it.

use std::{error::Error, fmt::Write as _, fs, path::PathBuf};

/// miniz_oxide's best compression short of its exhaustive level 10, which gains under one per cent.
const DEFLATE_LEVEL: u8 = 9;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=data");
    let data = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("data");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);

    let mut files = Vec::new();
    for entry in fs::read_dir(&data)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();

    let mut index = format!("/// Every service, by id.\nstatic INDEX: [Entry; {}] = [\n", files.len());
    for path in &files {
        println!("cargo:rerun-if-changed={}", path.display());
        let text = fs::read(path)?;
        let facts: serde_json::Value = serde_json::from_slice(&text)?;
        let id = facts["service"].as_str().ok_or("a file without a service id")?;
        let count = |key: &str| facts[key].as_array().map(Vec::len).ok_or("a file without operations or models");
        let compressed = out.join(format!("{id}.deflate"));
        fs::write(&compressed, miniz_oxide::deflate::compress_to_vec(&text, DEFLATE_LEVEL))?;
        let version = facts["operations"][0]["path"].as_str().and_then(|path| path.split('/').nth(1));
        writeln!(
            index,
            "    Entry {{ outline: Outline {{ service: {id:?}, endpoint: {:?}, revision: {:?}, version: {version:?}, \
             operations: {}, models: {} }}, facts: include_bytes!({compressed:?}) }},",
            facts["endpoint"].as_str(),
            facts["revision"].as_str(),
            count("operations")?,
            count("models")?,
        )?;
    }
    index.push_str("];\n");
    writeln!(index, "/// The same services, decoded when first asked for.")?;
    writeln!(index, "static DECODED: [OnceLock<Service>; {0}] = [const {{ OnceLock::new() }}; {0}];", files.len())?;
    fs::write(out.join("index.rs"), index)?;
    Ok(())
}
