//! `firma explain`: a page for every diagnostic code.

use crate::{
    Context,
    args::{ExplainArgs, Format},
    exit::{Exit, Failure, Outcome},
    terminal::style,
};
use firma_model::{codes, diagnostic::Diagnostic, suggest::closest};
use firma_review::explain;

/// Runs it.
pub(crate) fn run(context: &Context, args: &ExplainArgs) -> Outcome {
    let terminal = &context.terminal;
    let Some(code) = &args.code else {
        match args.format {
            Format::Json => terminal.json(&codes::pages().map(|page| explain::json(&page)).collect()),
            Format::Text => {
                let rows = codes::pages().map(|page| vec![page.code.to_owned(), page.title.to_owned()]);
                terminal.data(&super::catalog::table(&["CODE", "WHAT IT SAYS"], rows));
            }
        }
        return Ok(Exit::Done);
    };
    let wanted = code.trim().to_ascii_uppercase();
    let Some(page) = codes::page(&wanted) else {
        let close = closest(&wanted, codes::pages().map(|page| page.code));
        return Err(Failure::new(Diagnostic::error("E0914", format!("there is no code {code}")).did_you_mean(close)));
    };
    match args.format {
        Format::Json => terminal.json(&explain::json(&page)),
        Format::Text => terminal.data(&explain::text(&page, style(terminal.color_out), terminal.size().width)),
    }
    Ok(Exit::Done)
}
