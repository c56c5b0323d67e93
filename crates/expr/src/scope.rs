//! What an expression can refer to: the scope that the caller supplies.

use crate::{reference::Reference, trace::Trace};
use firma_model::{address::Node, diagnostic::Diagnostic, expr::Expr, span::Span, value::Value};
use std::borrow::Cow;

/// The answer to a reference: what its first segments stand for.
#[derive(Clone, Debug)]
pub struct Resolution<'s> {
    /// A literal, a residual that is already reduced, a node, or a map or list of those (`ExprKind::Map` with literal
    /// keys, `ExprKind::List`). The instances of a block with `for_each` are such a map of nodes, even when empty: give
    /// `ExprKind::Map(vec![])` then, not an empty literal, so that a splat over them has no elements.
    pub expr: Cow<'s, Expr>,
    /// How many segments of the reference this stands for; the evaluator applies the others to it.
    pub consumed: usize,
}

impl<'s> Resolution<'s> {
    /// A known value for the first `consumed` segments.
    pub fn value(value: Value, consumed: usize) -> Resolution<'s> {
        Resolution { expr: Cow::Owned(Expr::literal(value)), consumed }
    }

    /// An expression that lives in the scope.
    pub fn borrowed(expr: &'s Expr, consumed: usize) -> Resolution<'s> {
        Resolution { expr: Cow::Borrowed(expr), consumed }
    }

    /// An expression made for this answer.
    pub fn owned(expr: Expr, consumed: usize) -> Resolution<'s> {
        Resolution { expr: Cow::Owned(expr), consumed }
    }
}

/// Answers references while an expression is reduced.
pub trait Scope {
    /// What the longest known beginning of `reference` stands for: `var.env`, `local.prefix`, `each.key`, `count.index`,
    /// `vpc.subnet.web`, `vpc.subnet.web["a"]`, `data.vm.image.ubuntu`.
    ///
    /// Only segments that are known are given: for `vpc.subnet.web[R].id`, with R a residual, there are three.
    ///
    /// The evaluator notes nodes in the trace by itself when an attribute of theirs is read, or when they are part of the
    /// result. The scope adds what it alone can know: the trace of a local it answers with ([`Trace::extend`]), and
    /// [`Trace::whole`] when it answers with all instances of a block, so that reading an attribute of those counts as a
    /// dependency on the block.
    ///
    /// # Errors
    /// What is wrong with the reference, as the user should see it.
    fn root(&self, reference: &Reference<'_>, trace: &mut Trace) -> Result<Resolution<'_>, Diagnostic>;

    /// The attribute of a node, when configuration fixes it: a literal or a reduced residual. `None` leaves the attribute
    /// to be known later.
    ///
    /// # Errors
    /// There is no such attribute, with a suggestion.
    fn attribute(&self, node: &Node, name: &str, span: Span) -> Result<Option<Cow<'_, Expr>>, Diagnostic> {
        let _ = (node, name, span);
        Ok(None)
    }

    /// Whether the ephemeral variable of this name is sensitive too; `None` where that is not known.
    fn hides(&self, input: &str) -> Option<bool> {
        let _ = input;
        None
    }

    /// The files that `file(...)` and its like may read.
    fn files(&self) -> &dyn Files {
        &NoFiles
    }
}

/// Files read by functions. The supplier resolves paths and confines them to the project.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// One clause for people: `it is outside the project`, `there is no such file`.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;

    /// Whether there is a regular file.
    ///
    /// # Errors
    /// The path may not be looked at.
    fn exists(&self, path: &str) -> Result<bool, String>;

    /// The regular files below a directory, as paths relative to it with `/` between steps, in any order: all, or those
    /// that are at most so many directories down. A directory that does not exist has none.
    ///
    /// # Errors
    /// The directory may not be looked at.
    fn list(&self, directory: &str, levels: Option<usize>) -> Result<Vec<String>, String> {
        let _ = (directory, levels);
        Err("files cannot be listed here".to_owned())
    }

    /// The directory that paths are relative to, from the root of the file system.
    fn directory(&self) -> Option<&str> {
        None
    }

    /// The user's home directory.
    fn home(&self) -> Option<&str> {
        None
    }
}

/// No files at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str) -> Result<Vec<u8>, String> {
        Err("files cannot be read here".to_owned())
    }

    fn exists(&self, _path: &str) -> Result<bool, String> {
        Err("files cannot be read here".to_owned())
    }
}
