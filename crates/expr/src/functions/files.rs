//! Files and templates: file, fileexists, filebase64, templatefile, templatestring.

use super::{Arguments, Failure, Function, Gives, Kind, Parameter, encoding::base64};
use crate::{
    codes,
    evaluate::evaluate,
    limits::Limits,
    parse::parse,
    reference::Reference,
    scope::{Resolution, Scope},
    text,
    trace::Trace,
};
use firma_model::{
    diagnostic::Diagnostic,
    span::{SourceId, Span},
    suggest::closest,
    value::{Map, Value},
};

const PATH: Parameter = Parameter::new("path", Kind::Text);

/// The bytes of the file that the first argument names.
pub(super) fn read(arguments: &Arguments<'_>) -> Result<Vec<u8>, Failure> {
    let path = arguments.text(0);
    let bytes = arguments
        .files
        .read(path)
        .map_err(|why| Failure::File(format!("{} cannot be read: {why}", text::quote(path))))?;
    arguments.afford(bytes.len())?;
    Ok(bytes)
}

fn read_text(arguments: &Arguments<'_>) -> Result<String, Failure> {
    String::from_utf8(read(arguments)?).map_err(|_| {
        let path = text::quote(arguments.text(0));
        Failure::File(format!("{path} is not UTF-8 text; filebase64 reads any file"))
    })
}

pub(super) const FILE: Function = Function::new("file", "The text of a file.", &[PATH], Gives::Text, |arguments| {
    Ok(Value::from(read_text(arguments)?))
})
.reads_files();

pub(super) const FILEBASE64: Function =
    Function::new("filebase64", "The bytes of a file in base64.", &[PATH], Gives::Text, |arguments| {
        Ok(base64(&read(arguments)?))
    })
    .reads_files();

pub(super) const FILEEXISTS: Function =
    Function::new("fileexists", "Whether there is a file.", &[PATH], Gives::Bool, |arguments| {
        let path = arguments.text(0);
        let found = arguments.files.exists(path);
        found.map(Value::Bool).map_err(|why| Failure::File(format!("{}: {why}", text::quote(path))))
    })
    .reads_files();

pub(super) const TEMPLATEFILE: Function = Function::new(
    "templatefile",
    "The text of a file in which `${...}` is replaced; the names it may use are the keys of the map.",
    &[PATH, Parameter::new("vars", Kind::Map)],
    Gives::Text,
    |arguments| {
        let path = text::quote(arguments.text(0));
        filled(arguments, &read_text(arguments)?, |line| format!("{path}, line {line}"))
    },
)
.reads_files();

pub(super) const TEMPLATESTRING: Function = Function::new(
    "templatestring",
    "A text in which `${...}` is replaced; the names it may use are the keys of the map.",
    &[Parameter::new("template", Kind::Text), Parameter::new("vars", Kind::Map)],
    Gives::Text,
    |arguments| filled(arguments, arguments.text(0), |line| format!("line {line} of the template")),
);

/// Levels that a template inside of an expression may have: its own stack comes on top of that of the expression.
const TEMPLATE_DEPTH: u32 = 100;

/// A template with the names of the second argument.
fn filled(arguments: &Arguments<'_>, source: &str, place: impl Fn(usize) -> String) -> Result<Value, Failure> {
    let line = |start: usize| source[..start.min(source.len())].matches('\n').count() + 1;
    let failed = |diagnostic: &Diagnostic| {
        let line = diagnostic.span.map_or(1, |span| line(span.start as usize));
        Failure::Call(format!("{}: {}", place(line), diagnostic.message))
    };
    let tree = parse(source, &|start, end| Span::new(SourceId(0), start, end)).map_err(|error| failed(&error))?;
    let empty = Map::new();
    let scope = Names(arguments.map(1).unwrap_or(&empty));
    let limits = Limits { depth: TEMPLATE_DEPTH, ..Limits::default() };
    let result = evaluate(&tree, &scope, &mut Trace::new(), &limits)
        .map_err(|errors| errors.list.first().map_or_else(|| Failure::Call("it fails".to_owned()), &failed))?;
    let value = result.as_value().cloned().unwrap_or(Value::Null);
    arguments.charge(1000)?;
    match text::of(&value) {
        Some(text) => Ok(Value::String(text)),
        None => Err(Failure::Call(format!("the template makes {}, not text", value.type_name()))),
    }
}

/// The names a template file may use. It may not read files, so a template cannot include itself.
struct Names<'m>(&'m Map);

impl Scope for Names<'_> {
    fn root(&self, reference: &Reference<'_>, _trace: &mut Trace) -> Result<Resolution<'_>, Diagnostic> {
        let name = reference.root();
        match self.0.get(name) {
            Some(value) => Ok(Resolution::value(value.clone(), 1)),
            None => Err(Diagnostic::error(codes::UNKNOWN_NAME, format!("the template is not given `{name}`"))
                .at(reference.span)
                .did_you_mean(closest(name, self.0.keys().map(String::as_str)))),
        }
    }
}
