//! The diagnostics of the store, explained.

/// Code, title, explanation in Markdown.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "E0601",
        "the state is missing",
        "Firma remembers what it made in a state file, `.firma/state.db` beside the manifests unless `[state] path` says\n\
         otherwise. Without it everything would be made, and paid for, a second time, so against a real cloud a missing state\n\
         is refused.\n\n\
         Restore the file (and the key file beside it), or correct the path:\n\n\
         ```toml\n[state]\npath = \"../shared/state.db\"\n```\n\n\
         A project that has never made anything gets its first state with `firma init --new-state`.",
    ),
    (
        "E0602",
        "not a state of Firma",
        "The file exists, but it is a folder, not an SQLite database, or a database of another program. Nothing was\n\
         written to it. Move it away, or correct the path:\n\n\
         ```toml\n[state]\npath = \".firma/state.db\"\n```",
    ),
    (
        "E0603",
        "the state was written by a newer firma",
        "Formats only move forward: a newer firma brings a state to its own format when it first opens it, and older ones\n\
         then leave it alone, because they would not understand all of it. Install the newer version:\n\n\
         ```sh\nfirma --version\n```",
    ),
    (
        "E0604",
        "the state is locked",
        "Another process held the file's write lock for longer than five seconds. Firma's own transactions last\n\
         milliseconds, so look for a backup tool, a database browser with an open transaction, or a stopped process:\n\n\
         ```sh\nfuser .firma/state.db\n```",
    ),
    (
        "E0605",
        "the state is damaged",
        "The file, or something in it, cannot be read: a failing disk, a copy made while it was being written, or a sealed\n\
         value that was moved. Keep a copy of the file with its `-wal` and `-shm` companions, then restore the newest\n\
         backup that passes:\n\n\
         ```sh\nfirma doctor\n```",
    ),
    (
        "E0606",
        "no room to write the state",
        "The disk or a quota is full. What was committed before is safe, and a call that was not yet written down was not\n\
         sent. Free some space and run the same command again:\n\n\
         ```sh\ndf -h .firma\n```",
    ),
    (
        "E0607",
        "no permission for the state",
        "The state and the files beside it belong to one user, who must be able to read and write them and their folder.\n\
         Firma keeps the files at mode 0600 and its own folder at 0700.\n\n\
         ```sh\nchown -R \"$USER\" .firma\n```",
    ),
    (
        "E0608",
        "the disk failed",
        "The operating system reported an I/O error. What was committed before is safe as far as the disk kept it. Check the\n\
         disk, then verify:\n\n\
         ```sh\nfirma doctor\n```",
    ),
    (
        "E0609",
        "the journal was altered",
        "Every event carries a hash over the one before it, and the state knows the last one. They do not fit together: an\n\
         event was changed, removed or added outside of Firma, or the file is a mixture of two copies. Restore a backup that\n\
         passes:\n\n\
         ```sh\nfirma doctor\n```",
    ),
    (
        "E0610",
        "somebody else is changing this project",
        "One run at a time may change a project; it holds a lease and renews it. The message names the holder. Wait for it to\n\
         finish. If that process died, the lease runs out by itself at the time given, and the next apply first finishes\n\
         what was left open:\n\n\
         ```sh\nfirma recover\n```",
    ),
    (
        "E0611",
        "the lease was lost",
        "This run did not renew its lease in time (the computer slept, perhaps) and another run took it. Nothing was written\n\
         after that. Calls that were on their way are open intents; look at them once the other run has finished:\n\n\
         ```sh\nfirma recover\n```",
    ),
    (
        "E0612",
        "the key file is missing",
        "Sensitive values in the state are sealed with a data key, which a key file beside the state opens\n\
         (`.firma/state.key` for `.firma/state.db`). It cannot be read. Restore it from your copy:\n\n\
         ```sh\ncp backup/state.key .firma/state.key\n```",
    ),
    (
        "E0613",
        "the key file is the wrong one",
        "The key file beside the state does not open the data key stored in it: it belongs to another state, or it was\n\
         changed. Put back the one that was made together with this state:\n\n\
         ```sh\ncp backup/state.key .firma/state.key\n```",
    ),
    (
        "E0614",
        "a key file was made",
        "Not an error. The state needed a key for the first time, so a key file was made beside it, readable only by you.\n\
         Whoever has the state and the key file can read the sensitive values; whoever has the state alone cannot. Keep a\n\
         copy apart from the state, and keep both out of Git:\n\n\
         ```gitignore\n.firma/\n```",
    ),
    (
        "E0615",
        "the plan was already carried out",
        "A plan is an approval for one run. Carrying it out again could repeat what was meant to happen once. Make a new plan,\n\
         which shows what is still to do:\n\n\
         ```sh\nfirma plan --out next.plan && firma apply next.plan\n```",
    ),
    (
        "E0616",
        "the plan cannot be verified",
        "A plan carries a code that only the state it was made with can check. This one was changed, was made with another\n\
         state, or is no plan file. `firma show` prints it as UNVERIFIED; apply refuses it. Make a new one:\n\n\
         ```sh\nfirma plan --out next.plan\n```",
    ),
    (
        "E0617",
        "no such plan",
        "The state does not hold a plan with this id. Plans that nobody carried out make room for newer ones. Make it again:\n\n\
         ```sh\nfirma plan --out next.plan\n```",
    ),
    (
        "E0618",
        "a write would break a rule of the state",
        "One object in the cloud belongs to one address, and a call is begun once. The write was refused as a whole and nothing\n\
         changed. When two addresses claim the same object, let one go first:\n\n\
         ```sh\nfirma state rm vpc.vpc.old\n```",
    ),
    (
        "E0619",
        "the credentials are of another account",
        "The state is pinned to the account that owns its objects, so that wrong credentials cannot take every object for\n\
         deleted. Use the right ones:\n\n\
         ```sh\nexport JDCLOUD_ACCESS_KEY=... JDCLOUD_SECRET_KEY=...\n```",
    ),
    (
        "E0620",
        "the state belongs to another project",
        "The state is pinned to the project's name. Give each project a state of its own:\n\n\
         ```toml\n[state]\npath = \".firma/state.db\"\n```",
    ),
    (
        "E0621",
        "the SQLite library is too old",
        "SQLite up to 3.51.2 can damage a database in the mode that Firma uses. Build Firma with the library it brings along,\n\
         which is the default:\n\n\
         ```sh\ncargo build --release --locked\n```",
    ),
    (
        "E0622",
        "the state could not be used",
        "SQLite or the system reported something unexpected; the message has its words. What was committed before is safe.\n\
         Check the state, and report it when it happens again:\n\n\
         ```sh\nfirma doctor\n```",
    ),
    (
        "E0623",
        "the state is not the newest one",
        "Beside the state, and in a folder of yours outside of the project, Firma remembers how far the state had come: its last\n\
         event, that event's hash, the last run and the lease's epoch. The state found now does not continue that. It is an\n\
         older copy (a backup, an old checkout, a disk that lost its last writes), a copy that went its own way, or another\n\
         project's state. Objects made since then are not in it, and an apply would make them, and pay for them, again.\n\n\
         So it is for reading only: `firma plan`, `show` and `history` work, everything that changes something is refused.\n\
         Put the newest copy back, with `state.db-wal`, `state.key` and `state.mark` beside it. If there is none, accept this one;\n\
         then look in the cloud for what it does not know of before you apply:\n\n\
         ```sh\nfirma doctor --accept\nfirma plan\n```\n\n\
         Plans made before are refused afterwards, and the acceptance is a run of its own in `firma history`.",
    ),
    (
        "E0624",
        "the state was replaced while it was in use",
        "The file that this command had opened no longer has its name: it was moved, removed, or another file was put in its\n\
         place. Whatever would be written to it would be lost, so the command stopped before its next write. Calls that were\n\
         on their way are open calls of the file that was moved. Put it back, then:\n\n\
         ```sh\nfirma doctor\nfirma recover\n```",
    ),
    (
        "E0625",
        "how far the state has come is not remembered outside of it",
        "A warning. `.firma/state.mark`, and a file named by the state's lineage in `$XDG_STATE_HOME/firma/marks` (or\n\
         `~/.local/state/firma/marks`), say how far the state had come, so that a backup brought back by mistake is noticed.\n\
         They are missing, cannot be read or cannot be written. The state works without them. The next run writes them anew;\n\
         make room for them, or switch the second one off where a home folder cannot be written:\n\n\
         ```sh\nexport FIRMA_MARKS=\n```",
    ),
    (
        "E0626",
        "calls are open",
        "A warning of `firma doctor`. A run was interrupted after it had written down a call and before it knew what became of\n\
         it. The next apply settles that first; this does only that:\n\n\
         ```sh\nfirma recover\n```",
    ),
];
