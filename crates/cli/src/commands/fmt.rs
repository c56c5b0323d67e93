//! `firma fmt`: manifests in their conventional form.

use crate::{
    Context,
    args::FmtArgs,
    exit::{Exit, Failure, Outcome},
    ops::formatting::{self, Formed},
};
use firma_model::diagnostic::{Diagnostic, Diagnostics};
use std::path::Path;

/// Runs it.
pub(crate) fn run(context: &Context, args: &FmtArgs) -> Outcome {
    if args.paths.iter().any(|path| path == Path::new("-")) {
        if args.paths.len() > 1 {
            let error = Diagnostic::error("E0908", "`-` is standard input, and goes with no other path");
            return Err(Failure::new(error));
        }
        return finish(context, args, vec![formatting::standard_input()?]);
    }
    let mut formed = Vec::new();
    let mut broken = Failure { diagnostics: Diagnostics::new(), sources: Vec::new(), exit: Exit::Error };
    for path in formatting::files(&context.directory, &args.paths, args.recursive)? {
        match formatting::form(&path) {
            Ok(file) => formed.push(file),
            Err(failure) => broken.absorb(failure),
        }
    }
    // Files that cannot be read do not keep the others from being formed.
    let ended = finish(context, args, formed);
    match (ended, broken.diagnostics.is_empty()) {
        (ended, true) => ended,
        (Ok(_), false) => Err(broken),
        (Err(failure), false) => {
            broken.absorb(failure);
            Err(broken)
        }
    }
}

fn finish(context: &Context, args: &FmtArgs, formed: Vec<Formed>) -> Outcome {
    let terminal = &context.terminal;
    let mut count = 0;
    for file in formed {
        if file.path.is_none() && !args.check && !args.diff {
            terminal.data(&file.after);
            continue;
        }
        if file.before == file.after {
            continue;
        }
        count += 1;
        if args.diff {
            terminal.data(&formatting::difference(&file));
        } else {
            terminal.data(&file.name);
        }
        if !args.check && !args.diff {
            formatting::replace(&file)?;
        }
    }
    if args.check && count > 0 {
        let files = if count == 1 { "1 file is".to_owned() } else { format!("{count} files are") };
        let error = Diagnostic::error("E0940", format!("{files} not in the conventional form"));
        return Err(Failure::new(error.hint("`firma fmt` writes it; `firma fmt --diff` shows what would change")));
    }
    Ok(Exit::Done)
}
