//! Timestamps: formatdate, timeadd, timecmp. None of them knows the time.

use super::{Arguments, Failure, Function, Gives, Kind, Parameter};
use firma_model::value::Value;
use jiff::{SignedDuration, civil::DateTime};

/// A timestamp and its distance from UTC, in minutes.
#[derive(Clone, Copy)]
struct Stamp {
    local: DateTime,
    offset: i32,
}

impl Stamp {
    /// Reads RFC 3339.
    fn read(arguments: &Arguments<'_>, at: usize) -> Result<Stamp, Failure> {
        let bad = || Failure::Argument(at, "must be a timestamp such as 2026-01-31T12:00:00Z".to_owned());
        let text = arguments.text(at);
        if !text.is_ascii() || text.len() < 20 || text.as_bytes()[10] != b'T' {
            return Err(bad());
        }
        let (local, zone) = text.split_at(text[19..].find(['Z', '+', '-']).ok_or_else(bad)? + 19);
        let offset = match zone.as_bytes() {
            [b'Z'] => 0,
            [sign, h1, h2, b':', m1, m2] if [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()) => {
                let number = |a: &u8, b: &u8| i32::from(a - b'0') * 10 + i32::from(b - b'0');
                let (hours, minutes) = (number(h1, h2), number(m1, m2));
                if hours > 23 || minutes > 59 {
                    return Err(bad());
                }
                let minutes = hours * 60 + minutes;
                if *sign == b'-' { -minutes } else { minutes }
            }
            _ => return Err(bad()),
        };
        let local: DateTime = local.parse().map_err(|_| bad())?;
        Ok(Stamp { local, offset })
    }

    fn utc(&self) -> Result<DateTime, Failure> {
        self.local
            .checked_sub(SignedDuration::from_secs(i64::from(self.offset) * 60))
            .map_err(|_| Failure::Call("the time is out of range".to_owned()))
    }

    fn zone(&self, separator: &str, utc: &str) -> String {
        if self.offset == 0 && !utc.is_empty() {
            return utc.to_owned();
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs();
        format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
    }

    fn text(&self) -> Value {
        let t = self.local;
        Value::from(format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second(),
            self.zone(":", "Z")
        ))
    }
}

/// Reads `1h30m`, `-1.5h`, `10s`.
fn duration(text: &str) -> Option<SignedDuration> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanoseconds: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(end);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, next) = tail.split_at(unit_end);
        let unit: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        nanoseconds = nanoseconds.checked_add(whole.checked_mul(unit)?)?;
        let digits = &fraction[..fraction.len().min(15)];
        if !digits.is_empty() {
            let numerator: i128 = digits.parse().ok()?;
            nanoseconds = nanoseconds.checked_add(numerator * unit / 10_i128.pow(digits.len() as u32))?;
        }
        rest = next;
    }
    let nanoseconds = if negative { -nanoseconds } else { nanoseconds };
    let seconds = i64::try_from(nanoseconds / 1_000_000_000).ok()?;
    // What Go's durations hold: 290 years.
    if seconds.abs() > i64::MAX / 1_000_000_000 {
        return None;
    }
    Some(SignedDuration::new(seconds, (nanoseconds % 1_000_000_000) as i32))
}

pub(super) const TIMEADD: Function = Function::new(
    "timeadd",
    "A timestamp, moved by a duration such as `1h30m` or `-10m`.",
    &[Parameter::new("timestamp", Kind::Text), Parameter::new("duration", Kind::Text)],
    Gives::Text,
    |arguments| {
        let stamp = Stamp::read(arguments, 0)?;
        let by = duration(arguments.text(1))
            .ok_or_else(|| Failure::Argument(1, "must be a duration such as 1h30m".to_owned()))?;
        let local = stamp.local.checked_add(by).map_err(|_| Failure::Call("the time is out of range".to_owned()))?;
        Ok(Stamp { local, ..stamp }.text())
    },
);

pub(super) const TIMECMP: Function = Function::new(
    "timecmp",
    "-1, 0 or 1: whether a timestamp is before, at or after another.",
    &[Parameter::new("timestamp_a", Kind::Text), Parameter::new("timestamp_b", Kind::Text)],
    Gives::Number,
    |arguments| {
        let order = Stamp::read(arguments, 0)?.utc()?.cmp(&Stamp::read(arguments, 1)?.utc()?);
        Ok(Value::from(order as i64))
    },
);

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub(super) const FORMATDATE: Function = Function::new(
    "formatdate",
    "A timestamp in a form such as `YYYY-MM-DD hh:mm`; text in single quotes stands for itself.",
    &[Parameter::new("format", Kind::Text), Parameter::new("time", Kind::Text)],
    Gives::Text,
    |arguments| {
        let stamp = Stamp::read(arguments, 1)?;
        let mut out = String::new();
        let mut rest = arguments.text(0);
        while let Some(first) = rest.chars().next() {
            if first == '\'' {
                let Some(used) = quoted(rest, &mut out) else {
                    return Err(Failure::Argument(0, "has a quote without an end".to_owned()));
                };
                rest = &rest[used..];
            } else if first.is_ascii_alphabetic() {
                let length = rest.bytes().take_while(|byte| *byte == first as u8).count();
                let verb = &rest[..length];
                let shown = piece(&stamp, verb).ok_or_else(|| {
                    Failure::Argument(0, format!("has `{verb}`, which stands for nothing; put text in single quotes"))
                })?;
                out.push_str(&shown);
                rest = &rest[length..];
            } else {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        arguments.made(out)
    },
);

/// Copies quoted text, `''` being a quote; gives the bytes used.
fn quoted(text: &str, out: &mut String) -> Option<usize> {
    if text.starts_with("''") {
        out.push('\'');
        return Some(2);
    }
    let mut at = 1;
    loop {
        let end = text[at..].find('\'')? + at;
        out.push_str(&text[at..end]);
        if !text[end + 1..].starts_with('\'') {
            return Some(end + 1);
        }
        out.push('\'');
        at = end + 2;
    }
}

fn piece(stamp: &Stamp, verb: &str) -> Option<String> {
    let t = stamp.local;
    let month = MONTHS[usize::from(t.month().unsigned_abs()) - 1];
    let day = DAYS[usize::from(t.date().weekday().to_monday_zero_offset().unsigned_abs())];
    let twelve = match t.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    Some(match verb {
        "YYYY" => format!("{:04}", t.year()),
        "YY" => format!("{:02}", t.year().rem_euclid(100)),
        "MMMM" => month.to_owned(),
        "MMM" => month[..3].to_owned(),
        "MM" => format!("{:02}", t.month()),
        "M" => t.month().to_string(),
        "DD" => format!("{:02}", t.day()),
        "D" => t.day().to_string(),
        "EEEE" => day.to_owned(),
        "EEE" => day[..3].to_owned(),
        "hh" => format!("{:02}", t.hour()),
        "h" => t.hour().to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => if t.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        "aa" => if t.hour() < 12 { "am" } else { "pm" }.to_owned(),
        "mm" => format!("{:02}", t.minute()),
        "m" => t.minute().to_string(),
        "ss" => format!("{:02}", t.second()),
        "s" => t.second().to_string(),
        "ZZZZZ" => stamp.zone(":", ""),
        "ZZZZ" => stamp.zone("", ""),
        "ZZZ" => stamp.zone("", "UTC"),
        "Z" => stamp.zone(":", "Z"),
        _ => return None,
    })
}
