//! `firma emulator`: the local cloud, embedded in a project or served.

mod coverage;
mod faults;
mod place;
mod settings;

use crate::{
    Context,
    args::{EmulatorCommand, Format},
    exit::{Exit, Failure, Outcome},
    ops,
};
use firma_manifest::Endpoint;
use firma_model::diagnostic::Diagnostic;
use firma_server::embedded::Embedded;
use serde_json::{Value, json};
use std::{net::SocketAddr, sync::Arc};

/// Runs it.
pub(crate) async fn run(context: &Context, command: &EmulatorCommand) -> Outcome {
    match command {
        EmulatorCommand::Serve { listen, speed, seed, state } => {
            let options = firma_server::ServeOptions { speed: *speed, seed: *seed, state: state.clone() };
            serve(context, listen, &options).await
        }
        EmulatorCommand::Reset => {
            let loaded = ops::project::load(&context.directory, &context.env)?;
            let mut known = 0;
            // A state that cannot be read keeps nobody from emptying a simulation.
            if let Ok(Some(store)) = ops::state::open_existing(context, &loaded) {
                ops::held::refuse_if_held(&store, ops::carrying::now())?;
                known = store.snapshot().map_or(0, |recorded| recorded.records.len());
            }
            // A file that cannot be opened can still be taken away: it holds only a simulation.
            match open(context) {
                Ok(embedded) => embedded.reset().await.map_err(|error| failed(&error))?,
                Err(failure) if failure.diagnostics.list.iter().any(|d| d.code == "E0710") => {
                    let loaded = ops::project::load(&context.directory, &context.env)?;
                    let path = loaded.emulator_path();
                    for end in ["", "-wal", "-shm"] {
                        let mut name = path.clone().into_os_string();
                        name.push(end);
                        let _ = std::fs::remove_file(name);
                    }
                }
                Err(failure) => return Err(failure),
            }
            context.terminal.note("the embedded cloud is empty");
            if known > 0 {
                context.terminal.note(&format!(
                    "the state still knows what was there ({known}); `firma apply --accept-loss` makes it anew"
                ));
            }
            Ok(Exit::Done)
        }
        EmulatorCommand::Inventory { format, place } => {
            let objects = place::ask(context, place, "inventory", &json!({})).await?["objects"].take();
            match format.format {
                Format::Json => context.terminal.json(&objects),
                Format::Text => {
                    context.terminal.data(&rows(&objects, &["service", "kind", "region", "id", "name", "status"]));
                }
            }
            Ok(Exit::Done)
        }
        EmulatorCommand::Log { format, place } => {
            let calls = place::ask(context, place, "log", &json!({})).await?["calls"].take();
            match format.format {
                Format::Json => context.terminal.json(&calls),
                Format::Text => {
                    context
                        .terminal
                        .data(&rows(&calls, &["time", "service", "operation", "status", "requestId", "injected"]));
                }
            }
            Ok(Exit::Done)
        }
        EmulatorCommand::Coverage(args) => coverage::run(context, args),
        EmulatorCommand::Clock { advance, place } => {
            let millis = match advance {
                Some(text) => duration(text)?,
                None => 0,
            };
            let time = place::ask(context, place, "clock", &json!({"advanceMillis": millis})).await?;
            context.terminal.data(time["now"].as_str().unwrap_or_default());
            Ok(Exit::Done)
        }
        EmulatorCommand::Fault(command) => faults::run(context, command).await,
        EmulatorCommand::Seed { service, operation, ids, region, parameters, place } => {
            let mut parameters = settings::object(parameters)?;
            if let Some(region) = region {
                parameters.insert("regionId".to_owned(), json!(region));
            }
            let body = json!({"service": service, "operation": operation, "parameters": parameters, "ids": ids});
            let made = place::ask(context, place, "seed", &body).await?;
            context.terminal.data(&made.to_string());
            Ok(Exit::Done)
        }
        EmulatorCommand::Key { access_key, secret, account, enable, disable, place } => {
            let body = settings::key(access_key, secret.as_deref(), account.as_deref(), (*enable, *disable));
            let key = place::ask(context, place, "keys", &body).await?;
            context.terminal.note(&settings::told(&key));
            Ok(Exit::Done)
        }
        EmulatorCommand::Quota { limits, place } => {
            let body = json!({"limits": settings::limits(limits)?});
            let answer = place::ask(context, place, "quota", &body).await?;
            context.terminal.data(&settings::lines(&answer["limits"]));
            Ok(Exit::Done)
        }
        EmulatorCommand::Settings { rate, skew, clock_shift, place } => {
            let body = settings::changed(rate.as_deref(), skew.as_deref(), clock_shift.as_deref())?;
            let answer = place::ask(context, place, "settings", &body).await?;
            context.terminal.data(&settings::lines(&answer["settings"]));
            Ok(Exit::Done)
        }
    }
}

fn failed(error: &firma_server::EmbeddedError) -> Failure {
    Failure::new(Diagnostic::error("E0915", format!("the embedded cloud cannot do that: {error}")))
}

fn open(context: &Context) -> Result<Arc<Embedded>, Failure> {
    let loaded = ops::project::load(&context.directory, &context.env)?;
    if loaded.settings.endpoint != Endpoint::Emulator {
        return Err(Failure::new(
            Diagnostic::error("E0912", "this project does not use the embedded cloud".to_owned())
                .hint("set [cloud] endpoint = \"emulator\", or name a served emulator with --endpoint URL"),
        ));
    }
    let door = ops::cloud::open(&loaded)?;
    door.embedded
        .ok_or_else(|| Failure::new(Diagnostic::error("E0912", "this project does not use the embedded cloud")))
}

async fn serve(context: &Context, listen: &str, options: &firma_server::ServeOptions) -> Outcome {
    let address: SocketAddr = listen.parse().map_err(|_| {
        Failure::new(
            Diagnostic::error("E0908", format!("`{listen}` is not an address to listen on"))
                .hint("write it as 127.0.0.1:7700; port 0 takes any free one"),
        )
    })?;
    if !(options.speed >= 0.0 && options.speed.is_finite()) {
        return Err(Failure::new(Diagnostic::error("E0908", "--speed is a number from 0 up")));
    }
    let cannot = |error: firma_server::ServeError| Failure::new(Diagnostic::error("E0915", error.to_string()));
    let listener = firma_server::bind(address).await.map_err(cannot)?;
    let local = listener.local_addr().map_or_else(|_| listen.to_owned(), |address| address.to_string());
    // Whoever reads that it listens may ask it to stop.
    let mut signals = ops::signals::Signals::listen();
    context.terminal.data(&format!("listening on http://{local}"));
    let received = signals.received();
    let until = async move { signals.next().await };
    firma_server::serve(listener, options, ops::failpoint::clock(), until).await.map_err(cannot)?;
    Ok(received.exit())
}

/// Objects as columns.
fn rows(objects: &Value, columns: &[&str]) -> String {
    let cell = |object: &Value, column: &str| match &object[column] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = objects
        .as_array()
        .into_iter()
        .flatten()
        .map(|object| columns.iter().map(|column| cell(object, column)).collect());
    let heads: Vec<String> = columns.iter().map(|column| column.to_uppercase()).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    super::catalog::table(&heads, rows)
}

/// Milliseconds of `32d`, `12h`, `30m`, `10s`.
fn duration(text: &str) -> Result<i64, Failure> {
    let bad = || {
        Failure::new(
            Diagnostic::error("E0908", format!("`{text}` is not a duration"))
                .hint("write a number and a unit: 32d, 12h, 30m, 10s"),
        )
    };
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?);
    let number: i64 = number.parse().map_err(|_| bad())?;
    let seconds = match unit {
        "d" => 86_400,
        "h" => 3_600,
        "m" => 60,
        "s" => 1,
        _ => return Err(bad()),
    };
    number.checked_mul(seconds * 1000).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations() {
        for (text, millis) in [("32d", 2_764_800_000), ("12h", 43_200_000), ("30m", 1_800_000), ("10s", 10_000)] {
            assert_eq!(duration(text).expect(text), millis, "{text}");
        }
        for text in ["", "d", "5", "-3d", "3w", "99999999999999999999d"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
