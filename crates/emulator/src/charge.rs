//! Billing: what a charge specification may say, when prepaid ends, and what a read shows.

use crate::call::Args;
use crate::clock::Moment;
use crate::fault::Fault;
use jiff::ToSpan;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A billing method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// Paid in advance for months or years.
    PrepaidByDuration,
    /// Paid afterwards for what was configured.
    PostpaidByDuration,
    /// Paid afterwards for what was consumed.
    PostpaidByUsage,
}

impl Mode {
    fn as_str(self) -> &'static str {
        match self {
            Mode::PrepaidByDuration => "prepaid_by_duration",
            Mode::PostpaidByDuration => "postpaid_by_duration",
            Mode::PostpaidByUsage => "postpaid_by_usage",
        }
    }
}

/// Methods instances and disks are sold by.
pub(crate) const BY_DURATION: [Mode; 2] = [Mode::PrepaidByDuration, Mode::PostpaidByDuration];
/// Methods elastic IPs are sold by.
pub(crate) const ALL: [Mode; 3] = [Mode::PrepaidByDuration, Mode::PostpaidByDuration, Mode::PostpaidByUsage];

/// How an object is paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Charge {
    /// The method.
    pub(crate) mode: Mode,
    /// Since when.
    pub(crate) start: Moment,
    /// Until when, prepaid only.
    pub(crate) expires: Option<Moment>,
    /// Whether it is renewed by itself, prepaid only.
    #[serde(default)]
    pub(crate) auto_renew: bool,
    /// For how many months, where that happens.
    #[serde(default = "one_month")]
    pub(crate) renewal_months: i32,
}

fn one_month() -> i32 {
    1
}

impl Charge {
    /// Reads a specification; nothing given means postpaid by configuration.
    pub(crate) fn read(spec: Option<Args<'_>>, sold: &[Mode], now: Moment) -> Result<Charge, Fault> {
        let Some(spec) = spec else {
            return Ok(Charge::afterwards(Mode::PostpaidByDuration, now));
        };
        let mode = match spec.opt_text("chargeMode") {
            None | Some("postpaid_by_duration") => Mode::PostpaidByDuration,
            Some("prepaid_by_duration") => Mode::PrepaidByDuration,
            Some("postpaid_by_usage") => Mode::PostpaidByUsage,
            Some(other) => return Err(Fault::invalid(format!("chargeMode `{other}` is not a billing method"))),
        };
        if !sold.contains(&mode) {
            return Err(Fault::invalid(format!("chargeMode {} is not sold for this resource", mode.as_str())));
        }
        let expires = match mode {
            Mode::PrepaidByDuration => Some(expiry(now, months(spec)?)?),
            _ => None,
        };
        let auto_renew = expires.is_some() && spec.flag("autoRenew");
        Ok(Charge { mode, start: now, expires, auto_renew, renewal_months: one_month() })
    }

    /// Something that is paid for afterwards.
    pub(crate) fn afterwards(mode: Mode, now: Moment) -> Charge {
        Charge { mode, start: now, expires: None, auto_renew: false, renewal_months: one_month() }
    }

    /// When it ends, as things stand: what renews itself was renewed as often as it ended before.
    pub(crate) fn ends(&self, now: Moment) -> Option<Moment> {
        let bought = self.expires?;
        let mut end = bought;
        let mut months = 0;
        while self.auto_renew && end < now {
            months += self.renewal_months.max(1);
            end = expiry(bought, months).ok()?;
        }
        Some(end)
    }

    /// Buys further months: behind the term that runs, or from now on where it is over.
    pub(crate) fn renew(&mut self, months: i32, now: Moment) -> Result<(), Fault> {
        let from = self.ends(now).filter(|end| *end >= now).unwrap_or(now);
        self.expires = Some(expiry(from, months)?);
        Ok(())
    }

    /// Whether it renews itself from now on, and for how many months.
    pub(crate) fn set_renewal(&mut self, auto_renew: bool, months: Option<i32>, now: Moment) {
        // What was renewed by now stays so.
        self.expires = self.ends(now);
        self.auto_renew = auto_renew;
        self.renewal_months = months.unwrap_or(self.renewal_months);
    }

    /// Whether deleting is allowed: an unexpired prepaid object cannot be given back.
    pub(crate) fn check_deletable(&self, what: &str, now: Moment) -> Result<(), Fault> {
        match self.ends(now) {
            Some(end) if now <= end => {
                Err(Fault::precondition(format!("{what} is prepaid until {end} and cannot be deleted before")))
            }
            _ => Ok(()),
        }
    }

    /// Whether it is paid in advance.
    pub(crate) fn is_prepaid(&self) -> bool {
        self.mode == Mode::PrepaidByDuration
    }

    /// What the renewal service calls the method.
    pub(crate) fn kind(&self) -> &'static str {
        match self.mode {
            Mode::PrepaidByDuration => "MONTHLY",
            Mode::PostpaidByDuration => "CONFIG",
            Mode::PostpaidByUsage => "FLOW",
        }
    }

    /// As reads show it.
    pub(crate) fn view(&self, now: Moment) -> Value {
        let ends = self.ends(now);
        let overdue = ends.is_some_and(|end| now > end);
        let mut view = json!({
            "chargeMode": self.mode.as_str(),
            "chargeStatus": if overdue { "overdue" } else { "normal" },
            "chargeStartTime": self.start.to_string(),
        });
        if let Some(end) = ends {
            view["chargeExpiredTime"] = json!(end.to_string());
        }
        view
    }
}

fn months(spec: Args<'_>) -> Result<i32, Fault> {
    term("charge", spec.text("chargeUnit")?, spec.int("chargeDuration")?)
}

/// The months of a term: 1 to 9 months, 1 to 3 years.
pub(crate) fn term(of: &str, unit: &str, duration: i64) -> Result<i32, Fault> {
    let (max, factor) = match unit {
        "month" => (9, 1),
        "year" => (3, 12),
        other => return Err(Fault::invalid(format!("{of}Unit `{other}` is neither month nor year"))),
    };
    if !(1..=max).contains(&duration) {
        return Err(Fault::out_of_range(format!("{of}Duration in {unit}s must be 1 to {max}")));
    }
    i32::try_from(duration).map(|d| d * factor).map_err(|_| Fault::out_of_range(format!("{of}Duration is too large")))
}

/// Whether a whole calendar month lies between two moments.
pub(crate) fn a_calendar_month_lies_between(start: Moment, end: Moment) -> bool {
    let month = |moment: Moment| {
        let day = jiff::Timestamp::from_millisecond(moment.0).ok()?.to_zoned(TimeZone::UTC).date();
        Some(i64::from(day.year()) * 12 + i64::from(day.month()))
    };
    matches!((month(start), month(end)), (Some(start), Some(end)) if end - start >= 2)
}

/// 23:59:59 of the same day number, so many months later.
fn expiry(now: Moment, months: i32) -> Result<Moment, Fault> {
    let lost = |_| Fault::out_of_range("the expiry lies beyond the calendar");
    let day = jiff::Timestamp::from_millisecond(now.0).map_err(lost)?.to_zoned(TimeZone::UTC).date();
    let end = day
        .checked_add(months.months())
        .and_then(|d| d.to_datetime(Time::constant(23, 59, 59, 0)).to_zoned(TimeZone::UTC))
        .map_err(lost)?;
    Ok(Moment(end.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use firma_model::time::Timestamp;

    #[test]
    fn expiry_is_the_last_second_of_the_same_day_number() {
        let cases = [
            ("2026-01-15T10:00:00Z", 1, "2026-02-15T23:59:59Z"),
            ("2026-01-31T00:00:00Z", 1, "2026-02-28T23:59:59Z"),
            ("2026-11-30T23:59:59Z", 3, "2027-02-28T23:59:59Z"),
            ("2026-05-05T05:05:05Z", 36, "2029-05-05T23:59:59Z"),
        ];
        for (start, months, end) in cases {
            let start = Moment(Timestamp::parse(start).unwrap().0);
            assert_eq!(expiry(start, months).unwrap().to_string(), end);
        }
    }
}
