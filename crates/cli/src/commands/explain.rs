//! `firma explain`: a page for every diagnostic code.

use crate::{
    Context,
    args::ExplainArgs,
    exit::{Exit, Failure, Outcome},
};
use firma_model::{diagnostic::Diagnostic, suggest::closest};

/// Codes of this crate.
pub(crate) const CODES: &[(&str, &str, &str)] = &[
    (
        "E0145",
        "a module is not fetched",
        "A module comes from a Git repository that is not here yet, or its source was changed since it was fetched. `firma init` asks the repository what the reference stands for, writes the commit and a hash of its content into `firma.lock.toml`, and keeps a copy in `.firma/modules`. Commit the lock file: from then on everybody plans with the same content, without the network.",
    ),
    (
        "E0146",
        "the copy of a module was changed",
        "The content of a repository in `.firma/modules` is not what `firma.lock.toml` says it is: files there were changed, added or removed. Nobody else would plan with the same content, so nothing is planned. `firma init` fetches it anew and drops the changes. To change a module, change its repository, or copy the module into the project and call it with `source = \"./...\"`.",
    ),
    (
        "E0147",
        "a repository does not have what was pinned",
        "The commit in `firma.lock.toml` was fetched, and its content has another hash than the lock file says. One of the two was tampered with. Find out which; `firma init --upgrade` accepts what the repository has now.",
    ),
    (
        "E0148",
        "git failed",
        "Modules from repositories are fetched by the `git` command, with the credentials it has: nothing is asked at the terminal. The message is git's own. If the repository is private, try `git ls-remote URL` first; if a commit has disappeared from the repository, `firma init --upgrade` pins what `?ref=` stands for now.",
    ),
    (
        "E0150",
        "outside of the repository",
        "A module from a repository consists of files and of links that stay inside the repository. Submodules, links that lead elsewhere and odd file names are refused when it is fetched; directories that lead out of the copy are refused when it is read. A module may call modules of its own repository by `./` and `../`, and other repositories by `git+`.",
    ),
    (
        "E0710",
        "the embedded cloud cannot be opened",
        "The file of the embedded cloud (`.firma/emulator.db`) could not be used. It holds only a simulation: `firma emulator reset` takes it away and begins anew.",
    ),
    (
        "E0711",
        "a call failed",
        "The call made with `firma api` was answered with an error; the message is the cloud's own, with its request id.",
    ),
    (
        "E0712",
        "credentials not accepted",
        "The cloud knows neither the access key nor a signature like this one, so nothing was planned or sent. Check `JDCLOUD_ACCESS_KEY` and `JDCLOUD_SECRET_KEY` (or the profile), and the machine's clock: a signature is good for some minutes only.",
    ),
    (
        "E0713",
        "no answer from the cloud",
        "The endpoint could not be reached, or answered with errors of its own, after several attempts. Nothing was changed. Check `[cloud] endpoint`, the network and `HTTPS_PROXY`.",
    ),
    (
        "E0811",
        "another run left a call open",
        "Between planning and carrying out, another run was killed after it had sent a call whose outcome is not known. It may have made the very object this plan would make. `firma recover` finds out; `firma apply` does that first and then plans anew.",
    ),
    (
        "E0627",
        "the plan is of another project",
        "A plan belongs to the project whose manifests and state it was made from: what its addresses mean, and what it may delete, only that project says. Apply it there, or make a plan of this one.",
    ),
    (
        "E0813",
        "another catalogue",
        "A plan carries out what the catalogue of its version said. This version's catalogue differs, so the plan is refused. Make it anew.",
    ),
    ("E0814", "another cloud", "The plan was made for another endpoint than the project now uses. Make it anew."),
    (
        "E0815",
        "another account",
        "The plan was made with credentials of another account. Use those, or make the plan anew with these.",
    ),
    (
        "E0816",
        "a file changed since the plan",
        "A file that an expression reads changed after the plan was made. What was approved is not what would be done. Make the plan anew.",
    ),
    (
        "E0901",
        "cannot write a file",
        "A file that was asked for could not be written: no permission, no such directory, or a full disk. Nothing else was done.",
    ),
    (
        "E0902",
        "cannot start",
        "The program could not set itself up: usually too many open files or threads for this user. Raise the limit, then run it again.",
    ),
    (
        "E0903",
        "cannot write to standard output",
        "Data goes to standard output; writing there failed. The work itself went on; ask for the data again with the output somewhere else.",
    ),
    (
        "E0904",
        "no manifest here",
        "A project is a directory with `*.toml` manifests. Run the command in it, name it with `-C DIR`, or write a first manifest with `firma init`.",
    ),
    (
        "E0905",
        "cannot read a file or directory",
        "Something that was named could not be read: it does not exist, or its permissions forbid it.",
    ),
    (
        "E0906",
        "a file is too large",
        "A manifest may have 32 MiB, a plan or variable file as much as fits in memory comfortably. Split it.",
    ),
    ("E0907", "not UTF-8 text", "Manifests and variable files are UTF-8. Convert the file, for example with `iconv`."),
    (
        "E0908",
        "bad argument",
        "An argument does not have the form that the option takes; `firma COMMAND --help` shows it.",
    ),
    (
        "E0909",
        "not approved",
        "An apply or destroy that was not approved changes nothing. On a terminal, answer `yes`; elsewhere pass `--auto-approve`, or apply a plan file made with `plan --out`: the file is the approval.",
    ),
    (
        "E0910",
        "planning options with a plan file",
        "A plan file says already what is planned; options such as `--var` or `--destroy` would mean something else and are refused with it.",
    ),
    (
        "E0911",
        "nothing by that name",
        "There is no output, address, run or plan of that name. The matching list command shows what there is.",
    ),
    (
        "E0912",
        "only for the embedded cloud",
        "This command looks into the cloud that is embedded in the project (`[cloud] endpoint = \"emulator\"`). A served emulator is named with `--endpoint URL`.",
    ),
    ("E0913", "already initialised", "There is a state already, or manifests; `init` overwrites neither."),
    ("E0914", "no such code", "Codes look like `E0312`; `firma explain` alone lists them all."),
    (
        "E0915",
        "the emulated cloud failed",
        "The emulator refused, a served one could not be reached, or the file of the embedded cloud could not be used. The file holds only a simulation: `firma emulator reset` begins anew.",
    ),
    (
        "E0916",
        "this machine's clock differs from the cloud's",
        "Requests are signed with the time, client tokens are good for some minutes, and how long a call may still have an effect is reckoned by the clock. A minute of difference is more than any of this allows for: nothing is changed then.\n\nSet the clock, best by keeping it set (`timedatectl set-ntp true`), and run the command again.",
    ),
    (
        "E0917",
        "a file of a plan is left over",
        "A plan file that was carried out is of no use any more: it can be carried out once. A file ending in `.part` is what a `firma plan --out` left that did not come to its end. Both hold the project's plan, with its sensitive values sealed; remove them.",
    ),
    (
        "E0918",
        "an object of this project is in no record",
        "Firma puts a mark of its own on most objects it makes. One was found with a mark of this project, and the state knows nothing of it: a state was brought back from an older copy, or a request was delivered twice by the network. Firma never deletes what it has no record of. Look at the object in the console; if nobody needs it, delete it there. When the cloud could not be asked, the finding says so instead.",
    ),
    (
        "E0919",
        "an object is not finished",
        "A run was stopped, or failed, after the cloud had accepted the call that makes this object and before the object was as it is wanted. `creating` and `incomplete` ones are finished in place by the next apply, `tainted` ones are replaced, and `deposed` ones (the old halves of replacements) are deleted.",
    ),
];

/// Every code of the program, in order.
pub(crate) fn all() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut all: Vec<_> = [
        CODES,
        firma_api::codes::CODES,
        firma_catalog::codes::CODES,
        firma_client::codes::CODES,
        firma_engine::CODES,
        firma_expr::CODES,
        firma_manifest::CODES,
        firma_plan::codes::CODES,
        firma_plan::format::CODES,
        firma_store::codes::CODES,
    ]
    .into_iter()
    .flatten()
    .copied()
    .collect();
    all.sort_unstable();
    all
}

/// Runs it.
pub(crate) fn run(context: &Context, args: &ExplainArgs) -> Outcome {
    let all = all();
    let Some(code) = &args.code else {
        let rows = all.iter().map(|(code, title, _)| vec![(*code).to_owned(), (*title).to_owned()]);
        context.terminal.data(&super::catalog::table(&["CODE", "WHAT IT SAYS"], rows));
        return Ok(Exit::Done);
    };
    let wanted = code.trim().to_ascii_uppercase();
    match all.iter().find(|(code, _, _)| *code == wanted) {
        Some((code, title, text)) => {
            context.terminal.data(&format!("{code}: {title}\n\n{}\n", text.trim()));
            Ok(Exit::Done)
        }
        None => {
            let close = closest(&wanted, all.iter().map(|(code, _, _)| *code));
            Err(Failure::new(Diagnostic::error("E0914", format!("there is no code {code}")).did_you_mean(close)))
        }
    }
}
