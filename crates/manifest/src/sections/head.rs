//! What begins a named entry.

use firma_model::span::Span;
use smol_str::SmolStr;

/// An entry's name and the span that stands for the entry: its header, or its key when it is written inline.
pub(crate) struct Head {
    pub(crate) name: SmolStr,
    pub(crate) span: Span,
}
