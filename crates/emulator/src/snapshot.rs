//! A world as bytes, with a version: so that a log need not be replayed from its beginning.

use crate::world::World;
use serde::{Deserialize, Serialize};

/// Raised whenever the world's inner types change their written form.
pub const VERSION: u32 = 2;

#[derive(Serialize)]
struct Write<'w> {
    version: u32,
    world: &'w World,
}

#[derive(Deserialize)]
struct Read {
    world: World,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// The durable part of a world as JSON. Equal worlds give equal bytes.
pub fn write(world: &World) -> Vec<u8> {
    serde_json::to_vec(&Write { version: VERSION, world })
        .expect("BUG: a world holds only string keys and finite numbers")
}

/// Reads a world; none when the bytes are of another version or no snapshot at all.
pub fn read(bytes: &[u8]) -> Option<World> {
    let version: Version = serde_json::from_slice(bytes).ok()?;
    if version.version != VERSION {
        return None;
    }
    serde_json::from_slice::<Read>(bytes).ok().map(|read| read.world)
}
