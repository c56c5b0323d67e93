//! Progress in plain lines, for a log: every step of a small run, only what matters of a large one.

use super::{
    tally::Tally,
    words::{counted, did, doing, seconds, settled, span},
};
use crate::{escape::line, next::Next};
use firma_model::time::Timestamp;
use firma_plan::{event::RunEvent, step::Leg};

/// Steps beyond which not every one of them is told.
const MANY: usize = 200;
/// Failures told one by one; the summary has them all, grouped.
const FAILURES: usize = 50;
/// Nothing said for so long, a line says that it still goes on: machines that watch a log kill what is silent.
const SILENCE: i64 = 30_000;
/// Lines about the progress of a large run, at most.
const TENTHS: usize = 10;

/// A printer of lines; gives text, in lines without a break at the end.
#[derive(Clone, Debug)]
pub struct Lines {
    next: Next,
    spoke: Timestamp,
    tenth: usize,
    failures: usize,
}

impl Lines {
    /// Before anything was said.
    pub fn new(next: Next) -> Lines {
        Lines { next, spoke: Timestamp::default(), tenth: 0, failures: 0 }
    }

    /// What to say about an event that `tally` has already taken note of.
    pub fn tell(&mut self, tally: &Tally, at: Timestamp, event: &RunEvent) -> Option<String> {
        let text = self.line(tally, at, event)?;
        self.spoke = at;
        Some(text)
    }

    fn line(&mut self, tally: &Tally, at: Timestamp, event: &RunEvent) -> Option<String> {
        let few = tally.steps.len() <= MANY;
        match event {
            RunEvent::Started { run, steps, .. } => Some(match steps.len() {
                0 => format!("run {run}"),
                n => format!("run {run}: {}", counted(n, "step")),
            }),
            RunEvent::StepStarted { address, leg, .. } => (few && !matches!(leg, Leg::Record | Leg::Forget))
                .then(|| format!("  {} {}", doing(*leg), line(&address.to_string()))),
            RunEvent::StepDone { address, leg, cloud_id, elapsed, .. } => match few {
                true => {
                    let id = if cloud_id.is_empty() { String::new() } else { format!(" ({})", line(cloud_id)) };
                    Some(format!("  {} {}{id} in {}", did(*leg), line(&address.to_string()), span(*elapsed)))
                }
                false => self.now_and_then(tally, at),
            },
            RunEvent::StepFailed { address, leg, fault, unresolved, .. } => {
                self.failures += 1;
                if self.failures > FAILURES {
                    return (self.failures == FAILURES + 1)
                        .then(|| "  further failures are counted; the summary at the end names them all".to_owned());
                }
                let what = if *unresolved { "unknown outcome" } else { "failed" };
                let address = line(&address.to_string()).into_owned();
                Some(format!("  {what} {address} ({}): {}", leg.as_str(), line(&fault.to_string())))
            }
            // One line for what a failure takes with it is in the summary; a hundred here hide the failure.
            RunEvent::StepSkipped { .. } => None,
            RunEvent::StepWaiting { .. } => self.still_there(tally, at),
            RunEvent::CallSettled(one) => Some(format!("  {}", settled(one, &self.next))),
            RunEvent::JournalLost { code, message } => Some(format!("  stopping, {code}: {}", line(message))),
            RunEvent::CallMade { .. }
            | RunEvent::OutputBroken { .. }
            | RunEvent::ConditionMissed { .. }
            | RunEvent::Finished { .. } => None,
        }
    }

    /// Of a large run, every tenth.
    fn now_and_then(&mut self, tally: &Tally, at: Timestamp) -> Option<String> {
        let tenth = tally.over_count() * TENTHS / tally.steps.len().max(1);
        if tenth <= self.tenth && at.millis_since(self.spoke) < SILENCE {
            return None;
        }
        self.tenth = self.tenth.max(tenth);
        Some(totals(tally, at))
    }

    /// After a long silence: what is waited for longest.
    fn still_there(&mut self, tally: &Tally, at: Timestamp) -> Option<String> {
        if at.millis_since(self.spoke) < SILENCE {
            return None;
        }
        let ((address, _), running) = tally.running.iter().min_by_key(|((_, step), running)| (running.since, *step))?;
        let status = running.status.as_deref().map(|status| format!("{}, ", line(status))).unwrap_or_default();
        let usual = match running.usual {
            0 => String::new(),
            usual => format!(" of usually {}", seconds(usual)),
        };
        Some(format!(
            "{}; longest: {} {} ({status}{}{usual})",
            totals(tally, at),
            doing(running.leg),
            line(&address.to_string()),
            seconds(at.millis_since(running.since)),
        ))
    }
}

fn totals(tally: &Tally, at: Timestamp) -> String {
    let mut parts = vec![format!("{} of {} done", tally.done, tally.steps.len())];
    let more = [(tally.running.len(), "running"), (tally.failed, "failed"), (tally.skipped, "skipped")];
    parts.extend(more.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
    let rate = tally.rate(at);
    if rate > 0.0 {
        parts.push(format!("{rate:.1} calls/s"));
    }
    format!("  {} after {}", parts.join(", "), seconds(at.millis_since(tally.started)))
}
