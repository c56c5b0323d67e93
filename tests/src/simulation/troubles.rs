//! What goes wrong, chosen by weight, and the names under which it is counted.

use crate::simulation::{
    chance::Chance,
    script::{Moment, Phase, Trouble, What},
};
use firma_emulator::{
    Injection,
    injection::{At, Kind, Match},
};

/// The kinds of trouble that a long simulation must have met, each at least once.
pub const KINDS: &[&str] = &[
    "refused",
    "request lost",
    "answer lost",
    "twice",
    "late",
    "slow",
    "no answer in time",
    "truncated",
    "not json",
    "wrong schema",
    "error before",
    "error after",
    "throttled",
    "throttled with Retry-After",
    "denied",
    "token expired",
    "not found once",
    "service down",
    "empty list",
    "short list",
    "lags",
    "job fails",
    "job sticks",
    "kill before a commit",
    "kill after a commit",
    "kill before a send",
    "kill after a send",
    "kill during recovery",
    "disk full",
    "disk fails",
    "pause",
    "pause beyond the lease",
    "stop",
    "stop twice",
    "two at once",
    "clock ahead",
    "clock behind",
    "another account",
    "deleted by somebody",
    "changed by somebody",
    "name or id used again",
    "dependant of somebody",
    "plan twice",
    "plan late",
    "plan flipped",
];

/// Where calls are counted under their trouble.
pub fn name(injection: &Injection) -> &'static str {
    match &injection.kind {
        Kind::Refused => "refused",
        Kind::RequestLost => "request lost",
        Kind::AnswerLost => "answer lost",
        Kind::Twice => "twice",
        Kind::Late { .. } => "late",
        Kind::Slow { millis } if *millis >= 60_000 => "no answer in time",
        Kind::Slow { .. } => "slow",
        Kind::Truncated => "truncated",
        Kind::NotJson => "not json",
        Kind::WrongSchema => "wrong schema",
        Kind::Error { code: 429, retry_after: Some(_), .. } => "throttled with Retry-After",
        Kind::Error { code: 429, .. } => "throttled",
        Kind::Error { code: 403, .. } => "denied",
        Kind::Error { code: 401, .. } => "token expired",
        Kind::Error { code: 404, .. } => "not found once",
        Kind::Error { code: 503, .. } => "service down",
        Kind::Error { .. } => "error before",
        Kind::ErrorAfter { .. } => "error after",
        Kind::EmptyList => "empty list",
        Kind::LosesPage => "loses a page",
        Kind::RepeatsPage => "repeats a page",
        Kind::Lags { .. } => "lags",
        Kind::JobFails => "job fails",
        Kind::JobSticks { .. } => "job sticks",
    }
}

fn error(code: u16, status: &str) -> Kind {
    Kind::Error { code, status: status.to_owned(), retry_after: None }
}

fn call(chance: &mut Chance) -> Injection {
    let code = *chance.pick(&[500, 500, 502, 504]);
    let kind = chance.weighted(&[
        (3, Kind::Refused),
        (6, Kind::RequestLost),
        (10, Kind::AnswerLost),
        (4, Kind::Twice),
        (5, Kind::Late { millis: 0 }),
        (2, Kind::Slow { millis: 20_000 }),
        (2, Kind::Slow { millis: 90_000 }),
        (4, Kind::Truncated),
        (3, Kind::NotJson),
        (3, Kind::WrongSchema),
        (4, error(code, "INTERNAL")),
        (4, Kind::ErrorAfter { code, status: "INTERNAL".to_owned() }),
        (3, error(429, "RATE_LIMIT")),
        (3, Kind::Error { code: 429, status: "RATE_LIMIT".to_owned(), retry_after: Some(1) }),
        (4, error(403, "PERMISSION_DENIED")),
        (3, error(401, "ACCESS_ERROR")),
        (3, error(404, "NOT_FOUND")),
        (3, error(503, "SOURCE_UNAVAILABLE")),
        (4, Kind::EmptyList),
        (5, Kind::Lags { millis: 0 }),
        (3, Kind::JobFails),
        (2, Kind::JobSticks { millis: None }),
    ]);
    let mut matching =
        Match { mutating: *chance.pick(&[Some(true), Some(true), Some(true), Some(false), None]), ..Match::default() };
    match chance.below(6) {
        0 => matching.service = Some((*chance.pick(&["vpc", "vm", "disk"])).to_owned()),
        1 => matching.operation = Some((*chance.pick(&["create*", "delete*", "modify*", "describe*"])).to_owned()),
        _ => {}
    }
    if matching.operation.as_deref() == Some("describe*") {
        matching.mutating = None;
    }
    let mut at = At { call: chance.between(1, 8), times: Some(*chance.pick(&[1, 1, 1, 2, 3, 5])), for_millis: None };
    let kind = match kind {
        // Within the time in which a request may still be under way: longer than that nobody can wait.
        Kind::Late { .. } => {
            matching.mutating = Some(true);
            Kind::Late { millis: chance.between(1, 50_000) as i64 }
        }
        Kind::Error { code: 429, status, retry_after } => {
            at.times = Some(chance.between(1, 40));
            Kind::Error { code: 429, status, retry_after: retry_after.map(|_| chance.between(1, 120)) }
        }
        Kind::Error { code: 503, .. } => {
            matching = Match { service: Some((*chance.pick(&["vpc", "vm", "disk"])).to_owned()), ..Match::default() };
            at.times = None;
            at.for_millis = Some(chance.between(1_000, 900_000) as i64);
            kind
        }
        Kind::Error { code: 401, .. } => {
            matching = Match::default();
            at.times = None;
            kind
        }
        Kind::Error { code: 404, .. } => {
            matching.mutating = Some(false);
            kind
        }
        // Two looks that agree are believed where there is no reading by id.
        Kind::EmptyList => {
            matching = Match::default();
            at.times = Some(chance.between(1, 2));
            kind
        }
        // Shorter than the time after which an empty look proves something.
        Kind::Lags { .. } => {
            matching = Match::default();
            at.times = None;
            Kind::Lags { millis: chance.between(100, 20_000) as i64 }
        }
        Kind::JobFails | Kind::JobSticks { .. } => {
            matching = Match::default();
            at.call = chance.between(1, 3);
            match kind {
                Kind::JobFails => kind,
                _ => Kind::JobSticks { millis: Some(chance.between(1, 1_800) as i64 * 1_000) },
            }
        }
        other => other,
    };
    Injection { matching, at, kind }
}

fn moment(chance: &mut Chance) -> Moment {
    *chance.pick(&[Moment::BeforeCommit, Moment::AfterCommit, Moment::BeforeSend, Moment::AfterSend])
}

/// How early in a phase: often early, sometimes late.
fn number(chance: &mut Chance) -> u64 {
    let most = *chance.pick(&[2, 6, 12, 30]);
    chance.between(1, most)
}

/// One trouble, or several that belong together.
pub fn some(chance: &mut Chance) -> Vec<Trouble> {
    let phase = chance.weighted(&[(1, Phase::Plan), (4, Phase::Apply), (1, Phase::Recover)]);
    let one = |from, what| vec![Trouble { attempt: 0, from, what }];
    match chance.below(100) {
        0..3 => {
            let at = At { call: chance.between(1, 8), times: Some(chance.between(1, 6)), for_millis: None };
            one(phase, What::Short { matching: Match::default(), at })
        }
        3..45 => one(phase, What::Call(call(chance))),
        45..70 => {
            let (at, count, elsewhere) = (moment(chance), number(chance), chance.percent(35));
            let mut all = one(Phase::Apply, What::Kill { at, number: count, elsewhere });
            // Often the request that was under way meets a fate of its own, and the recovery a death.
            if chance.percent(40) {
                let mut injection = call(chance);
                injection.matching.mutating = Some(true);
                all.push(Trouble { attempt: 0, from: Phase::Apply, what: What::Call(injection) });
            }
            // Longer than the cloud remembers a token.
            if chance.percent(25) {
                all.push(Trouble { attempt: 1, from: Phase::Recover, what: What::Later(900_000) });
            }
            let mut attempt = 0;
            while attempt < 3 && chance.percent(45) {
                attempt += 1;
                let (at, number) = (moment(chance), chance.between(1, 2));
                let what = match chance.percent(30) {
                    true => What::Call(call(chance)),
                    false => What::Kill { at, number, elsewhere: chance.percent(20) },
                };
                all.push(Trouble { attempt, from: Phase::Recover, what });
            }
            all
        }
        70..74 => one(Phase::Apply, What::Disk { number: number(chance), full: chance.percent(50) }),
        74..80 => {
            let millis = *chance.pick(&[5_000, 100_000, 200_000, 400_000, 2_000_000]);
            one(Phase::Apply, What::Pause { number: number(chance), millis, other: chance.percent(70) })
        }
        80..83 => {
            let at = moment(chance);
            one(Phase::Apply, What::Stop { at, number: number(chance), twice: chance.percent(50) })
        }
        83..86 => one(Phase::Recover, What::Beside { after_millis: chance.below(30_000) }),
        86..89 => {
            let millis = if chance.percent(50) { 20 * 60_000 } else { -20 * 60_000 };
            one(phase, What::Clock { millis })
        }
        89..92 => one(phase, What::Account),
        92..98 => {
            let pick = chance.below(1000);
            let what = chance.weighted(&[
                (3, What::Deleted(pick)),
                (3, What::Changed(pick)),
                (3, What::Reused(pick)),
                (3, What::Dependant(pick)),
            ]);
            one(chance.weighted(&[(1, Phase::Plan), (1, Phase::Apply)]), what)
        }
        _ => {
            let bit = chance.draw();
            one(Phase::Apply, chance.pick(&[What::PlanAgain, What::PlanLate, What::PlanFlipped(bit)]).clone())
        }
    }
}
