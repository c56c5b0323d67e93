//! Where in a kind's file a problem lies: for the build, which names file and line.

use crate::problem::{Problem, What};

/// What is wrong with a kind's text, as `FILE:LINE: MESSAGE`.
pub fn told(file: &str, text: &str, problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{file}:{}: {problem}", line(text, problem))).collect()
}

/// The line of a problem, counted from 1; the first where nothing in the text shows it.
///
/// A problem carries names and no place: kinds are read by serde, which keeps none. The name is looked for where the problem says
/// it stands, and then anywhere.
fn line(text: &str, problem: &Problem) -> usize {
    let (place, name) = match &problem.what {
        What::Text(message) => return told_line(message).unwrap_or(1),
        What::Operation(name) | What::Status(name) | What::Billing(name) => ("", name.as_str()),
        What::Reserved(name) | What::Collision(name) | What::NotLifted(name) => ("", name.as_str()),
        What::NoChange(name) | What::TwoChanges(name) | What::NotSent(name) => ("", name.as_str()),
        What::Unknown { place, name } => (place.as_str(), name.as_str()),
        What::Unfilled { operation, .. } => ("", operation.as_str()),
        What::Path { place, message } => (place.as_str(), quoted(message)),
        What::Type { place, .. } => (place.as_str(), ""),
        What::Recovery(_) => ("recovery", ""),
        What::Missing(_) => ("", ""),
    };
    let within = section(text, place);
    let key = place.rsplit('.').next().unwrap_or_default();
    let candidates = [(within, name), (0, name), (within, key), (0, key)];
    candidates.into_iter().find_map(|(from, word)| find(text, from, word)).unwrap_or(1)
}

/// The line that the reader of TOML names.
fn told_line(message: &str) -> Option<usize> {
    let (_, rest) = message.split_once("at line ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// What a message puts in backquotes first.
fn quoted(message: &str) -> &str {
    message.split('`').nth(1).unwrap_or_default()
}

/// The line, counted from 0, of the table that a place such as `attributes.name.read` begins with.
fn section(text: &str, place: &str) -> usize {
    let mut longest = (0, 0);
    for (number, line) in text.lines().enumerate() {
        let head = line.trim().trim_start_matches('[').trim_end_matches(']');
        let inside = place == head || place.strip_prefix(head).is_some_and(|rest| rest.starts_with('.'));
        if line.starts_with('[') && inside && head.len() > longest.1 {
            longest = (number, head.len());
        }
    }
    longest.0
}

/// The first line from one on, comments apart, that holds a word, whole.
fn find(text: &str, from: usize, word: &str) -> Option<usize> {
    if word.is_empty() {
        return None;
    }
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let holds = |line: &str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            !before.is_some_and(part) && !after.is_some_and(part)
        })
    };
    let found = text.lines().enumerate().skip(from).find(|(_, line)| !line.starts_with('#') && holds(line));
    found.map(|(number, _)| number + 1)
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::{builtin, lint};

    /// Spoils the kind `vpc.subnet` in one line, and expects the build to name that line.
    #[track_caller]
    fn check(from: &str, to: &str, message: &str) {
        let (_, text) = builtin::KINDS.iter().find(|(id, _)| *id == "vpc.subnet").expect("a kind");
        let at = text.find(from).unwrap_or_else(|| panic!("vpc.subnet no longer says {from:?}"));
        let number = text[..at].matches('\n').count() + 1;
        let spoiled = text.replacen(from, to, 1);
        let known = |kind: &str| builtin::KINDS.iter().any(|(id, _)| *id == kind);
        let told = told("kinds/vpc/subnet.toml", &spoiled, &lint::lint("vpc.subnet", &spoiled, &known));
        let expected = format!("kinds/vpc/subnet.toml:{number}: vpc.subnet: {message}");
        assert!(told.contains(&expected), "{expected}\nis not in\n{}", told.join("\n"));
    }

    #[test]
    fn an_unknown_operation() {
        check("\"vpc.deleteSubnet\"", "\"vpc.removeSubnet\"", "the API has no operation vpc.removeSubnet");
        check("\"vpc.associateRouteTable\"", "\"vpc.bind\"", "the API has no operation vpc.bind");
        check("\"vpc.describeQuota\"", "\"vpc.quota\"", "the API has no operation vpc.quota");
    }

    #[test]
    fn an_unknown_attribute() {
        check(
            "    \"ip_mask_len\",",
            "    \"ip_mask_length\",",
            "replaces, records or updates: there is no `ip_mask_length`",
        );
        check("[attributes.domain_names]\nnormal", "[attributes.domains]\nnormal", "attributes: there is no `domains`");
    }

    #[test]
    fn a_path_that_leads_nowhere() {
        let message = "list.id: `subnetIdentity` leads nowhere: vpc.Subnet has no `subnetIdentity`";
        check("id = \"subnetId\"", "id = \"subnetIdentity\"", message);
    }

    #[test]
    fn what_is_no_kind() {
        let told = told(
            "a.toml",
            "title = \"x\"\nnonsense = 1\n",
            &lint::lint("a.b", "title = \"x\"\nnonsense = 1\n", &|_| true),
        );
        assert!(told[0].starts_with("a.toml:2: a.b: TOML parse error at line 2"), "{}", told[0]);
    }
}
