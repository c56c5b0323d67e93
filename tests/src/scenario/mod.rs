//! Scenario scripts: `tests/scenarios/TOPIC/CASE/{*.toml, script.txt, transcript.txt}`.
//!
//! A script is a list of lines. Its first says, after `#`, what the case protects. Each other line is a verb of the script
//! or the arguments of a `firma` command, run in a copy of the folder's manifests:
//!
//! | line | what it does |
//! |---|---|
//! | `write FILE <<END` … `END` | writes a file |
//! | `replace FILE OLD => NEW` | replaces text, which must be there |
//! | `remove FILE` | removes a file |
//! | `copy FROM TO` | copies a file, or the files of a folder, over what is there |
//! | `commit FOLDER TAG` | makes the files of a folder the next commit of a repository beside the project, whose URL is `env.REPOSITORY` afterwards |
//! | `print FILE` | records what a file holds |
//! | `fill FILE N` | writes N bytes of TOML comments |
//! | `sql FILE STATEMENT` | changes an SQLite file behind Firma's back |
//! | `env NAME=VALUE` | sets a variable for what follows |
//! | `expect-exit N` | the next command ends with N; without it, 0 |
//! | `quietly COMMAND` | runs a command and records only its exit code |
//! | `closed-stdout COMMAND` | runs a command whose standard output nobody reads |
//! | `full-disk KIB COMMAND` | runs a command whose files may not grow beyond KIB |
//! | `start COMMAND` | starts a command and goes on; one at a time |
//! | `await TEXT` | waits until the started command has printed the text |
//! | `kill`, `interrupt`, `finish` | SIGKILL, SIGINT, or just waits for the end of the started command |
//! | `serve [ARGUMENTS]` | starts an emulator on a free port; `env.ENDPOINT`, and an argument `$ENDPOINT`, is its URL afterwards |
//!
//! `interrupt` fails where SIGINT is ignored, which Firma heeds: a shell without job control starts what it puts in the
//! background so.
//!
//! An id that the transcript calls `vpc-#1` may stand so in arguments of later commands.
//!
//! What the commands print is compared with the transcript, without ids, times and paths. `FIRMA_BLESS=1` writes the
//! transcripts; `FIRMA_SCENARIO=TOPIC/CASE` runs one case.

pub mod script;
pub mod normal;
pub mod background;
pub mod repository;
pub mod run;

pub use run::{Case, cases};
