//! A kind as a whole: its object, its identity, how it is recovered, what can be read of it.

use super::{
    paths::{operation, result_at, type_at},
    shapes,
};
use crate::{
    problem::{Findings, Problem, What},
    procedure::{Cidr, Computed, Identity, Procedure, Recovery, Source, Unique, UsualSeconds, ZoneRule},
    rules,
    text::{IdentityText, KindText, RecoveryText, SecondsText, ZoneRuleText},
};
use firma_api::{Operation, Type};
use std::collections::BTreeMap;

/// The parameter that carries the region.
pub(super) const REGION: &str = "regionId";

/// A kind being compiled.
pub(super) struct Kind<'k> {
    pub(super) id: &'k str,
    pub(super) text: &'k KindText,
    /// The create operation.
    pub(super) create: Option<&'static Operation>,
    /// The type of what a read shows, after selection.
    pub(super) object: Option<Type>,
}

/// Compiles a kind. The findings are for whoever writes kinds; a procedure comes with them as far as it goes.
pub fn compile(id: &str, text: &KindText) -> (Procedure, Vec<Problem>) {
    let mut findings = Findings::new(id);
    let create = text.create.as_ref().and_then(|create| operation(&create.operation, &mut findings));
    let mut kind = Kind { id, text, create, object: None };
    let base = kind.base_object(&mut findings);
    kind.object = kind.selected(base.as_ref(), &mut findings);
    let procedure = kind.procedure(&mut findings);
    (procedure, findings.list)
}

impl Kind<'_> {
    /// The type of the object that read and list show; both must agree.
    fn base_object(&self, findings: &mut Findings<'_>) -> Option<Type> {
        let read = self.text.read.as_ref().and_then(|read| {
            let operation = operation(&read.operation, findings)?;
            result_at(operation, &read.object, "read.object", findings)
        });
        let listed = self.text.list.as_ref().and_then(|list| {
            let operation = operation(&list.operation, findings)?;
            match result_at(operation, &list.items, "list.items", findings)? {
                Type::List(item) => Some(*item),
                _ => {
                    findings.add(What::Type { place: "list.items".into(), expected: "a list" });
                    None
                }
            }
        });
        let partial = self.text.list.as_ref().is_some_and(|list| list.partial);
        if partial && read.is_none() {
            findings.add(What::Missing("objects of which a list shows only a part need a read"));
        }
        if let (Some(read), Some(listed)) = (&read, &listed)
            && !partial
            && !shows_all(listed, read)
        {
            findings.add(What::Type { place: "list.items".into(), expected: "the same objects as read" });
        }
        if let (Some(list), Some(item)) = (&self.text.list, &listed) {
            type_at(item, &list.id, "list.id", findings);
        }
        read.or(listed)
    }

    fn selected(&self, base: Option<&Type>, findings: &mut Findings<'_>) -> Option<Type> {
        let Some(select) = &self.text.select else { return base.cloned() };
        let element = match &select.within {
            None => base.cloned()?,
            Some(within) => match type_at(base?, within, "select.within", findings)? {
                Type::List(item) => *item,
                _ => {
                    findings.add(What::Type { place: "select.within".into(), expected: "a list" });
                    return None;
                }
            },
        };
        for path in select.matches.keys() {
            type_at(&element, path, "select.matches", findings);
        }
        Some(element)
    }

    fn procedure(&self, findings: &mut Findings<'_>) -> Procedure {
        let text = self.text;
        let mut attributes = self.attributes(findings);
        let updates = self.updates(&mut attributes, findings);
        let computed = self.computed(&attributes, findings);
        let identity = self.identity(&attributes, findings);
        for path in text.fingerprint.iter().chain(&text.expires) {
            self.object_path(path, "fingerprint or expires", findings);
        }
        Procedure {
            kind: self.id.to_owned(),
            title: text.title.clone(),
            schema_version: text.schema_version,
            regional: self.create.is_some_and(|create| create.param(REGION).is_some()),
            zone: match &text.zone {
                None => ZoneRule::None,
                Some(zone) if zone.rule == ZoneRuleText::Optional => ZoneRule::Optional,
                Some(_) => ZoneRule::Required,
            },
            billing_methods: text.billing.as_ref().map(|billing| billing.methods.clone()).unwrap_or_default(),
            create: self.create_call(&attributes, findings),
            create_without: self.create_without(&attributes, findings),
            read: self.read(findings),
            list: self.list(findings),
            select: self.select(findings),
            delete: text.delete.as_ref().map(|delete| self.call(&delete.operation, &delete.parameters, &[], findings)),
            before_delete: self.before_delete(findings),
            status: self.status(findings),
            recovery: self.recovery(&attributes, findings),
            fingerprint: text.fingerprint.clone(),
            expires: text.expires.clone(),
            serial: self.serial(&attributes, findings),
            cidr: self.cidr(&attributes, findings),
            unique: self.unique(&attributes, findings),
            quotas: self.quotas(&attributes, findings),
            held_by: self.held_by(findings),
            rules: rules::read(text, &attributes, self.create, findings),
            usual_seconds: seconds(text.usual_seconds),
            timeout_seconds: seconds(text.timeout_seconds),
            identity,
            updates,
            computed,
            attributes,
        }
    }

    /// Checks a path into the object, or into what a read tells beside it.
    pub(super) fn object_path(&self, path: &str, place: &str, findings: &mut Findings<'_>) -> Option<Type> {
        if let Some(read) = &self.text.read
            && let Some(found) = read.beside.get(path)
        {
            return result_at(operation(&read.operation, findings)?, found, "read.beside", findings);
        }
        match &self.object {
            Some(object) => type_at(object, path, place, findings),
            None => {
                findings.add(What::Missing("paths into an object need a read or a list"));
                None
            }
        }
    }

    fn identity(&self, attributes: &Attributes, findings: &mut Findings<'_>) -> Identity {
        let mut known = |name: &str| {
            if !attributes.contains_key(name) {
                findings.unknown("identity", name);
            }
        };
        match &self.text.identity {
            IdentityText::Assigned(path) => {
                match self.create {
                    Some(create) => {
                        result_at(create, path, "identity", findings);
                    }
                    None => findings.add(What::Missing("an assigned id needs a create call")),
                }
                Identity::Assigned(path.clone())
            }
            IdentityText::Chosen(name) => {
                known(name);
                Identity::Chosen(name.clone())
            }
            IdentityText::Composed(names) => {
                names.iter().for_each(|name| known(name));
                Identity::Composed(names.clone())
            }
            IdentityText::Listed => {
                self.needs_list(findings);
                Identity::Listed
            }
            IdentityText::ListedWithin { parents, .. } => {
                parents.iter().for_each(|name| known(name));
                self.needs_list(findings);
                Identity::ListedWithin { parents: parents.clone() }
            }
            IdentityText::Within { parents, assigned } => {
                parents.iter().for_each(|name| known(name));
                match self.create {
                    Some(create) => {
                        result_at(create, assigned, "identity", findings);
                    }
                    None => findings.add(What::Missing("an assigned id needs a create call")),
                }
                Identity::Within { parents: parents.clone(), assigned: assigned.clone() }
            }
            IdentityText::Generated => Identity::Generated,
        }
    }

    fn needs_list(&self, findings: &mut Findings<'_>) {
        if self.text.list.is_none() || self.text.recovery != RecoveryText::Bare {
            findings.add(What::Recovery("an id that a list shows needs a list, and its kind is bare"));
        }
    }

    fn recovery(&self, attributes: &Attributes, findings: &mut Findings<'_>) -> Recovery {
        let text = self.text;
        match text.recovery {
            RecoveryText::Named => Recovery::Named,
            RecoveryText::Bare => Recovery::Bare,
            RecoveryText::Tokened => match text.create.as_ref().and_then(|create| create.token.clone()) {
                Some(path) => Recovery::Tokened(path),
                None => {
                    findings.add(What::Recovery("tokened needs create.token"));
                    Recovery::Bare
                }
            },
            RecoveryText::MarkedByTag => match text.tags.as_ref().map(|tags| (tags.write.clone(), &tags.read)) {
                Some((Some(write), Some(_))) => Recovery::MarkedByTag(write),
                _ => {
                    findings.add(What::Recovery("marked_by_tag needs tags that create writes and a read shows"));
                    Recovery::Bare
                }
            },
            RecoveryText::MarkedByDescription => {
                let paths = attributes.get("description").map(|a| (a.write.clone(), a.read.clone()));
                match paths {
                    Some((Some(write), Some(read))) => Recovery::MarkedByDescription(write, read),
                    _ => {
                        findings.add(What::Recovery("marked_by_description needs a readable `description`"));
                        Recovery::Bare
                    }
                }
            }
        }
    }

    fn serial(&self, attributes: &Attributes, findings: &mut Findings<'_>) -> Vec<Source> {
        self.text
            .serial
            .iter()
            .map(|name| {
                if name == "id" {
                    return Source::Id;
                }
                if !attributes.contains_key(name) {
                    findings.unknown("serial", name);
                }
                Source::Attribute(name.clone())
            })
            .collect()
    }

    fn cidr(&self, attributes: &Attributes, findings: &mut Findings<'_>) -> Option<Cidr> {
        let text = self.text.cidr.as_ref()?;
        for name in std::iter::once(&text.attribute).chain(&text.parent).filter(|name| !attributes.contains_key(*name))
        {
            findings.unknown("cidr", name.as_str());
        }
        Some(Cidr { attribute: text.attribute.clone(), parent: text.parent.clone() })
    }

    fn unique(&self, attributes: &Attributes, findings: &mut Findings<'_>) -> Vec<Unique> {
        for key in &self.text.unique {
            for path in key.equal.iter().chain(&key.overlapping) {
                let head = path.split('.').next().unwrap_or_default();
                if !attributes.contains_key(head) {
                    findings.unknown("unique", path.as_str());
                }
            }
            if key.equal.is_empty() && key.overlapping.is_none() {
                findings.add(What::Missing("a unique key names what is unique"));
            }
        }
        let keys = self.text.unique.iter();
        keys.map(|key| Unique { equal: key.equal.clone(), overlapping: key.overlapping.clone() }).collect()
    }

    /// Read-only attributes: what the object shows and no attribute reads.
    fn computed(&self, attributes: &Attributes, findings: &mut Findings<'_>) -> BTreeMap<String, Computed> {
        let text = &self.text.computed;
        let mut computed = BTreeMap::new();
        for (name, ty) in &text.add {
            match shapes::named(ty) {
                Some(shape) => {
                    computed.insert(name.clone(), Computed { read: name.clone(), shape, once: Vec::new() });
                }
                None => findings.unknown("computed.add", ty),
            }
        }
        for (name, path) in &text.read {
            if let Some(ty) = self.object_path(path, &format!("computed.read.{name}"), findings) {
                let read = Computed { read: path.clone(), shape: shapes::read_only(&ty), once: Vec::new() };
                if attributes.contains_key(name) || computed.insert(name.clone(), read).is_some() {
                    findings.add(What::Collision(name.clone()));
                }
            }
        }
        self.shown_once(attributes, &mut computed, findings);
        let Some(model) = self.object.as_ref().and_then(Type::model) else { return computed };
        for name in text.hide.iter().chain(text.only.iter().flatten()) {
            if model.field(name).is_none() {
                findings.unknown("computed", name);
            }
        }
        // Billing reads four fields of the charge; what else it shows (expiry, state) stays readable as it is.
        let read: Vec<&str> = attributes
            .iter()
            .filter(|(name, _)| *name != "billing")
            .filter_map(|(_, attribute)| attribute.read.as_deref())
            .collect();
        for field in &model.fields {
            let name = firma_api::naming::snake(&field.name);
            let offered = text.only.as_ref().is_none_or(|only| only.contains(&field.name));
            if !offered || text.hide.contains(&field.name) || read.contains(&field.name.as_str()) {
                continue;
            }
            if name == "id" || attributes.contains_key(&name) || computed.contains_key(&name) {
                continue;
            }
            let shape = shapes::read_only(&field.ty);
            computed.insert(name, Computed { read: field.name.clone(), shape, once: Vec::new() });
        }
        computed
    }
}

/// Whether an item of a list shows everything that a read does.
fn shows_all(listed: &Type, read: &Type) -> bool {
    match (listed.model(), read.model()) {
        _ if listed == read => true,
        (Some(listed), Some(read)) => {
            read.fields.iter().all(|field| listed.field(&field.name).is_some_and(|shown| shown.ty == field.ty))
        }
        _ => false,
    }
}

/// Attributes by manifest name.
pub(super) type Attributes = BTreeMap<String, crate::procedure::Attribute>;

fn seconds(text: SecondsText) -> UsualSeconds {
    UsualSeconds { create: text.create, update: text.update, delete: text.delete }
}
