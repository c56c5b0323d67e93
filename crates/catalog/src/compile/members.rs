//! The members of a create call: its parameters, with wrapping specs unwrapped and sorted by what becomes of them.

use super::{
    kind::{Kind, REGION},
    shapes,
};
use crate::problem::{Findings, What};
use firma_api::Type;
use std::collections::BTreeSet;

/// A parameter, or a field of an unwrapped one.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// The API's name.
    pub(super) api: String,
    /// Parameter path.
    pub(super) path: String,
    /// Type.
    pub(super) ty: Type,
    /// The API demands it.
    pub(super) required: bool,
}

/// Parameters that every resource shares, by the names the API gives them.
const SHARED: [&str; 5] = ["az", "azId", "azs", "userTags", "tags"];

impl Kind<'_> {
    /// Every member of the create call, `regionId` apart.
    pub(super) fn members(&self, findings: &mut Findings<'_>) -> Vec<Member> {
        let (Some(create), Some(text)) = (self.create, &self.text.create) else { return Vec::new() };
        let mut members = Vec::new();
        for param in create.params.iter().filter(|param| param.name != REGION) {
            let (path, ty) = match (text.single.contains(&param.name), param.ty.item()) {
                (false, _) => (param.name.clone(), param.ty.clone()),
                (true, Some(item)) => (format!("{}[0]", param.name), item.clone()),
                (true, None) => {
                    findings.add(What::Type { place: format!("create.single {}", param.name), expected: "a list" });
                    continue;
                }
            };
            if !text.unwrap.contains(&param.name) {
                members.push(Member { api: param.name.clone(), path, ty, required: param.required });
                continue;
            }
            let Some(model) = ty.model() else {
                findings.add(What::Type { place: format!("create.unwrap {}", param.name), expected: "an object" });
                continue;
            };
            members.extend(model.fields.iter().map(|field| Member {
                api: field.name.clone(),
                path: format!("{path}.{}", field.name),
                ty: field.ty.clone(),
                required: field.required && param.required,
            }));
        }
        for (place, names) in [("create.unwrap", &text.unwrap), ("create.single", &text.single)] {
            for name in names.iter().filter(|name| create.param(name).is_none()) {
                findings.unknown(place, name.as_str());
            }
        }
        members
    }

    /// The members that become attributes of their own: not left out, not constant, not lifted.
    pub(super) fn offered(&self, members: &[Member], findings: &mut Findings<'_>) -> Vec<Member> {
        let (Some(text), Some(create)) = (&self.text.create, self.create) else { return Vec::new() };
        let lifted: BTreeSet<&str> = [
            self.text.zone.as_ref().map(|zone| zone.write.as_str()),
            self.text.billing.as_ref().map(|billing| billing.write.as_str()),
            self.text.tags.as_ref().and_then(|tags| tags.write.as_deref()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let filled: BTreeSet<&str> = text.fixed.keys().map(String::as_str).chain(text.token.as_deref()).collect();
        for path in lifted.iter().chain(&filled) {
            if !members.iter().any(|member| member.path == *path) {
                findings.unknown(format!("parameters of {}", create.full_name()), *path);
            }
        }
        for name in text.omit.iter().filter(|name| !members.iter().any(|m| m.api == **name || m.path == **name)) {
            findings.unknown("create.omit", name.as_str());
        }
        let mut offered = Vec::new();
        for member in members {
            if lifted.contains(member.path.as_str()) || filled.contains(member.path.as_str()) {
                continue;
            }
            if text.omit.contains(&member.api) || text.omit.contains(&member.path) {
                if member.required {
                    let (operation, parameter) = (create.full_name(), member.path.clone());
                    findings.add(What::Unfilled { operation, parameter });
                }
                continue;
            }
            // One that is renamed is meant to be an attribute: the zones of two nodes are not where the object is.
            let shared = SHARED.contains(&member.api.as_str()) && !self.text.rename.contains_key(&member.api);
            if shared || shapes::is_charge_spec(&member.ty) {
                findings.add(What::NotLifted(member.path.clone()));
                continue;
            }
            offered.push(member.clone());
        }
        offered
    }
}
