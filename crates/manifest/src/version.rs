//! `[project] requires`: which versions of Firma a project accepts.

/// A version: major, minor, patch.
type Version = [u64; 3];

/// Whether `version` meets every clause of `requirement` (`>=0.1, <2`); `None` when the requirement makes no sense.
pub(crate) fn meets(requirement: &str, version: &str) -> Option<bool> {
    let (version, _) = parse(version.split(['-', '+']).next().unwrap_or(version))?;
    let mut all = true;
    for clause in requirement.split(',') {
        let clause = clause.trim();
        let digits = clause.find(|c: char| c.is_ascii_digit())?;
        let (operator, rest) = clause.split_at(digits);
        let (bound, parts) = parse(rest)?;
        all &= match operator.trim() {
            ">=" => version >= bound,
            ">" => version > bound,
            "<=" => version <= bound,
            "<" => version < bound,
            "!=" => version != bound,
            "" | "=" | "==" => version[..parts] == bound[..parts],
            // Up to the next value of the part before the last one written.
            "~>" => {
                let fixed = parts.saturating_sub(1).max(1);
                version >= bound && version[..fixed] == bound[..fixed]
            }
            _ => return None,
        };
    }
    Some(all)
}

/// The version and how many of its parts were written.
fn parse(text: &str) -> Option<(Version, usize)> {
    let mut version = [0; 3];
    let mut parts = 0;
    for part in text.trim().split('.') {
        *version.get_mut(parts)? = part.parse().ok()?;
        parts += 1;
    }
    Some((version, parts))
}

#[cfg(test)]
mod tests {
    use super::meets;

    #[test]
    fn clauses() {
        for (requirement, version, expected) in [
            (">=0.1", "0.1.0", Some(true)),
            (">=0.1, <0.2", "0.1.7", Some(true)),
            (">=0.1, <0.2", "0.2.0", Some(false)),
            ("0.1", "0.1.9", Some(true)),
            ("=0.1.0", "0.1.1", Some(false)),
            ("~>0.1", "0.9.0", Some(true)),
            ("~>0.1.2", "0.1.9", Some(true)),
            ("~>0.1.2", "0.2.0", Some(false)),
            ("!= 0.1.0", "0.1.0", Some(false)),
            (">=9", "0.1.0-dev", Some(false)),
            ("newest", "0.1.0", None),
            (">=1.x", "0.1.0", None),
            ("", "0.1.0", None),
        ] {
            assert_eq!(meets(requirement, version), expected, "{requirement:?} against {version}");
        }
    }
}
