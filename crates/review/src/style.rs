//! Colours: what each sort of text looks like, and whether there are any.

use anstyle::{AnsiColor, Effects, Style as Ansi};

/// Whether text carries colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// No escape sequences at all.
    #[default]
    Plain,
    /// ANSI colours.
    Coloured,
}

/// Sorts of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Something new.
    Create,
    /// Something changed in place.
    Update,
    /// Something deleted.
    Delete,
    /// Something deleted and made anew.
    Replace,
    /// Headings and addresses.
    Strong,
    /// What may be skipped.
    Faint,
    /// What must not be skipped.
    Alert,
}

impl Style {
    /// The text in its colour.
    pub fn paint(self, role: Role, text: &str) -> String {
        if self == Style::Plain || text.is_empty() {
            return text.to_owned();
        }
        let ansi = ansi(role);
        format!("{}{text}{}", ansi.render(), ansi.render_reset())
    }
}

fn ansi(role: Role) -> Ansi {
    match role {
        Role::Create => AnsiColor::Green.on_default(),
        Role::Update => AnsiColor::Yellow.on_default(),
        Role::Delete => AnsiColor::Red.on_default(),
        Role::Replace => AnsiColor::Magenta.on_default(),
        Role::Strong => Ansi::new().effects(Effects::BOLD),
        Role::Faint => Ansi::new().effects(Effects::DIMMED),
        Role::Alert => AnsiColor::Red.on_default().effects(Effects::BOLD),
    }
}
