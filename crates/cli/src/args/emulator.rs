//! Commands of the emulator, as they stand on the command line.

use super::FormatArgs;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Commands of the emulator.
#[derive(Debug, Subcommand)]
pub(crate) enum EmulatorCommand {
    /// Serve the local cloud over HTTP until interrupted
    Serve {
        /// Address to listen on
        #[arg(long, default_value = "127.0.0.1:7700", value_name = "ADDRESS")]
        listen: String,
        /// Scales latencies: 1 as the real service, 0 instant
        #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
        speed: f64,
        /// Makes ids and jitter repeatable
        #[arg(long, default_value_t = 1, value_name = "N")]
        seed: u64,
        /// Keep the world in this file instead of in memory
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
    },
    /// Empty the project's embedded cloud; faults go too
    Reset,
    /// Print what exists in the emulated cloud
    Inventory {
        /// Output format
        #[command(flatten)]
        format: FormatArgs,
        /// Which cloud
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Print every call the emulated cloud was asked
    Log {
        /// Output format
        #[command(flatten)]
        format: FormatArgs,
        /// Which cloud
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Print which operations have behaviour, and which kinds use them
    Coverage(CoverageArgs),
    /// Read or move the emulated cloud's clock
    Clock {
        /// How far to move it: 32d, 12h, 30m, 10s
        #[arg(long, value_name = "DURATION")]
        advance: Option<String>,
        /// Which cloud
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Make calls go wrong on purpose
    #[command(subcommand)]
    Fault(FaultCommand),
    /// Make an object with an id that is known before
    #[command(
        after_help = "Example:\n  firma emulator seed vpc createVpc --id vpc-known00001 --region cn-north-1 \\\n    \
                            --parameters '{\"vpcName\": \"main\", \"addressPrefix\": \"10.0.0.0/16\"}'"
    )]
    Seed {
        /// Service, such as vpc
        service: String,
        /// Operation that makes it, such as createVpc
        operation: String,
        /// Id of an object it makes; those without one get another (repeatable)
        #[arg(long = "id", value_name = "ID")]
        ids: Vec<String>,
        /// Region
        #[arg(long)]
        region: Option<String>,
        /// Parameters of the operation: a JSON object, or @FILE
        #[arg(long, value_name = "JSON", default_value = "{}")]
        parameters: String,
        /// Which cloud
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Add or change an access key of the emulated cloud
    #[command(after_help = "The key `emulator` with the secret key `emulator` is there from the beginning.")]
    Key {
        /// The access key
        access_key: String,
        /// Its secret key; a new access key needs one
        #[arg(long, value_name = "TEXT")]
        secret: Option<String>,
        /// The account it belongs to: what other accounts made is not there for it; empty for the usual account
        #[arg(long, value_name = "ACCOUNT")]
        account: Option<String>,
        /// Let it call again
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Refuse its calls
        #[arg(long)]
        disable: bool,
        /// Which cloud
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Raise or lower quotas of the emulated cloud
    Quota {
        /// NAME=LIMIT, such as vpc=100; * stands for all without their own
        #[arg(required = true, value_name = "NAME=LIMIT")]
        limits: Vec<String>,
        /// Which cloud
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Show or change how the emulated cloud behaves
    Settings {
        /// Calls a minute and service; `none` for no limit
        #[arg(long, value_name = "N")]
        rate: Option<String>,
        /// Tolerated difference between a signature's time and the cloud's clock, such as 15m; `none` for any
        #[arg(long, value_name = "DURATION")]
        skew: Option<String>,
        /// How far the cloud's clock is ahead of this machine's, such as 20m, or behind it: -20m
        #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
        clock_shift: Option<String>,
        /// Which cloud
        #[command(flatten)]
        place: PlaceArgs,
    },
}

/// Options of `emulator coverage`.
#[derive(Args, Debug)]
pub(crate) struct CoverageArgs {
    /// Of this service only, such as vpc
    #[arg(value_name = "SERVICE")]
    pub service: Option<String>,
    /// Also the operations that answer 501 and that no kind uses
    #[arg(long)]
    pub all: bool,
    /// Output format
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Which emulated cloud is meant.
#[derive(Args, Debug)]
pub(crate) struct PlaceArgs {
    /// A served emulator, such as http://127.0.0.1:7700, instead of the project's embedded cloud
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
}

/// What the help of `fault add` ends with.
const FAULT_HELP: &str = r#"A fault is a JSON object:
  match  which calls: "service", "operation" (a * at its end stands for any rest), "region",
         "mutating"; what is not given matches all
  at     which of them, counted from now: "call" (the first, 1), "times" (how many in a row, 1;
         null for all from there), "forMillis" (over after so much emulated time)
  kind   what happens:
         "refused"        no connection
         "request_lost"   lost on the way, no answer
         "answer_lost"    carried out, no answer
         "twice"          carried out twice, the second is answered
         "truncated"      carried out, half of the answer
         "not_json"       not carried out, a web page with 200
         "wrong_schema"   carried out, another service's JSON with 200
         "empty_list"     a list is empty
         "loses_page"     a list's pages after the first are empty
         "repeats_page"   a list's pages after the first are the first again
         "job_fails"      accepted, and the job after it ends in an error
         {"late": {"millis": N}}         no answer, carried out N ms later
         {"slow": {"millis": N}}         carried out, answered N ms later
         {"lags": {"millis": N}}         reads do not show what is younger than N ms
         {"job_sticks": {"millis": N}}   the job ends N ms later, or never without millis
         {"error": {"code": 429, "status": "RATE_LIMIT", "retryAfter": 3}}    not carried out
         {"error_after": {"code": 500, "status": "INTERNAL"}}                 carried out

Of several faults that are about one call the first one happens; all have seen it.

Examples:
  firma emulator fault add '{"match": {"operation": "createVpc"}, "kind": "answer_lost"}'
  firma emulator fault add '{"match": {"operation": "describe*"}, "at": {"call": 2, "times": 3},
    "kind": {"error": {"code": 503, "status": "UNAVAILABLE"}}}'"#;

/// Commands about faults.
#[derive(Debug, Subcommand)]
pub(crate) enum FaultCommand {
    /// Put faults in force, after those that are
    #[command(after_help = FAULT_HELP)]
    Add {
        /// A fault as JSON, or a list of them (repeatable)
        #[arg(value_name = "JSON", required_unless_present = "file")]
        faults: Vec<String>,
        /// Read faults from this file: one, or a list of them
        #[arg(long, value_name = "FILE", conflicts_with = "faults")]
        file: Option<PathBuf>,
        /// Which cloud
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Print the faults in force, with the calls they were about and those they happened to
    List {
        /// Output format
        #[command(flatten)]
        format: FormatArgs,
        /// Which cloud
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Take all faults away; requests that are late still arrive
    Clear {
        /// Which cloud
        #[command(flatten)]
        place: PlaceArgs,
    },
}
