//! What is wrong with a kind: for whoever writes kinds, never for users.

use std::fmt;

/// One finding about a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The kind.
    pub kind: String,
    /// What is wrong.
    pub what: What,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The text is no kind.
    Text(String),
    /// The facts have no such operation.
    Operation(String),
    /// A path into parameters, results or objects that the facts do not have.
    Path {
        /// Where the path stands in the kind.
        place: String,
        /// What the facts say.
        message: String,
    },
    /// A type that does not fit where it stands.
    Type {
        /// Where.
        place: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A name of an attribute, field or parameter that is nowhere else.
    Unknown {
        /// Where it is used.
        place: String,
        /// The name.
        name: String,
    },
    /// An attribute is called like something every resource has.
    Reserved(String),
    /// Two parameters become one attribute.
    Collision(String),
    /// A parameter that every resource shares (zone, billing, tags) is neither lifted nor left out.
    NotLifted(String),
    /// No word on what a change of the attribute means.
    NoChange(String),
    /// Two words on what a change of the attribute means.
    TwoChanges(String),
    /// A call demands a parameter that nothing fills.
    Unfilled {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
    },
    /// An update says it changes an attribute and sends it nowhere.
    NotSent(String),
    /// A status value that the service is not known to have, or that has two meanings.
    Status(String),
    /// The recovery class needs something the kind does not have.
    Recovery(&'static str),
    /// A part of the kind that makes no sense without another.
    Missing(&'static str),
    /// A billing method nobody sells.
    Billing(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.kind)?;
        match &self.what {
            What::Text(message) => write!(f, "{message}"),
            What::Operation(name) => write!(f, "the API has no operation {name}"),
            What::Path { place, message } => write!(f, "{place}: {message}"),
            What::Type { place, expected } => write!(f, "{place}: expected {expected}"),
            What::Unknown { place, name } => write!(f, "{place}: there is no `{name}`"),
            What::Reserved(name) => write!(f, "`{name}` is reserved; rename the attribute"),
            What::Collision(name) => write!(f, "two parameters become the attribute `{name}`; rename one"),
            What::NotLifted(name) => write!(f, "`{name}` belongs to every resource: lift it or leave it out"),
            What::NoChange(name) => write!(f, "nothing says what a change of `{name}` means"),
            What::TwoChanges(name) => write!(f, "two things say what a change of `{name}` means"),
            What::Unfilled { operation, parameter } => write!(f, "{operation} demands `{parameter}`, nothing fills it"),
            What::NotSent(name) => write!(f, "an update changes `{name}` but sends it nowhere"),
            What::Status(value) => write!(f, "status value `{value}` is not plausible"),
            What::Recovery(message) => write!(f, "recovery: {message}"),
            What::Missing(message) => write!(f, "{message}"),
            What::Billing(name) => write!(f, "`{name}` is no billing method"),
        }
    }
}

/// Collects the findings about one kind.
#[derive(Debug)]
pub(crate) struct Findings<'k> {
    kind: &'k str,
    pub(crate) list: Vec<Problem>,
}

impl<'k> Findings<'k> {
    pub(crate) fn new(kind: &'k str) -> Findings<'k> {
        Findings { kind, list: Vec::new() }
    }

    pub(crate) fn add(&mut self, what: What) {
        self.list.push(Problem { kind: self.kind.to_owned(), what });
    }

    pub(crate) fn unknown(&mut self, place: impl Into<String>, name: impl Into<String>) {
        self.add(What::Unknown { place: place.into(), name: name.into() });
    }
}
