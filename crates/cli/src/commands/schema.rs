//! `firma schema`: a JSON Schema of manifests.

use crate::{
    Context,
    args::SchemaArgs,
    exit::{Exit, Failure, Outcome},
};
use firma_catalog::Catalog;
use firma_model::diagnostic::Diagnostic;
use std::{fs, io, path::Path};

/// Where `init` puts it, seen from a manifest.
pub(crate) const PLACE: &str = ".firma/schema.json";

/// Runs it.
pub(crate) fn run(context: &Context, args: &SchemaArgs) -> Outcome {
    match &args.out {
        None => context.terminal.data(&text()),
        Some(out) => {
            let path = context.directory.join(out);
            write(&path).map_err(|error| {
                Failure::new(Diagnostic::error("E0901", format!("cannot write {}: {error}", path.display())))
            })?;
            context.terminal.note(&format!("wrote {}", path.display()));
        }
    }
    Ok(Exit::Done)
}

fn text() -> String {
    let schema = firma_manifest::schema::schema(Catalog::builtin());
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// Writes the schema, whole or not at all, with the folder it is to be in.
pub(crate) fn write(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        // `.firma` will hold the state too, which is its owner's alone.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = Path::new(&name);
    let written = fs::write(part, text()).and_then(|()| fs::rename(part, path));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(part);
    }
    written
}
