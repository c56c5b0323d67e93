//! `firma doctor`'s questions, one after the other: the state, its files, then what the cloud says.

use crate::{
    Context,
    exit::Failure,
    ops::{
        carrying::now,
        cloud::{self, Door},
        files, holder,
        patience::patiently,
        project::Loaded,
        state,
    },
};
use firma_catalog::Catalog;
use firma_manifest::Endpoint;
use firma_model::{address::KindId, diagnostic::Diagnostic, record::Status};
use firma_store::{Checked, Store, examine, library, read_plan_file};
use std::{collections::BTreeSet, fs};

/// Larger files are no plans.
const PLAN_LIMIT: u64 = 256 << 20;
/// Clocks closer than this are never a reason for anything.
const SKEW_MILLIS: i64 = 5_000;
/// From here on calls are refused: signatures, tokens and leases rely on time.
const SKEW_LIMIT: i64 = 60_000;

/// Asks everything; the cloud only if it may be asked.
pub(crate) async fn all(context: &Context, loaded: &Loaded, offline: bool) -> Vec<Checked> {
    let mut checks = vec![Checked { name: "library", says: format!("SQLite {}", library()), findings: Vec::new() }];
    let path = loaded.state_path();
    let store = match loaded.settings.endpoint == Endpoint::Emulator && !path.exists() {
        true => {
            checks.push(fine("file", "none yet; the first apply makes it"));
            None
        }
        false => {
            let mut about = examine(&path, &state::marks(loaded), now());
            // An opened state is migrated and looked into, which is not for a state that has something wrong.
            let sound = about.iter().any(|check| check.name == "mark")
                && about.iter().all(|check| check.name == "mark" || !has_errors(check));
            let store = if sound { state::quietly(loaded).ok() } else { None };
            if let Some(store) = &store {
                tell_the_dead(&mut about, store);
                about.extend(unfinished(context, store));
            }
            checks.extend(about);
            store
        }
    };
    checks.push(plans(context, loaded, store.as_ref()));
    if !offline {
        the_cloud(context, loaded, store.as_ref(), &mut checks).await;
    }
    checks
}

/// Whether something is wrong, rather than worth a look.
pub(crate) fn has_errors(check: &Checked) -> bool {
    use firma_model::diagnostic::Severity;
    check.findings.iter().any(|finding| finding.severity == Severity::Error)
}

fn fine(name: &'static str, says: impl Into<String>) -> Checked {
    Checked { name, says: says.into(), findings: Vec::new() }
}

fn found(name: &'static str, says: impl Into<String>, finding: Diagnostic) -> Checked {
    Checked { name, says: says.into(), findings: vec![finding] }
}

/// The store knows who holds the lease; only here is it known whether that process lives.
fn tell_the_dead(checks: &mut [Checked], store: &Store) {
    let Ok(Some(held)) = store.holder() else { return };
    let Some(check) = checks.iter_mut().find(|check| check.name == "lease") else { return };
    if holder::is_dead(&held.holder) {
        check.says = format!("{} held it and is dead; the next run takes it", holder::shown(&held.holder));
    }
}

/// Objects that no apply has finished.
fn unfinished(context: &Context, store: &Store) -> Option<Checked> {
    let recorded = store.snapshot().ok()?;
    let records = recorded.records.values().chain(&recorded.deposed);
    let of: Vec<String> = records
        .filter(|record| record.status != Status::Ready)
        .map(|record| format!("{} ({})", record.address, record.status.as_str()))
        .collect();
    if of.is_empty() {
        return Some(fine("objects", "none is unfinished"));
    }
    let more = of.len().saturating_sub(5);
    let shown = of.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let finding = Diagnostic::warning("E0919", format!("not finished: {shown}{more}"));
    Some(found("objects", "", finding.hint(format!("{} goes on with them", context.next("apply").again()))))
}

/// Plan files that lie about: they hold sealed values, and most of them are of no use any more.
fn plans(context: &Context, loaded: &Loaded, store: Option<&Store>) -> Checked {
    let (mut fit, mut used_up, mut findings) = (0, Vec::new(), Vec::new());
    let mut entries: Vec<_> = fs::read_dir(&loaded.directory).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let Ok(metadata) = fs::metadata(&path) else { continue };
        let size = metadata.len();
        // A manifest is never a plan, and the header of a plan is longer than this.
        if !metadata.is_file() || !(64..PLAN_LIMIT).contains(&size) || name.ends_with(".toml") {
            continue;
        }
        if !files::begins_like_a_plan(&path) {
            continue;
        }
        if name.ends_with(".part") {
            let text = format!("`{name}` is the beginning of a plan that was never written to its end");
            findings.push(Diagnostic::warning("E0917", text).hint(format!("rm {}", path.display())));
            continue;
        }
        let Ok(Ok(plan)) = files::read_plan(&path).map(|bytes| read_plan_file(&bytes)) else { continue };
        match store.and_then(|store| store.plan_consumed_by(&plan.id).ok().flatten()) {
            Some(run) => used_up.push(format!("{name} (run {run})")),
            None => fit += 1,
        }
    }
    if !used_up.is_empty() {
        let text = format!("plan files that were carried out already: {}", used_up.join(", "));
        let next = context.next("apply").plan();
        findings.push(Diagnostic::warning("E0917", text).hint(format!("remove them; {next} makes new ones")));
    }
    let says = match fit {
        0 => "no plan file waits".to_owned(),
        1 => "1 plan file waits to be carried out".to_owned(),
        n => format!("{n} plan files wait to be carried out"),
    };
    Checked { name: "plans", says, findings }
}

async fn the_cloud(context: &Context, loaded: &Loaded, store: Option<&Store>, checks: &mut Vec<Checked>) {
    let door = match cloud::open(loaded) {
        Ok(door) => door,
        Err(failure) => {
            let name = if loaded.settings.endpoint == Endpoint::Emulator { "endpoint" } else { "credentials" };
            checks.push(Checked { name, says: String::new(), findings: failure.diagnostics.list });
            return;
        }
    };
    if door.embedded.is_some() {
        checks.push(fine("endpoint", "the embedded cloud answers"));
    } else if let Err(failed) = credentials(context, &door, store, checks).await {
        checks.extend(failed);
        return;
    }
    if let Some(store) = store {
        checks.push(strays(context, &door, store).await);
    }
}

/// Endpoint, credentials and clock: one call tells all three. What fails keeps the rest from being asked.
async fn credentials(
    context: &Context,
    door: &Door,
    store: Option<&Store>,
    checks: &mut Vec<Checked>,
) -> Result<(), Option<Checked>> {
    let account = patiently(context.terminal, door, cloud::account(door)).await;
    let skew = door.cloud.skew();
    match account {
        Ok(account) => {
            checks.push(fine("endpoint", format!("{} answers", door.endpoint)));
            checks.push(pinned(&account, store, door));
            checks.push(clock(skew));
            Ok(())
        }
        Err(Failure { diagnostics, .. }) => {
            let stranger = diagnostics.list.iter().any(|finding| finding.code == "E0712");
            if stranger {
                checks.push(fine("endpoint", format!("{} answers", door.endpoint)));
            }
            let name = if stranger { "credentials" } else { "endpoint" };
            checks.push(Checked { name, says: String::new(), findings: diagnostics.list });
            Err(skew.map(|skew| clock(Some(skew))))
        }
    }
}

/// Whose credentials these are, and whether the state is that account's.
fn pinned(account: &str, store: Option<&Store>, door: &Door) -> Checked {
    let says = account.replace(':', " ");
    let owner = store.and_then(|store| store.account().ok().flatten());
    match owner {
        Some(owner) if owner != account && owner != cloud::by_key(&door.access_key) => found(
            "credentials",
            says,
            Diagnostic::error("E0619", format!("the state belongs to {owner}, the credentials are of {account}"))
                .hint("use the credentials of the account that owns these objects"),
        ),
        Some(_) => fine("credentials", format!("{says}, whose state this is")),
        None => fine("credentials", format!("{says}; the first apply makes the state its own")),
    }
}

fn clock(skew: Option<i64>) -> Checked {
    match skew {
        None => fine("clock", "the cloud does not tell its time"),
        Some(skew) if skew.abs() <= SKEW_MILLIS => fine("clock", "as the cloud's"),
        Some(skew) => {
            let sentence = firma_client::skew::sentence(skew);
            let hint = "set this machine's clock; signatures are good for some minutes only";
            match skew.abs() > SKEW_LIMIT {
                true => found("clock", "", Diagnostic::error("E0916", sentence).hint(hint)),
                false => found("clock", "", Diagnostic::warning("E0916", sentence).hint(hint)),
            }
        }
    }
}

/// Objects that carry this project's marker and that nobody recorded.
async fn strays(context: &Context, door: &Door, store: &Store) -> Checked {
    let asked = async {
        let markers = store.markers().map_err(|error| error.diagnostic())?;
        let recorded = store.snapshot().map_err(|error| error.diagnostic())?;
        let open = store.open_intents().map_err(|error| error.diagnostic())?;
        let known: BTreeSet<String> =
            recorded.records.values().chain(&recorded.deposed).map(|record| record.cloud_id.clone()).collect();
        let procedure = |kind: &str| Catalog::builtin().kind(&KindId::new(kind));
        let orphans =
            patiently(context.terminal, door, firma_engine::orphans(&door.cloud, &markers, &known, &procedure))
                .await
                .map_err(|fault| Diagnostic::warning("E0918", format!("the cloud could not be searched: {fault}")))?;
        // What an open call may have made is told as that.
        let open: BTreeSet<_> = open.into_iter().map(|open| open.intent.address).collect();
        Ok::<_, Diagnostic>(orphans.into_iter().filter(|orphan| !open.contains(&orphan.address)).collect::<Vec<_>>())
    };
    match asked.await {
        Ok(orphans) => Checked {
            name: "strays",
            says: "every object with a mark of this project is recorded".to_owned(),
            findings: orphans
                .iter()
                .map(|orphan| {
                    let place = orphan.region.as_deref().map(|region| format!(" in {region}")).unwrap_or_default();
                    Diagnostic::warning(
                        "E0918",
                        format!(
                            "{}{place} was made by this project for {} and is not recorded",
                            orphan.id, orphan.address
                        ),
                    )
                    .hint("look at it in the console, and delete it there if nobody needs it")
                })
                .collect(),
        },
        Err(finding) => found("strays", "", finding),
    }
}
