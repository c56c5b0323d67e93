//! Objects of the vm and disk services.

use crate::charge::Charge;
use crate::clock::Moment;
use crate::tags::Tags;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// States of an instance. A deleted one is simply not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InstanceStatus {
    Pending,
    Starting,
    Running,
    Stopping,
    Stopped,
    Rebooting,
    Rebuilding,
    Resizing,
    Deleting,
    Error,
}

impl InstanceStatus {
    /// The word reads show.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            InstanceStatus::Pending => "pending",
            InstanceStatus::Starting => "starting",
            InstanceStatus::Running => "running",
            InstanceStatus::Stopping => "stopping",
            InstanceStatus::Stopped => "stopped",
            InstanceStatus::Rebooting => "rebooting",
            InstanceStatus::Rebuilding => "rebuilding",
            InstanceStatus::Resizing => "resizing",
            InstanceStatus::Deleting => "deleting",
            InstanceStatus::Error => "error",
        }
    }

    /// Whether nothing moves the instance on but another call.
    pub(crate) fn is_stable(self) -> bool {
        matches!(self, InstanceStatus::Running | InstanceStatus::Stopped | InstanceStatus::Error)
    }
}

/// The system disk of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SystemDisk {
    /// Part of the host.
    Local { size_gb: i64 },
    /// A disk of its own.
    Cloud { disk: String },
}

/// A data disk in a slot of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AttachedDisk {
    pub(crate) device: String,
    pub(crate) auto_delete: bool,
}

/// An instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) region: String,
    pub(crate) az: String,
    pub(crate) name: String,
    pub(crate) hostname: String,
    pub(crate) description: String,
    pub(crate) instance_type: String,
    pub(crate) image: String,
    pub(crate) status: InstanceStatus,
    /// What runs on the instance now: at most one thing at a time.
    pub(crate) task: Option<String>,
    pub(crate) interface: String,
    #[serde(default)]
    pub(crate) secondary_interfaces: BTreeSet<String>,
    pub(crate) system_disk: SystemDisk,
    /// Data disks by disk id.
    pub(crate) data_disks: BTreeMap<String, AttachedDisk>,
    pub(crate) key_names: Vec<String>,
    pub(crate) charge: Charge,
    pub(crate) charge_on_stopped: String,
    /// A digest: enough to tell that it changed.
    pub(crate) password_digest: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) userdata: BTreeMap<String, String>,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
    /// The availability group it is in.
    #[serde(default)]
    pub(crate) group: Option<String>,
    /// Whether deleting takes the elastic IP along.
    pub(crate) delete_elastic_ip: bool,
}

/// A key pair; its id is its name, within a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Keypair {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) fingerprint: String,
    pub(crate) created: Moment,
    /// Known to the tag service only.
    pub(crate) tags: Tags,
}

/// States of a disk. A deleted one stays readable by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DiskStatus {
    Creating,
    Available,
    InUse,
    Extending,
    Deleting,
    Deleted,
    InRecyclebin,
    ErrorCreate,
    ErrorExtend,
    ErrorDelete,
}

impl DiskStatus {
    /// The word reads show.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            DiskStatus::Creating => "creating",
            DiskStatus::Available => "available",
            DiskStatus::InUse => "in-use",
            DiskStatus::Extending => "extending",
            DiskStatus::Deleting => "deleting",
            DiskStatus::Deleted => "deleted",
            DiskStatus::InRecyclebin => "in-recyclebin",
            DiskStatus::ErrorCreate => "error_create",
            DiskStatus::ErrorExtend => "error_extend",
            DiskStatus::ErrorDelete => "error_delete",
        }
    }
}

/// States of the tie between a disk and an instance; a detached one is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AttachmentStatus {
    Attaching,
    Attached,
    Detaching,
    ErrorAttach,
    ErrorDetach,
}

impl AttachmentStatus {
    /// The word reads show.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            AttachmentStatus::Attaching => "attaching",
            AttachmentStatus::Attached => "attached",
            AttachmentStatus::Detaching => "detaching",
            AttachmentStatus::ErrorAttach => "error_attach",
            AttachmentStatus::ErrorDetach => "error_detach",
        }
    }
}

/// The tie between a disk and an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attachment {
    pub(crate) id: String,
    pub(crate) status: AttachmentStatus,
    pub(crate) since: Moment,
}

/// A cloud disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Disk {
    pub(crate) region: String,
    pub(crate) az: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) disk_type: String,
    pub(crate) size_gb: i64,
    pub(crate) iops: Option<i64>,
    pub(crate) snapshot: Option<String>,
    pub(crate) multi_attachable: bool,
    pub(crate) encrypted: bool,
    pub(crate) status: DiskStatus,
    /// By instance id.
    pub(crate) attachments: BTreeMap<String, Attachment>,
    /// Made as the system disk of this instance; comes and goes with it.
    pub(crate) system_of: Option<String>,
    /// The snapshot that is being made of it.
    #[serde(default)]
    pub(crate) snapshotted: Option<String>,
    /// Snapshot policies it is under.
    #[serde(default)]
    pub(crate) policies: BTreeSet<String>,
    pub(crate) charge: Charge,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}

impl Disk {
    /// Whether a task is running on it.
    pub(crate) fn task(&self) -> Option<&'static str> {
        match self.status {
            DiskStatus::Creating => Some("create"),
            DiskStatus::Extending => Some("extend"),
            DiskStatus::Deleting => Some("delete"),
            _ if self.snapshotted.is_some() => Some("createSnapshot"),
            _ => self.attachments.values().find_map(|a| match a.status {
                AttachmentStatus::Attaching => Some("attach"),
                AttachmentStatus::Detaching => Some("detach"),
                AttachmentStatus::Attached | AttachmentStatus::ErrorAttach | AttachmentStatus::ErrorDetach => None,
            }),
        }
    }
}
