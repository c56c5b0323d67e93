//! What becomes of database instances, accounts and databases by itself.

use super::{accounts, databases, instances};
use crate::clock::Moment;
use crate::state::{RdsPartStatus, RdsSize, RdsStatus};
use crate::world::World;
use serde::{Deserialize, Serialize};

/// What happens. Accounts and databases are `INSTANCE/NAME`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RdsEvent {
    /// An instance runs; it had this size before, if the job gave it another.
    Ready {
        instance: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<RdsSize>,
    },
    /// A deleted instance disappears with what is in it.
    Gone { instance: String },
    /// An account can be used.
    AccountReady { account: String },
    /// A deleted account disappears.
    AccountGone { account: String },
    /// A database can be used.
    DatabaseReady { database: String },
    /// A deleted database disappears.
    DatabaseGone { database: String },
}

impl RdsEvent {
    /// Whom it is about.
    pub(crate) fn subject(&self) -> String {
        match self {
            RdsEvent::Ready { instance, .. } | RdsEvent::Gone { instance } => instance,
            RdsEvent::AccountReady { account } | RdsEvent::AccountGone { account } => account,
            RdsEvent::DatabaseReady { database } | RdsEvent::DatabaseGone { database } => database,
        }
        .clone()
    }

    /// It happens.
    pub(crate) fn happen(self, world: &mut World, at: Moment) {
        match self {
            RdsEvent::Ready { instance, .. } => instances::is(world, &instance, RdsStatus::Running),
            RdsEvent::Gone { instance } => instances::gone(world, &instance, at),
            RdsEvent::AccountReady { account } => accounts::is(world, &account, RdsPartStatus::Running),
            RdsEvent::AccountGone { account } => accounts::gone(world, &account),
            RdsEvent::DatabaseReady { database } => databases::is(world, &database, RdsPartStatus::Running),
            RdsEvent::DatabaseGone { database } => databases::gone(world, &database),
        }
    }

    /// It was to happen and fails.
    pub(crate) fn fail(self, world: &mut World) {
        match self {
            RdsEvent::Ready { instance, was } => instances::not_ready(world, &instance, was),
            RdsEvent::Gone { instance } => instances::is(world, &instance, RdsStatus::DeleteError),
            RdsEvent::AccountReady { account } => accounts::is(world, &account, RdsPartStatus::Error),
            RdsEvent::AccountGone { account } => accounts::is(world, &account, RdsPartStatus::DeleteError),
            RdsEvent::DatabaseReady { database } => databases::is(world, &database, RdsPartStatus::Error),
            RdsEvent::DatabaseGone { database } => databases::is(world, &database, RdsPartStatus::DeleteError),
        }
    }
}
