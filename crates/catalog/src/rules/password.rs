//! Passwords: what is wrong with one is told without showing any of it, its length neither.

use super::text::PasswordText;

/// What is wrong with a password.
pub(super) fn wrong(password: &str, rule: &PasswordText) -> Option<String> {
    let length = password.chars().count() as u64;
    if length < rule.min {
        return Some("is too short".to_owned());
    }
    if length > rule.max {
        return Some("is too long".to_owned());
    }
    let sorts = rule.sorts.iter().filter(|sort| password.chars().any(|c| sort.has(c))).count();
    if sorts < rule.of.unwrap_or(rule.sorts.len()) {
        return Some("has too few sorts of characters in it".to_owned());
    }
    if rule.only && password.chars().any(|c| !rule.sorts.iter().any(|sort| sort.has(c))) {
        return Some("has other characters in it".to_owned());
    }
    if rule.never.iter().any(|word| password.contains(word.as_str())) {
        return Some("has one of the words in it that none may have".to_owned());
    }
    (rule.no_runs && has_run(password)).then(|| "has three neighbouring letters or digits in a row".to_owned())
}

/// What a password must be, in words that follow "must be".
pub(super) fn words(rule: &PasswordText) -> String {
    let names: Vec<&str> = rule.sorts.iter().map(|sort| sort.name()).collect();
    let only = if rule.only { " and nothing else" } else { "" };
    let mut said = match rule.of.filter(|of| *of < names.len()) {
        Some(of) => format!("{} to {} characters of at least {of} of {}{only}", rule.min, rule.max, names.join(", ")),
        None => format!("{} to {} characters with {}{only}", rule.min, rule.max, names.join(", ")),
    };
    if !rule.never.is_empty() {
        said.push_str(&format!(", without `{}`", rule.never.join("`, `")));
    }
    if rule.no_runs {
        said.push_str(", without three letters or digits that follow one another or are neighbours on a keyboard");
    }
    said
}

/// Rows of a keyboard.
const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];

/// Whether three letters or digits follow one another, up or down, or stand side by side on a keyboard.
fn has_run(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.as_bytes().windows(3).any(|three| {
        let digits = three.iter().all(u8::is_ascii_digit);
        let letters = three.iter().all(u8::is_ascii_lowercase);
        let step = |a: u8, b: u8| i16::from(b) - i16::from(a);
        let (first, second) = (step(three[0], three[1]), step(three[1], three[2]));
        let follow = (digits || letters) && first == second && first.abs() == 1;
        let back = [three[2], three[1], three[0]];
        let beside = |row: &&[u8]| row.windows(3).any(|keys| keys == three || keys == back);
        follow || ROWS.iter().any(beside)
    })
}

#[cfg(test)]
mod tests {
    use super::has_run;

    #[test]
    fn runs_go_up_and_down_and_along_the_keys() {
        for run in ["x123y", "cba!", "QWErty9", "a-lkj"] {
            assert!(has_run(run), "{run}");
        }
        for none in ["DevOps2018~", "a1b2c3", "12-34", "zy1xw", "qw-er"] {
            assert!(!has_run(none), "{none}");
        }
    }
}
