//! A story being told: its rounds one after another in one laboratory, each looked at before it is applied.

use crate::{
    print::files,
    project::{Outside, Project},
    site::{Made, Refusal, Site, outline},
    story::Story,
};
use firma_emulator::Settings;
use firma_lab::Lab;
use firma_model::span::Source;
use firma_tests::simulation::operator;
use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};
use tokio::runtime::Builder;

/// One round before it is applied.
pub(crate) struct Round<'r> {
    pub(crate) site: &'r Site,
    pub(crate) files: &'r [Source],
    pub(crate) made: &'r Made,
    /// For what is chosen at random.
    pub(crate) seed: u64,
    /// Whether it is the beginning.
    pub(crate) first: bool,
}

impl Round<'_> {
    /// Another laboratory that stands where this one does.
    pub(crate) fn again(&self) -> Site {
        Site { lab: self.site.lab.freeze().thaw() }
    }
}

thread_local! {
    /// Codes of refusals that were met, for whoever asks with `--nocapture`.
    static REFUSED: RefCell<std::collections::BTreeMap<&'static str, u64>> = RefCell::default();
}

/// Refusals that this thread has met.
pub(crate) fn refusals() -> String {
    REFUSED.with_borrow(|all| format!("{all:?}"))
}

/// A laboratory whose cloud refuses nothing for want of quota.
pub(crate) fn laboratory(seed: u64) -> Lab {
    let settings = Settings { quotas: [("*".to_owned(), 10_000)].into(), ..Settings::default() };
    Lab::seeded(seed, settings)
}

/// Runs something on paused time. A panic is told like any other failure.
pub(crate) fn on_paused_time<F: Future<Output = Result<(), String>>>(what: impl FnOnce() -> F) -> Result<(), String> {
    let run = || {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        runtime.block_on(what())
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panic: {}", text.unwrap_or_default()))
    })
}

/// Tells a story: `look` sees each round that can be planned before it is applied, the beginning among them.
#[expect(clippy::needless_pass_by_value, reason = "a closure is written where it is passed")]
pub(crate) fn tell(story: &Story, look: impl AsyncFn(&Round<'_>) -> Result<(), String>) -> Result<(), String> {
    on_paused_time(async || {
        let site = Site { lab: laboratory(story.seed) };
        let mut project = Project::begin(story);
        round(&site, &project, story.seed, true, &look)
            .await?
            .map_err(|refusal| told(&project, "no beginning", &refusal))?;
        for (number, edits) in (1..).zip(&story.rounds) {
            let before = project.clone();
            let outside = project.edit(edits);
            for what in outside {
                meddle(&site, what);
            }
            // What somebody deletes goes on standing for a while, and what is on its way to its end cannot be changed.
            tokio::time::sleep(Duration::from_secs(600)).await;
            let seed = story.seed.wrapping_add(number);
            let Err(refusal) = round(&site, &project, seed, false, &look).await? else { continue };
            if !refusal.is_legitimate() {
                return Err(told(&project, "refused", &refusal));
            }
            REFUSED.with_borrow_mut(|all| refusal.0.iter().for_each(|(code, _)| *all.entry(code).or_default() += 1));
            // What happened outside has happened all the same.
            project = before;
            project.edit(&[]);
            match round(&site, &project, seed, false, &look).await? {
                Ok(()) => {}
                Err(refusal) if refusal.is_legitimate() => return Ok(()),
                Err(refusal) => return Err(told(&project, "refused", &refusal)),
            }
        }
        Ok(())
    })
}

/// One round: planned, looked at, applied to the end.
async fn round(
    site: &Site,
    project: &Project,
    seed: u64,
    first: bool,
    look: &impl AsyncFn(&Round<'_>) -> Result<(), String>,
) -> Result<Result<(), Refusal>, String> {
    let files = files(project);
    let made = match site.plan(&files).await {
        Ok(made) => made,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let round = Round { site, files: &files, made: &made, seed, first };
    let seen = match look(&round).await {
        Ok(()) => site.settle(&files).await,
        other => other,
    };
    seen.map_err(|error| format!("{error}\n--- the plan:{}\n{}", outline(&made.plan), manifests(project)))?;
    Ok(Ok(()))
}

fn told(project: &Project, what: &str, refusal: &Refusal) -> String {
    let lines: Vec<String> = refusal.0.iter().map(|(code, message)| format!("{code}: {message}")).collect();
    format!("{what}: {}\n{}", lines.join("\n"), manifests(project))
}

/// The manifests, for whoever reads a failure.
fn manifests(project: &Project) -> String {
    files(project).iter().map(|file| format!("--- {}\n{}", file.name, file.text)).collect()
}

/// What happens outside.
fn meddle(site: &Site, what: Outside) {
    match what {
        Outside::Drift(pick) => drop(operator::alter(&site.lab, u64::from(pick))),
        Outside::Lose(pick) => drop(operator::delete(&site.lab, u64::from(pick))),
        Outside::Forget(pick) => {
            let recorded = site.lab.recorded();
            let kinds = ["firma.value", "vpc.elastic_ip", "disk.disk"];
            let able: Vec<_> = recorded.records.values().filter(|r| kinds.contains(&r.kind.as_str())).collect();
            if let Some(record) = able.get(usize::from(pick) % able.len().max(1)) {
                site.forget(&record.address, &record.cloud_id);
            }
        }
    }
}
