//! Telling what happens while it happens: a live view on a terminal, plain lines elsewhere, JSON for programs.
//!
//! What is said is `firma-review`'s word; this only decides where it goes. A recorded run is told by the same code.

use crate::{
    Context,
    args::Events,
    exit::Failure,
    terminal::{Terminal, style},
};
use firma_api::transport::Clock;
use firma_client::WallClock;
use firma_engine::{Outcome, RunEvent};
use firma_model::time::Timestamp;
use firma_review::{
    Next,
    progress::{Lines, Tally, events, frame},
    run::{Report, summary},
};
use firma_store::Store;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// Steps of a run up to which finished ones stay on the screen above the live view: about a screen full.
const SCREEN: usize = 40;
/// Between two pictures of the live view.
const PICTURE: Duration = Duration::from_millis(200);

/// Where progress goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Live,
    Lines,
    Json,
    Nowhere,
}

/// Tells events, and adds them up.
pub(crate) struct Teller {
    terminal: Terminal,
    next: Next,
    way: Way,
    color: bool,
    tally: Tally,
    lines: Lines,
    /// Only one thing of many is drawn at once; events that come meanwhile wait for the next picture.
    drawn: Timestamp,
}

impl Teller {
    /// For a run that happens now.
    pub(crate) fn live(terminal: Terminal, how: Events, next: Next) -> Teller {
        let way = match how {
            Events::Auto if terminal.live => Way::Live,
            Events::Auto | Events::Lines => Way::Lines,
            Events::Json => Way::Json,
            Events::None => Way::Nowhere,
        };
        Teller::new(terminal, way, next, terminal.color_err)
    }

    /// For a run that happened: as it looked in a log.
    pub(crate) fn again(terminal: Terminal, next: Next) -> Teller {
        Teller::new(terminal, Way::Lines, next, terminal.color_out)
    }

    /// For programs that read a run that happened.
    pub(crate) fn as_json(terminal: Terminal, next: Next) -> Teller {
        Teller::new(terminal, Way::Json, next, false)
    }

    fn new(terminal: Terminal, way: Way, next: Next, color: bool) -> Teller {
        let lines = Lines::new(next.clone());
        Teller { terminal, next, way, color, tally: Tally::new(), lines, drawn: Timestamp(0) }
    }

    /// Tells one event; `say` prints a line.
    fn event(&mut self, at: Timestamp, event: &RunEvent, say: impl Fn(&str)) {
        self.tally.note(at, event);
        match self.way {
            Way::Json => self.terminal.data(&events::json(at, event)),
            Way::Nowhere => {}
            Way::Lines => {
                if let Some(text) = self.lines.tell(&self.tally, at, event) {
                    say(&text);
                }
            }
            Way::Live => {
                if let Some(text) = self.lines.tell(&self.tally, at, event).filter(|_| self.stays(event)) {
                    say(&text);
                }
                self.draw(at);
            }
        }
    }

    /// What stays on the screen above the live view.
    fn stays(&self, event: &RunEvent) -> bool {
        match event {
            RunEvent::StepDone { .. } => self.tally.steps.len() <= SCREEN,
            RunEvent::StepFailed { .. } | RunEvent::JournalLost { .. } | RunEvent::CallSettled(_) => true,
            _ => false,
        }
    }

    fn draw(&mut self, now: Timestamp) {
        if self.way != Way::Live || now.millis_since(self.drawn).unsigned_abs() < PICTURE.as_millis() as u64 {
            return;
        }
        self.drawn = now;
        let size = self.terminal.size();
        self.terminal.draw(&frame(&self.tally, now, size, style(self.color)));
    }

    /// Says how the run ended and what to do about what is not done.
    pub(crate) fn end(&self, say: impl Fn(&str)) {
        let report = Report::of(&self.tally);
        if self.way == Way::Live {
            self.terminal.draw(&[]);
        }
        if self.way == Way::Json {
            self.terminal.data(&events::report(&self.tally, &report, &self.next));
        }
        say(summary(&report, &self.next, style(self.color)).trim_end());
    }
}

/// Reads events until the run is over and tells them.
pub(crate) async fn tell(mut teller: Teller, mut events: UnboundedReceiver<RunEvent>) -> Teller {
    let terminal = teller.terminal;
    let mut pictures = tokio::time::interval(PICTURE);
    loop {
        tokio::select! {
            biased;
            event = events.recv() => match event {
                Some(event) => teller.event(WallClock.now(), &event, |text| terminal.note(text)),
                None => break,
            },
            // Time passes for those who wait, too.
            _ = pictures.tick(), if teller.way == Way::Live => teller.draw(WallClock.now()),
        }
    }
    teller
}

/// Tells events that are there already, to standard output or to the person.
pub(crate) fn retell(teller: &mut Teller, events: &[firma_plan::event::Stamped], say: impl Fn(&str)) {
    for stamped in events {
        teller.event(stamped.at, &stamped.event, &say);
    }
}

/// Says what earlier runs left open, if anything.
pub(crate) fn open_work(context: &Context, store: &Store) -> Result<(), Failure> {
    let open = store.open_intents()?;
    if !open.is_empty() {
        let names: Vec<String> = open
            .iter()
            .take(5)
            .map(|open| format!("{} {} (run {})", open.intent.action, open.intent.address, open.run))
            .collect();
        let more = open.len().saturating_sub(names.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let next = context.next("apply");
        context.terminal.note(&format!(
            "an earlier run left open: {}{more}; {} settles that first, {} does only that",
            names.join(", "),
            next.again(),
            next.recover()
        ));
    }
    Ok(())
}

/// The outputs as they are now.
pub(crate) fn outputs(outcome: &Outcome) -> String {
    let mut text = String::new();
    for (name, (value, sensitive)) in &outcome.outputs.values {
        let shown = match (*sensitive, firma_model::document::to_plain_json(value)) {
            (true, _) => "(sensitive)".to_owned(),
            (false, json @ (serde_json::Value::Array(_) | serde_json::Value::Object(_))) => {
                serde_json::to_string_pretty(&json).unwrap_or_default()
            }
            (false, json) => json.to_string(),
        };
        text.push_str(&format!("{name} = {shown}\n"));
    }
    text
}
