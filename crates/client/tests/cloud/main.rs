//! The cloud door under virtual time, over a scripted transport.

mod clock;
mod fake;
mod limiter;
mod paging;
mod reads;
mod storms;
mod writes;
