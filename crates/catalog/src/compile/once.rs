//! Making an object: the other call that does it, and what the answer shows this one time.

use super::{
    kind::{Attributes, Kind},
    paths::{operation, result_at},
    shapes,
};
use crate::{
    problem::{Findings, What},
    procedure::{Call, Computed, CreateWithout},
};
use firma_api::Operation;
use std::collections::BTreeMap;

impl Kind<'_> {
    /// The operations that can make the object, the usual one first.
    fn makers(&self) -> Vec<&'static Operation> {
        let other = self.text.create.as_ref().and_then(|create| create.without.as_ref());
        let other = other.and_then(|without| without.operation.split_once('.'));
        let other = other.and_then(|(service, name)| firma_api::operation(service, name));
        self.create.into_iter().chain(other).collect()
    }

    /// The call for objects without an attribute. It has the parameters of the usual one, under the same names.
    pub(super) fn create_without(&self, attributes: &Attributes, findings: &mut Findings<'_>) -> Option<CreateWithout> {
        let text = self.text.create.as_ref()?.without.as_ref()?;
        let found = operation(&text.operation, findings)?;
        match attributes.get(&text.attribute) {
            None => findings.unknown("create.without", text.attribute.as_str()),
            Some(attribute) if attribute.required => {
                findings.add(What::Missing("an attribute that is always given needs no other call without it"));
            }
            Some(_) => {}
        }
        let usual = self.create_call(attributes, &mut Findings::new(self.id))?;
        let written = attributes.iter().filter(|(name, _)| **name != text.attribute);
        let sent: Vec<&str> = written
            .filter_map(|(_, attribute)| attribute.write.as_deref())
            .chain(usual.parameters.iter().map(|parameter| parameter.name.as_str()))
            .map(|path| path.split(['.', '[']).next().unwrap_or(path))
            .collect();
        for parameter in sent.iter().filter(|name| found.param(name).is_none()) {
            findings.unknown(format!("parameters of {}", text.operation), *parameter);
        }
        let region = super::kind::REGION;
        for param in found.params.iter().filter(|param| param.required && param.name != region) {
            if !sent.contains(&param.name.as_str()) {
                let (operation, parameter) = (found.full_name(), param.name.clone());
                findings.add(What::Unfilled { operation, parameter });
            }
        }
        let call = Call { service: found.service.clone(), operation: found.name.clone(), ..usual };
        Some(CreateWithout { attribute: text.attribute.clone(), call })
    }

    /// Attributes that the answer of a create call shows and nothing else.
    pub(super) fn shown_once(
        &self,
        attributes: &Attributes,
        computed: &mut BTreeMap<String, Computed>,
        findings: &mut Findings<'_>,
    ) {
        for (name, path) in &self.text.computed.once {
            let mut silent = Findings::new(self.id);
            let makers = self.makers();
            let showing: Vec<_> = makers
                .iter()
                .filter_map(|maker| Some((*maker, result_at(maker, path, "computed.once", &mut silent)?)))
                .collect();
            let Some((_, ty)) = showing.first() else {
                // Said of the usual one: whoever reads it finds the path there.
                match self.create {
                    Some(create) => _ = result_at(create, path, &format!("computed.once.{name}"), findings),
                    None => findings.add(What::Missing("what is shown once needs a create call")),
                }
                continue;
            };
            let once = showing.iter().map(|(maker, _)| maker.name.clone()).collect();
            let shown = Computed { read: path.clone(), shape: shapes::read_only(ty), once };
            if attributes.contains_key(name) || computed.insert(name.clone(), shown).is_some() {
                findings.add(What::Collision(name.clone()));
            }
        }
    }
}
