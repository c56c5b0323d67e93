//! Where the key pair comes from: the environment, else a profile of the official command line.
//!
//! Nothing is read here: the caller passes the environment and the file's text.

use crate::profile::{BadLine, Profiles};
use crate::role::Role;
use firma_model::diagnostic::{Diagnostic, Diagnostics};
use firma_model::suggest;
use firma_signature::Credential;
use std::collections::BTreeMap;
use std::fmt;

/// Names of the public half, in order of preference.
const ACCESS_KEYS: [&str; 2] = ["JDCLOUD_ACCESS_KEY", "JDCLOUD_ACCESS_KEY_ID"];
/// Names of the secret half, in order of preference.
const SECRET_KEYS: [&str; 2] = ["JDCLOUD_SECRET_KEY", "JDCLOUD_ACCESS_KEY_SECRET"];
/// Name of the session token.
const SECURITY_TOKEN: &str = "JDCLOUD_SECURITY_TOKEN";
/// What describes a role in a profile, and the variable that does so in the environment.
const ROLE: [(&str, &str); 3] = [
    ("role_jrn", "JDCLOUD_ROLE_JRN"),
    ("role_session_name", "JDCLOUD_ROLE_SESSION_NAME"),
    ("role_duration_seconds", "JDCLOUD_ROLE_DURATION_SECONDS"),
];
/// The profile used when none is named.
const DEFAULT_PROFILE: &str = "default";

/// Where a key pair was found, for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Environment variables; the name of the one that held the access key.
    Environment(&'static str),
    /// A profile of `~/.jdc/config`.
    Profile(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Environment(name) => write!(f, "environment variable {name}"),
            Source::Profile(name) => write!(f, "profile `{name}` of ~/.jdc/config"),
        }
    }
}

/// A key pair and where it came from. `Debug` shows no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The pair. Its token, if any, is the plain one; the transport encodes it.
    pub credential: Credential,
    /// Where it was found.
    pub source: Source,
    /// The role that is assumed with it.
    pub role: Option<Role>,
}

impl Credentials {
    /// Finds the key pair.
    ///
    /// The environment wins over the file. Empty values count as absent, and white space around values is dropped.
    /// `profile_file` is the text of `~/.jdc/config`, `None` when there is no such file; `profile` names a section of it
    /// and defaults to `default`.
    ///
    /// A role is assumed where one is named beside the key pair: `JDCLOUD_ROLE_JRN`, or `role_jrn` in the profile.
    ///
    /// # Errors
    /// E0721 to E0725, E0860.
    pub fn resolve(
        env: &BTreeMap<String, String>,
        profile_file: Option<&str>,
        profile: Option<&str>,
    ) -> Result<Credentials, Diagnostics> {
        let read =
            |name: &'static str| env.get(name).map(|v| v.trim()).filter(|v| !v.is_empty()).map(|value| (name, value));
        let access = ACCESS_KEYS.into_iter().find_map(read);
        let secret = SECRET_KEYS.into_iter().find_map(read);
        match (access, secret) {
            (Some((name, access)), Some((_, secret))) => {
                let mut credential = Credential::new(access, secret);
                credential.security_token = read(SECURITY_TOKEN).map(|(_, token)| token.to_string());
                let role = Role::read(|name| read(role_variable(name)?).map(|(_, text)| text), "the environment")?;
                Ok(Credentials { credential, source: Source::Environment(name), role })
            }
            (Some((name, _)), None) => Err(half(name, SECRET_KEYS[0])),
            (None, Some((name, _))) => Err(half(name, ACCESS_KEYS[0])),
            (None, None) => from_profile(profile_file, profile),
        }
    }
}

fn role_variable(key: &str) -> Option<&'static str> {
    ROLE.iter().find(|(name, _)| *name == key).map(|(_, variable)| *variable)
}

fn half(present: &str, absent: &str) -> Diagnostics {
    Diagnostic::error("E0722", format!("{present} is set, but {absent} is not"))
        .hint(format!("set {absent} too, or unset {present} to use a profile of ~/.jdc/config"))
        .into()
}

fn from_profile(file: Option<&str>, wanted: Option<&str>) -> Result<Credentials, Diagnostics> {
    let Some(text) = file else {
        let mut missing = Diagnostic::error("E0721", "no JD Cloud credentials were found")
            .hint(format!("set {} and {}", ACCESS_KEYS[0], SECRET_KEYS[0]))
            .hint("or run `jdc configure add`, which writes a profile to ~/.jdc/config");
        if let Some(profile) = wanted {
            missing = missing.hint(format!("profile `{profile}` was asked for, but there is no ~/.jdc/config"));
        }
        return Err(missing.into());
    };
    let profiles = Profiles::parse(text).map_err(|BadLine(line)| {
        Diagnostic::error("E0725", format!("line {line} of ~/.jdc/config is neither `[profile]` nor `name = value`"))
            .hint(format!("correct the line, or set {} and {}", ACCESS_KEYS[0], SECRET_KEYS[0]))
    })?;
    let name = wanted.unwrap_or(DEFAULT_PROFILE);
    if !profiles.names().any(|known| known == name) {
        return Err(unknown_profile(&profiles, name, wanted.is_some()).into());
    }
    let key = |key: &str| {
        profiles.get(name, key).ok_or_else(|| {
            Diagnostic::error("E0724", format!("profile `{name}` of ~/.jdc/config has no {key}"))
                .hint(format!("add `{key} = ...` to its section, or set {} and {}", ACCESS_KEYS[0], SECRET_KEYS[0]))
        })
    };
    match (key("access_key"), key("secret_key")) {
        (Ok(access), Ok(secret)) => {
            let mut credential = Credential::new(access, secret);
            credential.security_token = profiles.get(name, "security_token").map(str::to_string);
            let role = Role::read(|key| profiles.get(name, key), &format!("profile `{name}` of ~/.jdc/config"))?;
            Ok(Credentials { credential, source: Source::Profile(name.to_string()), role })
        }
        (access, secret) => Err(Diagnostics { list: [access.err(), secret.err()].into_iter().flatten().collect() }),
    }
}

/// Asked for by name it is a wrong name; by default it means that no credentials were set up.
fn unknown_profile(profiles: &Profiles, name: &str, asked: bool) -> Diagnostic {
    let known: Vec<&str> = profiles.names().collect();
    let finding = if asked {
        Diagnostic::error("E0723", format!("~/.jdc/config has no profile `{name}`"))
            .did_you_mean(suggest::closest(name, known.iter().copied()))
    } else {
        Diagnostic::error("E0721", format!("no JD Cloud credentials were found: ~/.jdc/config has no profile `{name}`"))
    };
    let listed = match known.as_slice() {
        [] => "it has no profiles; `jdc configure add` adds one".to_string(),
        names => format!("its profiles are {}", names.join(", ")),
    };
    finding.hint(listed).hint(format!("or set {} and {}", ACCESS_KEYS[0], SECRET_KEYS[0]))
}

#[cfg(test)]
mod tests;
