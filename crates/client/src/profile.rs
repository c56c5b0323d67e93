//! The official command line's profile file, `~/.jdc/config`: the INI dialect of Python's configparser.

use std::collections::BTreeMap;

/// The section whose keys every other section inherits; not a profile itself.
const INHERITED: &str = "DEFAULT";

/// Profiles by name, each with its keys in lower case.
#[derive(Default)]
pub(crate) struct Profiles {
    sections: BTreeMap<String, BTreeMap<String, String>>,
}

/// The number (from 1) of a line that belongs to no known form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadLine(pub(crate) usize);

impl Profiles {
    /// Reads the file's text.
    pub(crate) fn parse(text: &str) -> Result<Profiles, BadLine> {
        let mut profiles = Profiles::default();
        let mut section: Option<&mut BTreeMap<String, String>> = None;
        for (index, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = raw.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(rest) = line.strip_prefix('[') {
                let name = rest.strip_suffix(']').ok_or(BadLine(index + 1))?;
                section = Some(profiles.sections.entry(name.to_string()).or_default());
                continue;
            }
            let (at, _) = line.char_indices().find(|(_, c)| matches!(c, '=' | ':')).ok_or(BadLine(index + 1))?;
            let (name, value) = (line[..at].trim(), line[at + 1..].trim());
            let keys = section.as_mut().ok_or(BadLine(index + 1))?;
            // The writer doubles percent signs, which otherwise start an interpolation.
            keys.insert(name.to_ascii_lowercase(), value.replace("%%", "%"));
        }
        Ok(profiles)
    }

    /// Names of the profiles.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str).filter(|name| *name != INHERITED)
    }

    /// A key of a profile, its own or inherited; `None` when absent or empty.
    pub(crate) fn get(&self, profile: &str, key: &str) -> Option<&str> {
        let own = self.sections.get(profile).and_then(|keys| keys.get(key));
        let inherited = self.sections.get(INHERITED).and_then(|keys| keys.get(key));
        own.or(inherited).map(String::as_str).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{BadLine, Profiles};

    #[test]
    fn reads_what_configparser_writes() {
        let text = "# mine\n[DEFAULT]\nregion_id = cn-east-2\n\n[default]\naccess_key = AK\nSECRET_KEY: a=b%%c\n; end\n[empty]\naccess_key =\n";
        let profiles = Profiles::parse(text).expect("well formed");
        assert_eq!(profiles.names().collect::<Vec<_>>(), ["default", "empty"]);
        assert_eq!(profiles.get("default", "access_key"), Some("AK"));
        assert_eq!(profiles.get("default", "secret_key"), Some("a=b%c"));
        assert_eq!(profiles.get("default", "region_id"), Some("cn-east-2"));
        assert_eq!(profiles.get("empty", "access_key"), None);
        assert_eq!(profiles.get("none", "access_key"), None);
    }

    #[test]
    fn names_the_bad_line() {
        let check = |text: &str, line: usize| assert_eq!(Profiles::parse(text).err(), Some(BadLine(line)), "{text}");
        check("[default\n", 1);
        check("[default]\nnothing\n", 2);
        check("access_key = AK\n", 1);
    }
}
