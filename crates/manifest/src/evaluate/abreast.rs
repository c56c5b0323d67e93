//! Blocks that do not refer to each other are evaluated abreast, on several processors.
//!
//! Who works on which block changes nothing: what comes of each is put where it belongs, and what was found wrong is said in
//! the order in which it would have been said one after the other.

use super::{resource::Made, world::World};
use crate::parts::in_shares;
use firma_model::{deferral::Inquiry, diagnostic::Diagnostics};

/// Blocks, or instances of one block, that are worth a thread.
pub(super) const WORTH: usize = 256;
/// Blocks in hand at a time, so that what comes of them does not lie about twice.
const AT_ONCE: usize = 16 << 10;

/// A block of the root that is to be evaluated.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    /// The block.
    pub(super) index: usize,
    /// How many others have to come before it, one after the other.
    pub(super) level: u32,
}

impl<'p> World<'p> {
    /// Evaluates blocks of the root, each of which refers only to what was evaluated before and to others of a lower level.
    pub(super) fn resources(&mut self, turns: &[Turn], diagnostics: &mut Diagnostics) {
        let mut order: Vec<usize> = (0..turns.len()).collect();
        order.sort_by_key(|at| turns[*at].level);
        let mut said: Vec<(usize, Diagnostics, Vec<Inquiry>)> = Vec::new();
        for level in order.chunk_by(|a, b| turns[*a].level == turns[*b].level) {
            for some in level.chunks(AT_ONCE) {
                let made = in_shares(some.to_vec(), WORTH, |at| self.made(0, turns[at].index));
                for (at, made) in some.iter().zip(made) {
                    let (found, inquiries) = self.take(0, turns[*at].index, made);
                    if !found.is_empty() || !inquiries.is_empty() {
                        said.push((*at, found, inquiries));
                    }
                }
            }
        }
        said.sort_by_key(|(at, ..)| *at);
        for (_, found, inquiries) in said {
            diagnostics.extend(found);
            self.inquiries.extend(inquiries);
        }
    }

    /// Evaluates one block.
    pub(super) fn resource(&mut self, module: usize, index: usize, diagnostics: &mut Diagnostics) {
        let made = self.made(module, index);
        let (found, inquiries) = self.take(module, index, made);
        diagnostics.extend(found);
        self.inquiries.extend(inquiries);
    }

    /// Puts what came of a block where it belongs; what is to be said of it, and asked.
    fn take(&mut self, module: usize, index: usize, made: Made<'p>) -> (Diagnostics, Vec<Inquiry>) {
        let Made { block, timeouts, inquiries, diagnostics } = made;
        self.timeouts.extend(timeouts);
        if let Some(block) = block {
            self.modules[module].blocks[index] = Some(block);
        }
        (diagnostics, inquiries)
    }
}
