//! The page of a kind or a look-up: what can be said of it, and a manifest that uses it.
//!
//! [`KindDocs`] is [`KindView`] with what a person needs beside it: by which id an object is imported, and an example, which a
//! test evaluates. [`LookupDocs`] is the same for look-ups.

use crate::{
    procedure::{Field, Identity, LookupProcedure, Procedure, Shape},
    view::{KindView, RuleView, type_text},
};
use serde::Serialize;

include!(concat!(env!("OUT_DIR"), "/manifests.rs"));

/// The example of a kind or, with `data.` in front, of a look-up.
pub fn example(id: &str) -> Option<&'static str> {
    EXAMPLES.iter().find(|(kind, _)| *kind == id).map(|(_, text)| *text)
}

/// The page of a kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KindDocs {
    /// What the catalogue says.
    #[serde(flatten)]
    pub view: KindView,
    /// What is certain after a lost answer, in a sentence.
    pub recovery_means: &'static str,
    /// The id that an `[[import]]` block names; none for what exists in the state alone.
    pub import_id: Option<String>,
    /// A manifest that uses the kind.
    pub example: Option<&'static str>,
}

impl KindDocs {
    /// The page of a kind.
    pub fn of(procedure: &Procedure) -> KindDocs {
        KindDocs {
            view: KindView::of(procedure),
            recovery_means: recovery(procedure.recovery.name()),
            import_id: match &procedure.identity {
                Identity::Assigned(path) => Some(format!("the id the cloud gave it (`{path}`)")),
                Identity::Chosen(parameter) => Some(format!("its `{}`", firma_api::naming::snake(parameter))),
                Identity::Composed(parts) => {
                    Some(format!("`{}`", parts.iter().map(|part| part.to_uppercase()).collect::<Vec<_>>().join("/")))
                }
                Identity::Listed => Some("the id the cloud gave it, as its list shows it".to_owned()),
                Identity::Within { parents, assigned } => {
                    let own = firma_api::naming::snake(assigned.rsplit('.').next().unwrap_or(assigned));
                    let parts: Vec<String> = parents.iter().chain([&own]).map(|part| part.to_uppercase()).collect();
                    Some(format!("`{}`", parts.join("/")))
                }
                Identity::ListedWithin { parents } => {
                    let parents = parents.iter().map(|part| part.to_uppercase()).collect::<Vec<_>>().join("/");
                    Some(format!("`{parents}/ID`, the last part as the list shows it"))
                }
                Identity::Generated => None,
            },
            example: example(&procedure.kind),
        }
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let mut out = self.view.text();
        out.push_str(&format!("\nafter a lost answer\n  {}\n", self.recovery_means));
        if let Some(id) = &self.import_id {
            out.push_str(&format!("\nimport id\n  {}\n", id.replace('`', "")));
        }
        example_text(&mut out, self.example);
        out
    }

    /// For a page.
    pub fn markdown(&self) -> String {
        let view = &self.view;
        let mut out = format!("# {}\n\n{}.\n\n", view.kind, view.title);
        let place = match (view.regional, view.zone) {
            (false, _) => "in no region",
            (true, "none") => "in a region",
            (true, "optional") => "in a region; a zone may be given",
            (true, _) => "in a zone of a region",
        };
        let billing = match view.billing_methods.is_empty() {
            true => "free".to_owned(),
            false => view.billing_methods.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(", "),
        };
        let import = self.import_id.as_deref().unwrap_or("none: it exists in the state alone");
        out.push_str(&format!(
            "- lives {place}\n- billing: {billing}\n- recovery: {}. {}\n- import id: {import}\n",
            view.recovery, self.recovery_means
        ));
        if let Some(waits) = &view.waits {
            let states = waits.ready.join("` or `");
            let (usual, most) = (waits.create_seconds, waits.timeout_seconds);
            out.push_str(&format!("- a create waits for `{states}`, usually {usual} s, at most {most} s\n"));
            if !waits.grave.is_empty() {
                let grave = waits.grave.join("` or `");
                out.push_str(&format!("- what failed as `{grave}` has data, and is never replaced for that\n"));
            }
        }
        out.push_str("\n## Attributes\n\n| attribute | type | | a change | |\n|---|---|---|---|---|\n");
        for a in &view.attributes {
            let required = match (a.required, &a.required_unless[..]) {
                (true, _) => "required".to_owned(),
                (false, []) => "optional".to_owned(),
                (false, others) => format!("required without `{}`", others.join("` or `")),
            };
            let change = a.change.strip_prefix("a change ").unwrap_or(&a.change);
            let mut notes: Vec<String> = a.doc.iter().cloned().collect();
            notes.extend(a.references.iter().map(|kind| format!("The id of a `{kind}`.")));
            notes.extend(a.default.iter().map(|value| format!("`{value}` when it is left out.")));
            if a.write_only {
                notes.push("Never stored.".to_owned());
            }
            notes.extend(a.rules.iter().map(sentence));
            row(&mut out, &[&format!("`{}`", a.name), &a.ty, &required, change, &notes.join(" ")]);
            for field in &a.fields {
                let required = if field.required { "required" } else { "optional" };
                let mut notes: Vec<String> =
                    field.references.iter().map(|kind| format!("The id of a `{kind}`.")).collect();
                notes.extend(field.rules.iter().map(sentence));
                let name = format!("`{}.{}`", a.name, field.path);
                row(&mut out, &[&name, &field.ty, required, "", &notes.join(" ")]);
            }
        }
        out.push_str("\n## Computed\n\nOther blocks can refer to these; a manifest cannot set them.\n\n| attribute | type |\n|---|---|\n");
        for r in &view.read_only {
            row(&mut out, &[&format!("`{}`", r.name), &r.ty]);
        }
        for r in view.read_only.iter().filter(|r| r.once) {
            out.push_str(&format!("\n`{}` is {}.\n", r.name, crate::view::ONCE));
        }
        example_markdown(&mut out, self.example);
        out
    }
}

/// A rule as a sentence of a page.
fn sentence(rule: &RuleView) -> String {
    let mut says = rule.says.clone();
    if let Some(first) = says.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{says} ({}).", rule.source)
}

fn recovery(name: &str) -> &'static str {
    match name {
        "named" => "Its id is known before it is made: it is looked up, so nothing is made twice.",
        "tokened" => "The call is sent again with the same client token, which makes nothing twice.",
        "markable" => "It is made with a mark of this project and looked up by it, so nothing is made twice.",
        _ => "Nothing identifies it: what is new is shown, and a person decides.",
    }
}

/// The page of a look-up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LookupDocs {
    /// `data.vm.image`.
    pub kind: String,
    /// One line.
    pub title: String,
    /// `vm.describeImages`.
    pub operation: String,
    /// What can be asked for: name, type, whether it must be given.
    pub parameters: Vec<(String, String, bool)>,
    /// What an item has: name and type.
    pub items: Vec<(String, String)>,
    /// A manifest that uses it.
    pub example: Option<&'static str>,
}

impl LookupDocs {
    /// The page of a look-up.
    pub fn of(procedure: &LookupProcedure) -> LookupDocs {
        let kind = format!("data.{}", procedure.kind);
        let parameter = |(name, field): (&String, &Field)| (name.clone(), type_text(&field.shape), field.required);
        let items = match &procedure.item {
            Shape::Object(fields) => {
                fields.iter().map(|(name, field)| (name.clone(), type_text(&field.shape))).collect()
            }
            other => vec![("value".to_owned(), type_text(other))],
        };
        LookupDocs {
            title: procedure.title.clone(),
            operation: format!("{}.{}", procedure.service, procedure.operation),
            parameters: procedure.parameters.iter().map(parameter).collect(),
            items,
            example: example(&kind),
            kind,
        }
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let mut out = format!("{}: {}\n\nasks       {}\n\nparameters\n", self.kind, self.title, self.operation);
        let width = self.parameters.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
        for (name, ty, required) in &self.parameters {
            let required = if *required { "; required" } else { "" };
            out.push_str(&format!("  {name:width$}  {ty}{required}\n"));
        }
        out.push_str("\nitems, and `one` where exactly one was found\n");
        let width = self.items.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, ty) in &self.items {
            out.push_str(&format!("  {name:width$}  {ty}\n"));
        }
        example_text(&mut out, self.example);
        out
    }

    /// For a page.
    pub fn markdown(&self) -> String {
        let mut out = format!("# {}\n\n{}. Asks `{}`.\n\n", self.kind, self.title, self.operation);
        out.push_str("## Parameters\n\n| parameter | type | |\n|---|---|---|\n");
        for (name, ty, required) in &self.parameters {
            row(&mut out, &[&format!("`{name}`"), ty, if *required { "required" } else { "optional" }]);
        }
        out.push_str("\n## Items\n\n| attribute | type |\n|---|---|\n");
        for (name, ty) in &self.items {
            row(&mut out, &[&format!("`{name}`"), ty]);
        }
        example_markdown(&mut out, self.example);
        out
    }
}

fn row(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
    out.push_str(&format!("| {} |\n", cells.join(" | ")));
}

fn example_text(out: &mut String, example: Option<&str>) {
    let Some(example) = example else { return };
    out.push_str("\nexample\n");
    for line in example.lines() {
        out.push_str(if line.is_empty() { "" } else { "    " });
        out.push_str(line);
        out.push('\n');
    }
}

fn example_markdown(out: &mut String, example: Option<&str>) {
    if let Some(example) = example {
        out.push_str(&format!("\n## Example\n\n```toml\n{example}```\n"));
    }
}
