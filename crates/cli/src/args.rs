//! The command line: what can be asked, and nothing about how it is done.

mod emulator;

pub(crate) use emulator::{CoverageArgs, EmulatorCommand, FaultCommand, PlaceArgs};

use crate::complete;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::ArgValueCompleter;
use std::path::PathBuf;

/// Declarative provisioning for JD Cloud: TOML manifests, a plan you can trust, an apply that survives.
#[derive(Debug, Parser)]
#[command(name = "firma", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Directory of the project
    #[arg(short = 'C', long = "directory", global = true, default_value = ".", value_name = "DIR")]
    pub directory: PathBuf,
    /// When to use colours
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    pub color: ColorChoice,
    /// Log calls and commits to a file, one JSON object a line; `-` is standard error
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// How much of a plan is checked before anything is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PreflightChoice {
    /// Whether the plan is sound, and nothing else
    Off,
    /// What manifests and state show
    Offline,
    /// Also quotas, names and ranges in the cloud, and what holds on to what is deleted
    #[default]
    Cloud,
}

/// How progress is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Events {
    /// A live view on a terminal, a line for each step elsewhere
    #[default]
    Auto,
    /// A line for each step
    Lines,
    /// One JSON object a line, on standard output
    Json,
    /// Only the outcome
    None,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a first manifest, fetch the modules of a project that has manifests, or make a new state for it
    Init(InitArgs),
    /// Check the manifests without asking the cloud
    Validate(ValidateArgs),
    /// Write the manifests in their conventional form
    Fmt(FmtArgs),
    /// Show what an apply would change, and why
    Plan(PlanArgs),
    /// Make the cloud as the manifests say
    Apply(ApplyArgs),
    /// Delete everything the project made
    Destroy(DestroyArgs),
    /// Show a plan, or the state
    Show(ShowArgs),
    /// Print outputs of the last apply
    Output(OutputArgs),
    /// Look at the state, or take something out of it
    #[command(subcommand)]
    State(StateCommand),
    /// List runs, or show one
    History(HistoryArgs),
    /// Settle what an interrupted run left open
    Recover(RecoverArgs),
    /// Check the state, its files, the clock and the credentials
    Doctor(DoctorArgs),
    /// The local JD Cloud
    #[command(subcommand)]
    Emulator(EmulatorCommand),
    /// What the catalogue knows: services, kinds, regions, zones, billing
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Make one signed call and print its answer
    Api(ApiArgs),
    /// Describe a kind of resource or a look-up, with an example; list them all
    Docs(DocsArgs),
    /// Print a JSON Schema of manifests, for editors
    Schema(SchemaArgs),
    /// Draw what depends on what, or the order of a plan
    Graph(GraphArgs),
    /// Explain a diagnostic code
    Explain(ExplainArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Options of `catalog kinds`.
#[derive(Args, Clone, Debug)]
pub(crate) struct KindsArgs {
    /// Only those of this service
    #[arg(value_name = "SERVICE")]
    pub service: Option<String>,
    /// Output format
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Output format.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct FormatArgs {
    /// Output format
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: Format,
}

/// Options of `validate`.
#[derive(Args, Debug)]
pub(crate) struct ValidateArgs {
    /// Values of variables
    #[command(flatten)]
    pub variables: VariableArgs,
    /// Output format
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: Format,
}

/// Options of `init`.
#[derive(Args, Debug)]
pub(crate) struct InitArgs {
    /// Make an empty state for a real endpoint; everything in the manifests will count as new
    #[arg(long, conflicts_with = "upgrade")]
    pub new_state: bool,
    /// Ask the repositories of modules again, and pin what they have now
    #[arg(long)]
    pub upgrade: bool,
    /// Values of variables that sources of modules use
    #[command(flatten)]
    pub variables: VariableArgs,
}

/// Values of variables.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct VariableArgs {
    /// Set a variable (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub vars: Vec<String>,
    /// Read variables from a file (repeatable)
    #[arg(long = "var-file", value_name = "FILE")]
    pub var_files: Vec<PathBuf>,
}

/// What a plan is made from.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct InputArgs {
    /// Values of variables
    #[command(flatten)]
    pub variables: VariableArgs,
    /// Ask the cloud what became of recorded objects (look-ups are always asked)
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub refresh: bool,
    /// Plan even if much of the project vanished from the cloud
    #[arg(long)]
    pub accept_loss: bool,
    /// What is checked before anything is changed
    #[arg(long, default_value = "cloud", value_name = "HOW MUCH")]
    pub preflight: PreflightChoice,
    /// Which part of the project
    #[command(flatten)]
    pub scope: ScopeArgs,
}

/// Which part of the project a plan is about.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ScopeArgs {
    /// Only this and what it depends on (when destroying: what depends on it); an address, module or pattern (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    pub target: Vec<String>,
    /// Not this, nor what depends on it (when destroying: what it depends on); an address, module or pattern (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    pub exclude: Vec<String>,
}

/// How to plan.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PlanningArgs {
    /// What from
    #[command(flatten)]
    pub input: InputArgs,
    /// Only write down what the cloud says; change nothing there
    #[arg(long, conflicts_with = "destroy")]
    pub refresh_only: bool,
    /// Plan the deletion of everything
    #[arg(long)]
    pub destroy: bool,
    /// Show all that changed outside Firma, not only what matters to the plan
    #[arg(long)]
    pub show_drift: bool,
    /// Make this anew although nothing about it changed; an address, module or pattern (repeatable)
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["destroy", "refresh_only"])]
    pub replace: Vec<String>,
    /// Where blocks for imports that have none are written; an option of `plan` alone
    #[arg(skip)]
    pub generate: Option<PathBuf>,
}

/// Options of `plan`.
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// How to plan
    #[command(flatten)]
    pub planning: PlanningArgs,
    /// Write the plan to a file that `firma apply FILE` carries out
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write a manifest of the objects that `[[import]]` names and no block declares; a new file of the project's directory
    #[arg(long, value_name = "FILE", conflicts_with_all = ["destroy", "refresh_only"])]
    pub generate_config_out: Option<PathBuf>,
    /// Exit 2 when there are changes, 0 when there are none
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Output format
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: Format,
}

/// Options of `apply`.
#[derive(Args, Debug)]
pub(crate) struct ApplyArgs {
    /// A plan made with `plan --out`; the file is the approval
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    /// Plan and apply again until nothing is left, at most N times
    #[arg(
        long, value_name = "N", num_args = 0..=1, require_equals = true, value_parser = clap::value_parser!(u32).range(1..=1000),
        default_missing_value = crate::commands::converge::USUAL_ROUNDS
    )]
    pub converge: Option<u32>,
    /// How to plan
    #[command(flatten)]
    pub planning: PlanningArgs,
    /// How to carry it out
    #[command(flatten)]
    pub carrying: CarryingArgs,
}

/// Options of `destroy`.
#[derive(Args, Debug)]
pub(crate) struct DestroyArgs {
    /// What the plan is made from
    #[command(flatten)]
    pub input: InputArgs,
    /// How to carry it out
    #[command(flatten)]
    pub carrying: CarryingArgs,
}

/// How to carry a plan out.
#[derive(Args, Clone, Debug)]
pub(crate) struct CarryingArgs {
    /// Do not ask
    #[arg(long)]
    pub auto_approve: bool,
    /// Steps that make calls at once; one that waits for its object makes none
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "N")]
    pub parallelism: u32,
    /// How progress is told
    #[arg(long, default_value = "auto", value_name = "HOW")]
    pub events: Events,
}

/// Options of `show`.
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// A plan file, or the id of a kept plan; without it, the state
    #[arg(value_name = "PLAN")]
    pub plan: Option<String>,
    /// List the calls the plan makes, with their recovery class
    #[arg(long)]
    pub calls: bool,
    /// Show all that changed outside Firma, not only what matters to the plan
    #[arg(long)]
    pub show_drift: bool,
    /// Output format
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: Format,
}

/// Options of `output`.
#[derive(Args, Debug)]
pub(crate) struct OutputArgs {
    /// Print this output alone, in the clear even if it is sensitive
    pub name: Option<String>,
    /// Output format
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: Format,
}

/// Commands about the state.
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Print the addresses of all recorded objects, one a line, sorted
    List(FormatArgs),
    /// Show one recorded object
    Show {
        /// Its address
        address: String,
        /// Output format
        #[command(flatten)]
        format: FormatArgs,
    },
    /// Forget a recorded object; it stays in the cloud
    Rm {
        /// Its address
        address: String,
    },
}

/// Options of `history`.
#[derive(Args, Debug)]
pub(crate) struct HistoryArgs {
    /// What to show; the list of runs without it
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
    /// Output format
    #[arg(long, default_value = "text", value_name = "FORMAT", global = true)]
    pub format: Format,
}

/// Commands about runs.
#[derive(Debug, Subcommand)]
pub(crate) enum HistoryCommand {
    /// Show one run again, as it was told when it ran
    Show {
        /// Its number
        run: u64,
        /// Show the events of its journal instead
        #[arg(long)]
        journal: bool,
    },
}

/// Options of `recover`.
#[derive(Args, Debug)]
pub(crate) struct RecoverArgs {
    /// Take this id for the object whose making is open
    #[arg(long, value_name = "ID")]
    pub adopt: Option<String>,
    /// Close the open calls of this address without an object: you have looked, and they made nothing that is wanted
    #[arg(long, value_name = "ADDRESS", conflicts_with = "adopt")]
    pub forget: Option<String>,
    /// Output format
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: Format,
}

/// Options of `doctor`.
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Ask the cloud nothing
    #[arg(long)]
    pub offline: bool,
    /// Take a state that was brought back from a copy for the newest there is
    #[arg(long, conflicts_with = "offline")]
    pub accept: bool,
    /// With --accept: do not ask
    #[arg(long, requires = "accept")]
    pub auto_approve: bool,
    /// Output format
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: Format,
}

/// Commands of the catalogue.
#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Services of the API
    Services(FormatArgs),
    /// Kinds of resources and look-ups
    Kinds(KindsArgs),
    /// Everything about one kind
    Kind {
        /// Its name, such as vpc.subnet
        kind: String,
        /// Output format
        #[command(flatten)]
        format: FormatArgs,
    },
    /// Regions
    Regions(FormatArgs),
    /// Zones
    Zones {
        /// Of this region only
        #[arg(long)]
        region: Option<String>,
        /// Ask the project's cloud which zones it has; those that are new count in this project from then on
        #[arg(long)]
        refresh: bool,
        /// Output format
        #[command(flatten)]
        format: FormatArgs,
    },
    /// Billing methods
    Billing(FormatArgs),
}

/// Options of `api`.
#[derive(Args, Debug)]
pub(crate) struct ApiArgs {
    /// Service, such as vm
    #[arg(add = ArgValueCompleter::new(complete::services))]
    pub service: String,
    /// Operation, such as describeInstances
    #[arg(add = ArgValueCompleter::new(complete::operations))]
    pub operation: String,
    /// Region
    #[arg(long, add = ArgValueCompleter::new(complete::regions))]
    pub region: Option<String>,
    /// A parameter: text, or JSON for numbers, lists and objects; @FILE and @- (standard input) for a long text (repeatable)
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE", add = ArgValueCompleter::new(complete::parameters))]
    pub params: Vec<String>,
    /// All parameters as one JSON object, @FILE, or - for standard input
    #[arg(long, value_name = "JSON")]
    pub input: Option<String>,
    /// Read a list to its end, page by page
    #[arg(long)]
    pub all: bool,
    /// Print a part of the answer, in JMESPath: vpcs[].vpcId
    #[arg(long, value_name = "EXPRESSION")]
    pub query: Option<String>,
    /// Send nothing; print the signed request as a line for curl
    #[arg(long)]
    pub dry_run: bool,
    /// Output format: json, or text that a shell can loop over
    #[arg(long, default_value = "json", value_name = "FORMAT")]
    pub format: Format,
}

/// Options of `fmt`.
#[derive(Args, Debug)]
pub(crate) struct FmtArgs {
    /// Files and directories; the project's without any, `-` is standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Write nothing; fail if a file is not in the form, and name it
    #[arg(long)]
    pub check: bool,
    /// Write nothing; show what would change
    #[arg(long)]
    pub diff: bool,
    /// Directories inside of directories too
    #[arg(short = 'r', long)]
    pub recursive: bool,
}

/// Options of `docs`.
#[derive(Args, Debug)]
pub(crate) struct DocsArgs {
    /// A kind such as vpc.subnet, or a look-up such as data.vm.image; all of them without it
    pub kind: Option<String>,
    /// Output format
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: DocsFormat,
}

/// How documentation is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DocsFormat {
    /// For a terminal
    #[default]
    Text,
    /// For a page
    Markdown,
    /// For programs
    Json,
}

/// Options of `schema`.
#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// Write it to a file, such as .firma/schema.json, which the first line of a manifest can name
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Options of `graph`.
#[derive(Args, Debug)]
pub(crate) struct GraphArgs {
    /// Values of variables
    #[command(flatten)]
    pub variables: VariableArgs,
    /// Plan, and draw what is done after what
    #[arg(long)]
    pub plan: bool,
    /// Output format
    #[arg(long, default_value = "dot", value_name = "FORMAT")]
    pub format: GraphFormat,
}

/// How a graph is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// For Graphviz
    #[default]
    Dot,
    /// For Mermaid
    Mermaid,
}

/// Options of `explain`.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The code, such as E0312; all codes without it
    pub code: Option<String>,
    /// Output format
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: Format,
}
