//! The id of an object whose create call answers nothing: a list shows it.

use crate::{
    ask,
    run::{SENDS, StepRun},
};
use firma_client::Priority;
use firma_model::{
    fault::{Fault, FaultKind},
    observed::Sighting,
};
use firma_plan::{observe, recover};
use std::{collections::BTreeSet, time::Duration};

/// Between two looks at the list.
const AGAIN: Duration = Duration::from_secs(3);

/// The one object that was not there before the call and looks like what was asked for. The cloud has said that it was made,
/// so it is looked for as long as a list may lag behind.
///
/// # Errors
/// Nothing came to show, several things did, or the list cannot be read: then somebody has to say which it is.
pub(crate) async fn newcomer(run: &StepRun<'_>, before: Option<&[String]>) -> Result<(String, Sighting), Fault> {
    let region = run.step.region.as_deref();
    let within = observe::parents(run.procedure, &run.attributes);
    let mut blocked = 0;
    loop {
        let settled = !run.may_still_arrive();
        match ask::inventory(&run.run.cloud, run.procedure, region, &within, Priority::Reserved).await {
            Ok(items) => {
                let mut seen = recover::sightings(run.procedure, region, &within, &items);
                let new = recover::candidates(run.procedure, &seen, before, &BTreeSet::new(), &run.attributes);
                match &new[..] {
                    [id] => {
                        let sighting = seen.remove(id).expect("BUG: a candidate was seen");
                        return Ok((id.clone(), sighting));
                    }
                    [] if settled => return Err(unnamed(run, "it was made, and no list shows it")),
                    [] => {}
                    _ => return Err(unnamed(run, &format!("it was made, and it may be any of {}", new.join(", ")))),
                }
            }
            Err(why) => {
                blocked += 1;
                if settled || blocked > SENDS {
                    return Err(unnamed(run, &format!("it was made, and its list cannot be read: {why}")));
                }
            }
        }
        run.run.cloud.clock().sleep(AGAIN).await;
    }
}

fn unnamed(run: &StepRun<'_>, message: &str) -> Fault {
    run.fault(FaultKind::Ambiguous, message.to_owned())
}
