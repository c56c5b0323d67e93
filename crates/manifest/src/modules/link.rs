//! Reading every module that a project calls, directly or through others: each directory once, however often it is called.
//!
//! A source inside a module may be made of the module's variables. Such a module is linked once for each set of values that
//! its callers give these: what it calls differs with them.

use super::ModuleSource;
use crate::{
    codes,
    environment::EnvironmentScope,
    project::{Call, Project},
    read::read_module,
    variables::Variables,
};
use firma_expr::{Limits, Trace, convert, each_reference, evaluate};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    span::{Source, Span},
    value::Value,
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

/// Calls on one way from the root.
const MAX_DEPTH: usize = 32;

/// Where the directories of modules are: the caller alone may look at a disk.
pub trait Modules {
    /// The directory that a source names, seen from the directory `from` (empty for the root): one spelling for each
    /// directory, relative to the root, with `/` between its steps.
    ///
    /// # Errors
    /// There is no such directory, or it is not here yet. The place is added.
    fn locate(&mut self, source: &ModuleSource, from: &str) -> Result<String, Diagnostic>;

    /// The manifests of a directory in the order of their names.
    ///
    /// # Errors
    /// They cannot be read. The place is added.
    fn manifests(&mut self, directory: &str) -> Result<Vec<Source>, Diagnostic>;
}

/// Reads the modules that `project` calls into it. Their manifests are added to `sources`. A source of the root's calls may
/// use variables and `env`.
pub fn link(
    project: &mut Project,
    env: &BTreeMap<String, String>,
    variables: &Variables,
    sources: &mut Vec<Source>,
    modules: &mut dyn Modules,
) -> Diagnostics {
    let mut calls = std::mem::take(&mut project.calls);
    let mut linker = Linker {
        root: project,
        env,
        variables,
        sources,
        from: modules,
        read: Vec::new(),
        bases: BTreeMap::new(),
        linked: BTreeMap::new(),
        way: vec![Step { directory: String::new(), call: None, given: None }],
        diagnostics: Diagnostics::new(),
    };
    linker.calls(&mut calls);
    let Linker { read, mut diagnostics, .. } = linker;
    project.modules = read.into_iter().map(|module| module.project).collect();
    project.calls = calls;
    diagnostics.list.sort_by_key(|d| d.span.map(|span| (span.source, span.start)));
    // What is wrong in a module that is linked twice is said once.
    diagnostics.list.dedup();
    diagnostics
}

/// A module that was read.
struct Read {
    project: Project,
    /// How many calls lie one inside the other below it.
    height: usize,
}

/// A directory as it was read: its calls lead nowhere yet.
struct Base {
    project: Project,
    calls: Vec<Call>,
    /// Variables that the sources of its calls use.
    used: BTreeSet<SmolStr>,
}

/// A directory on the way from the root, and the call that led there.
struct Step {
    directory: String,
    call: Option<Span>,
    /// What its sources may use; the root's variables are known elsewhere.
    given: Option<Rc<(Rc<Base>, Variables)>>,
}

struct Linker<'l> {
    root: &'l Project,
    env: &'l BTreeMap<String, String>,
    variables: &'l Variables,
    sources: &'l mut Vec<Source>,
    from: &'l mut dyn Modules,
    read: Vec<Read>,
    bases: BTreeMap<String, Rc<Base>>,
    /// By directory and by what its sources were given.
    linked: BTreeMap<(String, String), usize>,
    way: Vec<Step>,
    diagnostics: Diagnostics,
}

impl Linker<'_> {
    /// Reads what these calls name; how many calls lie below.
    fn calls(&mut self, calls: &mut [Call]) -> usize {
        let mut height = 0;
        for call in calls {
            match self.call(call) {
                Ok(Some(target)) => {
                    call.target = Some(target);
                    height = height.max(1 + self.read[target].height);
                }
                Ok(None) => {}
                Err(diagnostic) => self.diagnostics.push(*diagnostic),
            }
        }
        height
    }

    fn call(&mut self, call: &Call) -> Result<Option<usize>, Box<Diagnostic>> {
        let Some((source, span)) = self.source(call) else { return Ok(None) };
        let source = ModuleSource::parse(&source).map_err(|problem| {
            Diagnostic::error(codes::MODULE_SOURCE, format!("a module's source {problem}"))
                .at(span)
                .hint("it is \"./DIRECTORY\" or \"git+https://HOST/REPOSITORY.git//DIRECTORY?ref=v1\"")
        })?;
        let from = self.way.last().map_or("", |step| step.directory.as_str());
        let directory = self.from.locate(&source, from).map_err(|diagnostic| diagnostic.at(span))?;
        if let Some(at) = self.way.iter().position(|step| step.directory == directory) {
            return Err(Box::new(self.cycle(at, span)));
        }
        let base = match self.bases.get(&directory) {
            Some(base) => base.clone(),
            None if self.way.len() > MAX_DEPTH => return Err(Box::new(too_deep(span))),
            None => self.base(&directory, span)?,
        };
        let given = self.given(&base, call);
        let key = (directory.clone(), format!("{:?}", given.iter().collect::<Vec<_>>()));
        if let Some(known) = self.linked.get(&key) {
            return match self.way.len() + self.read[*known].height > MAX_DEPTH {
                true => Err(Box::new(too_deep(span))),
                false => Ok(Some(*known)),
            };
        }
        if self.way.len() > MAX_DEPTH {
            return Err(Box::new(too_deep(span)));
        }
        let mut project = base.project.clone();
        let mut inner = base.calls.clone();
        self.way.push(Step { directory, call: Some(span), given: Some(Rc::new((base, given))) });
        let height = self.calls(&mut inner);
        self.way.pop();
        project.calls = inner;
        let target = self.read.len();
        self.read.push(Read { project, height });
        self.linked.insert(key, target);
        Ok(Some(target))
    }

    /// Reads a directory for the first time.
    fn base(&mut self, directory: &str, span: Span) -> Result<Rc<Base>, Box<Diagnostic>> {
        let manifests = self.from.manifests(directory).map_err(|diagnostic| diagnostic.at(span))?;
        if manifests.is_empty() {
            let message = format!("there is no manifest (*.toml) in `{}`", shown(directory));
            return Err(Box::new(Diagnostic::error(codes::NO_MODULE, message).at(span)));
        }
        let (mut project, found) = read_module(&manifests, self.sources.len());
        self.diagnostics.extend(found);
        self.sources.extend(manifests);
        directory.clone_into(&mut project.directory);
        let calls = std::mem::take(&mut project.calls);
        let mut used = BTreeSet::new();
        for source in calls.iter().filter_map(|call| call.source.as_ref()) {
            each_reference(source, &mut |reference| {
                used.extend(reference.name(1).filter(|_| reference.root() == "var").map(SmolStr::from));
            });
        }
        let base = Rc::new(Base { project, calls, used });
        self.bases.insert(directory.to_owned(), base.clone());
        Ok(base)
    }

    /// What a call gives the variables that the sources of the called module use. What is not known before anything is
    /// evaluated is left out, and said.
    fn given(&mut self, base: &Base, call: &Call) -> Variables {
        let mut given = Variables::default();
        for name in &base.used {
            let Some(variable) = base.project.variables.get(name) else { continue };
            let written = call.inputs.iter().find(|input| input.name == *name);
            let value = match (written, &variable.default) {
                (Some(input), _) => self.constant(&input.value, false, "an input that a module's source is made of"),
                (None, Some(default)) => Some(default.clone()),
                // That it is missing is said where the module is called.
                (None, None) => None,
            };
            let Some(value) = value else { continue };
            let value = match value.as_value() {
                Some(Value::Unknown(_)) | None => continue,
                Some(known) => convert(known, &variable.ty).unwrap_or_else(|_| known.clone()),
            };
            let value = if variable.sensitive { value.sensitive() } else { value };
            given.set(name.clone(), Expr::literal(value));
        }
        given
    }

    /// What can be said of an expression before anything is evaluated; `None` where that is nothing, which was said.
    fn constant(&mut self, expr: &Expr, environment: bool, place: &'static str) -> Option<Expr> {
        let given = self.way.last().and_then(|step| step.given.clone());
        let scope = EnvironmentScope {
            env: environment.then_some(self.env),
            variables: Some(match &given {
                None => (self.root, self.variables),
                Some(given) => (&given.0.project, &given.1),
            }),
            kept: true,
            place,
        };
        match evaluate(expr, &scope, &mut Trace::new(), &Limits::default()) {
            Ok(reduced) => Some(reduced),
            Err(found) => {
                self.diagnostics.extend(found);
                None
            }
        }
    }

    /// The text of a call's source; `None` when it has none, which was said.
    fn source(&mut self, call: &Call) -> Option<(String, Span)> {
        let expr = call.source.as_ref()?;
        let at_root = self.way.len() == 1;
        let place = if at_root { "a module's source" } else { "the source of a module inside a module" };
        let reduced = self.constant(expr, at_root, place)?;
        match reduced.as_value()? {
            // A variable that has no value, or what could not be read: both were said.
            Value::Unknown(_) => None,
            Value::Sensitive(_) => {
                self.diagnostics.push(
                    Diagnostic::error(codes::MODULE_SOURCE, "a module's source cannot be sensitive")
                        .at(expr.span)
                        .hint("it is written into firma.lock.toml; `nonsensitive(...)` says that a value may be shown"),
                );
                None
            }
            Value::String(text) => Some((text.to_string(), expr.span)),
            other => {
                let message = format!("a module's source must be text, not {}", other.type_name());
                self.diagnostics.push(Diagnostic::error(codes::MODULE_SOURCE, message).at(expr.span));
                None
            }
        }
    }

    fn cycle(&self, at: usize, span: Span) -> Diagnostic {
        let round = &self.way[at..];
        let mut names: Vec<&str> = round.iter().map(|step| shown(&step.directory)).collect();
        names.push(shown(&round[0].directory));
        let mut diagnostic =
            Diagnostic::error(codes::MODULE_CYCLE, format!("a module includes itself: {}", names.join(" -> ")))
                .at(span)
                .label("this call closes the circle");
        for (step, next) in round.iter().zip(round.iter().skip(1)) {
            if let Some(call) = next.call {
                diagnostic = diagnostic
                    .related(call, format!("`{}` calls `{}` here", shown(&step.directory), shown(&next.directory)));
            }
        }
        diagnostic.hint("what both need goes into a third module")
    }
}

fn too_deep(span: Span) -> Diagnostic {
    let message = format!("modules call each other more than {MAX_DEPTH} deep");
    Diagnostic::error(codes::MODULE_DEPTH, message).at(span).hint("call some of them from the root")
}

/// A directory as people write it.
fn shown(directory: &str) -> &str {
    if directory.is_empty() { "." } else { directory }
}
