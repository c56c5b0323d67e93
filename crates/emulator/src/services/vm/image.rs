//! Images: a fixed public set, the same in every region, and the private ones beside it.

use super::private_image;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond};
use crate::state::ImageStatus;
use crate::world::World;
use serde_json::{Value, json};

/// A public image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) platform: &'static str,
    pub(crate) version: &'static str,
    pub(crate) architecture: &'static str,
    /// `cloudDisk` or `localDisk`.
    pub(crate) root: &'static str,
    pub(crate) created: &'static str,
}

impl Image {
    /// The family of the operating system.
    pub(crate) fn os_type(self) -> &'static str {
        if self.platform == "Windows Server" { "windows" } else { "linux" }
    }
}

const fn image(
    id: &'static str,
    name: &'static str,
    (platform, version): (&'static str, &'static str),
    architecture: &'static str,
    root: &'static str,
    created: &'static str,
) -> Image {
    Image { id, name, platform, version, architecture, root, created }
}

const X86: &str = "x86_64";
const ARM: &str = "arm64";
const CLOUD: &str = "cloudDisk";
const LOCAL: &str = "localDisk";

/// In the order lists show them: newest first within a platform.
const IMAGES: [Image; 12] = [
    image("img-ubuntu2404", "Ubuntu 24.04 64-bit", ("Ubuntu", "24.04"), X86, CLOUD, "2025-06-10T02:00:00Z"),
    image("img-ubuntu2204", "Ubuntu 22.04 64-bit", ("Ubuntu", "22.04"), X86, CLOUD, "2024-05-20T02:00:00Z"),
    image("img-ubuntu2204a", "Ubuntu 22.04 64-bit ARM", ("Ubuntu", "22.04"), ARM, CLOUD, "2024-05-21T02:00:00Z"),
    image("img-ubuntu2004", "Ubuntu 20.04 64-bit", ("Ubuntu", "20.04"), X86, CLOUD, "2022-08-01T02:00:00Z"),
    image("img-ubuntu2004l", "Ubuntu 20.04 64-bit local", ("Ubuntu", "20.04"), X86, LOCAL, "2022-08-02T02:00:00Z"),
    image("img-centos79", "CentOS 7.9 64-bit", ("CentOS", "7.9"), X86, CLOUD, "2021-03-15T02:00:00Z"),
    image("img-centos79l", "CentOS 7.9 64-bit local", ("CentOS", "7.9"), X86, LOCAL, "2021-03-16T02:00:00Z"),
    image("img-centos84", "CentOS 8.4 64-bit", ("CentOS", "8.4"), X86, CLOUD, "2021-09-15T02:00:00Z"),
    image("img-debian12", "Debian 12 64-bit", ("Debian", "12"), X86, CLOUD, "2024-02-01T02:00:00Z"),
    image("img-jcs3", "JCS Linux 3 64-bit", ("Other", "3"), X86, CLOUD, "2024-09-01T02:00:00Z"),
    image("img-win2022", "Windows Server 2022 DC", ("Windows Server", "2022"), X86, CLOUD, "2023-04-01T02:00:00Z"),
    image("img-win2019", "Windows Server 2019 DC", ("Windows Server", "2019"), X86, CLOUD, "2022-04-01T02:00:00Z"),
];

/// The public image of this id.
pub(crate) fn public(id: &str) -> Option<Image> {
    IMAGES.iter().find(|image| image.id == id).copied()
}

/// What an instance can be made of: a public image, or a private one as the public one that it began with.
pub(crate) fn find(world: &World, region: &str, id: &str) -> Option<Image> {
    public(id).or_else(|| {
        let image =
            world.images.get(id).filter(|image| image.region == region && image.status == ImageStatus::Ready)?;
        let root = if image.system.is_some() { CLOUD } else { LOCAL };
        Some(Image { root, ..public(&image.base)? })
    })
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("imageId")?;
    let image = match public(id) {
        Some(image) => view(image),
        None => private_image::view(id, private_image::find(world, call.region(), id)?),
    };
    Ok(json!({"image": image}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let args = call.args;
    let ids = args.texts("ids");
    let source = args.opt_text("imageSource");
    if let Some(other) = source.filter(|s| !["public", "private", "shared", "thirdparty", "community"].contains(s)) {
        return Err(Fault::invalid(format!("imageSource `{other}` is unknown")));
    }
    if ids.is_empty() && source.is_none() {
        return Err(Fault::invalid("imageSource is required when ids are not given"));
    }
    let public = IMAGES.iter().map(|image| view(*image));
    let private = world.images.in_region(call.region(), 0).map(|(id, image)| private_image::view(id, image));
    let asked = |image: &Value| match ids.is_empty() {
        false => ids.iter().any(|id| image["imageId"] == **id),
        // The fields that must be equal; names are compared by their parts.
        true => {
            let same = |name: &str, field: &str| args.opt_text(name).is_none_or(|wanted| image[field] == wanted);
            let part = |part: &str| image["name"].as_str().is_some_and(|name| name.contains(part));
            let instances = args.texts("instanceIds");
            source.is_some_and(|source| image["imageSource"] == source)
                && same("platform", "platform")
                && same("architecture", "architecture")
                && same("rootDeviceType", "rootDeviceType")
                && same("status", "status")
                && same("bootMode", "bootMode")
                && args.opt_text("imageName").is_none_or(part)
                && (instances.is_empty() || instances.iter().any(|id| image["instanceId"] == **id))
                && !args.flag("offline")
        }
    };
    let found: Vec<Value> = public.chain(private).filter(asked).collect();
    let found: Vec<&Value> = found.iter().collect();
    listing::page(args, Beyond::Empty, "images", &found, Value::clone)
}

fn view(image: Image) -> Value {
    json!({
        "imageId": image.id,
        "name": image.name,
        "platform": image.platform,
        "osVersion": image.version,
        "architecture": image.architecture,
        "systemDiskSizeGB": 40,
        "imageSource": "public",
        "osType": image.os_type(),
        "status": "ready",
        "createTime": image.created,
        "sizeMB": 40960,
        "desc": "",
        "ownerPin": "jcloudiaas",
        "launchPermission": "all",
        "rootDeviceType": image.root,
        "offline": false,
        "imported": false,
        "bootMode": "bios",
    })
}
