//! From a directory to a plan: read, look up, observe, evaluate, decide.

use crate::{
    Context,
    args::{PlanningArgs, PreflightChoice, VariableArgs},
    exit::Failure,
    log,
    ops::{
        ahead::Ahead,
        cloud::{self, Door},
        failpoint,
        files::ProjectFiles,
        generating, modules,
        patience::patiently,
        project::{self, Loaded},
        settling::{Learned, Settling},
        state,
    },
};
use firma_catalog::{Catalog, LookupProcedure, Procedure};
use firma_manifest::{
    Evaluated, Inputs, Origin, Project, VariableInput, VariableSource, Variables, is_automatic_variable_file,
};
use firma_model::{
    address::KindId,
    desired::Desired,
    diagnostic::{Diagnostic, Diagnostics},
    record::Recorded,
    span::{Source, SourceId},
    time::Timestamp,
    value::Map,
};
use firma_plan::{
    Options, Preflight, Worlds,
    preflight::Inquiry,
    secret::HashKey,
    select::{Patterns, select},
    step::{Identity, Mode, Plan},
};
use firma_review::View;
use firma_store::{Store, StoreError};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

/// Everything a planning flow has in hand.
pub(crate) struct Made {
    /// Its state.
    pub store: Store,
    /// The cloud.
    pub door: Door,
    /// The plan.
    pub plan: Arc<Plan>,
    /// Its id.
    pub id: String,
    /// How it looks to whoever reviews it.
    pub view: View,
    /// Warnings.
    pub diagnostics: Diagnostics,
    /// Files that spans point into: manifests and variable files.
    pub sources: Vec<Source>,
    /// Values of ephemeral variables, which the plan has only hashes of.
    pub ephemeral: Map,
    /// What the plan was made of.
    pub worlds: Ingredients,
}

/// What a plan was made of: of a large project hundreds of megabytes in small pieces.
pub(crate) struct Ingredients {
    _evaluated: Evaluated,
    _recorded: Recorded,
}

impl Ingredients {
    /// Leaves the pieces to the end of the process, which takes them back at once.
    pub(crate) fn leave(self) {
        std::mem::forget(self);
    }
}

/// Makes a plan and keeps it in the state.
pub(crate) async fn make(context: &Context, args: &PlanningArgs) -> Result<Made, Failure> {
    let mut loaded = project::load_with(&context.directory, &context.env, &args.input.variables)?;
    let mut sources = loaded.sources.clone();
    let (variables, found) = read_variables(&loaded, &args.input.variables, &mut sources)?;
    let mut diagnostics = loaded.warnings.clone();
    diagnostics.extend(found);
    if diagnostics.has_errors() {
        return Err(Failure::in_sources(diagnostics, &sources));
    }
    let scope = &args.input.scope;
    let patterns = Patterns::parse(&scope.target, &scope.exclude, &args.replace)?;
    let found = modules::read_modules(&mut loaded, &variables, &mut sources)?;
    if found.has_errors() {
        diagnostics.extend(found);
        return Err(Failure::in_sources(diagnostics, &sources));
    }
    if let Some(file) = &args.generate {
        generating::belongs(context, file, &loaded.modules)?;
    }
    // What can be said without the cloud and the state is said before either has a say.
    let ahead = Ahead::of(&loaded);
    let files = ProjectFiles::new(&loaded.directory, &loaded.modules);
    let evaluate = |learned: &Learned| {
        let Learned { answers, outlooks } = learned;
        let catalog = Catalog::builtin();
        let inputs = Inputs { variables: &variables, answers, outlooks, catalog, files: &files };
        let (evaluated, mut found) = firma_manifest::evaluate(&loaded.project, inputs);
        if args.generate.is_some() {
            generating::pass_over(&evaluated, &mut found);
        }
        (evaluated, found)
    };
    let first = evaluate(&Learned::default());
    if first.1.has_errors() {
        diagnostics.extend(first.1);
        return Err(Failure::in_sources(diagnostics, &sources));
    }

    let (mut store, read) = ahead.open(context, &loaded)?;
    failpoint::at("state-opened");
    store.pin_project(&loaded.name())?;
    let hash_key = store.hash_key()?;
    state::tell_notices(context, &mut store);
    failpoint::at("key-made");
    let serial = store.serial()?;
    let recorded = read.map_or_else(|| store.snapshot(), Ok)?;
    let door = cloud::open(&loaded)?;
    // Asked first: a key that does not fit is told as such, not as whatever fails because of it.
    let account = if door.embedded.is_some() {
        "emulator".into()
    } else {
        patiently(context.terminal, &door, cloud::account(&door)).await?
    };
    if door.embedded.is_none() {
        // With the credentials of another account nothing that is recorded can be found: all of it would be planned anew.
        store.check_account(&cloud::by_key(&door.access_key), &account)?;
    }
    let mode = match (args.destroy, args.refresh_only) {
        (true, _) => Mode::Destroy,
        (_, true) => Mode::RefreshOnly,
        _ => Mode::Apply,
    };

    let options = Options {
        mode,
        accept_loss: args.input.accept_loss,
        now: door.now().await,
        hash_key,
        identity: Identity {
            project: loaded.name(),
            lineage: store.lineage().to_owned(),
            endpoint: door.endpoint.clone(),
            account,
            catalog: Catalog::builtin().digest(),
            after_run: store.last_run()?,
        },
        due: firma_engine::owing(&store, &recorded)?,
        open: store.open_intents()?.into_iter().map(|open| open.intent.address).collect(),
        ephemeral: variables.ephemeral().clone(),
        ..Options::default()
    };
    let settling = Settling {
        context,
        door: &door,
        store: &store,
        recorded: &recorded,
        sources: &sources,
        patterns: &patterns,
        options: &options,
        refresh: args.input.refresh || args.refresh_only,
    };
    let (evaluated, findings, seen) = settling.settle(first, &evaluate).await?;
    diagnostics.extend(findings);
    if let Some(file) = &args.generate
        && generating::write(context, &door, &evaluated, &recorded, file, &sources).await?
    {
        drop((store, door));
        // What was written is part of the manifests now.
        return Box::pin(make(context, &PlanningArgs { generate: None, ..args.clone() })).await;
    }
    // Everything is evaluated. Taking a large project apart takes a while, and planning needs its memory, not its time.
    let project = std::mem::take(&mut loaded.project);
    thread::spawn(move || drop(project));

    let procedures = procedures(&evaluated.desired.kinds, &recorded);
    let selection = select(&patterns, &evaluated.desired, &recorded, mode)?;
    let mut observed = match seen {
        Some(observed) => observed,
        None => settling.observe(selection.part_of(&recorded).as_ref().unwrap_or(&recorded)).await?,
    };
    let options = Options {
        declared: evaluated.desired.blocks.keys().cloned().collect(),
        timeouts: evaluated
            .timeouts
            .iter()
            .map(|(address, t)| {
                let timeouts = firma_plan::worlds::Timeouts { create: t.create, update: t.update, delete: t.delete };
                (address.clone(), timeouts)
            })
            .collect(),
        lookups: lookups(&evaluated.desired),
        selection,
        files: files.hashes(),
        preflight: match args.input.preflight {
            PreflightChoice::Off => Preflight::Off,
            PreflightChoice::Offline => Preflight::Offline,
            PreflightChoice::Cloud => Preflight::Cloud,
        },
        ..options
    };
    if mode == Mode::Apply {
        let (desired, recorded) = (&evaluated.desired, &recorded);
        let worlds = Worlds { desired, recorded, observed: &observed, procedures: &procedures };
        let candidates = firma_plan::imports::candidates(worlds);
        if !candidates.is_empty() {
            let find = |kind: &str| procedures.get(kind).cloned();
            let looked = firma_engine::find(&door.cloud, &candidates, &find);
            observed.found = patiently(context.terminal, &door, looked).await;
        }
    }
    let worlds =
        Worlds { desired: &evaluated.desired, recorded: &recorded, observed: &observed, procedures: &procedures };
    let (made, found) = firma_plan::plan_beside(worlds, &options, firma_plan::format::encode);
    diagnostics.extend(found);
    let Some((plan, bytes)) = made else {
        return Err(Failure::in_sources(diagnostics, &sources));
    };
    if options.preflight == Preflight::Cloud {
        let inquiry = Inquiry::of(&plan, worlds);
        let answers = patiently(context.terminal, &door, firma_engine::inquire(&door.cloud, inquiry.questions())).await;
        let found = inquiry.judge(&plan, worlds, &answers);
        // Where somebody else is at work, what they make meanwhile looks like a stranger's, and so does what an interrupted
        // call made; whoever applies is told of either.
        let others = || Ok::<bool, StoreError>(store.holder()?.is_some() || store.serial()? != serial);
        let disturbed = found.has_errors() && (!options.open.is_empty() || others()?);
        if !disturbed {
            diagnostics.extend(found);
        }
        if diagnostics.has_errors() {
            return Err(Failure::in_sources(diagnostics, &sources));
        }
    }
    let (view, id) = keep(&mut store, &plan, bytes, &hash_key, door.clock.now());
    let id = id?;
    log::line("plan", serde_json::json!({ "id": id, "steps": plan.steps.len() }));
    failpoint::at("plan-stored");
    let worlds = Ingredients { _evaluated: evaluated, _recorded: recorded };
    let ephemeral = options.ephemeral;
    let view = view.with_id(id.clone());
    Ok(Made { store, door, plan: Arc::new(plan), id, view, diagnostics, sources, ephemeral, worlds })
}

/// From so many steps on it is worth a thread to look at a plan while it is kept.
const MANY: usize = 1000;

/// Keeps a plan in the state, under its id, and makes its view, which wants that id still.
fn keep(
    store: &mut Store,
    plan: &Plan,
    bytes: Vec<u8>,
    key: &HashKey,
    at: Timestamp,
) -> (View, Result<String, StoreError>) {
    let view = || View::of(plan, "");
    let mut keep = move || {
        let id = firma_plan::format::id_of_encoded(&bytes, key);
        // Of a state that may only be read a plan is a look, not something to apply.
        if store.restored().is_none() {
            store.put_plan(&id, &bytes, at)?;
        }
        Ok(id)
    };
    if plan.steps.len() < MANY {
        return (view(), keep());
    }
    thread::scope(|scope| {
        let view = thread::Builder::new().spawn_scoped(scope, view).map_err(|_| view);
        let kept = keep();
        let view = match view {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // No thread was to be had.
            Err(view) => view(),
        };
        (view, kept)
    })
}

/// Procedures of every kind that is wanted or recorded, as far as the catalogue knows them.
pub(crate) fn procedures(kinds: &BTreeSet<KindId>, recorded: &Recorded) -> BTreeMap<String, Arc<Procedure>> {
    let mut all: BTreeSet<KindId> = kinds.clone();
    let mut last: Option<&KindId> = None;
    for record in recorded.records.values().chain(&recorded.deposed) {
        // Records come sorted by kind: most need no look into the set.
        if last != Some(&record.kind) {
            all.insert(record.kind.clone());
            last = Some(&record.kind);
        }
    }
    all.into_iter()
        .filter_map(|kind| Catalog::builtin().kind(&kind).map(|procedure| (kind.as_str().to_owned(), procedure)))
        .collect()
}

/// Procedures of the look-ups that are asked while applying.
fn lookups(desired: &Desired) -> BTreeMap<String, Arc<LookupProcedure>> {
    let kinds = desired.reads.keys().map(|address| address.kind());
    kinds.filter_map(|kind| Some((kind.as_str().to_owned(), Catalog::builtin().lookup(kind)?))).collect()
}

/// Variables in the order of their precedence.
pub(crate) fn read_variables(
    loaded: &Loaded,
    args: &VariableArgs,
    sources: &mut Vec<Source>,
) -> Result<(Variables, Diagnostics), Failure> {
    variables_of(&loaded.project, &loaded.directory, &loaded.env, args, sources)
}

/// [`read_variables`] before the settings are known.
pub(crate) fn variables_of(
    project: &Project,
    directory: &Path,
    env: &BTreeMap<String, String>,
    args: &VariableArgs,
    sources: &mut Vec<Source>,
) -> Result<(Variables, Diagnostics), Failure> {
    let mut given = Vec::new();
    let mut keep = |name: String, text: &str| {
        sources.push(Source { name, text: text.to_owned() });
        SourceId(u32::try_from(sources.len() - 1).unwrap_or(u32::MAX))
    };
    for (name, text) in env {
        if let Some(variable) = name.strip_prefix("FIRMA_VAR_") {
            given.push(VariableSource {
                origin: Origin::Environment,
                source: keep(name.clone(), text),
                input: VariableInput::Pair { name: variable.to_owned(), text: text.clone() },
            });
        }
    }
    for (path, origin) in variable_files(directory)
        .into_iter()
        .map(|path| (path, Origin::AutomaticFile))
        .chain(args.var_files.iter().map(|path| (path.clone(), Origin::File)))
    {
        let text = project::read_text(&path)?;
        let source = keep(path.display().to_string(), &text);
        given.push(VariableSource { origin, source, input: VariableInput::Toml(text) });
    }
    for var in &args.vars {
        let Some((name, text)) = var.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(Failure::new(
                // What was typed may be the value alone, and a secret.
                Diagnostic::error("E0908", "what follows `--var` is not NAME=VALUE")
                    .hint("write it as --var region=cn-east-2"),
            ));
        };
        given.push(VariableSource {
            origin: Origin::Flag,
            source: keep(format!("--var {name}"), text),
            input: VariableInput::Pair { name: name.to_owned(), text: text.to_owned() },
        });
    }
    Ok(firma_manifest::variables(project, env, &given))
}

/// `firma.vars.toml`, then `*.auto.vars.toml` by name.
fn variable_files(directory: &Path) -> Vec<PathBuf> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_automatic_variable_file(name))
        .collect();
    names.sort_by_key(|name| (name != "firma.vars.toml", name.clone()));
    names.into_iter().map(|name| directory.join(name)).collect()
}

/// Version from which records are so young that their objects may not show yet. The embedded cloud shows everything at once.
pub(crate) fn young_from(store: &Store, door: &Door) -> Result<u64, Failure> {
    if door.embedded.is_some() {
        return Ok(u64::MAX);
    }
    Ok(store.first_since(door.clock.now().plus_millis(-firma_plan::recover::SETTLE_MILLIS))?)
}
