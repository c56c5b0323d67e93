//! What is done to the cloud from outside it: `POST /__emulator/OPERATION` with a JSON body, unsigned.
//!
//! | operation | body | what it does |
//! |---|---|---|
//! | `clock` | `{"advanceMillis": n}` | moves emulated time ahead; by nothing, tells it |
//! | `seed` | `{"service", "operation", "parameters", "ids": [...]}` | a call whose new objects take these ids |
//! | `quota` | `{"limits": {"vpc": 100}}` | sets limits; `*` for all without their own |
//! | `settings` | `{"speed", "ratePerMinute", "skewMillis", "clockShiftMillis"}` | sets what is given, null removes a limit; nothing tells them |
//! | `keys` | `{"accessKey", "secretKey"?, "enabled"?, "account"?}` | adds or changes a key pair; of another account, it sees another cloud |
//! | `fault` | `{"add": [...]?, "clear": true?}` | clears the faults in force, adds others, and tells them with the calls they saw and hit |
//! | `reset` | `{}` | an empty cloud with the same seed, settings and keys, and no faults |
//! | `inventory` | `{}` | what exists |
//! | `log` | `{}` | the calls this process saw |

use crate::call::{Args, Call, Parameters};
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::http::HttpRequest;
use crate::injection::Injection;
use crate::inventory;
use crate::perform::Change;
use crate::services::{self, Behaviour};
use crate::world::{AccessKey, World};
use serde_json::{Value, json};

/// Where these requests go.
pub const PREFIX: &str = "/__emulator/";
/// Stands for the service in kept changes.
pub const SERVICE: &str = "__emulator";

/// The operation of a path outside the cloud.
pub fn operation(path: &str) -> Option<&str> {
    path.strip_prefix(PREFIX).map(|rest| rest.trim_end_matches('/'))
}

/// Handles a request from outside the cloud.
pub(crate) fn handle(
    world: &mut World,
    operation: &str,
    request: &HttpRequest,
    now: Moment,
) -> (Answer, Option<Change>) {
    if request.method != "POST" {
        return (Err(Fault::no_route("use POST")), None);
    }
    let empty = request.body.iter().all(u8::is_ascii_whitespace);
    let params: Result<Parameters, _> =
        if empty { Ok(Parameters::new()) } else { serde_json::from_slice(&request.body) };
    match params {
        Ok(params) => perform(world, operation, params, now),
        Err(error) => (Err(Fault::invalid(format!("the body is not a JSON object: {error}"))), None),
    }
}

/// Does it, now or again.
pub(crate) fn perform(world: &mut World, operation: &str, params: Parameters, now: Moment) -> (Answer, Option<Change>) {
    let args = Args(&params);
    let answer = match operation {
        "inventory" => return (Ok(inventory::view(world)), None),
        "log" => return (Ok(log(world)), None),
        // Faults are not part of the cloud: nothing of them is kept for a replay.
        "fault" => return (faults(world, args, now), None),
        "clock" if !args.has("advanceMillis") || args.opt_int("advanceMillis") == Some(0) => {
            return (Ok(time(world)), None);
        }
        "settings" if params.is_empty() => return (Ok(json!({"settings": world.settings})), None),
        "clock" => advance(world, args),
        "seed" => seed(world, args, now),
        "quota" => limits(world, args),
        "settings" => settings(world, args),
        "keys" => keys(world, args),
        "reset" => reset(world),
        other => Err(Fault::no_route(format!("{PREFIX}{other} does not exist"))),
    };
    if answer.is_err() {
        return (answer, None);
    }
    world.revision += 1;
    let change = Change {
        at: now,
        service: SERVICE.to_owned(),
        operation: operation.to_owned(),
        parameters: params,
        account: String::new(),
        fate: None,
    };
    (answer, Some(change))
}

fn log(world: &World) -> Value {
    let calls: Vec<Value> = world.calls.iter().zip(1..).map(|(call, seq)| call.view(seq)).collect();
    json!({"calls": calls})
}

/// Adds all of several faults, or none when one is wrong.
fn faults(world: &mut World, args: Args<'_>, now: Moment) -> Answer {
    if let Some(unknown) = args.0.keys().find(|name| !matches!(name.as_str(), "add" | "clear")) {
        return Err(Fault::invalid(format!("`{unknown}` is unknown: fault takes `add` and `clear`")));
    }
    let add: &[Value] = match args.0.get("add") {
        None | Some(Value::Null) => &[],
        Some(Value::Array(faults)) => faults,
        Some(fault) => std::slice::from_ref(fault),
    };
    let read = |(number, fault): (usize, &Value)| {
        let place = if add.len() > 1 { format!("fault {number}: ") } else { String::new() };
        Injection::read(fault).map_err(|problem| Fault::invalid(format!("{place}{problem}")))
    };
    let add = (1..).zip(add).map(read).collect::<Result<Vec<Injection>, Fault>>()?;
    if args.flag("clear") {
        world.faults.0.clear();
    }
    for injection in add {
        world.faults.add(injection, now);
    }
    Ok(json!({"faults": world.faults.view(now)}))
}

fn advance(world: &mut World, args: Args<'_>) -> Answer {
    let millis = args.int("advanceMillis")?;
    if millis < 0 {
        return Err(Fault::invalid("advanceMillis must not be negative: time never goes backwards"));
    }
    world.clock.offset_millis = world.clock.offset_millis.saturating_add(millis);
    world.clock.last = world.clock.last.plus(millis);
    world.settle(world.clock.last);
    Ok(time(world))
}

fn time(world: &World) -> Value {
    json!({"now": world.clock.last.to_string(), "nowMillis": world.clock.last.0})
}

fn seed(world: &mut World, args: Args<'_>, now: Moment) -> Answer {
    let (service, operation) = (args.text("service")?, args.text("operation")?);
    let Some(Behaviour::Write(write)) = services::behaviour(service, operation) else {
        return Err(Fault::not_implemented(service, operation));
    };
    let none = Parameters::new();
    let params = args.child("parameters").unwrap_or(Args(&none));
    let ids: Vec<String> = args.texts("ids").into_iter().map(str::to_owned).collect();
    if let Some(taken) = ids.iter().find(|id| inventory::exists(world, id)) {
        return Err(Fault::exists(format!("{taken} already exists")));
    }
    world.ids.give(ids);
    let answer = write(world, &Call { service, operation, args: params, account: "", now });
    world.ids.take_given();
    answer
}

fn limits(world: &mut World, args: Args<'_>) -> Answer {
    let limits = args.need("limits")?;
    for (name, value) in limits.0 {
        let limit =
            value.as_u64().ok_or_else(|| Fault::invalid(format!("the limit of {name} is not a whole number")))?;
        world.settings.quotas.insert(name.clone(), limit);
    }
    Ok(json!({"limits": world.settings.quotas}))
}

fn settings(world: &mut World, args: Args<'_>) -> Answer {
    let mut new = world.settings.clone();
    if let Some(value) = args.0.get("speed") {
        let speed = value.as_f64().filter(|s| s.is_finite() && *s >= 0.0);
        new.speed = speed.ok_or_else(|| Fault::invalid("speed must be a number that is not negative"))?;
    }
    if let Some(value) = args.0.get("ratePerMinute") {
        new.rate_per_minute = value.as_u64().and_then(|n| u32::try_from(n).ok());
    }
    if let Some(value) = args.0.get("skewMillis") {
        new.skew_millis = value.as_i64();
    }
    if let Some(value) = args.0.get("clockShiftMillis") {
        new.clock_shift_millis = match value {
            Value::Null => 0,
            value => value.as_i64().ok_or_else(|| Fault::invalid("clockShiftMillis must be a whole number"))?,
        };
    }
    world.settings = new;
    Ok(json!({"settings": world.settings}))
}

fn keys(world: &mut World, args: Args<'_>) -> Answer {
    let access_key = args.text("accessKey")?;
    let old = world.keys.get(access_key);
    let secret = match (args.opt_text("secretKey"), old) {
        (Some(secret), _) => secret.to_owned(),
        (None, Some(key)) => key.secret.clone(),
        (None, None) => return Err(Fault::invalid("secretKey is required for a new key pair")),
    };
    let enabled = match args.has("enabled") {
        true => args.flag("enabled"),
        false => old.is_none_or(|key| key.enabled),
    };
    let account = match args.opt_text("account") {
        Some(account) => account.to_owned(),
        None => old.map_or_else(String::new, |key| key.account.clone()),
    };
    let answer = json!({"accessKey": access_key, "enabled": enabled, "account": account});
    world.keys.insert(access_key.to_owned(), AccessKey { secret, enabled, account, session: None });
    Ok(answer)
}

/// Everything goes but the seed, the settings, the keys and the time: the next ids are those of a fresh cloud.
fn reset(world: &mut World) -> Answer {
    let mut fresh = World::new(world.ids.seed, world.settings.clone());
    fresh.clock = world.clock.clone();
    fresh.keys = std::mem::take(&mut world.keys);
    fresh.gate = std::mem::take(&mut world.gate);
    fresh.revision = world.revision;
    *world = fresh;
    Ok(Value::Null)
}
