//! Reading manifests: file by file, then merged.

use crate::{
    codes,
    files::matches_pattern,
    foreign,
    parts::in_parts,
    project::{
        Call, CheckBlock, DataBlock, Defaults, ImportBlock, Local, MovedBlock, Names, Output, Project, RemovedBlock,
        ResourceBlock, Table, Variable, in_check, kind_id,
    },
    sections::{self, Head, ProjectTable},
    source::{Reader, parse_document},
};
use firma_model::{
    address::{BlockName, KindId},
    diagnostic::{Diagnostic, Diagnostics},
    path::is_plain_name,
    span::{Source, SourceId, Span},
    suggest::closest,
};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

/// Sections whose name is not a service.
pub(crate) const SECTIONS: &[&str] = &[
    "check", "cloud", "data", "defaults", "import", "local", "module", "moved", "output", "project", "removed",
    "state", "variable",
];

/// Reads and merges manifests, given in the order of their names; a [`SourceId`] is an index into `sources`.
///
/// Files that `[project] ignore` names contribute nothing, not even mistakes. When a file is not valid TOML, the others are
/// read all the same, and [`Project::incomplete`] is set. Modules that are called are read by [`link()`](crate::link()).
pub fn read(sources: &[Source]) -> (Project, Diagnostics) {
    read_from(sources, 0)
}

/// [`read`] for a part of all sources: the first of these has the id `first`.
pub(crate) fn read_from(sources: &[Source], first: usize) -> (Project, Diagnostics) {
    let merge = merge(sources, first);
    (merge.project, merge.diagnostics)
}

/// [`read_from`] for the manifests of a module, which have no settings of their own.
pub(crate) fn read_module(sources: &[Source], first: usize) -> (Project, Diagnostics) {
    let Merge { project, mut diagnostics, once } = merge(sources, first);
    for section in ["project", "cloud", "state"] {
        if let Some(span) = once.get(section) {
            diagnostics.push(
                Diagnostic::error(codes::MODULE_SETTINGS, format!("a module has no `[{section}]`")).at(*span).hint(
                    match section {
                        "project" => "name, version and what to ignore are said by the project that calls the module",
                        _ => "one project has one cloud and one state: set them in its own directory",
                    },
                ),
            );
        }
    }
    (project, diagnostics)
}

fn merge(sources: &[Source], first: usize) -> Merge {
    let files = in_parts(sources, |index, source| {
        let id = SourceId(u32::try_from(first + index).unwrap_or(u32::MAX));
        read_file(id, &source.text)
    });
    let ignored: Vec<String> =
        files.iter().flat_map(|file| &file.project).flat_map(|(_, p)| &p.ignore).map(|p| p.text.clone()).collect();
    let heard = |source: &Source| {
        let name = source.name.rsplit(['/', '\\']).next().unwrap_or(&source.name);
        !ignored.iter().any(|pattern| matches_pattern(pattern, name))
    };
    let files: Vec<File> = files.into_iter().zip(sources).filter(|(_, of)| heard(of)).map(|(file, _)| file).collect();
    let mut merge = Merge::default();
    merge.make_room(&files);
    files.into_iter().for_each(|file| merge.file(file));
    merge.diagnostics.list.sort_by_key(|d| d.span.map(|span| (span.source, span.start)));
    merge
}

/// What one file says.
#[derive(Default)]
struct File {
    diagnostics: Diagnostics,
    unreadable: bool,
    project: Option<(Span, ProjectTable)>,
    cloud: Option<(Span, Table)>,
    state: Option<(Span, Table)>,
    defaults: Option<(Span, Defaults)>,
    variables: Vec<Variable>,
    locals: Vec<Local>,
    outputs: Vec<(SmolStr, Output)>,
    resources: Vec<ResourceBlock>,
    lookups: Vec<DataBlock>,
    checks: Vec<CheckBlock>,
    moved: Vec<MovedBlock>,
    removed: Vec<RemovedBlock>,
    imports: Vec<ImportBlock>,
    calls: Vec<Call>,
}

fn read_file(source: SourceId, text: &str) -> File {
    let mut reader = Reader::new(source, text);
    let mut file = File::default();
    match parse_document(&mut reader) {
        Some(table) => {
            for (key, value) in table.get_ref() {
                read_section(&mut reader, &mut file, key, value);
            }
        }
        None => file.unreadable = true,
    }
    file.diagnostics = reader.diagnostics;
    file
}

type Key<'t> = Spanned<DeString<'t>>;
type Item<'t> = Spanned<DeValue<'t>>;

fn read_section<'t>(reader: &mut Reader<'t>, file: &mut File, key: &Key<'t>, value: &Item<'t>) {
    let name = key.get_ref().as_ref();
    if !SECTIONS.contains(&name) {
        return read_service(reader, file, key, value);
    }
    match name {
        "moved" => return file.moved.extend(sections::read_moved(reader, value)),
        "removed" => return file.removed.extend(sections::read_removed(reader, value)),
        "import" => return file.imports.extend(sections::read_import(reader, value)),
        _ => {}
    }
    let Some(table) = reader.table(&format!("`{name}`"), value) else { return };
    let span = head_span(reader, key, value);
    match name {
        "project" => file.project = Some((span, sections::read_project(reader, table))),
        "cloud" => {
            let table = sections::read_table(reader, table, "`[cloud]`", sections::CLOUD_KEYS);
            file.cloud = Some((span, table));
        }
        "state" => {
            let table = sections::read_table(reader, table, "`[state]`", sections::STATE_KEYS);
            file.state = Some((span, table));
        }
        "defaults" => file.defaults = Some((span, sections::read_defaults(reader, table))),
        "local" => {
            for (key, value) in table {
                let Some(name) = reader.name("a local", key) else { continue };
                let span = reader.span(&key.span());
                let value = reader.expr(value);
                file.locals.push(Local { name, span, value });
            }
        }
        "variable" => {
            for_each_entry(reader, "variable", "a variable", table, |reader, head, table| {
                file.variables.push(sections::read_variable(reader, head, table));
            });
        }
        "check" => {
            for_each_entry(reader, "check", "a check", table, |reader, head, table| {
                file.checks.push(sections::read_check(reader, &head, table));
                read_lookups_of_check(reader, file, &head, table);
            });
        }
        "output" => {
            for_each_entry(reader, "output", "an output", table, |reader, head, table| {
                let output = sections::read_output(reader, &head, table);
                file.outputs.push((head.name, output));
            });
        }
        "module" => {
            for_each_entry(reader, "module", "a call of a module", table, |reader, head, table| {
                file.calls.push(sections::read_call(reader, &head, table));
            });
        }
        _ => {
            for (service, kinds) in table {
                let path = format!("data.{}", service.get_ref());
                for_each_kind(reader, &path, service, kinds, |reader, kind, head, table| {
                    file.lookups.push(sections::read_data(reader, kind, &head, table));
                });
            }
        }
    }
}

/// `[check.NAME.data.service.kind.name]`: a look-up under the name of its check, where nobody else finds it.
fn read_lookups_of_check<'t>(reader: &mut Reader<'t>, file: &mut File, head: &Head, table: &DeTable<'t>) {
    let Some((_, value)) = table.iter().find(|(key, _)| key.get_ref().as_ref() == "data") else { return };
    let check = &head.name;
    let Some(services) = reader.table(&format!("`check.{check}.data`"), value) else { return };
    for (service, kinds) in services {
        let path = format!("check.{check}.data.{}", service.get_ref());
        for_each_kind(reader, &path, service, kinds, |reader, kind, head, table| {
            let mut lookup = sections::read_data(reader, kind, &head, table);
            let block = BlockName { name: in_check(check, &head.name), ..BlockName::clone(&lookup.block) };
            (lookup.block, lookup.check) = (block.into(), Some(check.clone()));
            file.lookups.push(lookup);
        });
    }
}

fn read_service<'t>(reader: &mut Reader<'t>, file: &mut File, key: &Key<'t>, value: &Item<'t>) {
    let name = key.get_ref().as_ref();
    // A misspelt section is told apart from a service by its shape: a service has kinds, which have names.
    let nested = value.get_ref().as_table().is_some_and(|kinds| {
        kinds.iter().all(|(_, names)| {
            names.get_ref().as_table().is_some_and(|names| names.iter().all(|(_, block)| block.get_ref().is_table()))
        })
    });
    let near = closest(name, SECTIONS.iter().copied());
    let instead = foreign::section(name);
    if instead.is_some() || !is_plain_name(name) || (!nested && (near.is_some() || !value.get_ref().is_table())) {
        let span = reader.span(&key.span());
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_KEY, format!("a manifest has no section `{name}`")).at(span);
        diagnostic = match (instead, near) {
            (Some(instead), _) => diagnostic.hint(instead),
            (None, Some(near)) => diagnostic.did_you_mean(Some(near)),
            (None, None) => diagnostic.hint("a resource is written `[service.kind.name]`, such as `[vpc.subnet.web]`"),
        };
        reader.diagnostics.push(diagnostic);
        return;
    }
    for_each_kind(reader, name, key, value, |reader, kind, head, table| {
        file.resources.push(sections::read_resource(reader, kind, &head, table));
    });
}

/// Walks `service.kind.name`, calling `read` for every block.
fn for_each_kind<'t>(
    reader: &mut Reader<'t>,
    path: &str,
    service: &Key<'t>,
    kinds: &Item<'t>,
    mut read: impl FnMut(&mut Reader<'t>, &KindId, Head, &DeTable<'t>),
) {
    let Some(kinds) = entries(reader, path, "a service, whose kinds hold named blocks", kinds) else { return };
    for (kind, names) in kinds {
        let path = format!("{path}.{}", kind.get_ref());
        let Some(names) = entries(reader, &path, "a kind, whose blocks have names", names) else { continue };
        let id = kind_id(service.get_ref(), kind.get_ref());
        for_each_entry(reader, &path, "a block", names, |reader, head, table| read(reader, &id, head, table));
    }
}

/// The entries of a table of tables, or a word on what should stand there.
fn entries<'v, 't>(reader: &mut Reader<'t>, path: &str, what: &str, value: &'v Item<'t>) -> Option<&'v DeTable<'t>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => {
            let span = reader.span(&value.span());
            reader.diagnostics.push(
                Diagnostic::error(codes::WRONG_NESTING, format!("`{path}` is {what}, not a value"))
                    .at(span)
                    .hint("a resource is written `[service.kind.name]`, such as `[vpc.subnet.web]`"),
            );
            None
        }
    }
}

/// Walks a table of named tables.
fn for_each_entry<'t>(
    reader: &mut Reader<'t>,
    path: &str,
    what: &str,
    table: &DeTable<'t>,
    mut read: impl FnMut(&mut Reader<'t>, Head, &DeTable<'t>),
) {
    for (key, value) in table {
        let Some(name) = reader.name(what, key) else { continue };
        let Some(entry) = value.get_ref().as_table() else {
            let span = reader.span(&value.span());
            let message = format!("`{path}.{name}` must be a table that describes {what}");
            reader.diagnostics.push(
                Diagnostic::error(codes::WRONG_NESTING, message)
                    .at(span)
                    .hint(format!("the keys of {what} stand below its name, as in `[{path}.NAME]`")),
            );
            continue;
        };
        let head = Head { name, span: head_span(reader, key, value) };
        read(reader, head, entry);
    }
}

/// The header of a table, or its key where it has no header of its own.
fn head_span<'t>(reader: &Reader<'t>, key: &Key<'t>, value: &Item<'t>) -> Span {
    let header = value.span();
    match reader.text.as_bytes().get(header.start) {
        Some(b'[') if value.get_ref().is_table() => reader.span(&header),
        _ => reader.span(&key.span()),
    }
}

#[derive(Default)]
struct Merge {
    project: Project,
    diagnostics: Diagnostics,
    once: BTreeMap<&'static str, Span>,
}

impl Merge {
    fn file(&mut self, file: File) {
        self.diagnostics.extend(file.diagnostics);
        self.project.incomplete |= file.unreadable;
        if let Some((span, project)) = file.project
            && self.once("project", span)
        {
            self.project.name = project.name.map(|name| name.text);
            self.project.requires = project.requires;
        }
        if let Some((span, cloud)) = file.cloud
            && self.once("cloud", span)
        {
            self.project.cloud = cloud;
        }
        if let Some((span, state)) = file.state
            && self.once("state", span)
        {
            self.project.state = state;
        }
        if let Some((span, defaults)) = file.defaults
            && self.once("defaults", span)
        {
            self.project.defaults = defaults;
        }
        for variable in file.variables {
            match self.project.variables.get(&variable.name) {
                Some(first) => {
                    let first = first.span;
                    self.twice(&format!("variable.{}", variable.name), first, variable.span);
                }
                None => {
                    self.project.variables.insert(variable.name.clone(), variable);
                }
            }
        }
        for local in file.locals {
            match self.project.local_names.get(&local.name) {
                Some(first) => {
                    let first = self.project.locals[*first].span;
                    self.twice(&format!("local.{}", local.name), first, local.span);
                }
                None => {
                    self.project.local_names.insert(local.name.clone(), self.project.locals.len());
                    self.project.locals.push(local);
                }
            }
        }
        for (name, output) in file.outputs {
            match self.project.outputs.get(&name) {
                Some(first) => {
                    let first = first.span;
                    self.twice(&format!("output.{name}"), first, output.span);
                }
                None => {
                    self.project.outputs.insert(name, output);
                }
            }
        }
        for check in file.checks {
            match self.project.checks.get(&check.name) {
                Some(first) => {
                    let first = first.span;
                    self.twice(&format!("check.{}", check.name), first, check.span);
                }
                None => {
                    self.project.checks.insert(check.name.clone(), check);
                }
            }
        }
        self.project.moved.extend(file.moved);
        self.project.removed.extend(file.removed);
        self.project.imports.extend(file.imports);
        for resource in file.resources {
            let next = self.project.resources.len();
            match claim(&mut self.project.resource_names, &resource.block, next) {
                Some(first) => {
                    let first = self.project.resources[first].span;
                    self.twice(&resource.block.to_string(), first, resource.span);
                }
                None => self.project.resources.push(resource),
            }
        }
        for lookup in file.lookups {
            let next = self.project.lookups.len();
            match claim(&mut self.project.lookup_names, &lookup.block, next) {
                Some(first) => {
                    let first = self.project.lookups[first].span;
                    self.twice(&lookup.block.to_string(), first, lookup.span);
                }
                None => self.project.lookups.push(lookup),
            }
        }
        for call in file.calls {
            match self.project.call_names.get(&call.name) {
                Some(first) => {
                    let first = self.project.calls[*first].span;
                    self.twice(&format!("module.{}", call.name), first, call.span);
                }
                None => {
                    self.project.call_names.insert(call.name.clone(), self.project.calls.len());
                    self.project.calls.push(call);
                }
            }
        }
    }

    /// Room for all resources and their names: both would be moved again and again while they grow.
    fn make_room(&mut self, files: &[File]) {
        let mut kinds: BTreeMap<&KindId, usize> = BTreeMap::new();
        for file in files {
            for some in file.resources.chunk_by(|a, b| a.block.kind == b.block.kind) {
                *kinds.entry(&some[0].block.kind).or_default() += some.len();
            }
        }
        for (kind, count) in &kinds {
            if let Some((service, kind)) = kind.as_str().split_once('.') {
                let names = self.project.resource_names.entry(service.to_owned()).or_default();
                names.entry(kind.to_owned()).or_default().reserve(*count);
            }
        }
        self.project.resources.reserve_exact(kinds.values().sum());
    }

    /// Whether a section that may appear once appears for the first time.
    fn once(&mut self, section: &'static str, span: Span) -> bool {
        match self.once.get(section) {
            None => {
                self.once.insert(section, span);
                true
            }
            Some(first) => {
                let first = *first;
                self.twice(section, first, span);
                false
            }
        }
    }

    fn twice(&mut self, name: &str, first: Span, second: Span) {
        self.diagnostics.push(
            Diagnostic::error(codes::DEFINED_TWICE, format!("`{name}` is defined twice"))
                .at(second)
                .label("defined again here")
                .related(first, "first defined here"),
        );
    }
}

/// Takes a name for the block with this index; the block that has it already otherwise.
fn claim(names: &mut Names, block: &firma_model::address::Block, index: usize) -> Option<usize> {
    let (service, kind) = block.kind.as_str().split_once('.')?;
    if let Some(taken) = names.get_mut(service).and_then(|kinds| kinds.get_mut(kind)) {
        if let Some(first) = taken.get(&block.name) {
            return Some(*first);
        }
        taken.insert(block.name.clone(), index);
        return None;
    }
    let taken = names.entry(service.to_owned()).or_default().entry(kind.to_owned()).or_default();
    taken.insert(block.name.clone(), index);
    None
}
