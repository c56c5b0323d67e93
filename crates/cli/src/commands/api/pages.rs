//! `--all`: a list to its end.

use crate::exit::Failure;
use firma_api::{Operation, request::Request};
use firma_catalog::{
    LookupProcedure,
    procedure::{PageBy, Shape},
};
use firma_client::{Cloud, Listing, Priority};
use firma_model::{diagnostic::Diagnostic, fault::Fault};
use serde_json::{Map, Value, json};

/// How a list is read.
pub(super) struct Pages<'o> {
    operation: &'o Operation,
    list: LookupProcedure,
    /// Items to a page.
    size: u32,
}

impl<'o> Pages<'o> {
    /// Those of an operation that gives a list; parameters may name the size of a page, but not which one.
    pub(super) fn of(operation: &'o Operation, parameters: &Map<String, Value>) -> Result<Pages<'o>, Failure> {
        let list = firma_catalog::listing(operation).filter(|_| !firma_api::effect::is_mutating(operation));
        let Some(list) = list else {
            let message = format!("`--all` reads lists, and the answer of {} is none", operation.full_name());
            return Err(Failure::new(Diagnostic::error("E0941", message).hint("leave `--all` away")));
        };
        let mut size = u32::MAX;
        if let Some(pages) = &list.pages {
            if parameters.contains_key(&pages.number) {
                let message = format!("`--all` reads every page, so {} has no place beside it", pages.number);
                return Err(Failure::new(Diagnostic::error("E0941", message).hint("leave one of the two away")));
            }
            let asked = parameters.get(&pages.size).and_then(Value::as_u64).and_then(|size| u32::try_from(size).ok());
            size = asked.filter(|size| *size > 0).unwrap_or(pages.limit);
        }
        Ok(Pages { operation, list, size })
    }

    /// A page's parameters, from 1.
    pub(super) fn parameters(&self, given: &Map<String, Value>, page: u32) -> Map<String, Value> {
        let mut parameters = given.clone();
        if let Some(pages) = &self.list.pages {
            let which = match pages.by {
                PageBy::Number => page,
                PageBy::Offset => page.saturating_sub(1).saturating_mul(self.size),
            };
            parameters.insert(pages.number.clone(), json!(which));
            parameters.insert(pages.size.clone(), json!(self.size));
        }
        parameters
    }

    /// All items, under the name that the answer gives the list. `first` is the request of the first page.
    pub(super) async fn read(&self, cloud: &Cloud, first: Request, given: &Map<String, Value>) -> Result<Value, Fault> {
        let identity = self.list.id.as_ref().and_then(|id| match &self.list.item {
            Shape::Object(fields) => fields.get(id)?.read.as_deref(),
            _ => None,
        });
        let listing = Listing {
            items: &self.list.items,
            identity,
            total: self.list.total.as_deref(),
            page_size: self.size,
            priority: Priority::Normal,
        };
        let page = |number| {
            let parameters = self.parameters(given, number);
            let request = firma_api::build_operation(self.operation, first.region.as_deref(), &parameters);
            request.expect("BUG: a page differs from the first only in its number")
        };
        let items = cloud.list_all(&listing, page).await?;
        let mut result = Map::from_iter([(self.list.items.clone(), Value::Array(items))]);
        if let Some(total) = &self.list.total {
            let count = result[&self.list.items].as_array().map_or(0, Vec::len);
            result.insert(total.clone(), json!(count));
        }
        Ok(Value::Object(result))
    }
}
