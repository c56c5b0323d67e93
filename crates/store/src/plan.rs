//! Plans: kept by id, carried out at most once, and believed only when they were made with this state.
//!
//! A plan at rest, in the table or in a file, is a line of JSON (id, lineage, code) and the plan's own JSON with its
//! sensitive values sealed. The code is an HMAC over id, lineage and body; it is checked before anybody parses the body.

use crate::{
    error::{ErrorKind, StoreError},
    restored::history,
    seal::is_sealed,
    snapshot::place,
    store::Store,
};
use firma_model::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What the first line of a plan at rest says it is.
const FORMAT: &str = "firma.plan-file/1";
/// Plans nobody carried out are kept this many deep: each may be large, and an old one is stale anyway.
const KEPT: u32 = 20;
/// Why a plan made before a restored state was accepted is not believed: who approved it did not know what was lost.
const GIVEN_UP: &str = "it was made before this state was brought back from a copy";
/// The first line of a plan at rest is shorter than this.
const LONGEST_HEADER: u32 = 4096;

/// A plan kept in the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPlan {
    /// Its bytes, as they were given.
    pub bytes: Vec<u8>,
    /// When it was made.
    pub made: Timestamp,
    /// The run that carried it out.
    pub consumed_by: Option<u64>,
}

/// A plan read from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFile {
    /// Its id, as the file says.
    pub id: String,
    /// The lineage of the state it was made with, as the file says.
    pub lineage: String,
    /// Its bytes; sealed values are open only when it is verified.
    pub bytes: Vec<u8>,
    /// Whether it can be believed.
    pub verification: Verification,
}

/// Whether a plan can be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Made with this state, and unchanged since.
    Verified,
    /// Not, and why: to be shown as UNVERIFIED, never to be applied.
    Unverified(String),
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    id: String,
    lineage: String,
    /// The history of the state when the plan was made; empty before any restored state was accepted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    history: String,
    code: String,
}

impl Store {
    /// The bytes of a plan file: sealed, and provably from this state.
    pub fn plan_file(&mut self, id: &str, plan: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.refuse_restored()?;
        let Store { connection, keys, notices, path, .. } = self;
        let mut make = || {
            let lineage = keys.lineage().to_owned();
            let history = history(connection)?;
            let sealer = keys.make(connection, notices)?;
            let text =
                str::from_utf8(plan).map_err(|e| ErrorKind::Unexpected(format!("BUG: a plan is not text: {e}")))?;
            // A large plan is copied once, and that is into the file.
            let body = match memchr::memmem::find(plan, crate::mark::SENSITIVE.as_bytes()).is_some() {
                true => Cow::Owned(sealer.seal_text(&place::plan(id), text)?),
                false => Cow::Borrowed(text),
            };
            let code = hex::encode(sealer.plan_code(id, &history, body.as_bytes()));
            let header = Header { format: FORMAT.to_owned(), id: id.to_owned(), lineage, history, code };
            let header = serde_json::to_string(&header).map_err(|e| ErrorKind::Unexpected(e.to_string()))?;
            let mut file = Vec::with_capacity(header.len() + 1 + body.len());
            file.extend_from_slice(header.as_bytes());
            file.push(b'\n');
            file.extend_from_slice(body.as_bytes());
            Ok(file)
        };
        make().map_err(|e: StoreError| e.in_file(path))
    }

    /// Reads a plan file, verifies it, and opens its sealed values when it is verified. What is no plan file is an error.
    pub fn open_plan_file(&self, file: &[u8]) -> Result<PlanFile, StoreError> {
        self.read(|t| {
            let (plan, made_on) = self.verified(t, file)?;
            match plan.verification {
                Verification::Verified if made_on != history(t)? => {
                    Ok(PlanFile { verification: Verification::Unverified(GIVEN_UP.to_owned()), ..plan })
                }
                _ => Ok(plan),
            }
        })
    }

    /// Keeps a plan. The same plan again changes nothing. Old ones that nobody carried out make room.
    pub fn put_plan(&mut self, id: &str, plan: &[u8], at: Timestamp) -> Result<(), StoreError> {
        let file = self.plan_file(id, plan)?;
        self.write(|t| {
            t.execute(
                "INSERT INTO plan (id, made, body) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING",
                (id, at.0, &file),
            )?;
            t.execute(
                "DELETE FROM plan WHERE run IS NULL AND id <> ?1 AND id NOT IN
                 (SELECT id FROM plan WHERE run IS NULL ORDER BY made DESC, id LIMIT ?2)",
                (id, KEPT),
            )?;
            Ok(())
        })
    }

    /// A plan that was kept. One that cannot be verified is an error.
    pub fn plan(&self, id: &str) -> Result<Option<StoredPlan>, StoreError> {
        self.read(|t| {
            let row: Option<(Vec<u8>, i64, Option<u64>)> = t
                .query_row("SELECT body, made, run FROM plan WHERE id = ?1", [id], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()?;
            let Some((file, made, consumed_by)) = row else {
                return Ok(None);
            };
            // Also one made before a restored state was accepted: the calls its run left open are settled by it.
            let (plan, _) = self.verified(t, &file)?;
            match plan.verification {
                Verification::Verified if plan.id == id => {
                    Ok(Some(StoredPlan { bytes: plan.bytes, made: Timestamp(made), consumed_by }))
                }
                Verification::Verified => Err(ErrorKind::PlanUnverified(format!("it is plan {}", plan.id)).into()),
                Verification::Unverified(why) => Err(ErrorKind::PlanUnverified(why).into()),
            }
        })
    }

    /// Which run carried a plan out, if one did; also of plans that came as a file.
    pub fn plan_consumed_by(&self, id: &str) -> Result<Option<u64>, StoreError> {
        self.read(|t| {
            let row: Option<Option<u64>> =
                t.query_row("SELECT run FROM plan WHERE id = ?1", [id], |row| row.get(0)).optional()?;
            Ok(row.flatten())
        })
    }

    /// Marks a plan as carried out by a run. The same run may say it again; another one is refused.
    pub fn consume_plan(&mut self, id: &str, run: u64) -> Result<(), StoreError> {
        self.write(|t| {
            refuse_given_up(t, id)?;
            let taken = t.execute("UPDATE plan SET run = ?2 WHERE id = ?1 AND (run IS NULL OR run = ?2)", (id, run))?;
            if taken == 1 {
                return Ok(());
            }
            let by: Option<u64> =
                t.query_row("SELECT run FROM plan WHERE id = ?1", [id], |row| row.get(0)).optional()?;
            Err(match by {
                Some(run) => ErrorKind::PlanConsumed { id: id.to_owned(), run },
                None => ErrorKind::PlanUnknown(id.to_owned()),
            }
            .into())
        })
    }

    /// The plan of a file, and the history of the state it was made on.
    fn verified(&self, connection: &Connection, file: &[u8]) -> Result<(PlanFile, String), StoreError> {
        let (header, body) = split(file)?;
        let unverified = |why: &str| {
            let plan = PlanFile {
                id: header.id.clone(),
                lineage: header.lineage.clone(),
                bytes: body.as_bytes().to_vec(),
                verification: Verification::Unverified(why.to_owned()),
            };
            Ok((plan, header.history.clone()))
        };
        if header.lineage != self.lineage() {
            return unverified("it was made with another state");
        }
        let Some(sealer) = self.keys.open(connection)? else {
            return unverified("this state has made no plan yet");
        };
        if hex::encode(sealer.plan_code(&header.id, &header.history, body.as_bytes())) != header.code {
            return unverified("it was changed after it was made");
        }
        let open = if is_sealed(body) { sealer.unseal_text(&place::plan(&header.id), body)? } else { body.to_owned() };
        let plan = PlanFile {
            id: header.id,
            lineage: header.lineage,
            bytes: open.into_bytes(),
            verification: Verification::Verified,
        };
        Ok((plan, header.history))
    }
}

/// Refuses a kept plan that was made before a restored state was accepted. The interleaving: A plans and waits for approval;
/// the state is replaced by an older copy and accepted; A is approved and would carry out what the lost history may have.
fn refuse_given_up(connection: &Connection, id: &str) -> Result<(), StoreError> {
    let start: Option<Vec<u8>> = connection
        .prepare_cached("SELECT substr(body, 1, ?2) FROM plan WHERE id = ?1")?
        .query_row((id, LONGEST_HEADER), |row| row.get(0))
        .optional()?;
    let Some(start) = start else { return Ok(()) };
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match serde_json::from_slice::<Header>(line) {
        Ok(header) if header.history == history(connection)? => Ok(()),
        Ok(_) => Err(ErrorKind::PlanUnverified(GIVEN_UP.to_owned()).into()),
        Err(error) => Err(ErrorKind::PlanUnverified(format!("its first line cannot be read: {error}")).into()),
    }
}

/// Reads a plan file without any state: never verified, sealed values stay sealed. For showing it only.
pub fn read_plan_file(file: &[u8]) -> Result<PlanFile, StoreError> {
    let (header, body) = split(file)?;
    Ok(PlanFile {
        id: header.id,
        lineage: header.lineage,
        bytes: body.as_bytes().to_vec(),
        verification: Verification::Unverified("the state it was made with was not asked".to_owned()),
    })
}

fn split(file: &[u8]) -> Result<(Header, &str), StoreError> {
    let broken = || ErrorKind::PlanUnverified("this is not a plan file".to_owned());
    let text = str::from_utf8(file).map_err(|_| broken())?;
    let (header, body) = text.split_once('\n').ok_or_else(broken)?;
    let header: Header = serde_json::from_str(header).map_err(|_| broken())?;
    if header.format != FORMAT {
        return Err(
            ErrorKind::PlanUnverified(format!("its format is {}, this firma reads {FORMAT}", header.format)).into()
        );
    }
    Ok((header, body))
}
