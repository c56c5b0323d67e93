//! Names bound by `for` and by splats while their bodies are reduced.

use crate::part::Part;
use std::sync::Arc;

/// What a bound name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Binding<'x> {
    /// An element.
    Part(Part<'x>),
    /// Some element of a collection that is not known yet: the name stays, under this spelling.
    Abstract(Arc<str>),
}

/// A chain of bound names, innermost first.
#[derive(Clone, Debug)]
pub(crate) struct Env<'x> {
    pub(crate) outer: Option<&'x Env<'x>>,
    pub(crate) name: &'x str,
    pub(crate) binding: Binding<'x>,
}

impl<'x> Env<'x> {
    /// The binding of a name.
    pub(crate) fn find(env: Option<&'x Env<'x>>, name: &str) -> Option<&'x Binding<'x>> {
        let mut here = env;
        while let Some(frame) = here {
            if frame.name == name {
                return Some(&frame.binding);
            }
            here = frame.outer;
        }
        None
    }

    /// A spelling for a name that stays, different from all others that stay around it: an element bound further out may
    /// be substituted under this binder and must not be captured.
    pub(crate) fn fresh(env: Option<&Env<'_>>, name: &str) -> Arc<str> {
        let taken = |spelling: &str| {
            let mut here = env;
            while let Some(frame) = here {
                if matches!(&frame.binding, Binding::Abstract(kept) if **kept == *spelling) {
                    return true;
                }
                here = frame.outer;
            }
            false
        };
        let mut spelling = name.to_owned();
        while taken(&spelling) {
            spelling.push('\'');
        }
        Arc::from(spelling)
    }
}
