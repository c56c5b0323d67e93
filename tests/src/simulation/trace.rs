//! Everything that happened in a life, as text and as a hash: the same seed gives the same, always.

use firma_lab::Lab;
use sha2::{Digest as _, Sha256};

/// Calls and journal as text, in the order in which they happened, and the hash of both.
pub(crate) fn trace(lab: &Lab, traced: bool) -> (String, Vec<String>) {
    let mut hash = Sha256::new();
    let mut lines = Vec::new();
    let calls = lab.net.deliveries(0);
    let tape = lab.tape.lock().expect("one thread");
    let mut next = 0;
    let mut line = |text: String| {
        hash.update(text.as_bytes());
        if traced {
            lines.push(text);
        }
    };
    for written in tape.iter() {
        while next < written.delivered.min(calls.len()) {
            line(call(next, &calls[next]));
            next += 1;
        }
        for event in &written.events {
            line(format!("{} {} run {}: {:?}", written.at, written.by, written.run, event.body));
        }
    }
    while next < calls.len() {
        line(call(next, &calls[next]));
        next += 1;
    }
    (hex::encode(hash.finalize()), lines)
}

fn call(number: usize, call: &firma_lab::Delivery) -> String {
    let firma_lab::Delivery { at, by, stray, request, code, status, made, .. } = call;
    let stray = if *stray { " (late, or a second time)" } else { "" };
    let made = if made.is_empty() { String::new() } else { format!(" made {made:?}") };
    let body = if request.mutating { String::from_utf8_lossy(&request.body) } else { "".into() };
    format!("{at} [{number}] {by}{stray}: {} {} {body} -> {code} {status}{made}", request.operation, request.path)
}
