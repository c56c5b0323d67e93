//! The store from outside: opening, journal, leases, sealing, plans, damage, writing together.

mod world;
mod opening;
mod formats;
mod journal;
mod leases;
mod sealing;
mod plans;
mod damage;
mod corpus;
mod restoring;
mod writing;
mod fold;
mod room;
mod crowd;
mod child;
