//! Types as text, and bringing values to them.

use crate::support::{Names, show, value};
use firma_expr::{convert, parse_type};
use firma_model::{
    span::{SourceId, Span},
    types::Type,
};

fn read(text: &str) -> Result<Type, (&'static str, String)> {
    parse_type(text, &|start, end| Span::new(SourceId(0), start, end)).map_err(|error| (error.code, error.message))
}

#[test]
fn types_read_back() {
    for text in [
        "string",
        "number",
        "bool",
        "any",
        "list(string)",
        "set(number)",
        "map(any)",
        "tuple([string, number])",
        "object({a = string, b = optional(number)})",
        "map(object({a = list(string)}))",
    ] {
        assert_eq!(read(text).map(|ty| ty.to_string()), Ok(text.to_owned()), "{text}");
    }
    assert_eq!(read(" list( string ) ").map(|ty| ty.to_string()), Ok("list(string)".to_owned()));
    assert_eq!(
        read("object({\n  a = string\n  b = number\n})").map(|ty| ty.to_string()),
        Ok("object({a = string, b = number})".to_owned())
    );
}

#[test]
fn wrong_types() {
    for (text, part) in [
        ("strng", "did you mean `string`?"),
        ("list", ""),
        ("lst(string)", "did you mean `list`?"),
        ("list(string, number)", "takes one type"),
        ("string(list)", "takes no type"),
        ("optional(string)", "only around the type of an object's attribute"),
        ("object(string)", "takes attributes"),
        ("tuple(string)", "takes a list of types"),
        ("object({ a = optional(number, \"x\") })", "the default does not fit its type"),
        ("object({ a = optional(number, var.x) })", "`var.x` cannot be used in a type"),
        ("5", "this is not a type"),
        ("list(", ""),
        ("", ""),
    ] {
        match read(text) {
            Ok(ty) => assert_eq!((text, ty), ("list", Type::List(Box::new(Type::Any)))),
            Err((code, message)) => {
                assert!(matches!(code, "E0230" | "E0201"), "{text}: {code} {message}");
                assert!(message.contains(part), "{text}: {message}");
            }
        }
    }
}

#[test]
fn values_brought_to_types() {
    let cases = [
        ("string", "5", "\"5\""),
        ("string", "true", "\"true\""),
        ("string", "1.50", "\"1.5\""),
        ("number", "\"12\"", "12"),
        ("bool", "\"true\"", "true"),
        ("any", "[1, \"a\"]", "[1,\"a\"]"),
        ("list(string)", "[1, true, \"a\"]", "[\"1\",\"true\",\"a\"]"),
        ("list(any)", "[1, \"a\"]", "[\"1\",\"a\"]"),
        ("set(string)", "[\"b\", \"a\", \"b\"]", "[\"a\",\"b\"]"),
        ("list(string)", "toset([\"b\", \"a\"])", "[\"a\",\"b\"]"),
        ("map(number)", "{ a = \"1\" }", "{\"a\":1}"),
        ("map(any)", "{ a = 1, b = \"x\" }", "{\"a\":\"1\",\"b\":\"x\"}"),
        ("tuple([string, number])", "[1, \"2\"]", "[\"1\",2]"),
        ("object({ a = string, b = optional(number, 3) })", "{ a = 1 }", "{\"a\":\"1\",\"b\":3}"),
        ("object({ a = optional(string) })", "{}", "{\"a\":null}"),
        ("object({ a = optional(string, \"d\") })", "{ a = null }", "{\"a\":\"d\"}"),
        ("object({ a = object({ b = optional(list(string), []) }) })", "{ a = {} }", "{\"a\":{\"b\":[]}}"),
        ("list(object({ a = string }))", "[{ a = 1 }]", "[{\"a\":\"1\"}]"),
        // What a type does not name is left out, even where it is spelt like something that is given.
        ("object({ name = string })", "{ name = 1, names = 2, other = 3 }", "{\"name\":\"1\"}"),
        ("string", "null", "null"),
        ("list(string)", "null", "null"),
        ("number", "sensitive(\"5\")", "!(5)"),
    ];
    for (ty, source, expected) in cases {
        let ty = read(ty).expect("a type");
        let given = value(&format!("${{{source}}}"), &Names::default());
        let converted = convert(&given, &ty).unwrap_or_else(|error| panic!("{ty} of {source}: {error}"));
        assert_eq!(show(&converted), expected, "{ty} of {source}");
    }
}

#[test]
fn values_that_do_not_fit() {
    let cases = [
        ("string", "[1]", "a string is required, not a list"),
        ("number", "\"x\"", "a number is required, not a string"),
        ("bool", "1", "a bool is required, not a number"),
        ("list(number)", "[1, \"x\"]", "[1]: a number is required, not a string"),
        ("map(list(string))", "{ a = [{}] }", "a[0]: a string is required, not a map"),
        ("list(string)", "{}", "a list is required, not a map"),
        ("tuple([string])", "[]", "1 elements are required, not 0"),
        ("object({ name = string })", "{}", "the attribute `name` is missing"),
        ("object({ name = string })", "{ nam = 1 }", "there is no attribute `nam` in this type; did you mean `name`?"),
        (
            "object({ name = string, size = optional(number) })",
            "{ name = 1, siez = 1 }",
            "there is no attribute `siez` in this type; did you mean `size`?",
        ),
        ("object({ a = object({ b = number }) })", "{ a = { b = [] } }", "a.b: a number is required, not a list"),
    ];
    for (ty, source, expected) in cases {
        let ty = read(ty).expect("a type");
        let given = value(&format!("${{{source}}}"), &Names::default());
        let error = convert(&given, &ty).expect_err("an error");
        assert_eq!(error.to_string(), expected, "{ty} of {source}");
    }
}
