//! Calls: create, read, list, delete and updates, each with its parameters traced to where their values come from.

use super::{
    attributes::leads,
    kind::{Attributes, Kind, REGION},
    paths::{operation, parse_path, result_at, type_at},
};
use crate::{
    problem::{Findings, What},
    procedure::{
        Call, Each, Host, How, IdFilter, List, OnChange, Parameter, Read, Select, Source, Stage, StatusRule, Update,
    },
    text::{ElementCallText, ElementCallsText, IdentityText, SourceText, StageText, UpdateText},
};
use firma_api::{Operation, Param, Place, Type, path as api_path};
use std::collections::{BTreeMap, BTreeSet};

impl Kind<'_> {
    /// The create call's parameters beyond attributes. What create demands must come from somewhere.
    pub(super) fn create_call(&self, attributes: &Attributes, findings: &mut Findings<'_>) -> Option<Call> {
        let (create, text) = (self.create?, self.text.create.as_ref()?);
        let mut parameters: Vec<Parameter> = text
            .fixed
            .iter()
            .map(|(name, value)| Parameter { name: name.clone(), source: Source::Fixed(value.clone()) })
            .collect();
        if let Some(token) = &text.token {
            parameters.push(Parameter { name: token.clone(), source: Source::Token });
        }
        if let Some(region) = &text.region {
            parameters.push(Parameter { name: region.clone(), source: Source::Region });
        }
        parameters.sort_by(|a, b| a.name.cmp(&b.name));
        let filled: BTreeSet<&str> = attributes
            .values()
            .filter_map(|attribute| attribute.write.as_deref())
            .chain(parameters.iter().map(|parameter| parameter.name.as_str()))
            .map(head)
            .collect();
        for param in create.params.iter().filter(|param| param.required && param.name != REGION) {
            if !filled.contains(param.name.as_str()) {
                unfilled(create, param, findings);
            }
        }
        Some(Call { service: create.service.clone(), operation: create.name.clone(), parameters })
    }

    pub(super) fn read(&self, findings: &mut Findings<'_>) -> Option<Read> {
        let text = self.text.read.as_ref()?;
        let call = self.call(&text.operation, &BTreeMap::new(), &[], findings);
        Some(Read { call, object: text.object.clone(), beside: text.beside.clone() })
    }

    pub(super) fn list(&self, findings: &mut Findings<'_>) -> Option<List> {
        let text = self.text.list.as_ref()?;
        // Whether the operation exists was said when the object's type was looked for.
        let (service, name) = text.operation.split_once('.')?;
        let found = firma_api::operation(service, name)?;
        let filter = match (text.filter.as_ref().or(text.single.as_ref()), &text.parameter) {
            (Some(filter), _) => {
                // Names of filters are only in the API's prose; that there are filters at all is in the facts.
                if found.param("filters").is_none() {
                    findings.unknown(format!("parameters of {}", text.operation), "filters");
                }
                match text.single {
                    Some(_) => IdFilter::Single(filter.clone()),
                    None => IdFilter::Filter(filter.clone()),
                }
            }
            (None, Some(parameter)) => {
                if !matches!(found.param(parameter).map(|param| &param.ty), Some(Type::List(_))) {
                    findings.add(What::Type { place: "list.parameter".into(), expected: "a list of ids" });
                }
                IdFilter::Parameter(parameter.clone())
            }
            (None, None) => IdFilter::None,
        };
        let pages: Vec<&str> =
            ["pageNumber", "pageSize"].into_iter().filter(|name| found.param(name).is_some()).collect();
        if pages.len() == 1 {
            findings.add(What::Missing("a list in pages takes pageNumber and pageSize"));
        }
        let mut scope = Vec::new();
        for param in found.params.iter().filter(|param| param.required && param.name != REGION) {
            let filled = text.fixed.keys().any(|path| head(path) == param.name);
            if filled || text.parameter.as_ref() == Some(&param.name) {
                continue;
            }
            match self.identifying(param).filter(|source| matches!(source, Source::IdPart(_))) {
                Some(source) => scope.push(Parameter { name: param.name.clone(), source }),
                None => unfilled(found, param, findings),
            }
        }
        for (parameter, name) in &text.within {
            param_path(found, parameter, findings);
            match self.id_part(name) {
                Some(part) => scope.push(Parameter { name: parameter.clone(), source: Source::IdPart(part) }),
                None => findings.unknown("list.within", name.as_str()),
            }
        }
        let fixed = text.fixed.iter().map(|(name, value)| {
            param_path(found, name, findings);
            Parameter { name: name.clone(), source: Source::Fixed(value.clone()) }
        });
        let fixed = fixed.collect();
        let key = match &text.key {
            None => Source::Id,
            Some(name) => self.id_part(name).map_or_else(
                || {
                    findings.unknown("list.key", name.as_str());
                    Source::Id
                },
                Source::IdPart,
            ),
        };
        Some(List {
            service: service.to_owned(),
            operation: name.to_owned(),
            items: text.items.clone(),
            id: text.id.clone(),
            filter,
            key,
            page_size: text.page_size,
            fixed,
            each: self.each(found, findings),
            scope,
            total: text.total.clone(),
            unpaged: pages.is_empty(),
            partial: text.partial,
            host: self.host(findings),
        })
    }

    fn host(&self, findings: &mut Findings<'_>) -> Option<Host> {
        let text = self.text.list.as_ref()?.host.as_ref()?;
        let found = operation(&text.operation, findings)?;
        if found.param("filters").is_none() {
            findings.unknown(format!("parameters of {}", text.operation), "filters");
        }
        match result_at(found, &text.items, "list.host.items", findings) {
            Some(Type::List(item)) => {
                type_at(&item, &text.id, "list.host.id", findings);
            }
            Some(_) => findings.add(What::Type { place: "list.host.items".into(), expected: "a list" }),
            None => {}
        }
        let Some(part) = self.id_part(&text.attribute) else {
            findings.unknown("list.host", text.attribute.as_str());
            return None;
        };
        Some(Host {
            service: found.service.clone(),
            operation: found.name.clone(),
            items: text.items.clone(),
            id: text.id.clone(),
            filter: text.filter.clone(),
            part,
        })
    }

    /// The filter that the list is asked with for each of its values.
    fn each(&self, list: &Operation, findings: &mut Findings<'_>) -> Option<Each> {
        let text = self.text.list.as_ref()?.each.as_ref()?;
        if list.param("filters").is_none() {
            findings.unknown(format!("parameters of {}", list.full_name()), "filters");
        }
        if text.values.is_empty() {
            findings.add(What::Missing("a list that is asked for each value of a filter needs values"));
        }
        Some(Each { filter: text.filter.clone(), values: text.values.clone() })
    }

    pub(super) fn select(&self, findings: &mut Findings<'_>) -> Option<Select> {
        let text = self.text.select.as_ref()?;
        let matches = text
            .matches
            .iter()
            .filter_map(|(path, name)| match self.id_part(name) {
                Some(part) => Some((path.clone(), part)),
                None => {
                    findings.unknown("select.matches", name.as_str());
                    None
                }
            })
            .collect();
        Some(Select { within: text.within.clone(), matches })
    }

    pub(super) fn status(&self, findings: &mut Findings<'_>) -> Option<StatusRule> {
        let text = self.text.status.as_ref()?;
        self.object_path(&text.path, "status.path", findings);
        Some(StatusRule {
            path: text.path.clone(),
            ready: text.ready.clone(),
            failed: text.failed.clone(),
            gone: text.gone.clone(),
            grave: text.grave.clone(),
        })
    }

    /// Updates, and with them what a change of each attribute means.
    pub(super) fn updates(&self, attributes: &mut Attributes, findings: &mut Findings<'_>) -> Vec<Update> {
        let mut updates: Vec<Update> =
            self.text.updates.iter().map(|text| self.update(text, attributes, findings)).collect();
        if let Some(tags) = &self.text.tags {
            let how = How::Tags(tags.service_code.clone());
            updates.push(Update { attributes: vec!["tags".to_owned()], how, notice: None });
        }
        let mut said: BTreeMap<String, OnChange> = BTreeMap::new();
        let mut say = |name: &String, change: OnChange, findings: &mut Findings<'_>| {
            if said.insert(name.clone(), change).is_some() {
                findings.add(What::TwoChanges(name.clone()));
            }
        };
        for name in &self.text.replaces {
            say(name, OnChange::Replace, findings);
        }
        for name in &self.text.records {
            say(name, OnChange::Record, findings);
        }
        for (index, update) in updates.iter().enumerate() {
            for name in &update.attributes {
                say(name, OnChange::Update(index), findings);
            }
        }
        // Where an object lies and how it is paid for is decided when it is made.
        for name in ["zone", "billing"].iter().filter(|name| attributes.contains_key(**name)) {
            said.entry((*name).to_owned()).or_insert(OnChange::Replace);
        }
        for (name, change) in &said {
            // `a.b.c` is a part of the attribute `a`.
            match name.split_once('.') {
                Some((head, part)) => {
                    match attributes.get_mut(head).filter(|attribute| leads(&attribute.shape, part)) {
                        Some(attribute) => {
                            attribute.inside.insert(part.to_owned(), *change);
                        }
                        None => findings.unknown("replaces, records or updates", name.as_str()),
                    }
                }
                None if attributes.contains_key(name) => {}
                None => findings.unknown("replaces, records or updates", name.as_str()),
            }
        }
        for (name, attribute) in attributes.iter_mut() {
            match said.get(name) {
                Some(change) => attribute.on_change = *change,
                None => findings.add(What::NoChange(name.clone())),
            }
            if attribute.grows_only && !matches!(attribute.on_change, OnChange::Update(_)) {
                findings.add(What::Missing("grows_only needs an update that makes it grow"));
            }
        }
        updates
    }

    fn update(&self, text: &UpdateText, attributes: &Attributes, findings: &mut Findings<'_>) -> Update {
        let how = match (&text.elements, &text.members, &text.operation) {
            (Some(elements), ..) => self.element_calls(elements, findings),
            (None, Some(members), _) => How::Members {
                add: self.call(&members.add.operation, &members.add.parameters, &[], findings),
                remove: self.call(&members.remove.operation, &members.remove.parameters, &[], findings),
            },
            (None, None, Some(operation)) => {
                let changed = writes(&text.attributes, attributes);
                let call = self.call(operation, &text.parameters, &changed, findings);
                // An attribute of an object without a status is changed when the call has answered.
                How::Calls(vec![Stage { call, until: Vec::new(), wait: self.text.status.is_some(), when: None }])
            }
            (None, None, None) => How::Calls(
                text.stages.iter().map(|stage| self.stage(stage, &text.attributes, attributes, findings)).collect(),
            ),
        };
        if let How::Calls(stages) = &how {
            if stages.is_empty() {
                findings.add(What::Missing("an update needs an operation, stages or elements"));
            }
            for name in &text.attributes {
                let mut parameters = stages.iter().flat_map(|stage| &stage.call.parameters);
                let sent = parameters.any(|parameter| parameter.source.attribute() == Some(name));
                let chosen = stages.iter().filter_map(|stage| stage.when.as_ref()).any(|(chooses, _)| chooses == name);
                if !sent && !chosen {
                    findings.add(What::NotSent(name.clone()));
                }
            }
        }
        Update { attributes: text.attributes.clone(), how, notice: text.notice.clone() }
    }

    fn stage(&self, text: &StageText, names: &[String], attributes: &Attributes, findings: &mut Findings<'_>) -> Stage {
        let call = self.call(&text.operation, &text.parameters, &writes(names, attributes), findings);
        if self.text.status.is_none() && !text.until.is_empty() {
            findings.add(What::Missing("waiting for a status needs a status rule"));
        }
        if let Some(when) = text.when.as_ref().filter(|when| !attributes.contains_key(&when.field)) {
            findings.unknown("stages.when", when.field.as_str());
        }
        let when = text.when.as_ref().map(|when| (when.field.clone(), when.values.clone()));
        Stage { call, until: text.until.clone(), wait: self.text.status.is_some(), when }
    }

    /// Calls that come before the delete call. Each leads to a state: whether it is needed is seen by that.
    pub(super) fn before_delete(&self, findings: &mut Findings<'_>) -> Vec<Stage> {
        let stages = self.text.delete.iter().flat_map(|delete| &delete.before);
        stages
            .map(|text| {
                if text.until.is_empty() {
                    findings.add(What::Missing("a call before the deletion says which states it leads to"));
                }
                self.stage(text, &[], &Attributes::new(), findings)
            })
            .collect()
    }

    fn element_calls(&self, text: &ElementCallsText, findings: &mut Findings<'_>) -> How {
        let add = self.element_call(&text.add, findings);
        let remove = self.element_call(&text.remove, findings);
        let modify = self.element_call(&text.modify, findings);
        let modify_id = text.modify.id.clone().unwrap_or_default();
        if let (Some(elements), Some((service, name))) = (&text.modify.elements, text.modify.operation.split_once('.'))
            && let Some(found) = firma_api::operation(service, name)
        {
            param_path(found, &format!("{elements}[].{modify_id}"), findings);
        }
        How::Elements { add, remove, modify, modify_id }
    }

    fn element_call(&self, text: &ElementCallText, findings: &mut Findings<'_>) -> Call {
        let mut call =
            self.call_with(&text.operation, &BTreeMap::new(), &[], text.elements.iter().chain(&text.ids), findings);
        let sources = [(&text.elements, Source::Elements), (&text.ids, Source::ElementIds)];
        for (name, source) in sources {
            if let Some(name) = name {
                call.parameters.push(Parameter { name: name.clone(), source });
            }
        }
        call
    }

    /// A call on the object. Parameters that identify it and those of changed attributes are found by their names.
    pub(super) fn call(
        &self,
        full_name: &str,
        extra: &BTreeMap<String, SourceText>,
        changed: &[(String, String)],
        findings: &mut Findings<'_>,
    ) -> Call {
        self.call_with(full_name, extra, changed, std::iter::empty(), findings)
    }

    fn call_with<'n>(
        &self,
        full_name: &str,
        extra: &BTreeMap<String, SourceText>,
        changed: &[(String, String)],
        filled_elsewhere: impl Iterator<Item = &'n String>,
        findings: &mut Findings<'_>,
    ) -> Call {
        let (service, name) = full_name.split_once('.').unwrap_or((full_name, ""));
        let mut call = Call { service: service.to_owned(), operation: name.to_owned(), parameters: Vec::new() };
        let Some(found) = operation(full_name, findings) else { return call };
        let elsewhere: Vec<&String> = filled_elsewhere.collect();
        for name in &elsewhere {
            param_path(found, name, findings);
        }
        for (path, source) in extra {
            param_path(found, path, findings);
            let source = match source {
                SourceText::Id => Source::Id,
                SourceText::IdPart(part) => Source::IdPart(*part),
                SourceText::Attribute(name) => Source::Attribute(name.clone()),
                SourceText::AttributeAlways(name) => Source::AttributeAlways(name.clone()),
                SourceText::AttributeOr(name, value) => Source::AttributeOr(name.clone(), value.clone()),
                SourceText::Mapped { attribute, values } => {
                    Source::Mapped { attribute: attribute.clone(), values: values.clone() }
                }
                SourceText::Observed(name) => Source::Observed(name.clone()),
                SourceText::Member => Source::Member,
                SourceText::Region => Source::Region,
                SourceText::Fixed(value) => Source::Fixed(value.clone()),
            };
            call.parameters.push(Parameter { name: path.clone(), source });
        }
        for param in found.params.iter().filter(|param| param.name != REGION) {
            if extra.keys().any(|path| head(path) == param.name) || elsewhere.contains(&&param.name) {
                continue;
            }
            let attribute = changed.iter().find(|(_, api)| *api == param.name).map(|(name, _)| name.clone());
            let source = match (self.identifying(param), attribute) {
                (Some(source), _) => source,
                (None, Some(name)) if param.required => Source::AttributeAlways(name),
                (None, Some(name)) => Source::Attribute(name),
                (None, None) => {
                    if param.required {
                        unfilled(found, param, findings);
                    }
                    continue;
                }
            };
            call.parameters.push(Parameter { name: param.name.clone(), source });
        }
        call
    }

    /// What a parameter that identifies the object is filled from: a path parameter from the id, parameters named like
    /// the parts of a composed id from those.
    fn identifying(&self, param: &Param) -> Option<Source> {
        match &self.text.identity {
            IdentityText::Composed(_) | IdentityText::Within { .. } | IdentityText::ListedWithin { .. } => {
                let name = firma_api::naming::snake(&param.name);
                self.id_part(&name).filter(|_| param.place == Place::Path || param.required).map(Source::IdPart)
            }
            _ => (param.place == Place::Path).then_some(Source::Id),
        }
    }

    /// Which part of the composed id an attribute is.
    fn id_part(&self, attribute: &str) -> Option<usize> {
        match &self.text.identity {
            IdentityText::Composed(names) => names.iter().position(|name| name == attribute),
            IdentityText::Within { parents, assigned } => {
                let own = firma_api::naming::snake(assigned.rsplit('.').next().unwrap_or(assigned));
                parents.iter().position(|name| name == attribute).or((own == attribute).then_some(parents.len()))
            }
            IdentityText::ListedWithin { parents, own } => {
                parents.iter().position(|name| name == attribute).or((own == attribute).then_some(parents.len()))
            }
            _ => None,
        }
    }
}

/// Attributes with the API's name of each.
fn writes(names: &[String], attributes: &Attributes) -> Vec<(String, String)> {
    names
        .iter()
        .filter_map(|name| {
            let path = attributes.get(name)?.write.as_deref()?;
            Some((name.clone(), path.rsplit('.').next().unwrap_or(path).to_owned()))
        })
        .collect()
}

/// The parameter a path begins with.
fn head(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}

fn unfilled(operation: &Operation, param: &Param, findings: &mut Findings<'_>) {
    findings.add(What::Unfilled { operation: operation.full_name(), parameter: param.name.clone() });
}

/// Checks a parameter path.
fn param_path(operation: &Operation, path: &str, findings: &mut Findings<'_>) {
    let Some(parsed) = parse_path(path, &operation.full_name(), findings) else { return };
    if let Err(problem) = api_path::param_type(operation, &parsed) {
        findings.add(What::Path { place: operation.full_name(), message: problem.to_string() });
    }
}
