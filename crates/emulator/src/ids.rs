//! Ids and other made-up values, from the seed and a counter alone.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The source of every value the emulator invents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    /// Given at creation: the same seed and the same calls make the same ids.
    pub(crate) seed: u64,
    counter: u64,
    /// Ids that the next objects of their prefix receive (seeding).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    given: Vec<String>,
}

impl Source {
    /// A fresh source.
    pub(crate) fn new(seed: u64) -> Source {
        Source { seed, counter: 0, given: Vec::new() }
    }

    /// 32 bytes nobody got before.
    fn draw(&mut self, purpose: &str) -> [u8; 32] {
        self.counter += 1;
        digest(self.seed, purpose, &self.counter.to_le_bytes())
    }

    /// `PREFIX-` and ten base-36 characters, as JD Cloud's ids are.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        let start = format!("{prefix}-");
        if let Some(at) = self.given.iter().position(|id| id.starts_with(&start)) {
            return self.given.remove(at);
        }
        format!("{start}{}", base36(&self.draw(prefix)))
    }

    /// Makes the next objects take these ids, each by its prefix.
    pub(crate) fn give(&mut self, ids: Vec<String>) {
        self.given = ids;
    }

    /// Forgets given ids that nobody took, and returns them.
    pub(crate) fn take_given(&mut self) -> Vec<String> {
        std::mem::take(&mut self.given)
    }

    /// A locally administered hardware address.
    pub(crate) fn mac_address(&mut self) -> String {
        let bytes = self.draw("mac");
        format!("fa:16:3e:{:02x}:{:02x}:{:02x}", bytes[0], bytes[1], bytes[2])
    }

    /// Text of random-looking hexadecimal digits.
    pub(crate) fn hex(&mut self, purpose: &str) -> String {
        hex::encode(self.draw(purpose))
    }

    /// The next number of a sequence shared by everything.
    pub(crate) fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}

fn digest(seed: u64, purpose: &str, salt: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(purpose.as_bytes());
    hash.update([0]);
    hash.update(salt);
    hash.finalize().into()
}

fn base36(bytes: &[u8; 32]) -> String {
    bytes.iter().take(10).map(|byte| char::from(BASE36[usize::from(*byte) % 36])).collect()
}

/// A request id: like a UUID, from the seed and what is unique about the request.
pub(crate) fn request_id(seed: u64, salt: &str) -> String {
    let text = hex::encode(digest(seed, "request", salt.as_bytes()));
    format!("{}-{}-4{}-8{}-{}", &text[0..8], &text[8..12], &text[13..16], &text[17..20], &text[20..32])
}

/// A factor between 0.8 and 1.2 that depends on the seed and the id: latencies differ, repeatably.
pub(crate) fn jitter(seed: u64, id: &str) -> f64 {
    let byte = digest(seed, "jitter", id.as_bytes())[0];
    0.8 + 0.4 * f64::from(byte) / 255.0
}
