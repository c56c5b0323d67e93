//! A kind as people read it: what can be set, what a change does, how it is paid for, how sure creating it is.

use crate::{
    procedure::{Attribute, How, OnChange, Procedure, Shape, ZoneRule},
    shape::type_of,
};
use serde::Serialize;

/// A kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KindView {
    /// Id.
    pub kind: String,
    /// One line.
    pub title: String,
    /// Whether it lives in a region.
    pub regional: bool,
    /// `none`, `optional` or `required`.
    pub zone: &'static str,
    /// Billing methods sold; empty for what is free.
    pub billing_methods: Vec<String>,
    /// What is certain after a lost answer: `named`, `tokened`, `markable`, `bare`.
    pub recovery: &'static str,
    /// What can be set.
    pub attributes: Vec<AttributeView>,
    /// What can only be read.
    pub read_only: Vec<ReadOnlyView>,
    /// How changes are made in place.
    pub updates: Vec<UpdateView>,
    /// What is waited for.
    pub waits: Option<WaitView>,
}

/// An attribute.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttributeView {
    /// Manifest name.
    pub name: String,
    /// Type; that of tables is in `fields`.
    #[serde(rename = "type")]
    pub ty: String,
    /// Must be set.
    pub required: bool,
    /// Must be set where none of these is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required_unless: Vec<String>,
    /// Fields inside, by dotted path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldView>,
    /// What a change does: `replaces`, `updates in place`, ...
    pub change: String,
    /// What the service fills in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// Kind whose id it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<String>,
    /// Never stored or shown.
    pub write_only: bool,
    /// What its value must be, and where that comes from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleView>,
    /// More for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleView {
    /// In words: `must be 20 to 16000, in steps of 10`.
    pub says: String,
    /// Where it comes from.
    pub source: String,
    /// Whether a manifest that breaks it is refused; otherwise it is a hint, and warns.
    pub refuses: bool,
}

/// A field inside an attribute.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldView {
    /// Dotted path inside the attribute.
    pub path: String,
    /// Type.
    #[serde(rename = "type")]
    pub ty: String,
    /// Must be set where the table around it is.
    pub required: bool,
    /// Kind whose id it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<String>,
    /// What its value must be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleView>,
}

/// A read-only attribute.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadOnlyView {
    /// Name.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub ty: String,
    /// Only the answer that makes the object shows it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
}

/// A way of changing attributes in place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpdateView {
    /// Attributes.
    pub attributes: Vec<String>,
    /// Operations, in their order.
    pub operations: Vec<String>,
    /// What to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// What there is to know of an attribute that only the answer shows which makes the object.
pub(crate) const ONCE: &str =
    "shown this one time, when the object is made, and kept in the state, sealed; null where it was imported";

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaitView {
    /// Status values of an object at rest.
    pub ready: Vec<String>,
    /// Status values of one that failed.
    pub failed: Vec<String>,
    /// Status values of one that failed and has data: it is never replaced for that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grave: Vec<String>,
    /// Usual seconds of a create.
    pub create_seconds: u32,
    /// Seconds after which a create's wait gives up.
    pub timeout_seconds: u32,
}

impl KindView {
    /// The view of a kind.
    pub fn of(procedure: &Procedure) -> KindView {
        KindView {
            kind: procedure.kind.clone(),
            title: procedure.title.clone(),
            regional: procedure.regional,
            zone: match procedure.zone {
                ZoneRule::None => "none",
                ZoneRule::Optional => "optional",
                ZoneRule::Required => "required",
            },
            billing_methods: procedure.billing_methods.clone(),
            recovery: procedure.recovery.name(),
            attributes: procedure.attributes.iter().map(|(name, a)| attribute(procedure, name, a)).collect(),
            read_only: std::iter::once(ReadOnlyView { name: "id".into(), ty: "string".into(), once: false })
                .chain(procedure.computed.iter().map(|(name, c)| ReadOnlyView {
                    name: name.clone(),
                    ty: type_text(&c.shape),
                    once: c.is_shown_once(),
                }))
                .collect(),
            updates: procedure.updates.iter().map(update).collect(),
            waits: procedure.status.as_ref().map(|status| WaitView {
                ready: status.ready.clone(),
                failed: status.failed.clone(),
                grave: status.grave.clone(),
                create_seconds: procedure.usual_seconds.create,
                timeout_seconds: procedure.timeout_seconds.create,
            }),
        }
    }

    /// The view as text, one fact a line.
    pub fn text(&self) -> String {
        let mut out = format!("{}: {}\n\n", self.kind, self.title);
        let place = match (self.regional, self.zone) {
            (false, _) => "no region",
            (true, "none") => "a region, no zone",
            (true, "optional") => "a region; a zone may be given",
            (true, _) => "a region and a zone",
        };
        out.push_str(&format!("lives in   {place}\n"));
        let billing = match self.billing_methods.is_empty() {
            true => "free".to_owned(),
            false => self.billing_methods.join(", "),
        };
        out.push_str(&format!("billing    {billing}\n"));
        out.push_str(&format!("recovery   {}\n", self.recovery));
        if let Some(waits) = &self.waits {
            out.push_str(&format!(
                "waits for  {} (usually {} s, at most {} s)\n",
                waits.ready.join(" or "),
                waits.create_seconds,
                waits.timeout_seconds
            ));
            if !waits.grave.is_empty() {
                out.push_str(&format!("failed     {}: never replaced for that\n", waits.grave.join(", ")));
            }
        }
        out.push_str("\nattributes\n");
        let width = self.attributes.iter().map(|a| a.name.len()).max().unwrap_or(0);
        for a in &self.attributes {
            let required = match (a.required, &a.required_unless[..]) {
                (true, _) => "required; ".to_owned(),
                (false, []) => String::new(),
                (false, others) => format!("required without {}; ", others.join(" or ")),
            };
            let secret = if a.write_only { "; never stored" } else { "" };
            out.push_str(&format!("  {:width$}  {}; {required}{}{secret}\n", a.name, a.ty, a.change));
            if let Some(doc) = &a.doc {
                out.push_str(&format!("  {:width$}  {doc}\n", ""));
            }
            for rule in &a.rules {
                out.push_str(&format!("  {:width$}  {}\n", "", rule.says));
            }
            for field in &a.fields {
                let required = if field.required { "; required" } else { "" };
                out.push_str(&format!("  {:width$}    .{} {}{required}\n", "", field.path, field.ty));
                for rule in &field.rules {
                    out.push_str(&format!("  {:width$}      {}\n", "", rule.says));
                }
            }
        }
        out.push_str("\nread-only\n");
        let names: Vec<&str> = self.read_only.iter().map(|r| r.name.as_str()).collect();
        out.push_str(&format!("  {}\n", names.join(", ")));
        for r in self.read_only.iter().filter(|r| r.once) {
            out.push_str(&format!("  {}: {ONCE}\n", r.name));
        }
        if !self.updates.is_empty() {
            out.push_str("\nchanges in place\n");
            for u in &self.updates {
                let notice = u.notice.as_ref().map(|n| format!(" ({n})")).unwrap_or_default();
                out.push_str(&format!("  {}: {}{notice}\n", u.attributes.join(", "), u.operations.join(" -> ")));
            }
        }
        out
    }
}

/// The type in a word or two; the fields of tables are listed by themselves.
pub(crate) fn type_text(shape: &Shape) -> String {
    match shape {
        Shape::Object(_) => "table".to_owned(),
        Shape::List(item) => format!("list({})", type_text(item)),
        Shape::Set(item) => format!("set({})", type_text(item)),
        Shape::Integer => "integer".to_owned(),
        other => type_of(other).to_string(),
    }
}

/// Rules about a path, and about the values of a map there.
fn rules(procedure: &Procedure, path: &str) -> Vec<RuleView> {
    let inside = format!("{path}.*");
    let of = |rule: &crate::rules::Rule, whose: &str| RuleView {
        says: format!("{whose}{}", rule.words()),
        source: rule.source.clone(),
        refuses: rule.strength == crate::rules::Strength::Refuses,
    };
    let own = procedure.rules.at(path).map(|rule| of(rule, ""));
    own.chain(procedure.rules.at(&inside).map(|rule| of(rule, "each value "))).collect()
}

fn fields(procedure: &Procedure, attribute: &str, shape: &Shape, prefix: &str, out: &mut Vec<FieldView>) {
    match shape {
        Shape::List(item) | Shape::Set(item) => fields(procedure, attribute, item, prefix, out),
        Shape::Object(members) => {
            for (name, field) in members {
                let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                out.push(FieldView {
                    path: path.clone(),
                    ty: type_text(&field.shape),
                    required: field.required,
                    references: field.references.clone(),
                    rules: rules(procedure, &format!("{attribute}.{path}")),
                });
                fields(procedure, attribute, &field.shape, &path, out);
            }
        }
        _ => {}
    }
}

fn attribute(procedure: &Procedure, name: &str, attribute: &Attribute) -> AttributeView {
    let change = match attribute.on_change {
        OnChange::Replace => "a change replaces".to_owned(),
        OnChange::Record => "a change concerns the state only".to_owned(),
        OnChange::Update(index) => {
            let notice = procedure.updates.get(index).and_then(|update| update.notice.as_deref());
            let grows = if attribute.grows_only { "grows in place, shrinking replaces" } else { "changes in place" };
            notice.map_or_else(|| grows.to_owned(), |notice| format!("{grows}: {notice}"))
        }
    };
    let mut inside = Vec::new();
    fields(procedure, name, &attribute.shape, "", &mut inside);
    AttributeView {
        fields: inside,
        name: name.to_owned(),
        ty: type_text(&attribute.shape),
        required: attribute.required,
        required_unless: attribute.required_unless.clone(),
        change,
        default: attribute.default.clone(),
        references: attribute.references.clone(),
        write_only: attribute.write_only,
        rules: rules(procedure, name),
        doc: attribute.doc.clone(),
    }
}

fn update(update: &crate::procedure::Update) -> UpdateView {
    let name = |call: &crate::procedure::Call| format!("{}.{}", call.service, call.operation);
    let operations = match &update.how {
        How::Calls(stages) => stages.iter().map(|stage| name(&stage.call)).collect(),
        How::Elements { add, remove, modify, .. } => [remove, modify, add].map(name).to_vec(),
        How::Members { add, remove } => [remove, add].map(name).to_vec(),
        How::Tags(_) => vec!["resourcetag.unTagResources".to_owned(), "resourcetag.tagResources".to_owned()],
    };
    UpdateView { attributes: update.attributes.clone(), operations, notice: update.notice.clone() }
}
