//! Rules for names, descriptions, host names and passwords.

use crate::fault::Fault;

fn is_chinese(c: char) -> bool {
    ('\u{4E00}'..='\u{9FA5}').contains(&c)
}

fn check(field: &str, text: &str, min: usize, max: usize, also: &str) -> Result<(), Fault> {
    let length = text.chars().count();
    if length < min || length > max {
        return Err(Fault::invalid(format!("{field} must have {min} to {max} characters, it has {length}")));
    }
    match text.chars().find(|c| !(c.is_ascii_alphanumeric() || is_chinese(*c) || also.contains(*c))) {
        Some(c) => Err(Fault::invalid(format!("{field} must not contain `{c}`"))),
        None => Ok(()),
    }
}

/// Names of so many Chinese characters, letters, digits and some others.
pub(crate) fn counted(field: &str, text: &str, min: usize, max: usize, also: &str) -> Result<(), Fault> {
    check(field, text, min, max, also)
}

/// Names of vpc objects and of disks: 1-32, Chinese, letters, digits, `_`, `-`.
pub(crate) fn plain(field: &str, text: &str) -> Result<(), Fault> {
    check(field, text, 1, 32, "_-")
}

/// Names of instances: 2-128, dots too but not at the ends.
pub(crate) fn instance(text: &str) -> Result<(), Fault> {
    check("name", text, 2, 128, "_-.")?;
    if text.starts_with('.') || text.ends_with('.') {
        return Err(Fault::invalid("name must not begin or end with a dot"));
    }
    Ok(())
}

/// Names of images: 2-32, dots too.
pub(crate) fn image(text: &str) -> Result<(), Fault> {
    check("name", text, 2, 32, "_-.")
}

/// Names of key pairs: 1-32, no Chinese.
pub(crate) fn keypair(text: &str) -> Result<(), Fault> {
    check("keyName", text, 1, 32, "_-")?;
    if text.chars().any(is_chinese) {
        return Err(Fault::invalid("keyName must consist of letters, digits, `_` and `-`"));
    }
    Ok(())
}

/// Any description.
pub(crate) fn description(text: &str) -> Result<(), Fault> {
    let length = text.chars().count();
    if length > 256 {
        return Err(Fault::invalid(format!("description must have at most 256 characters, it has {length}")));
    }
    Ok(())
}

/// Host names: Windows is stricter.
pub(crate) fn hostname(text: &str, windows: bool) -> Result<(), Fault> {
    let max = if windows { 15 } else { 64 };
    let length = text.chars().count();
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || (c == '.' && !windows);
    let edges = |c: char| c == '-' || c == '.';
    let doubled = ["--", "..", ".-", "-."].iter().any(|pair| text.contains(pair));
    let digits_only = windows && text.chars().all(|c| c.is_ascii_digit());
    let wrong = length < 2
        || length > max
        || !text.chars().all(allowed)
        || text.starts_with(edges)
        || text.ends_with(edges)
        || doubled
        || digits_only;
    if wrong {
        Err(Fault::invalid(format!("hostname `{text}` does not follow the rules of host names")))
    } else {
        Ok(())
    }
}

/// Words that no password may contain.
const FORBIDDEN: [&str; 11] = ["jd", "JD", "360", "bug", "BUG", "com", "COM", "cloud", "CLOUD", "password", "PASSWORD"];

/// Passwords of instances: 8-30, three of four classes, no forbidden word, no run of three neighbours.
pub(crate) fn password(text: &str) -> Result<(), Fault> {
    let length = text.chars().count();
    if !(8..=30).contains(&length) {
        return Err(Fault::invalid("password must have 8 to 30 characters"));
    }
    let classes = [
        text.chars().any(|c| c.is_ascii_uppercase()),
        text.chars().any(|c| c.is_ascii_lowercase()),
        text.chars().any(|c| c.is_ascii_digit()),
        text.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if classes.iter().filter(|has| **has).count() < 3 {
        return Err(Fault::invalid("password must have three of upper case, lower case, digits and symbols"));
    }
    if FORBIDDEN.iter().any(|word| text.contains(word)) {
        return Err(Fault::invalid("password contains a forbidden word"));
    }
    if has_run(text) {
        return Err(Fault::invalid("password contains three consecutive characters"));
    }
    Ok(())
}

/// Three letters or digits in a row that rise or fall by one, or stand beside each other on a keyboard row.
fn has_run(text: &str) -> bool {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let bytes = text.to_ascii_lowercase().into_bytes();
    bytes.windows(3).any(|three| {
        let [a, b, c] = [three[0], three[1], three[2]];
        let kind = |x: u8| (x.is_ascii_digit(), x.is_ascii_lowercase());
        let alike = kind(a) == kind(b) && kind(b) == kind(c) && kind(a) != (false, false);
        let (ab, bc) = (i16::from(b) - i16::from(a), i16::from(c) - i16::from(b));
        let counting = alike && ab == bc && ab.abs() == 1;
        let piece: String = three.iter().map(|byte| char::from(*byte)).collect();
        let back: String = three.iter().rev().map(|byte| char::from(*byte)).collect();
        counting || ROWS.iter().any(|row| row.contains(&piece) || row.contains(&back))
    })
}
