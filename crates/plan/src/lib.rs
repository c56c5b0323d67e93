//! From three worlds to a plan, and from a plan to the next step.
//!
//! Reading order: [`worlds`] (what goes in), [`step`] (what comes out), [`observe`], [`tags`] and [`lookup`] (which questions show the
//! observed world and answer look-ups), [`secret`], [`once`] (what a cloud shows once), [`redact`], [`parts`], [`compare`], [`elements`] and [`diff`] (what differs), [`drift`]
//! (what of it matters), [`failed`] and [`decide`] (what happens to each address, and why),
//! [`ephemeral`] (values that nothing keeps), [`triggers`] and [`conditions`] (what hangs on what happens elsewhere), [`moves`], [`imports`], [`removals`] and
//! [`renames`] (who is where now), `abreast`, `both`, [`walk`], [`nodes`] and [`table`] (values in dependency order), [`select`] (a part of the project), [`make`](mod@make) (the planner
//! itself), [`deferral`] and [`postponed`] (what waits for a later plan), [`reads`] (look-ups that wait for their turn in the apply), [`unique`] (keys that two objects cannot share), `create_first` (replacements that create before they destroy), [`order`](mod@order) (edges), [`lower`] (calls), [`preflight`], `looked` and [`basis`], [`audit`](mod@audit), [`format`](mod@format)
//! (the durable form). Then what carries a plan out: [`marker`], [`legible`], [`fill`], [`listing`] (the calls for whoever reviews), [`recording`], [`wait`], [`outputs`](mod@outputs),
//! [`recover`], [`progress`], the one transition function, [`resume`] (what an interrupted run left of a plan), and [`event`], what a run tells those who watch. Nothing here does I/O: the planner is given answers and
//! returns questions, and an apply is a sequence of transitions.

pub mod worlds;
pub mod step;
pub mod postponed;
pub mod observe;
pub mod sorts;
pub mod tags;
pub mod lookup;
pub mod secret;
pub mod once;
pub mod redact;
pub mod parts;
pub mod compare;
pub mod elements;
pub mod diff;
mod ignore;
pub mod drift;
pub mod failed;
pub mod decide;
pub mod ephemeral;
mod abreast;
mod both;
pub mod walk;
pub mod nodes;
pub mod table;
pub mod conditions;
pub mod due;
pub mod triggers;
pub mod moves;
pub mod imports;
pub mod removals;
pub mod renames;
mod keyless;
mod known_now;
pub mod terms;
mod steps;
mod vanished;
pub mod select;
pub mod make;
pub mod unique;
mod create_first;
pub mod deferral;
pub mod reads;
pub mod order;
pub mod lower;
pub mod preflight;
mod looked;
pub mod basis;
mod claims;
pub mod audit;
pub mod format;
pub mod marker;
pub mod legible;
pub mod fill;
pub mod listing;
pub mod recording;
pub mod wait;
pub mod outputs;
pub mod recover;
pub mod progress;
pub mod resume;
pub mod event;

pub use deferral::foresee;
pub use firma_catalog::procedure;
pub use make::{plan, plan_beside};
pub use worlds::{Options, Preflight, Worlds};
