//! The shape of the facts: a service, its operations with their parameters and results, its models.

use super::Type;
use crate::{naming, request::Method};

/// One service (or one package that only holds models for others).
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Service id: `vpc`. Also the name in the credential scope.
    pub id: String,
    /// Public host, `vpc.jdcloud-api.com`; none for a package of models.
    pub endpoint: Option<String>,
    /// Revision of the API description.
    pub revision: Option<String>,
    /// First segment of every path, `v1` or `v2`; none for a package of models.
    pub version: Option<String>,
    /// Operations, sorted by name.
    pub operations: Vec<Operation>,
    /// Models, sorted by name.
    pub models: Vec<Model>,
}

impl Service {
    /// The operation with this exact name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        let at = self.operations.binary_search_by(|operation| operation.name.as_str().cmp(name)).ok()?;
        self.operations.get(at)
    }

    /// The model with this exact name, without the package.
    pub fn model(&self, name: &str) -> Option<&Model> {
        let at = self.models.binary_search_by(|model| model.name.as_str().cmp(name)).ok()?;
        self.models.get(at)
    }
}

/// One call a service offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Id of the service it belongs to.
    pub service: String,
    /// Name: `createVpc`.
    pub name: String,
    /// HTTP method.
    pub method: Method,
    /// Path template with its version, `/v1/regions/{regionId}/vpcs/`; a trailing slash is sent and signed.
    pub path: String,
    /// The template's segments, for routing and filling in.
    pub segments: Vec<Segment>,
    /// Parameters, in the order of the SDK.
    pub params: Vec<Param>,
    /// Fields of `result`; empty when the call answers nothing but its request id.
    pub result: Vec<Field>,
}

impl Operation {
    /// The parameter with this exact name.
    pub fn param(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|param| param.name == name)
    }

    /// The parameter that is called so in snake case.
    pub fn param_by_snake(&self, snake: &str) -> Option<&Param> {
        let name = naming::find(self.params.iter().map(|param| param.name.as_str()), snake)?;
        self.param(name)
    }

    /// The result field with this exact name.
    pub fn result_field(&self, name: &str) -> Option<&Field> {
        self.result.iter().find(|field| field.name == name)
    }

    /// Whether parameters travel in a JSON body (POST, PUT, PATCH) rather than in the query.
    pub fn has_body(&self) -> bool {
        matches!(self.method, Method::Post | Method::Put | Method::Patch)
    }

    /// `vpc.createVpc`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.service, self.name)
    }
}

/// One segment of a path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Fixed text, perhaps with an action: `vpcs`, `sessionToken:assumeRole`.
    Literal(String),
    /// A parameter, perhaps with an action behind it: `{diskId}`, `{diskId}:extend`.
    Param {
        /// Name of the path parameter.
        name: String,
        /// `:extend`, or nothing.
        suffix: String,
    },
}

impl Segment {
    /// The segments of a template, without the leading slash and without a trailing one.
    pub fn split(template: &str) -> Vec<Segment> {
        template.trim_matches('/').split('/').map(Segment::read).collect()
    }

    fn read(text: &str) -> Segment {
        match text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((name, suffix)) => Segment::Param { name: name.to_owned(), suffix: suffix.to_owned() },
            None => Segment::Literal(text.to_owned()),
        }
    }
}

/// Where a parameter travels. With a JSON body, path parameters travel there a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Substituted into the path.
    Path,
    /// In the query string.
    Query,
    /// In the JSON body.
    Body,
}

/// One parameter of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Name as the API spells it.
    pub name: String,
    /// Type.
    pub ty: Type,
    /// Whether the call fails without it.
    pub required: bool,
    /// Where it travels.
    pub place: Place,
    /// What the prose says of its values.
    pub hints: Hints,
}

/// One field of a model or of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Name as the API spells it.
    pub name: String,
    /// Type.
    pub ty: Type,
    /// Whether an input must have it. Always false in results.
    pub required: bool,
    /// What the prose says of its values.
    pub hints: Hints,
}

/// One object type, used as input, as output or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Package it lives in: `common`.
    pub package: String,
    /// Name within the package: `Filter`.
    pub name: String,
    /// Fields, in the order of the SDK.
    pub fields: Vec<Field>,
}

impl Model {
    /// The field with this exact name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field that is called so in snake case.
    pub fn field_by_snake(&self, snake: &str) -> Option<&Field> {
        let name = naming::find(self.fields.iter().map(|field| field.name.as_str()), snake)?;
        self.field(name)
    }

    /// `common.Filter`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.package, self.name)
    }
}

/// What a program found in the prose beside a parameter. Good for early warnings and for documentation; too weak to
/// refuse anything on its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hints(Option<Box<Seen>>);

/// The found facts, boxed because nine members in ten have none.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    values: Vec<String>,
    range: Option<Range>,
    default: Option<String>,
    max_chars: Option<u64>,
}

/// A range, both ends included and either open.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// Smallest value.
    pub min: Option<f64>,
    /// Largest value.
    pub max: Option<f64>,
    /// What is counted, when it is not the value itself: `chars`.
    pub unit: Option<String>,
}

impl Hints {
    /// Gathers what was found; nothing at all costs no memory.
    pub fn new(values: Vec<String>, range: Option<Range>, default: Option<String>, max_chars: Option<u64>) -> Hints {
        if values.is_empty() && range.is_none() && default.is_none() && max_chars.is_none() {
            return Hints(None);
        }
        Hints(Some(Box::new(Seen { values, range, default, max_chars })))
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Values that the prose lists.
    pub fn values(&self) -> &[String] {
        self.0.as_ref().map_or(&[], |seen| &seen.values)
    }

    /// The range that the prose gives.
    pub fn range(&self) -> Option<&Range> {
        self.0.as_ref()?.range.as_ref()
    }

    /// The default that the prose names, as text.
    pub fn default(&self) -> Option<&str> {
        self.0.as_ref()?.default.as_deref()
    }

    /// The longest text, in characters.
    pub fn max_chars(&self) -> Option<u64> {
        self.0.as_ref()?.max_chars
    }
}
