//! What a shell offers while `firma api` is typed: services, their operations, the operation's parameters, regions.
//!
//! The shell asks this program (see `firma completions`), which has the words typed so far as its own arguments.

use clap_complete::CompletionCandidate;
use firma_api::Operation;
use std::ffi::OsStr;

/// Options of `firma api` that are followed by a word.
const WITH_A_WORD: [&str; 8] = ["-p", "--param", "--region", "--input", "--format", "--query", "-C", "--color"];

/// Services.
pub(crate) fn services(typed: &OsStr) -> Vec<CompletionCandidate> {
    let all = firma_api::services().filter(|outline| outline.operations > 0);
    matching(typed, all.map(|outline| outline.service.to_owned()))
}

/// Operations of the service that was typed.
pub(crate) fn operations(typed: &OsStr) -> Vec<CompletionCandidate> {
    let words = words();
    let service = words.first().and_then(|service| firma_api::service(service));
    matching(typed, service.iter().flat_map(|service| service.operations.iter().map(|one| one.name.clone())))
}

/// Parameters of the operation that was typed, up to their value.
pub(crate) fn parameters(typed: &OsStr) -> Vec<CompletionCandidate> {
    let words = words();
    let operation: Option<&Operation> = match &words[..] {
        [service, operation, ..] => firma_api::operation(service, operation),
        _ => None,
    };
    matching(typed, operation.iter().flat_map(|one| one.params.iter().map(|param| format!("{}=", param.name))))
}

/// Regions.
pub(crate) fn regions(typed: &OsStr) -> Vec<CompletionCandidate> {
    matching(typed, firma_catalog::places::regions().iter().map(|region| region.id.clone()))
}

fn matching(typed: &OsStr, all: impl Iterator<Item = String>) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    all.filter(|one| one.starts_with(&*typed)).map(CompletionCandidate::new).collect()
}

/// Service and operation as typed so far, and whatever follows them.
fn words() -> Vec<String> {
    positional(std::env::args().skip_while(|word| word != "--").skip(1))
}

/// What of a command line of `firma api` is no option and no option's word.
fn positional(line: impl Iterator<Item = String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line.skip_while(|word| word != "api").skip(1);
    while let Some(word) = rest.next() {
        if WITH_A_WORD.contains(&word.as_str()) {
            rest.next();
        } else if !word.starts_with('-') {
            found.push(word);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(candidates: &[CompletionCandidate]) -> Vec<String> {
        candidates.iter().map(|one| one.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn options_and_their_words_are_no_positions() {
        let line = ["firma", "-C", "x", "api", "--region", "cn-north-1", "vpc", "--all", "-p", "a=b", "describeVpcs"];
        assert_eq!(positional(line.iter().map(|word| (*word).to_owned())), ["vpc", "describeVpcs"]);
        assert_eq!(positional(["firma".to_owned(), "plan".to_owned()].into_iter()), Vec::<String>::new());
    }

    #[test]
    fn services_and_regions_are_those_that_begin_so() {
        assert!(offered(&services(OsStr::new("vp"))).contains(&"vpc".to_owned()));
        assert_eq!(offered(&services(OsStr::new("nothing-such"))), Vec::<String>::new());
        assert!(offered(&regions(OsStr::new("cn-n"))).contains(&"cn-north-1".to_owned()));
    }
}
