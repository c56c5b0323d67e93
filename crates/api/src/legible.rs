//! A call as a person reads it: method, path and body of parameters that may still have holes in them.
//!
//! The same layout as in [`encode`](crate::encode): what goes where is the operation's word. Nothing is checked, because
//! what stands for an unknown or hidden value is text whatever the parameter is, and nothing is percent-encoded.

use crate::{
    encode::{find, scalar_text, with_region, without_nulls},
    facts::{Operation, Place, Segment},
    request::Method,
};
use serde_json::{Map, Value};

/// A call as a person reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Legible {
    /// HTTP method.
    pub method: Method,
    /// Path; a parameter that is missing stands as its name in braces.
    pub path: String,
    /// Parameters of the query.
    pub query: Map<String, Value>,
    /// The body; `None` for calls without one.
    pub body: Option<Value>,
}

/// A call as a person reads it. An operation that is not known has its name for a path.
pub fn legible(service: &str, operation: &str, region: Option<&str>, params: &Map<String, Value>) -> Legible {
    match find(service, operation) {
        Ok(operation) => of_operation(operation, &with_region(operation, region, params)),
        Err(_) => Legible {
            method: Method::Post,
            path: format!("{{{service}.{operation}}}"),
            query: Map::new(),
            body: Some(Value::Object(params.clone())),
        },
    }
}

fn of_operation(operation: &Operation, params: &Map<String, Value>) -> Legible {
    let mut path = String::new();
    for segment in &operation.segments {
        path.push('/');
        match segment {
            Segment::Literal(text) => path.push_str(text),
            Segment::Param { name, suffix } => {
                let value = params.get(name).and_then(scalar_text);
                path.push_str(&value.unwrap_or_else(|| format!("{{{name}}}")));
                path.push_str(suffix);
            }
        }
    }
    if operation.path.ends_with('/') {
        path.push('/');
    }
    let in_query = operation.params.iter().filter(|param| param.place == Place::Query);
    Legible {
        method: operation.method,
        path,
        query: in_query.filter_map(|param| Some((param.name.clone(), params.get(&param.name)?.clone()))).collect(),
        body: operation.has_body().then(|| without_nulls(&Value::Object(params.clone()))),
    }
}

#[cfg(test)]
mod tests {
    use super::legible;
    use serde_json::{Value, json};

    fn params(value: &Value) -> serde_json::Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    /// What is read is what is sent, wherever both are possible.
    #[test]
    fn it_has_the_layout_of_the_request() {
        let cases = [
            ("vpc", "createVpc", json!({ "vpcName": "main", "addressPrefix": "10.0.0.0/16" })),
            ("vpc", "deleteVpc", json!({ "vpcId": "vpc-1" })),
            ("vpc", "modifySubnet", json!({ "subnetId": "subnet-1", "subnetName": "a b" })),
        ];
        for (service, operation, parameters) in cases {
            let parameters = params(&parameters);
            let sent = crate::build(service, operation, Some("cn-north-1"), &parameters).unwrap();
            let read = legible(service, operation, Some("cn-north-1"), &parameters);
            assert_eq!((read.method, &read.path), (sent.method, &sent.path));
            let body = (!sent.body.is_empty()).then(|| serde_json::from_slice::<Value>(&sent.body).unwrap());
            assert_eq!(read.body, body);
        }
    }

    #[test]
    fn holes_stay_legible() {
        let read = legible("vpc", "deleteVpc", Some("cn-north-1"), &params(&json!({ "vpcId": "{vpc.vpc.main.id}" })));
        assert_eq!(read.path, "/v1/regions/cn-north-1/vpcs/{vpc.vpc.main.id}");
        let read = legible("vpc", "deleteVpc", None, &params(&json!({})));
        assert_eq!(read.path, "/v1/regions/{regionId}/vpcs/{vpcId}");
    }
}
