//! `firma graph`: what depends on what, drawn.

use crate::{
    Context,
    args::{GraphArgs, GraphFormat, InputArgs, PlanningArgs},
    exit::{Exit, Outcome},
    ops::planning,
};
use firma_review::graph::Graph;

/// Runs it.
pub(crate) async fn run(context: &Context, args: &GraphArgs) -> Outcome {
    let graph = match args.plan {
        true => {
            let input = InputArgs { variables: args.variables.clone(), refresh: true, ..InputArgs::default() };
            let made = planning::make(context, &PlanningArgs { input, ..PlanningArgs::default() }).await?;
            context.terminal.diagnostics(&made.diagnostics, &made.sources);
            Graph::of_plan(&made.plan)
        }
        false => {
            let checked = super::validate::check(context, &args.variables)?;
            context.terminal.diagnostics(&checked.diagnostics, &checked.sources);
            Graph::of_desired(&checked.desired)
        }
    };
    context.terminal.data(&match args.format {
        GraphFormat::Dot => graph.dot(),
        GraphFormat::Mermaid => graph.mermaid(),
    });
    Ok(Exit::Done)
}
