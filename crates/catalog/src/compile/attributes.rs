//! Attributes: from the members of create, from what the kind says of them, and the three that every resource shares.

use super::{
    kind::{Attributes, Kind},
    members::Member,
    paths::{operation, parse_path, type_at},
    shapes,
};
use crate::{
    problem::{Findings, What},
    procedure::{Attribute, ElementDefault, Elements, Normal, OnChange, Shape},
    text::{AttributeText, ElementsText, ZoneRuleText},
};
use firma_api::{Type, naming::snake, path as api_path};
use std::collections::BTreeMap;

/// Names at the top of a resource's table that mean the same for every kind.
pub const RESERVED: [&str; 11] = [
    "region",
    "zone",
    "zones",
    "billing",
    "tags",
    "for_each",
    "count",
    "enabled",
    "depends_on",
    "timeouts",
    "lifecycle",
];

impl Kind<'_> {
    pub(super) fn attributes(&self, findings: &mut Findings<'_>) -> Attributes {
        let members = self.members(findings);
        let offered = self.offered(&members, findings);
        let mut attributes = Attributes::new();
        let nothing = AttributeText::default();
        for member in &offered {
            let usual = snake(&member.api);
            let name = self.text.rename.get(&member.api).cloned().unwrap_or(usual);
            // Several zones are called so on purpose.
            let zones = name == "zones" && self.text.rename.contains_key(&member.api);
            if (RESERVED.contains(&name.as_str()) && !zones) || name == "id" {
                findings.add(What::Reserved(name));
                continue;
            }
            let text = self.text.attributes.get(&name).unwrap_or(&nothing);
            let attribute = self.attribute(&name, text, Some(member), &member.ty, findings);
            if attributes.insert(name.clone(), attribute).is_some() {
                findings.add(What::Collision(name));
            }
        }
        for api in self.text.rename.keys().filter(|api| !offered.iter().any(|member| member.api == **api)) {
            findings.unknown("rename", api.as_str());
        }
        for (name, text) in &self.text.attributes {
            if attributes.contains_key(name) {
                continue;
            }
            if let Some(attribute) = self.further(name, text, findings) {
                attributes.insert(name.clone(), attribute);
            }
        }
        self.shared(&mut attributes, findings);
        self.references(&mut attributes, findings);
        for name in attributes.values().flat_map(|attribute| &attribute.required_unless) {
            if !attributes.contains_key(name) {
                findings.unknown("required_unless", name.as_str());
            }
        }
        attributes
    }

    /// An attribute that create does not take.
    fn further(&self, name: &str, text: &AttributeText, findings: &mut Findings<'_>) -> Option<Attribute> {
        if RESERVED.contains(&name) || name == "id" {
            findings.add(What::Reserved(name.to_owned()));
            return None;
        }
        if let Some(ty) = &text.ty {
            let Some(shape) = shapes::named(ty) else {
                findings.unknown(format!("attributes.{name}.type"), ty.as_str());
                return None;
            };
            let read = text.read.clone().filter(|path| !path.is_empty()).inspect(|path| {
                self.object_path(path, &format!("attributes.{name}.read"), findings);
            });
            let (doc, default) = (text.doc.clone(), text.default.clone());
            return Some(Attribute { read, shape, doc, default, ..plain(text.required.unwrap_or(false)) });
        }
        let Some((full_name, path)) = text.shape_of.as_deref().and_then(|shape| shape.split_once(':')) else {
            findings.unknown("attributes", name);
            return None;
        };
        let operation = operation(full_name, findings)?;
        let parsed = parse_path(path, name, findings)?;
        match api_path::param_type(operation, &parsed) {
            Ok(ty) => Some(self.attribute(name, text, None, &ty, findings)),
            Err(problem) => {
                findings.add(What::Path { place: name.to_owned(), message: problem.to_string() });
                None
            }
        }
    }

    fn attribute(
        &self,
        name: &str,
        text: &AttributeText,
        member: Option<&Member>,
        ty: &Type,
        findings: &mut Findings<'_>,
    ) -> Attribute {
        let read = self.read_of(name, text, member.map(|member| member.api.as_str()), ty, findings);
        let mut shaper = shapes::Shaper::new(name, &text.fields, &self.text.references);
        let shape = shaper.shape(ty, read.as_ref().map(|(_, ty)| ty), "", findings);
        shaper.finish(findings);
        let shape = if text.set { shapes::as_set(shape, name, findings) } else { shape };
        let elements = text.elements.as_ref().map(|elements| element_rule(name, elements, &shape, &read, findings));
        if text.one_more && !matches!(shape, Shape::Set(_)) {
            findings.add(What::Type { place: format!("attributes.{name}.one_more"), expected: "a set" });
        }
        for path in text.found_by.iter().filter(|path| !leads(&shape, path)) {
            findings.unknown(format!("attributes.{name}.found_by"), path.as_str());
        }
        Attribute {
            write: member.map(|member| member.path.clone()),
            read: read.map(|(path, _)| path),
            write_only: text.write_only,
            grows_only: text.grows_only,
            default: text.default.clone(),
            doc: text.doc.clone(),
            required_unless: text.required_unless.clone(),
            found_by: text.found_by.clone(),
            one_more: text.one_more,
            set_elsewhere: text.set_elsewhere,
            normal: text.normal.or(text.json.then_some(Normal::Json)),
            elements,
            shape,
            ..plain(text.required.unwrap_or(member.is_some_and(|member| member.required)))
        }
    }

    /// Where a read shows the attribute, and as what type.
    fn read_of(
        &self,
        name: &str,
        text: &AttributeText,
        api: Option<&str>,
        ty: &Type,
        findings: &mut Findings<'_>,
    ) -> Option<(String, Type)> {
        match text.read.as_deref() {
            Some("") => None,
            _ if text.write_only => None,
            Some(path) => {
                let found = self.object_path(path, &format!("attributes.{name}.read"), findings)?;
                if !shapes::comparable(ty, &found) {
                    let place = format!("attributes.{name}.read");
                    findings.add(What::Type { place, expected: "a field of the same type" });
                }
                Some((path.to_owned(), found))
            }
            None => {
                let field = self.object.as_ref()?.model()?.field(api?)?;
                shapes::comparable(ty, &field.ty).then(|| (field.name.clone(), field.ty.clone()))
            }
        }
    }

    /// Zone, billing and tags.
    fn shared(&self, attributes: &mut Attributes, findings: &mut Findings<'_>) {
        if let Some(zone) = &self.text.zone {
            let read = zone.read.as_ref().inspect(|path| {
                self.object_path(path, "zone.read", findings);
            });
            let attribute = Attribute {
                write: Some(zone.write.clone()),
                read: read.cloned(),
                ..plain(zone.rule == ZoneRuleText::Required)
            };
            attributes.insert("zone".into(), attribute);
        }
        if let Some(billing) = &self.text.billing {
            let read = billing.read.as_ref().inspect(|path| {
                self.object_path(&format!("{path}.chargeMode"), "billing.read", findings);
            });
            let attribute = Attribute {
                write: Some(billing.write.clone()),
                read: read.cloned(),
                shape: shapes::billing_shape(),
                ..plain(true)
            };
            attributes.insert("billing".into(), attribute);
        }
        if let Some(tags) = &self.text.tags {
            let read = tags.read.as_ref().inspect(|path| {
                self.object_path(path, "tags.read", findings);
            });
            let attribute =
                Attribute { write: tags.write.clone(), read: read.cloned(), shape: Shape::Pairs, ..plain(false) };
            attributes.insert("tags".into(), attribute);
        }
    }

    /// References at the top; those inside were set with the fields. Each must lead to something.
    fn references(&self, attributes: &mut Attributes, findings: &mut Findings<'_>) {
        for (path, kind) in &self.text.references {
            match path.split_once('.') {
                None => match attributes.get_mut(path) {
                    Some(attribute) => attribute.references = Some(kind.clone()),
                    None => findings.unknown("references", path.as_str()),
                },
                Some((name, inner)) => {
                    let shape = attributes.get(name).map(|attribute| &attribute.shape);
                    if !shape.is_some_and(|shape| leads(shape, inner)) {
                        findings.unknown("references", path.as_str());
                    }
                }
            }
        }
    }
}

/// Whether a dotted path leads to a field.
pub(super) fn leads(shape: &Shape, path: &str) -> bool {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    match shape {
        Shape::List(item) | Shape::Set(item) => leads(item, path),
        Shape::Object(fields) => match (fields.get(name), rest) {
            (Some(_), None) => true,
            (Some(field), Some(rest)) => leads(&field.shape, rest),
            (None, _) => false,
        },
        _ => false,
    }
}

/// An attribute of text with nothing special; a change replaces until something else is said.
fn plain(required: bool) -> Attribute {
    Attribute {
        write: None,
        read: None,
        shape: Shape::String,
        required,
        required_unless: Vec::new(),
        write_only: false,
        on_change: OnChange::Replace,
        inside: BTreeMap::new(),
        grows_only: false,
        default: None,
        elements: None,
        found_by: Vec::new(),
        one_more: false,
        set_elsewhere: false,
        normal: None,
        references: None,
        doc: None,
    }
}

fn element_rule(
    attribute: &str,
    text: &ElementsText,
    shape: &Shape,
    read: &Option<(String, Type)>,
    findings: &mut Findings<'_>,
) -> Elements {
    let empty = BTreeMap::new();
    let fields = match shape {
        Shape::List(item) | Shape::Set(item) => match &**item {
            Shape::Object(fields) => fields,
            _ => &empty,
        },
        _ => &empty,
    };
    let place = format!("attributes.{attribute}.elements");
    let named = text.key.iter().chain(text.defaults.iter().map(|default| &default.field));
    let conditions = text.defaults.iter().filter_map(|default| default.when.as_ref()).map(|when| &when.field);
    let derived = text.derived.iter().flat_map(|derived| [&derived.field, &derived.when.field]);
    for name in named.chain(conditions).chain(derived).filter(|name| !fields.contains_key(*name)) {
        findings.unknown(place.as_str(), name.as_str());
    }
    match read.as_ref().and_then(|(_, ty)| ty.item()) {
        Some(item) => {
            let made = text.server_made.iter().map(|made| &made.field);
            for name in std::iter::once(&text.server_id).chain(made) {
                type_at(item, name, &place, findings);
            }
        }
        None => findings.add(What::Missing("elements need a list that can be read")),
    }
    Elements {
        key: text.key.clone(),
        server_id: text.server_id.clone(),
        server_made: text.server_made.iter().map(|made| (made.field.clone(), made.value.clone())).collect(),
        defaults: text
            .defaults
            .iter()
            .map(|default| ElementDefault {
                field: default.field.clone(),
                value: default.value.clone(),
                when: default.when.as_ref().map(|when| (when.field.clone(), when.values.clone())),
            })
            .collect(),
        derived: text
            .derived
            .iter()
            .map(|derived| (derived.field.clone(), (derived.when.field.clone(), derived.when.values.clone())))
            .collect(),
    }
}
