//! `--dry-run`: the signed request as a line for curl.

use crate::{exit::Failure, ops::cloud::Door};
use firma_api::request::{Method, Request};
use firma_client::SignedRequest;
use firma_model::diagnostic::Diagnostic;

/// The line. It can be run within the minutes for which a signature is good, and once.
pub(super) fn line(door: &Door, request: Request) -> Result<String, Failure> {
    let Some(wire) = &door.wire else {
        return Err(Failure::new(
            Diagnostic::error("E0943", "the embedded cloud has no address that a request could be sent to")
                .hint("start one with `firma emulator serve` and name it: endpoint = \"http://127.0.0.1:PORT\""),
        ));
    };
    let signed = wire
        .sign(request)
        .map_err(|error| Failure::new(Diagnostic::error("E0711", format!("the request cannot be formed: {error}"))))?;
    Ok(written(&signed))
}

fn written(signed: &SignedRequest) -> String {
    let mut words = match signed.method {
        // What curl does by itself, and what would wait for a body that never comes.
        Method::Get => String::from("curl"),
        Method::Head => String::from("curl --head"),
        method => format!("curl -X {}", method.as_str()),
    };
    // Brackets and braces would be patterns to curl.
    words.push_str(&format!(" --globoff {}", quoted(signed.url())));
    for (name, value) in &signed.headers {
        words.push_str(&format!(" \\\n  -H {}", quoted(&format!("{name}: {value}"))));
    }
    if !signed.body.is_empty() {
        words.push_str(&format!(" \\\n  --data-binary {}", quoted(&String::from_utf8_lossy(&signed.body))));
    }
    words.push('\n');
    words
}

/// As one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_one_word() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted("$HOME `x` \\"), "'$HOME `x` \\'");
    }
}
