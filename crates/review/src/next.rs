//! Commands that a person may type next, as they have to be typed here.

use crate::escape::line;

/// How commands are spelt in this place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// `firma`, with the directory where it is not this one.
    pub firma: String,
    /// What does the rest: `apply` or `destroy`.
    pub again: &'static str,
}

impl Default for Next {
    fn default() -> Next {
        Next { firma: "firma".into(), again: "apply" }
    }
}

impl Next {
    /// Any command.
    pub fn command(&self, words: &str) -> String {
        format!("`{} {}`", line(&self.firma), line(words))
    }

    /// What goes on from here.
    pub fn again(&self) -> String {
        self.command(self.again)
    }

    /// What shows the rest before it is done.
    pub fn plan(&self) -> String {
        self.command("plan")
    }

    /// What settles open calls and does nothing else.
    pub fn recover(&self) -> String {
        self.command("recover")
    }

    /// What takes an object for the one that a call made.
    pub fn adopt(&self, id: &str) -> String {
        self.command(&format!("recover --adopt {id}"))
    }

    /// What takes an address out of the state and leaves its object alone.
    pub fn forget_record(&self, address: &str) -> String {
        self.of_address("state rm", address)
    }

    /// What closes the open calls of an address.
    pub fn forget(&self, address: &str) -> String {
        self.of_address("recover --forget", address)
    }

    /// What makes another object in place of the one there is.
    pub fn replace(&self, address: &str) -> String {
        self.of_address("apply --replace", address)
    }

    fn of_address(&self, words: &str, address: &str) -> String {
        // Keys have quotes, which a shell would eat.
        match address.contains(['"', '[', '\'']) {
            true => self.command(&format!("{words} '{}'", address.replace('\'', r"'\''"))),
            false => self.command(&format!("{words} {address}")),
        }
    }
}
