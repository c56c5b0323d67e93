//! The kinds and look-ups of this catalogue: their texts, inside the binary, in the order of their ids. Every file of `kinds` and
//! `lookups` is one.

include!(concat!(env!("OUT_DIR"), "/kinds.rs"));
include!(concat!(env!("OUT_DIR"), "/lookups.rs"));
