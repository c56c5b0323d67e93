//! Where a module instance stands: the calls that lead to it from the root, `module.net["a"].module.web`.

use super::{AddressError, Key, text};
use smol_str::SmolStr;
use std::{fmt, str::FromStr, sync::Arc};

/// One call on the way to a module instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleStep {
    /// The call's name.
    pub name: SmolStr,
    /// The key, for calls with `count` or `for_each`.
    pub key: Option<Key>,
}

/// The calls that lead from the root to a module instance; none at the root itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModulePath(Option<Arc<[ModuleStep]>>);

impl ModulePath {
    /// The root.
    pub const ROOT: ModulePath = ModulePath(None);

    /// From the calls on the way.
    pub fn new(steps: Vec<ModuleStep>) -> ModulePath {
        match steps.is_empty() {
            true => ModulePath::ROOT,
            false => ModulePath(Some(Arc::from(steps))),
        }
    }

    /// The calls on the way, outermost first.
    pub fn steps(&self) -> &[ModuleStep] {
        self.0.as_deref().unwrap_or(&[])
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_none()
    }

    /// The instance that a call made here has under this key.
    #[must_use]
    pub fn child(&self, name: &str, key: Option<Key>) -> ModulePath {
        let mut steps = self.steps().to_vec();
        steps.push(ModuleStep { name: name.into(), key });
        ModulePath::new(steps)
    }

    /// The instance that holds the last call; `None` at the root.
    pub fn parent(&self) -> Option<ModulePath> {
        let (_, outer) = self.steps().split_last()?;
        Some(ModulePath::new(outer.to_vec()))
    }

    /// Whether `other` is this instance or one inside it.
    pub fn contains(&self, other: &ModulePath) -> bool {
        other.steps().starts_with(self.steps())
    }
}

impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps().iter().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            write!(f, "{dot}module.{}", step.name)?;
            if let Some(key) = &step.key {
                write!(f, "{key}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for ModulePath {
    type Err = AddressError;

    /// Reads `module.net["a"]`; the root has no text.
    fn from_str(text: &str) -> Result<ModulePath, AddressError> {
        let error = || AddressError(text.to_owned());
        let parts = text::parts(text).ok_or_else(error)?;
        let (module, rest) = text::module(&parts).ok_or_else(error)?;
        if module.is_root() || !rest.is_empty() { Err(error()) } else { Ok(module) }
    }
}
