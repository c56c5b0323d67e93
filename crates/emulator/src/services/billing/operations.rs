//! What the service does.

use super::quote;
use crate::services::{Behaviour::Read, Operations};

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[("calculateTotalPrice", Read(quote::total))];
