//! Conditions: what a plan can tell of them, and what is left to look at while it is carried out.
//!
//! A condition that is known to hold is not heard of again. One that is known not to ends the planning, or, asserted by a
//! check, is a warning. What depends on something that the cloud has yet to say goes into the plan as a residual: a
//! precondition is looked at before anything is done to its resource, a postcondition afterwards, an output's before it is
//! written down, a check's at the end.

use crate::{
    nodes::shown_of,
    step::{Leg, Plan},
    worlds::Options,
};
use firma_catalog::procedure::Procedure;
use firma_expr::{Limits, Nodes, resolve};
use firma_model::{
    address::{Address, Node},
    desired::Desired,
    diagnostic::{Diagnostic, Diagnostics, Severity},
    document::to_plain_json,
    expr::Expr,
    record::Record,
    statement::Condition,
    value::{Map, Value},
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Characters of an operand that are shown: enough to see what is wrong with it.
const SHOWN: usize = 80;

/// Whose condition it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Of a resource, before anything is done to it.
    Precondition(Address),
    /// Of a resource, once it is as it should be.
    Postcondition(Address),
    /// Of an output, before it is written down.
    Output(String),
    /// Of a check: only told.
    Check(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Precondition(address) => write!(f, "precondition of {address}"),
            Subject::Postcondition(address) => write!(f, "postcondition of {address}"),
            Subject::Output(name) => write!(f, "precondition of output {name}"),
            Subject::Check(name) => write!(f, "check {name}"),
        }
    }
}

/// A condition that a plan carries.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedCondition {
    /// Whose.
    pub of: Subject,
    /// What must be true.
    pub condition: Expr,
    /// What to say otherwise.
    pub message: Expr,
    /// What it is made of, as written.
    pub operands: BTreeMap<String, Expr>,
}

/// How a condition stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Holds,
    /// It does not: what its message says, and what it is made of.
    Fails(String),
    /// Nobody knows yet.
    Unknown,
    /// It makes no sense with these values.
    Broken(String),
}

impl PlannedCondition {
    fn of(of: &Subject, condition: &Condition) -> PlannedCondition {
        PlannedCondition {
            of: of.clone(),
            condition: condition.condition.clone(),
            message: condition.message.clone(),
            operands: condition.operands.iter().cloned().collect(),
        }
    }

    /// How it stands while nodes are as they are.
    pub fn standing(&self, nodes: &dyn Nodes) -> Standing {
        let value = match resolve(&self.condition, nodes, &Limits::default()) {
            Ok(value) => value,
            Err(findings) => {
                let why: Vec<&str> = findings.list.iter().map(|finding| finding.message.as_str()).collect();
                return Standing::Broken(why.join("; "));
            }
        };
        match value.reveal() {
            Value::Bool(true) => Standing::Holds,
            Value::String(text) if &**text == "true" => Standing::Holds,
            Value::Bool(false) => Standing::Fails(self.words(nodes)),
            Value::String(text) if &**text == "false" => Standing::Fails(self.words(nodes)),
            Value::Unknown(_) => Standing::Unknown,
            other => Standing::Broken(format!("it is neither true nor false but {}", other.type_name())),
        }
    }

    /// What to say when it does not hold.
    fn words(&self, nodes: &dyn Nodes) -> String {
        let message = match resolve(&self.message, nodes, &Limits::default()) {
            Ok(value) if value.has_sensitive() => "its message is sensitive".to_owned(),
            Ok(value) => match value.as_ref() {
                Value::String(text) => text.trim().trim_end_matches('.').to_owned(),
                _ => "it does not hold".to_owned(),
            },
            Err(_) => "it does not hold".to_owned(),
        };
        let operands: Vec<String> = self
            .operands
            .iter()
            .filter_map(|(name, expr)| {
                let value = resolve(expr, nodes, &Limits::default()).ok()?;
                Some(format!("{name} is {}", shown(&value)))
            })
            .collect();
        match operands.is_empty() {
            true => message,
            false => format!("{message} ({})", operands.join(", ")),
        }
    }

    /// What it is made of.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        [&self.condition, &self.message].into_iter().chain(self.operands.values())
    }

    /// Puts the values of ephemeral inputs in.
    pub(crate) fn fill(&mut self, ephemeral: &Map) {
        if ephemeral.is_empty() {
            return;
        }
        for expr in [&mut self.condition, &mut self.message].into_iter().chain(self.operands.values_mut()) {
            if expr.has_input() {
                *expr = expr.with_inputs(ephemeral);
            }
        }
    }

    /// Every node that it refers to.
    pub fn each_node<'c>(&'c self, visit: &mut dyn FnMut(&'c Node)) {
        for expr in self.expressions() {
            expr.each_node(visit);
        }
    }
}

fn shown(value: &Value) -> String {
    if value.has_sensitive() {
        return "(sensitive)".into();
    }
    if value.has_unknown() {
        return "(known after apply)".into();
    }
    let text = to_plain_json(value).to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// Looks at the conditions of one subject while planning: what fails is a finding, what is not known goes into the plan.
pub fn plan(
    conditions: &[Condition],
    of: impl FnOnce() -> Subject,
    nodes: &dyn Nodes,
    ephemeral: &Map,
    plan: &mut Plan,
    diagnostics: &mut Diagnostics,
) {
    if conditions.is_empty() {
        return;
    }
    let of = &of();
    for condition in conditions {
        let planned = PlannedCondition::of(of, condition);
        let check = matches!(of, Subject::Check(_));
        let filled = (!ephemeral.is_empty()).then(|| {
            let mut filled = planned.clone();
            filled.fill(ephemeral);
            filled
        });
        let (code, message) = match filled.as_ref().unwrap_or(&planned).standing(nodes) {
            Standing::Holds => continue,
            Standing::Unknown => {
                plan.conditions.push(planned);
                continue;
            }
            Standing::Fails(words) if check => {
                // Told again at the end of the apply, where whoever applies a stored plan reads it.
                plan.conditions.push(PlannedCondition {
                    condition: Expr::literal(Value::from(false)),
                    message: Expr::literal(Value::string(&words)),
                    operands: BTreeMap::new(),
                    of: planned.of,
                });
                ("E0564", format!("{of} fails: {words}"))
            }
            Standing::Fails(words) => ("E0563", format!("{of} fails: {words}")),
            Standing::Broken(why) => (if check { "E0564" } else { "E0563" }, format!("{of} cannot be told: {why}")),
        };
        let mut diagnostic = Diagnostic::error(code, message).at(condition.span);
        if check {
            diagnostic.severity = Severity::Warning;
        }
        diagnostics.push(diagnostic.label("this must be true"));
    }
}

/// Looks at what must hold of look-ups. What nobody knows yet is told at the end of the apply.
pub(crate) fn plan_lookups(
    desired: &Desired,
    nodes: &dyn Nodes,
    options: &Options,
    planned: &mut Plan,
    diagnostics: &mut Diagnostics,
) {
    for (address, conditions) in &desired.lookups {
        let before = || Subject::Precondition(address.clone());
        plan(&conditions.preconditions, before, nodes, &options.ephemeral, planned, diagnostics);
        let after = || Subject::Postcondition(address.clone());
        plan(&conditions.postconditions, after, nodes, &options.ephemeral, planned, diagnostics);
    }
}

/// A plan's conditions, by what they wait for.
#[derive(Debug, Default)]
pub struct Conditions {
    before: BTreeMap<Address, Vec<PlannedCondition>>,
    after: BTreeMap<Address, Vec<PlannedCondition>>,
    last: Vec<PlannedCondition>,
    made: BTreeSet<Address>,
}

impl Conditions {
    /// Of a plan.
    pub fn of(plan: &Plan) -> Conditions {
        let mut conditions = Conditions::default();
        if plan.conditions.is_empty() {
            return conditions;
        }
        let mut touched: BTreeSet<&Address> = BTreeSet::new();
        for step in plan.steps.iter().filter(|step| step.deposed.is_empty()) {
            touched.insert(&step.address);
            if matches!(step.leg, Leg::Create | Leg::Update) {
                conditions.made.insert(step.address.clone());
            }
        }
        for condition in &plan.conditions {
            let place = match &condition.of {
                Subject::Precondition(address) if touched.contains(address) => {
                    conditions.before.entry(address.clone()).or_default()
                }
                // Of what was looked up, they are told when all is over.
                Subject::Postcondition(address) if touched.contains(address) && !address.block.data => {
                    conditions.after.entry(address.clone()).or_default()
                }
                // Outputs look at theirs themselves.
                Subject::Output(_) => continue,
                // What hangs on something that changes while its own resource stays is told when all is over.
                _ => &mut conditions.last,
            };
            place.push(condition.clone());
        }
        conditions
    }

    /// Why nothing may be done to an address; nothing where its preconditions hold or cannot be told yet.
    pub fn refusal(&self, address: &Address, nodes: &dyn Nodes) -> Option<String> {
        self.before.get(address)?.iter().find_map(|condition| failing(condition, nodes))
    }

    /// What must hold of an address after this leg, with everything else it refers to as it is now. Of several legs the one
    /// that leaves the object as it should be counts.
    pub fn expected(&self, address: &Address, leg: Leg, nodes: &dyn Nodes) -> Option<Expected> {
        let conditions = self.after.get(address)?.clone();
        let last = match leg {
            Leg::Create | Leg::Update => true,
            Leg::Record => !self.made.contains(address),
            Leg::Delete | Leg::Forget | Leg::Read => false,
        };
        if !last {
            return None;
        }
        let mut known = BTreeMap::new();
        for condition in &conditions {
            condition.each_node(&mut |node| {
                if !known.contains_key(node) {
                    known.insert(node.clone(), nodes.node(node).into_owned());
                }
            });
        }
        Some(Expected { address: address.clone(), conditions, nodes: known })
    }

    /// What is told at the end: why each fails, and whether that is only a warning.
    pub fn at_the_end(&self, nodes: &dyn Nodes) -> Vec<(String, bool)> {
        let check = |condition: &PlannedCondition| matches!(condition.of, Subject::Check(_));
        self.last.iter().filter_map(|condition| Some((failing(condition, nodes)?, check(condition)))).collect()
    }
}

fn failing(condition: &PlannedCondition, nodes: &dyn Nodes) -> Option<String> {
    match condition.standing(nodes) {
        Standing::Holds | Standing::Unknown => None,
        Standing::Fails(words) => Some(format!("{} fails: {words}", condition.of)),
        Standing::Broken(why) => Some(format!("{} cannot be told: {why}", condition.of)),
    }
}

/// Why an output may not be written down.
pub fn output_refusal(plan: &Plan, name: &str, nodes: &dyn Nodes) -> Option<String> {
    let mut own = plan.conditions.iter().filter(|condition| matches!(&condition.of, Subject::Output(of) if of == name));
    own.find_map(|condition| failing(condition, nodes))
}

/// What must hold of an object once its step is done.
#[derive(Clone, Debug)]
pub struct Expected {
    address: Address,
    conditions: Vec<PlannedCondition>,
    nodes: BTreeMap<Node, Value>,
}

impl Expected {
    /// What does not hold of the object as it is recorded now.
    pub fn missed(&self, record: &Record, procedure: Option<&Procedure>) -> Option<String> {
        let mut nodes = self.nodes.clone();
        nodes.insert(Node::Instance(self.address.clone()), Value::Map(shown_of(record, procedure)));
        let known = Known(nodes);
        self.conditions.iter().find_map(|condition| failing(condition, &known))
    }
}

/// Nodes as they were when they were looked at.
struct Known(BTreeMap<Node, Value>);

impl Nodes for Known {
    fn node(&self, node: &Node) -> Cow<'_, Value> {
        self.0.get(node).map_or_else(|| Cow::Owned(Value::unknown()), Cow::Borrowed)
    }
}
