//! `firma`: the only reader of the environment, the home directory and manifest files.

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod complete;
pub(crate) mod exit;
pub(crate) mod log;
pub(crate) mod ops;
pub(crate) mod terminal;

use args::{CatalogCommand, Cli, Command};
use clap::{CommandFactory, Parser, error::ErrorKind};
use clap_complete::{CompleteEnv, env::Shells};
use exit::{Exit, Outcome};
use std::{collections::BTreeMap, process::ExitCode};
use terminal::Terminal;

/// A plan is millions of small things, most of them short-lived, made by several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What every command is given.
pub(crate) struct Context {
    /// The project's directory.
    pub directory: std::path::PathBuf,
    /// The environment, read once.
    pub env: BTreeMap<String, String>,
    /// The terminal.
    pub terminal: Terminal,
}

impl Context {
    /// How commands are typed here; `again` is the one that does the rest.
    pub(crate) fn next(&self, again: &'static str) -> firma_review::Next {
        let firma = match self.directory == std::path::Path::new(".") {
            true => "firma".to_owned(),
            false => format!("firma -C {}", self.directory.display()),
        };
        firma_review::Next { firma, again }
    }
}

pub(crate) fn main() -> ExitCode {
    // A shell that asks what may come next is answered, and nothing else happens.
    CompleteEnv::with_factory(Cli::command).complete();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let shown = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // Nothing to do when nobody listens.
            let _ = error.print();
            return if shown { Exit::Done.into() } else { Exit::Error.into() };
        }
    };
    // Names and values that are not text cannot be named in a manifest either.
    let env: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    ops::failpoint::arm(&env);
    ops::signals::outlive_file_size_limits();
    let terminal = Terminal::new(cli.color, &env);
    if let Some(failure) = cli.log.as_deref().and_then(|to| log::begin(to).err()) {
        terminal.diagnostics(&failure.diagnostics, &failure.sources);
        return failure.exit.into();
    }
    let about = serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"), "pid": std::process::id(), "argv": ops::provenance::argv(),
    });
    log::line("start", about);
    let context = Context { directory: cli.directory, env, terminal };
    let ended = run(&context, cli.command);
    log::line(
        "end",
        serde_json::json!({ "outcome": match &ended {
            Ok(exit) => format!("{exit:?}").to_lowercase(),
            Err(failure) => failure.diagnostics.list.iter().map(|d| d.code).collect::<Vec<_>>().join(" "),
        }}),
    );
    match ended {
        Ok(Exit::Done | Exit::Changes) if terminal.lost_data() => Exit::Error.into(),
        Ok(exit) => exit.into(),
        Err(failure) => {
            terminal.diagnostics(&failure.diagnostics, &failure.sources);
            failure.exit.into()
        }
    }
}

fn run(context: &Context, command: Command) -> Outcome {
    // A refresh has the cloud say it anew.
    if !matches!(command, Command::Catalog(CatalogCommand::Zones { refresh: true, .. })) {
        ops::zones::recall(&context.directory);
    }
    match command {
        Command::Init(args) => commands::init::run(context, &args),
        Command::Validate(args) => commands::validate::run(context, &args),
        Command::Fmt(args) => commands::fmt::run(context, &args),
        Command::Plan(args) => block_on(commands::plan::run(context, &args)),
        Command::Apply(args) => block_on(commands::apply::apply(context, &args)),
        Command::Destroy(args) => block_on(commands::apply::destroy(context, &args)),
        Command::Show(args) => commands::show::run(context, &args),
        Command::Output(args) => commands::output::run(context, &args),
        Command::State(command) => commands::state::run(context, &command),
        Command::History(args) => commands::history::run(context, &args),
        Command::Doctor(args) => block_on(commands::doctor::run(context, &args)),
        Command::Recover(args) => block_on(commands::recover::run(context, &args)),
        Command::Emulator(command) => block_on(commands::emulator::run(context, &command)),
        Command::Catalog(command) => block_on(commands::catalog::run(context, &command)),
        Command::Api(args) => block_on(commands::api::run(context, &args)),
        Command::Docs(args) => commands::docs::run(context, &args),
        Command::Schema(args) => commands::schema::run(context, &args),
        Command::Graph(args) => block_on(commands::graph::run(context, &args)),
        Command::Explain(args) => commands::explain::run(context, &args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            // The script asks this program, which knows services, operations and parameters.
            let shells = Shells::builtins();
            if let Some(completer) = shells.completer(&shell.to_string()) {
                let written = completer.write_registration("COMPLETE", "firma", "firma", "firma", &mut script);
                written.expect("BUG: a vector takes whatever is written");
            }
            context.terminal.data(&String::from_utf8_lossy(&script));
            Ok(Exit::Done)
        }
    }
}

/// Runs a flow that talks to the cloud. One thread drives it: the work is waiting, not computing.
fn block_on(flow: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(flow),
        Err(error) => Err(firma_model::diagnostic::Diagnostic::error("E0902", format!("cannot start: {error}")).into()),
    }
}
