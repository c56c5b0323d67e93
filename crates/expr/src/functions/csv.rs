//! csvdecode

use super::{Failure, Function, Gives, Kind, Parameter};
use firma_model::value::{Map, Value};

pub(super) const CSVDECODE: Function = Function::new(
    "csvdecode",
    "The rows of comma-separated values, as maps by the names in the first row.",
    &[Parameter::new("str", Kind::Text)],
    Gives::Any,
    |arguments| {
        let mut reader = csv::ReaderBuilder::new().from_reader(arguments.text(0).as_bytes());
        let bad = |error: csv::Error| {
            let what = match error.kind() {
                csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                    format!("a row has {len} fields, and the first row has {expected_len}")
                }
                _ => "it cannot be read".to_owned(),
            };
            Failure::Argument(0, format!("is not CSV: {what}"))
        };
        let names = reader.headers().map_err(bad)?.clone();
        let mut rows = Vec::new();
        for name in &names {
            if names.iter().filter(|other| *other == name).count() > 1 {
                return Err(Failure::Argument(0, format!("has two columns with the name `{name}`")));
            }
        }
        for record in reader.records() {
            let record = record.map_err(bad)?;
            arguments.charge(1 + record.len())?;
            let row: Map =
                names.iter().zip(&record).map(|(name, field)| (name.to_owned(), Value::from(field))).collect();
            rows.push(Value::Map(row));
        }
        Ok(Value::List(rows))
    },
);
