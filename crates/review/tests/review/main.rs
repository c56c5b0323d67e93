//! What a plan, a run and a finding look like, kept as snapshots, and what must never be seen in any of them.

mod plans;
mod text;
mod json;
mod hostile;
mod told;
mod progress;
mod runs;
mod diagnostics;
