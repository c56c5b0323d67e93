//! An event as the JSON text that the journal keeps and hashes.

use super::record::{RecordRow, raw, undecodable};
use crate::error::{ErrorKind, StoreError};
use firma_model::{
    document::Document,
    event::{EventBody, Intent},
    fault::{Fault, FaultKind},
    record::Record,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The form written now.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct EventRow<'a> {
    v: u32,
    #[serde(borrow)]
    body: BodyRow<'a>,
}

/// Only the version, to tell a newer form from a damaged one.
#[derive(Deserialize)]
struct VersionRow {
    v: u32,
}

#[derive(Serialize, Deserialize)]
struct FaultRow {
    kind: String,
    service: String,
    operation: String,
    http_status: Option<u16>,
    code: Option<i64>,
    status: Option<String>,
    message: String,
    request_id: Option<String>,
}

impl FaultRow {
    fn of(fault: &Fault) -> FaultRow {
        FaultRow {
            kind: fault.kind.as_str().to_owned(),
            service: fault.service.clone(),
            operation: fault.operation.clone(),
            http_status: fault.http_status,
            code: fault.code,
            status: fault.status.clone(),
            message: fault.message.clone(),
            request_id: fault.request_id.clone(),
        }
    }

    fn fault(self) -> Result<Fault, StoreError> {
        let kind = FaultKind::parse(&self.kind).ok_or_else(|| undecodable(format!("unknown fault `{}`", self.kind)))?;
        Ok(Fault {
            kind,
            service: self.service,
            operation: self.operation,
            http_status: self.http_status,
            code: self.code,
            status: self.status,
            message: self.message,
            request_id: self.request_id,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct IntentRow<'a> {
    step: u32,
    call: u32,
    address: String,
    #[serde(borrow)]
    deposed: Cow<'a, str>,
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    class: Cow<'a, str>,
    #[serde(borrow)]
    service: Cow<'a, str>,
    #[serde(borrow)]
    operation: Cow<'a, str>,
    region: Option<String>,
    #[serde(borrow)]
    cloud_id: Cow<'a, str>,
    #[serde(borrow)]
    parameters: &'a RawValue,
    #[serde(borrow)]
    body_hash: Cow<'a, str>,
    token: Option<String>,
    marker: Option<String>,
    ids_before: Option<Vec<String>>,
}

impl IntentRow<'_> {
    fn of(intent: &Intent) -> Result<IntentRow<'_>, StoreError> {
        Ok(IntentRow {
            step: intent.step,
            call: intent.call,
            address: intent.address.to_string(),
            deposed: Cow::Borrowed(&intent.deposed),
            action: Cow::Borrowed(&intent.action),
            class: Cow::Borrowed(&intent.class),
            service: Cow::Borrowed(&intent.service),
            operation: Cow::Borrowed(&intent.operation),
            region: intent.region.clone(),
            cloud_id: Cow::Borrowed(&intent.cloud_id),
            parameters: raw(&intent.parameters)?,
            body_hash: Cow::Borrowed(&intent.body_hash),
            token: intent.token.clone(),
            marker: intent.marker.clone(),
            ids_before: intent.ids_before.clone(),
        })
    }

    fn intent(self) -> Result<Intent, StoreError> {
        Ok(Intent {
            step: self.step,
            call: self.call,
            address: self.address.parse().map_err(undecodable)?,
            deposed: self.deposed.into_owned(),
            action: self.action.into_owned(),
            class: self.class.into_owned(),
            service: self.service.into_owned(),
            operation: self.operation.into_owned(),
            region: self.region,
            cloud_id: self.cloud_id.into_owned(),
            parameters: Document::from_text(self.parameters.get()),
            body_hash: self.body_hash.into_owned(),
            token: self.token,
            marker: self.marker,
            ids_before: self.ids_before,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct OutputRow<'a> {
    name: String,
    #[serde(borrow)]
    value: &'a RawValue,
    sensitive: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BodyRow<'a> {
    #[serde(borrow)]
    Begin(Box<IntentRow<'a>>),
    Accepted {
        step: u32,
        call: u32,
        #[serde(borrow)]
        record: Option<Box<RecordRow<'a>>>,
        request_id: Option<String>,
    },
    Refused {
        step: u32,
        call: u32,
        fault: FaultRow,
    },
    Unresolved {
        step: u32,
        call: u32,
        fault: FaultRow,
    },
    Done {
        step: u32,
        #[serde(borrow)]
        record: Box<RecordRow<'a>>,
    },
    Found {
        step: u32,
        #[serde(borrow)]
        answer: &'a RawValue,
    },
    Removed {
        step: u32,
        address: String,
        deposed: String,
        cloud_id: String,
        how: String,
    },
    Deposed {
        step: u32,
        address: String,
        deposed: String,
    },
    Failed {
        step: u32,
        fault: FaultRow,
        #[serde(borrow)]
        record: Option<Box<RecordRow<'a>>>,
    },
    Skipped {
        step: u32,
        because: String,
    },
    Settled {
        run: u64,
        step: u32,
        call: u32,
        how: String,
        #[serde(borrow)]
        record: Option<Box<RecordRow<'a>>>,
    },
    Restored {
        difference: String,
        serial: u64,
        run: u64,
        epoch: u64,
    },
    #[serde(borrow)]
    Outputs(Vec<OutputRow<'a>>),
}

fn record(record: &Option<Record>) -> Result<Option<Box<RecordRow<'_>>>, StoreError> {
    record.as_ref().map(|r| RecordRow::of(r).map(Box::new)).transpose()
}

/// The text of an event.
pub(crate) fn encode_event(body: &EventBody) -> Result<String, StoreError> {
    let row = match body {
        EventBody::Begin(intent) => BodyRow::Begin(Box::new(IntentRow::of(intent)?)),
        EventBody::Accepted { step, call, record: r, request_id } => {
            BodyRow::Accepted { step: *step, call: *call, record: record(r)?, request_id: request_id.clone() }
        }
        EventBody::Refused { step, call, fault } => {
            BodyRow::Refused { step: *step, call: *call, fault: FaultRow::of(fault) }
        }
        EventBody::Unresolved { step, call, fault } => {
            BodyRow::Unresolved { step: *step, call: *call, fault: FaultRow::of(fault) }
        }
        EventBody::Done { step, record } => BodyRow::Done { step: *step, record: Box::new(RecordRow::of(record)?) },
        EventBody::Found { step, answer } => BodyRow::Found { step: *step, answer: raw(answer)? },
        EventBody::Removed { step, address, deposed, cloud_id, how } => BodyRow::Removed {
            step: *step,
            address: address.to_string(),
            deposed: deposed.clone(),
            cloud_id: cloud_id.clone(),
            how: how.clone(),
        },
        EventBody::Deposed { step, address, deposed } => {
            BodyRow::Deposed { step: *step, address: address.to_string(), deposed: deposed.clone() }
        }
        EventBody::Failed { step, fault, record: r } => {
            BodyRow::Failed { step: *step, fault: FaultRow::of(fault), record: record(r)? }
        }
        EventBody::Skipped { step, because } => BodyRow::Skipped { step: *step, because: because.clone() },
        EventBody::Settled { run, step, call, how, record: r } => {
            BodyRow::Settled { run: *run, step: *step, call: *call, how: how.clone(), record: record(r)? }
        }
        EventBody::Restored { difference, serial, run, epoch } => {
            BodyRow::Restored { difference: difference.clone(), serial: *serial, run: *run, epoch: *epoch }
        }
        EventBody::Outputs(outputs) => BodyRow::Outputs(
            outputs
                .iter()
                .map(|(name, value, sensitive)| {
                    Ok(OutputRow { name: name.clone(), value: raw(value)?, sensitive: *sensitive })
                })
                .collect::<Result<_, StoreError>>()?,
        ),
    };
    serde_json::to_string(&EventRow { v: VERSION, body: row }).map_err(undecodable)
}

/// The event of a text; records in it get the event's serial as their version.
pub(crate) fn decode_event(text: &str, serial: u64) -> Result<EventBody, StoreError> {
    let row: EventRow<'_> = match serde_json::from_str(text) {
        Ok(row) => row,
        Err(error) => {
            return Err(match serde_json::from_str::<VersionRow>(text) {
                Ok(VersionRow { v }) if v > VERSION => ErrorKind::Newer { found: v, known: VERSION }.into(),
                _ => undecodable(format!("event {serial}: {error}")),
            });
        }
    };
    let record = |row: Option<Box<RecordRow<'_>>>| row.map(|r| r.record(serial)).transpose();
    Ok(match row.body {
        BodyRow::Begin(intent) => EventBody::Begin(intent.intent()?),
        BodyRow::Accepted { step, call, record: r, request_id } => {
            EventBody::Accepted { step, call, record: record(r)?, request_id }
        }
        BodyRow::Refused { step, call, fault } => EventBody::Refused { step, call, fault: fault.fault()? },
        BodyRow::Unresolved { step, call, fault } => EventBody::Unresolved { step, call, fault: fault.fault()? },
        BodyRow::Done { step, record } => EventBody::Done { step, record: record.record(serial)? },
        BodyRow::Found { step, answer } => EventBody::Found { step, answer: Document::from_text(answer.get()) },
        BodyRow::Removed { step, address, deposed, cloud_id, how } => {
            EventBody::Removed { step, address: address.parse().map_err(undecodable)?, deposed, cloud_id, how }
        }
        BodyRow::Deposed { step, address, deposed } => {
            EventBody::Deposed { step, address: address.parse().map_err(undecodable)?, deposed }
        }
        BodyRow::Failed { step, fault, record: r } => {
            EventBody::Failed { step, fault: fault.fault()?, record: record(r)? }
        }
        BodyRow::Skipped { step, because } => EventBody::Skipped { step, because },
        BodyRow::Settled { run, step, call, how, record: r } => {
            EventBody::Settled { run, step, call, how, record: record(r)? }
        }
        BodyRow::Restored { difference, serial, run, epoch } => EventBody::Restored { difference, serial, run, epoch },
        BodyRow::Outputs(outputs) => EventBody::Outputs(
            outputs
                .into_iter()
                .map(|output| (output.name, Document::from_text(output.value.get()), output.sensitive))
                .collect(),
        ),
    })
}
