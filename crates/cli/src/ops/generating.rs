//! Manifests for imports that have none: looked up, written to a new file of the project, which is then planned with.

use crate::{
    Context,
    exit::Failure,
    ops::{cloud::Door, patience::patiently, project},
};
use firma_catalog::{Catalog, Procedure};
use firma_manifest::{
    Evaluated, Undeclared,
    generate::{Found, Object},
    is_manifest_file,
};
use firma_model::{
    address::{Address, Block, ModulePath},
    diagnostic::{Diagnostic, Diagnostics},
    observed::Sighting,
    record::Recorded,
    span::Source,
};
use firma_plan::imports::Candidate;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The code of a finding that says that an import has no block.
const NO_TARGET: &str = "E0163";

/// Where the file is to be: new, and with a name that is read as a manifest.
pub(crate) fn place(context: &Context, file: &Path) -> Result<PathBuf, Failure> {
    let path = context.directory.join(file);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !is_manifest_file(name) || fs::canonicalize(folder(&path)).is_err() {
        return Err(no_manifest(context, &path));
    }
    match fs::symlink_metadata(&path) {
        Ok(_) => Err(exists(&path)),
        Err(_) => Ok(path),
    }
}

/// Refuses a place that belongs neither to the project nor to one of its modules, whose directories these are.
pub(crate) fn belongs(context: &Context, path: &Path, modules: &[PathBuf]) -> Result<(), Failure> {
    let inside = |directory: &Path| is_same(folder(path), directory);
    match inside(&context.directory) || modules.iter().any(|module| inside(module)) {
        true => Ok(()),
        false => Err(no_manifest(context, path)),
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

fn no_manifest(context: &Context, path: &Path) -> Failure {
    let message = format!("{} would be no manifest of this project", path.display());
    Failure::new(Diagnostic::error("E0391", message).hint(format!(
        "name a file of {}, or of a module, that ends in .toml: --generate-config-out imported.toml",
        project::shown(&context.directory)
    )))
}

fn exists(path: &Path) -> Failure {
    Failure::refused(
        Diagnostic::error("E0390", format!("{} is there already, and nothing is written over it", path.display()))
            .hint("name another file, or move this one away"),
    )
}

/// Takes away the findings about imports whose blocks are going to be written.
pub(crate) fn pass_over(evaluated: &Evaluated, found: &mut Diagnostics) {
    let spans: BTreeSet<_> = evaluated.undeclared.values().map(|undeclared| undeclared.import.span).collect();
    found.list.retain(|finding| finding.code != NO_TARGET || !finding.span.is_some_and(|span| spans.contains(&span)));
}

/// Looks at the objects and writes their blocks; `false` when all have one.
pub(crate) async fn write(
    context: &Context,
    door: &Door,
    evaluated: &Evaluated,
    recorded: &Recorded,
    file: &Path,
    sources: &[Source],
) -> Result<bool, Failure> {
    if evaluated.undeclared.is_empty() {
        context.terminal.note(&format!("every import has a block; {} is not written", file.display()));
        return Ok(false);
    }
    let here = |wanted: &Undeclared| is_same(&context.directory.join(&wanted.directory), folder(file));
    let undeclared: BTreeMap<&Address, &Undeclared> =
        evaluated.undeclared.iter().filter(|(_, wanted)| here(wanted)).collect();
    if undeclared.is_empty() {
        return Err(Failure::in_sources(elsewhere(context, &evaluated.undeclared, file), sources));
    }
    let mut problems = Diagnostics::new();
    let mut procedures: BTreeMap<String, Arc<Procedure>> = BTreeMap::new();
    let mut candidates = Vec::new();
    for (&address, Undeclared { import, region, .. }) in &undeclared {
        let kind = address.kind();
        let Some(procedure) = Catalog::builtin().kind(kind) else {
            problems.push(Catalog::builtin().unknown_kind(kind.as_str(), import.span));
            continue;
        };
        if procedure.read.is_none() && procedure.list.is_none() {
            let message = format!("{kind} cannot be imported: it has no object in the cloud");
            problems.push(Diagnostic::error("E0567", message).at(import.span));
            continue;
        }
        let region = import.region.clone().or_else(|| region.clone()).filter(|_| procedure.regional);
        if procedure.regional && region.is_none() {
            problems.push(
                Diagnostic::error("E0401", format!("{kind} needs a region"))
                    .at(import.span)
                    .hint("write `region = \"cn-north-1\"` into the import or into [defaults]"),
            );
            continue;
        }
        candidates.push(Candidate { address: address.clone(), region, id: import.id.clone() });
        procedures.insert(kind.as_str().to_owned(), procedure);
    }
    let find = |kind: &str| procedures.get(kind).cloned();
    let mut seen = patiently(context.terminal, door, firma_engine::find(&door.cloud, &candidates, &find)).await;
    let mut found: BTreeMap<Block, Found> = BTreeMap::new();
    for Candidate { address, region, id } in &candidates {
        let Undeclared { import, region: usual, .. } = undeclared[address];
        let procedure = procedures[address.kind().as_str()].clone();
        match seen.remove(address) {
            Some(Sighting::Present { attributes, .. }) => {
                let region = region.clone().filter(|region| Some(region) != usual.as_ref());
                let block = address.block.clone();
                let of_block = || Found { block: block.clone(), objects: Vec::new(), procedure };
                let found = found.entry(block.clone()).or_insert_with(of_block);
                found.objects.push(Object { key: address.key.clone(), region, attributes });
            }
            Some(Sighting::Blocked(fault)) => problems.push(
                Diagnostic::error("E0520", format!("cannot look at `{id}`, which {address} is to import: {fault}"))
                    .at(import.span)
                    .hint("mend the access (`firma doctor` checks it) and plan again"),
            ),
            Some(Sighting::Gone) | None => {
                let place = region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
                problems.push(
                    Diagnostic::error(
                        "E0567",
                        format!("there is no {} `{id}`{place} to import to {address}", address.kind()),
                    )
                    .at(import.span)
                    .hint("check the id and the region; no file was written"),
                );
            }
        }
    }
    if problems.has_errors() {
        return Err(Failure::in_sources(problems, sources));
    }
    let names = names(evaluated, recorded, &candidates);
    let regions: BTreeMap<&Block, &Option<String>> = candidates.iter().map(|c| (&c.address.block, &c.region)).collect();
    let depends = Kinds::new(&procedures);
    let referred = |from: &Block, kind: &str, id: &str| {
        let region = regions.get(from).and_then(|region| region.as_deref());
        let to = names.get(&(&from.module, kind, region, id))?;
        // Whatever is written here could refer to itself in a circle.
        let new = undeclared.contains_key(to);
        // What is written in a module says nothing of where that is.
        let own = || Address { block: to.block.in_module(ModulePath::ROOT), key: to.key.clone() };
        (!new || !depends.reaches(kind, from.kind.as_str())).then(|| own().to_string())
    };
    let found: Vec<Found> = found.into_values().collect();
    let text = firma_manifest::generate::manifest(&found, &referred);
    put(file, &text)?;
    let blocks = if found.len() == 1 { "1 block".to_owned() } else { format!("{} blocks", found.len()) };
    context.terminal.note(&format!("wrote {blocks} to {}", file.display()));
    Ok(true)
}

/// Says where the blocks of imports are written that belong to other directories.
fn elsewhere(context: &Context, undeclared: &BTreeMap<Address, Undeclared>, file: &Path) -> Diagnostics {
    let name = file.file_name().unwrap_or_default();
    let mut findings = Diagnostics::new();
    for (address, Undeclared { import, directory, .. }) in undeclared {
        let place = Path::new(directory).join(name);
        findings.push(
            Diagnostic::error("E0391", format!("{} is no place for {address}", file.display())).at(import.span).hint(
                format!(
                    "its block stands in {}: --generate-config-out {}",
                    project::shown(&context.directory.join(directory)),
                    place.display()
                ),
            ),
        );
    }
    findings
}

/// Module, kind, region and id of what an expression can refer to.
type Names<'n> = BTreeMap<(&'n ModulePath, &'n str, Option<&'n str>, &'n str), &'n Address>;

/// What is declared and has an object, and what is going to be.
fn names<'n>(evaluated: &'n Evaluated, recorded: &'n Recorded, candidates: &'n [Candidate]) -> Names<'n> {
    let mut names = Names::new();
    let desired = &evaluated.desired;
    for (address, record) in &recorded.records {
        if desired.resources.contains_key(address) {
            let key = (&address.block.module, record.kind.as_str(), record.region.as_deref(), &*record.cloud_id);
            names.insert(key, address);
        }
    }
    for (address, import) in &desired.imports {
        if let Some(resource) = desired.resources.get(address) {
            let region = import.region.as_deref().or(resource.region.as_deref());
            names.insert((&address.block.module, address.kind().as_str(), region, &import.id), address);
        }
    }
    for Candidate { address, region, id } in candidates {
        names.insert((&address.block.module, address.kind().as_str(), region.as_deref(), id), address);
    }
    names
}

/// Which kinds can refer to which.
struct Kinds(BTreeMap<String, BTreeSet<String>>);

impl Kinds {
    fn new(procedures: &BTreeMap<String, Arc<Procedure>>) -> Kinds {
        let of = |procedure: &Procedure| {
            let mut found = BTreeSet::new();
            procedure.each_reference(&mut |kind| {
                found.insert(kind.to_owned());
            });
            found
        };
        Kinds(procedures.iter().map(|(kind, procedure)| (kind.clone(), of(procedure))).collect())
    }

    /// Whether something of one kind can depend, through others, on something of another.
    fn reaches(&self, from: &str, to: &str) -> bool {
        let (mut left, mut seen) = (vec![from], BTreeSet::new());
        while let Some(kind) = left.pop() {
            if kind == to {
                return true;
            }
            if seen.insert(kind) {
                left.extend(self.0.get(kind).into_iter().flatten().map(String::as_str));
            }
        }
        false
    }
}

/// Writes a file that is not there yet, whole or not at all.
fn put(path: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| {
        Failure::new(Diagnostic::error("E0901", format!("cannot write {}: {error}", path.display())))
    };
    // A name that is no manifest: a run that dies here leaves nothing that is read.
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = Path::new(&name);
    let written = fs::File::create(part)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        // Unlike a new name for the file, a second one is refused where there is such a file.
        .and_then(|()| fs::hard_link(part, path));
    // The first error is the one to tell.
    let _ = fs::remove_file(part);
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(exists(path)),
        Err(error) => Err(cannot(error)),
        Ok(()) => Ok(()),
    }
}
