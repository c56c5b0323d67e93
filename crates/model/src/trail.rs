//! The way to a value that is being looked at: what a [`Path`] is made of once there is something to say of it.

use crate::path::{Path, Step};
use smallvec::SmallVec;

/// One step of the way, borrowed from what is walked.
#[derive(Clone, Copy, Debug)]
pub enum Way<'a> {
    /// An attribute or map key.
    Key(&'a str),
    /// A position in a list.
    Index(usize),
}

/// The steps from the top to where a walk stands. Nearly all values are as they should be, and of those no path is made.
#[derive(Debug, Default)]
pub struct Trail<'a>(SmallVec<[Way<'a>; 4]>);

impl<'a> Trail<'a> {
    /// At the top.
    pub const fn new() -> Trail<'a> {
        Trail(SmallVec::new_const())
    }

    /// One step down.
    pub fn enter(&mut self, step: Way<'a>) {
        self.0.push(step);
    }

    /// One step up.
    pub fn leave(&mut self) {
        self.0.pop();
    }

    /// Where the walk stands, below an attribute where one is given.
    pub fn path(&self, below: Option<&str>) -> Path {
        let step = |way: &Way<'a>| match way {
            Way::Key(key) => Step::Key((*key).to_owned()),
            Way::Index(at) => Step::Index(*at),
        };
        Path(below.map(|name| Step::Key(name.to_owned())).into_iter().chain(self.0.iter().map(step)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Trail, Way};

    #[test]
    fn a_trail_is_a_path_once_it_is_asked_for() {
        let mut trail = Trail::new();
        assert_eq!(trail.path(Some("rules")).to_string(), "rules");
        trail.enter(Way::Index(2));
        trail.enter(Way::Key("a b"));
        assert_eq!(trail.path(Some("rules")).to_string(), "rules[2][\"a b\"]");
        trail.leave();
        trail.enter(Way::Key("port"));
        assert_eq!(trail.path(Some("rules")).to_string(), "rules[2].port");
    }
}
