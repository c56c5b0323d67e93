//! What becomes of Redis instances by itself.

use super::instances;
use crate::state::{CacheSize, CacheStatus};
use crate::world::World;
use serde::{Deserialize, Serialize};

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RedisEvent {
    /// An instance runs; it had this size before, if the job gave it another.
    Ready {
        instance: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<CacheSize>,
    },
    /// A deleted instance disappears with its white lists.
    Gone { instance: String },
}

impl RedisEvent {
    /// Whom it is about.
    pub(crate) fn subject(&self) -> String {
        let (RedisEvent::Ready { instance, .. } | RedisEvent::Gone { instance }) = self;
        instance.clone()
    }

    /// It happens.
    pub(crate) fn happen(self, world: &mut World) {
        match self {
            RedisEvent::Ready { instance, .. } => instances::is(world, &instance, CacheStatus::Running),
            RedisEvent::Gone { instance } => instances::gone(world, &instance),
        }
    }

    /// It was to happen and fails.
    pub(crate) fn fail(self, world: &mut World) {
        match self {
            RedisEvent::Ready { instance, was } => instances::not_ready(world, &instance, was),
            RedisEvent::Gone { instance } => instances::is(world, &instance, CacheStatus::Error),
        }
    }
}
