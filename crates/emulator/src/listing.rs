//! List calls: filters, tag filters, pages.

use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::state::{Placed, Shelf};
use crate::tags::{TagFilters, Tags};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What an object holds under the name of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    /// Exactly one value.
    One(String),
    /// Any of several values matches.
    Any(Vec<String>),
    /// Matches when it contains the filter's text.
    Part(String),
    /// The filter exists and restricts nothing here (`azType = all`).
    Unrestricted,
}

/// A kind of object that list calls return.
pub(crate) struct Listed<T> {
    /// Name of the filter that holds ids.
    pub(crate) id_filter: &'static str,
    /// Tags of an object, for kinds with tag filters.
    pub(crate) tags: Option<fn(&T) -> &Tags>,
    /// Whether lists without a status filter show the object; none for kinds of which they show all.
    pub(crate) shown: Option<fn(&T) -> bool>,
}

struct Filter<'a> {
    name: &'a str,
    operator: &'a str,
    values: Vec<&'a str>,
}

impl Filter<'_> {
    fn accepts(&self, field: &Field) -> bool {
        let equal = |have: &str| self.values.contains(&have);
        let within = |have: &str| self.values.iter().any(|v| have.contains(v));
        let ordered =
            |have: &str, wanted: fn(std::cmp::Ordering) -> bool| self.values.iter().any(|v| wanted(compare(have, v)));
        match (field, self.operator) {
            (Field::Unrestricted, _) => true,
            (Field::Part(have) | Field::One(have), "like") => within(have),
            (Field::Part(have), "eq" | "in") => within(have),
            (Field::One(have) | Field::Part(have), "ne") => !equal(have),
            (Field::One(have), "lt") => ordered(have, std::cmp::Ordering::is_lt),
            (Field::One(have), "le") => ordered(have, std::cmp::Ordering::is_le),
            (Field::One(have), "gt") => ordered(have, std::cmp::Ordering::is_gt),
            (Field::One(have), "ge") => ordered(have, std::cmp::Ordering::is_ge),
            (Field::One(have), _) => equal(have),
            (Field::Any(have), "ne") => !have.iter().any(|h| equal(h)),
            (Field::Any(have), "like") => have.iter().any(|h| within(h)),
            (Field::Any(have), _) => have.iter().any(|h| equal(h)),
            (Field::Part(_), _) => false,
        }
    }
}

fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.parse::<i64>(), b.parse::<i64>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.cmp(b),
    }
}

fn filters<'a>(args: Args<'a>) -> Result<Vec<Filter<'a>>, Fault> {
    const OPERATORS: [&str; 8] = ["eq", "ne", "lt", "le", "gt", "ge", "in", "like"];
    args.children("filters")
        .into_iter()
        .map(|f| {
            let operator = f.opt_text("operator").unwrap_or("eq");
            if !OPERATORS.contains(&operator) {
                return Err(Fault::invalid(format!("filter operator `{operator}` is unknown")));
            }
            Ok(Filter { name: f.text("name")?, operator, values: f.texts("values") })
        })
        .collect()
}

/// Objects of a region that pass the call's filters, in the order of their ids.
///
/// An id filter is answered by looking each id up, so that a refresh by ids costs what it returns and not what exists.
pub(crate) fn select<'w, T: Placed>(
    objects: &'w Shelf<T>,
    kind: &Listed<T>,
    region: &str,
    args: Args<'_>,
    field: impl Fn(&T, &str) -> Option<Field>,
) -> Result<Vec<(&'w String, &'w T)>, Fault> {
    let filters = filters(args)?;
    let tags = TagFilters::read(args, "tags");
    let by_id = filters.iter().find(|f| f.name == kind.id_filter && matches!(f.operator, "eq" | "in"));
    let by_status = filters.iter().any(|f| f.name == "status");
    let accept = |(id, object): &(&'w String, &'w T)| -> Result<bool, Fault> {
        if object.region() != region || !(by_status || kind.shown.is_none_or(|shown| shown(object))) {
            return Ok(false);
        }
        if let (Some(tags_of), false) = (kind.tags, tags.is_empty())
            && !tags.accept(tags_of(object))
        {
            return Ok(false);
        }
        for filter in &filters {
            let have = if filter.name == kind.id_filter {
                Field::One((*id).clone())
            } else {
                field(object, filter.name)
                    .ok_or_else(|| Fault::invalid(format!("filter `{}` is unknown", filter.name)))?
            };
            if !filter.accepts(&have) {
                return Ok(false);
            }
        }
        Ok(true)
    };
    let mut found = Vec::new();
    match by_id {
        Some(filter) => {
            let wanted: BTreeSet<&str> = filter.values.iter().copied().collect();
            for entry in wanted.into_iter().filter_map(|id| objects.get_key_value(id)) {
                if accept(&entry)? {
                    found.push(entry);
                }
            }
        }
        None => {
            for entry in objects.in_region(region, 0) {
                if accept(&entry)? {
                    found.push(entry);
                }
            }
        }
    }
    Ok(found)
}

/// Whether something that is kept on no shelf passes a call's filters.
pub(crate) fn passes(args: Args<'_>, field: impl Fn(&str) -> Option<Field>) -> Result<bool, Fault> {
    for filter in filters(args)? {
        let have = field(filter.name).ok_or_else(|| Fault::invalid(format!("filter `{}` is unknown", filter.name)))?;
        if !filter.accepts(&have) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What a service does with a page beyond the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// It answers the last page (vpc, lb).
    LastPage,
    /// It answers an empty list.
    Empty,
}

/// The page of a list answer: `{KEY: [...], totalCount: n}`. Only the objects of the page are rendered.
pub(crate) fn page<T: Copy>(
    args: Args<'_>,
    beyond: Beyond,
    key: &str,
    objects: &[T],
    view: impl Fn(T) -> Value,
) -> Result<Value, Fault> {
    let window = Window::read(args, beyond, objects.len())?;
    let rows = objects.iter().skip(window.from).take(window.size).map(|o| view(*o)).collect();
    Ok(rendered(key, rows, objects.len()))
}

/// How a service's lists come in pages, where it has habits of its own.
pub(crate) struct Pages {
    /// Size of a page when none is asked for.
    pub(crate) usual: i64,
    /// Sizes are multiples of ten.
    pub(crate) tens: bool,
    /// Page -1 is all of it.
    pub(crate) all: bool,
}

/// A page as a service with such habits gives it; beyond the end it is empty.
pub(crate) fn page_as<T: Copy>(
    habit: &Pages,
    args: Args<'_>,
    key: &str,
    objects: &[T],
    view: impl Fn(T) -> Value,
) -> Result<Value, Fault> {
    let (number, size) = (args.opt_int("pageNumber").unwrap_or(1), args.opt_int("pageSize").unwrap_or(habit.usual));
    if habit.all && number == -1 {
        return Ok(rendered(key, objects.iter().map(|o| view(*o)).collect(), objects.len()));
    }
    if number < 1 {
        return Err(Fault::out_of_range("pageNumber must be at least 1"));
    }
    if !(10..=100).contains(&size) || (habit.tens && size % 10 != 0) {
        return Err(Fault::out_of_range("pageSize must be 10 to 100, and of some lists a multiple of 10"));
    }
    let from = usize::try_from((number - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let rows = objects.iter().skip(from).take(size as usize).map(|o| view(*o)).collect();
    Ok(rendered(key, rows, objects.len()))
}

fn rendered(key: &str, rows: Vec<Value>, total: usize) -> Value {
    let mut result = Map::new();
    result.insert(key.to_owned(), Value::Array(rows));
    result.insert("totalCount".to_owned(), json!(total));
    Value::Object(result)
}

/// The part of a list that is asked for.
struct Window {
    from: usize,
    size: usize,
}

impl Window {
    fn read(args: Args<'_>, beyond: Beyond, total: usize) -> Result<Window, Fault> {
        let number = args.opt_int("pageNumber").unwrap_or(1);
        let size = args.opt_int("pageSize").unwrap_or(20);
        if number < 1 {
            return Err(Fault::out_of_range("pageNumber must be at least 1"));
        }
        if !(10..=100).contains(&size) {
            return Err(Fault::out_of_range("pageSize must be 10 to 100"));
        }
        let (Ok(number), Ok(size)) = (usize::try_from(number), usize::try_from(size)) else {
            return Err(Fault::out_of_range("pageNumber is too large"));
        };
        let last = total.div_ceil(size).max(1);
        let number = if number > last && beyond == Beyond::LastPage { last } else { number };
        Ok(Window { from: (number - 1).saturating_mul(size), size })
    }
}

/// The whole answer of a list call: what passes its filters, in pages. A page of everything costs what is on it.
pub(crate) fn answer<T: Placed>(
    call: &Call<'_>,
    objects: &Shelf<T>,
    kind: &Listed<T>,
    (beyond, key): (Beyond, &str),
    field: impl Fn(&T, &str) -> Option<Field>,
    view: impl Fn(&str, &T) -> Value,
) -> Answer {
    let (args, region) = (call.args, call.region());
    if kind.shown.is_none() && args.children("filters").is_empty() && args.children("tags").is_empty() {
        let total = objects.count(region);
        let window = Window::read(args, beyond, total)?;
        let rows = objects.in_region(region, window.from).take(window.size).map(|(id, object)| view(id, object));
        return Ok(rendered(key, rows.collect(), total));
    }
    let found = select(objects, kind, region, args, field)?;
    page(args, beyond, key, &found, |(id, object)| view(id, object))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(operator: &str, values: &[&str], field: &Field) -> bool {
        Filter { name: "x", operator, values: values.to_vec() }.accepts(field)
    }

    #[test]
    fn operators() {
        let one = Field::One("20".into());
        let part = Field::Part("web-server".into());
        let any = Field::Any(vec!["a".into(), "b".into()]);
        for (operator, values, field, expected) in [
            ("eq", &["20", "30"][..], &one, true),
            ("eq", &["2"], &one, false),
            ("ne", &["20"], &one, false),
            ("lt", &["100"], &one, true),
            ("ge", &["20"], &one, true),
            ("gt", &["20"], &one, false),
            ("like", &["0"], &one, true),
            ("eq", &["server"], &part, true),
            ("eq", &["db"], &part, false),
            ("in", &["b"], &any, true),
            ("ne", &["b"], &any, false),
            ("eq", &["anything"], &Field::Unrestricted, true),
        ] {
            assert_eq!(accepts(operator, values, field), expected, "{operator} {values:?} {field:?}");
        }
    }

    #[test]
    fn pages() {
        let objects: Vec<i64> = (0..45).collect();
        let numbers = |size: i64, number: i64, beyond| {
            let map = json!({"pageNumber": number, "pageSize": size});
            let map = map.as_object().unwrap().clone();
            page(Args(&map), beyond, "list", &objects, |o| json!(o)).map(|v| {
                let list = v["list"].as_array().unwrap();
                assert_eq!(v["totalCount"], 45);
                (list.first().and_then(Value::as_i64), list.len())
            })
        };
        assert_eq!(numbers(20, 1, Beyond::Empty), Ok((Some(0), 20)));
        assert_eq!(numbers(20, 3, Beyond::Empty), Ok((Some(40), 5)));
        assert_eq!(numbers(20, 4, Beyond::Empty), Ok((None, 0)));
        assert_eq!(numbers(20, 9, Beyond::LastPage), Ok((Some(40), 5)));
        assert!(numbers(9, 1, Beyond::Empty).is_err());
        assert!(numbers(101, 1, Beyond::Empty).is_err());
        assert!(numbers(20, 0, Beyond::Empty).is_err());
    }
}
