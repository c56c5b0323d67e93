//! Quotas and holders: every operation, parameter, path and attribute they name must be there.

use super::{
    kind::{Attributes, Kind},
    paths::{operation, result_at, type_at},
};
use crate::{
    limits::{Holder, Quota, QuotaParent, QuotaRow},
    problem::{Findings, What},
    text::QuotaText,
};
use firma_api::{Operation, Type};

impl Kind<'_> {
    pub(super) fn quotas(&self, attributes: &Attributes, findings: &mut Findings<'_>) -> Vec<Quota> {
        self.text.quotas.iter().filter_map(|text| quota(text, attributes, findings)).collect()
    }

    pub(super) fn held_by(&self, findings: &mut Findings<'_>) -> Vec<Holder> {
        let text = &self.text.held_by;
        text.iter()
            .map(|holder| {
                self.object_path(&holder.path, "held_by.path", findings);
                Holder { path: holder.path.clone(), what: holder.what.clone() }
            })
            .collect()
    }
}

fn quota(text: &QuotaText, attributes: &Attributes, findings: &mut Findings<'_>) -> Option<Quota> {
    let asked = operation(&text.operation, findings)?;
    let parameters = text.parameters.keys().chain(text.parent.as_ref().map(|parent| &parent.parameter));
    for name in parameters.filter(|name| asked.param(name).is_none()) {
        findings.unknown(format!("parameters of {}", text.operation), name.as_str());
    }
    let parent = text.parent.as_ref().map(|parent| &parent.attribute).filter(|name| *name != "id");
    for name in parent.into_iter().chain(&text.each).filter(|name| !attributes.contains_key(*name)) {
        findings.unknown("quotas", name.as_str());
    }
    paths(text, asked, findings);
    Some(Quota {
        name: text.name.clone(),
        service: asked.service.clone(),
        operation: asked.name.clone(),
        parameters: text.parameters.clone(),
        parent: text
            .parent
            .as_ref()
            .map(|parent| QuotaParent { attribute: parent.attribute.clone(), parameter: parent.parameter.clone() }),
        each: text.each.clone(),
        row: text.row.as_ref().map(|row| QuotaRow {
            within: row.within.clone(),
            field: row.field.clone(),
            value: row.value.clone(),
        }),
        limit: text.limit.clone(),
        used: text.used.clone(),
        usual: text.usual,
    })
}

fn paths(text: &QuotaText, asked: &Operation, findings: &mut Findings<'_>) {
    match &text.row {
        None => {
            for path in [&text.limit, &text.used] {
                result_at(asked, path, "quotas", findings);
            }
        }
        Some(row) => match result_at(asked, &row.within, "quotas.row.within", findings) {
            Some(Type::List(item)) => {
                for path in [&row.field, &text.limit, &text.used] {
                    type_at(&item, path, "quotas.row", findings);
                }
            }
            Some(_) => findings.add(What::Type { place: "quotas.row.within".into(), expected: "a list" }),
            None => {}
        },
    }
}
