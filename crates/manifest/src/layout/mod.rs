//! Manifests laid out anew: the same meaning, the same comments, the same order, in one conventional form.
//!
//! The form: no indentation but inside of brackets that span lines, there four spaces a level; `key = value`, the equals signs
//! of neighbouring lines below each other and so are the comments behind them; `[1, 2]` and `{ a = 1 }`; a list stays broken
//! over lines where somebody broke it, with a comma behind every element, and is broken when its line would be too long;
//! one empty line before a table unless it belongs to the one above; never two, none at the ends or below a header. Text with
//! double quotes in it stands between single quotes, all other text between double quotes, keys are bare where they
//! can be. What spans lines between triple quotes is left as it is.
//!
//! `document` reads text into lines, `print` writes them, `text` chooses quotes. The text is read through the parser's events,
//! not through a tree that knows tables: such a tree brings the parts of `a.x = 1, b = 2, a.y = 3` together.

mod document;
mod text;
mod print;
mod lay_out;
#[cfg(test)]
mod tests;

pub use lay_out::lay_out;
