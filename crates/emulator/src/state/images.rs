//! Private images: what an instance was when one was made of it.

use crate::clock::Moment;
use serde::{Deserialize, Serialize};

/// States of an image. A deleted one is simply not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ImageStatus {
    Pending,
    Ready,
    Deleting,
    Error,
}

impl ImageStatus {
    /// The word reads show.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ImageStatus::Pending => "pending",
            ImageStatus::Ready => "ready",
            ImageStatus::Deleting => "deleting",
            ImageStatus::Error => "error",
        }
    }

    /// What is being done to the image.
    pub(crate) fn task(self) -> Option<&'static str> {
        match self {
            ImageStatus::Pending => Some("createImage"),
            ImageStatus::Deleting => Some("deleteImage"),
            ImageStatus::Ready | ImageStatus::Error => None,
        }
    }
}

/// A data disk in an image: its slot, and the snapshot it begins with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ImageDisk {
    pub(crate) device: String,
    pub(crate) snapshot: String,
    pub(crate) disk_type: String,
    pub(crate) size_gb: i64,
}

/// A private image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PrivateImage {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) instance: String,
    /// The public image that everything began with: what system it is.
    pub(crate) base: String,
    /// Snapshot of a system disk of its own; none where it was part of the host.
    pub(crate) system: Option<ImageDisk>,
    pub(crate) data: Vec<ImageDisk>,
    pub(crate) status: ImageStatus,
    pub(crate) created: Moment,
}
