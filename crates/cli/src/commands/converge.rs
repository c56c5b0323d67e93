//! `firma apply --converge`: plans and applies again until nothing is left.

use crate::{
    Context,
    args::{CarryingArgs, PlanningArgs},
    commands::apply,
    exit::{Exit, Failure, Outcome},
};
use firma_model::diagnostic::Diagnostic;
use firma_plan::step::Plan;

/// Rounds where none are given.
pub(crate) const USUAL_ROUNDS: &str = "10";

/// Runs rounds until one leaves nothing for another, at most `bound`.
///
/// A round that fails or is interrupted ends it as it ends an apply: what is left is what the next apply finds.
pub(crate) async fn run(context: &Context, planning: &PlanningArgs, carrying: &CarryingArgs, bound: u32) -> Outcome {
    let mut before = None;
    for round in 1..=bound {
        context.terminal.note(&format!("round {round} of at most {bound}"));
        let mut progress = |plan: &Plan| {
            let now = Doing::of(plan);
            let same = before.as_ref() == Some(&now);
            before = Some(now);
            if same { Err(no_progress(round)) } else { Ok(()) }
        };
        match apply::round(context, planning, carrying, "apply", &mut progress).await? {
            Exit::More => {}
            other => {
                if other == Exit::Done && round > 1 {
                    context.terminal.note(&format!("nothing is left after {round} rounds"));
                }
                return Ok(other);
            }
        }
    }
    let again = context.next("apply").command("apply --converge");
    context.terminal.note(&format!("stopped after {bound} rounds with more to do; {again} goes on"));
    Ok(Exit::More)
}

fn no_progress(round: u32) -> Failure {
    let message = format!("round {round} would do again what round {} did, so nothing comes of it", round - 1);
    Failure::new(
        Diagnostic::error("E0937", message).hint(
            "look at what waits, and for what: `firma plan` lists it; then give a value of your own in its place",
        ),
    )
}

/// What a plan would do, as far as progress shows in it.
#[derive(Debug, PartialEq, Eq)]
struct Doing {
    steps: Vec<(String, &'static str)>,
    postponed: Vec<String>,
}

impl Doing {
    fn of(plan: &Plan) -> Doing {
        Doing {
            steps: plan.steps.iter().map(|step| (step.address.to_string(), step.leg.as_str())).collect(),
            postponed: plan.postponed.iter().map(|postponed| postponed.what.name()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Doing, no_progress};
    use firma_plan::{
        postponed::{Postponed, What},
        step::Plan,
    };

    #[test]
    fn a_round_that_repeats_the_one_before_is_refused() {
        let waiting = |name: &str| Plan {
            postponed: vec![Postponed {
                what: What::Output { name: name.to_owned() },
                waits: Vec::new(),
                stays: Vec::new(),
            }],
            ..Plan::default()
        };
        assert_eq!(Doing::of(&waiting("a")), Doing::of(&waiting("a")));
        assert_ne!(Doing::of(&waiting("a")), Doing::of(&waiting("b")));
        assert_eq!(no_progress(3).diagnostics.list[0].code, "E0937");
    }
}
