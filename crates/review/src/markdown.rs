//! The plan as Markdown, for a comment on a merge request: the counts, then one collapsed block with the whole text.

use crate::{style::Style, text, view::View};

/// The plan as Markdown.
pub fn plan(view: &View) -> String {
    let summary = &view.summary;
    let mut out = String::from("### Firma plan\n\n");
    if let Some(why) = &view.unverified {
        out.push_str(&format!("> **UNVERIFIED:** {}\n\n", entities(&crate::escape::line(why))));
    }
    if summary.changes() + summary.deferred > 0 {
        out.push_str("| replace | delete | update | create | move | forget | write down | deferred | unchanged |\n");
        out.push_str("|---|---|---|---|---|---|---|---|---|\n");
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n\n",
            summary.replace,
            summary.delete,
            summary.update,
            summary.create,
            summary.moved,
            summary.forget,
            summary.record,
            summary.deferred,
            summary.no_op
        ));
    }
    if view.scope.left_out > 0 {
        // What somebody wrote on a command line must not become markup.
        let scope = view.scope.to_string();
        let fence = "`".repeat(scope.split(|c| c != '`').map(str::len).max().unwrap_or(0) + 1);
        out.push_str(&format!("> **This plan is partial:** {fence} {} {fence}\n\n", crate::escape::line(&scope)));
    }
    let body = text::plan(view, Style::Plain);
    let fence = fence(&body);
    out.push_str(&format!("<details><summary>{}</summary>\n\n", entities(&text::headline(view, Style::Plain))));
    out.push_str(&format!("{fence}text\n{body}{fence}\n\n</details>\n"));
    out
}

/// A fence longer than any run of backticks inside.
fn fence(body: &str) -> String {
    let longest = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
