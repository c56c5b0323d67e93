//! Times of crons as this service writes them, and how they repeat.

use crate::clock::Moment;
use crate::fault::Fault;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

const FORM: &str = "%Y-%m-%d %H:%M:%S";

/// Reads `2026-02-02 20:02:30`, and nothing else. Seconds count for nothing.
pub(super) fn minute(name: &str, text: &str) -> Result<String, Fault> {
    let read = DateTime::strptime(FORM, text).ok().filter(|time| time.strftime(FORM).to_string() == text);
    let time = read.ok_or_else(|| Fault::invalid(format!("{name} `{text}` is not YYYY-MM-DD HH:mm:ss")))?;
    Ok(time.strftime("%Y-%m-%d %H:%M:00").to_string())
}

/// When that is. The pages name no time zone; the service's own is China's.
pub(super) fn moment(text: &str) -> Moment {
    let there = TimeZone::fixed(Offset::constant(8));
    let read = DateTime::strptime(FORM, text).and_then(|time| time.to_zoned(there));
    Moment(read.map_or(0, |time| time.timestamp().as_millisecond()))
}

/// Checks how often something happens.
pub(super) fn repeats(kind: &str, value: &str) -> Result<(), Fault> {
    let within = |text: &str, from: u32, to: u32| number(text).is_some_and(|n| (from..=to).contains(&n));
    let fits = match kind {
        "Daily" => within(value, 1, 31),
        "Weekly" => value.split(',').all(|day| within(day, 0, 6)),
        "Monthly" => value
            .split_once('-')
            .is_some_and(|(first, last)| within(first, 1, 31) && within(last, 1, 31) && number(first) <= number(last)),
        "Cron" => is_cron(value),
        other => return Err(Fault::invalid(format!("repeatType `{other}` is none of Daily, Weekly, Monthly, Cron"))),
    };
    match fits {
        true => Ok(()),
        false => Err(Fault::invalid(format!("repeatValue `{value}` does not fit repeatType {kind}"))),
    }
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Minute, hour, day, month, day of the week: `*`, numbers, ranges, lists, steps; of days also `?`.
fn is_cron(text: &str) -> bool {
    const FIELDS: [(u32, u32, bool); 5] = [(0, 59, false), (0, 23, false), (1, 31, true), (1, 12, false), (0, 6, true)];
    let fields: Vec<&str> = text.split_whitespace().collect();
    let within = |text: &str, (from, to, _): (u32, u32, bool)| number(text).is_some_and(|n| (from..=to).contains(&n));
    let is_part = |part: &str, range: (u32, u32, bool)| {
        let (base, step) = part.split_once('/').map_or((part, None), |(base, step)| (base, Some(step)));
        let fits = match base.split_once('-') {
            Some((first, last)) => within(first, range) && within(last, range) && number(first) <= number(last),
            None => base == "*" || (base == "?" && range.2) || within(base, range),
        };
        fits && step.is_none_or(|step| number(step).is_some_and(|step| step > 0))
    };
    fields.len() == FIELDS.len()
        && fields.iter().zip(FIELDS).all(|(field, range)| field.split(',').all(|part| is_part(part, range)))
}
