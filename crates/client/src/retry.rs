//! How often and after what pause a call is made again.

use crate::classify::Retry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Bounds of the retry loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// Sends at most, when something broke on the way or over there.
    pub attempts: u32,
    /// Sends at most while nobody is reached: few, since a wrong address does not get better.
    pub attempts_unreached: u32,
    /// Sends at most while throttled: many, since patience is the cure.
    pub attempts_throttled: u32,
    /// Upper end of the first pause; doubles every time.
    pub base: Duration,
    /// Upper end of every pause.
    pub cap: Duration,
    /// No new attempt starts later than this after the first.
    pub deadline: Duration,
}

impl Default for RetrySettings {
    fn default() -> RetrySettings {
        RetrySettings {
            attempts: 6,
            attempts_unreached: 4,
            attempts_throttled: 12,
            base: Duration::from_millis(400),
            cap: Duration::from_secs(20),
            deadline: Duration::from_secs(180),
        }
    }
}

impl RetrySettings {
    /// Sends allowed for this reason.
    pub(crate) fn allowed(&self, retry: Retry) -> u32 {
        match retry {
            Retry::Never => 1,
            Retry::Throttled { .. } => self.attempts_throttled,
            Retry::Unreached => self.attempts_unreached,
            Retry::Transient { .. } => self.attempts,
        }
    }
}

/// Pauses with full jitter: anything between nothing and a bound that doubles, so that callers who failed together do not
/// come back together. Seeded, so that a simulation can be run again.
#[derive(Debug)]
pub struct Backoff {
    state: AtomicU64,
}

/// 2^64 divided by the golden ratio: SplitMix64's step.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Backoff {
    /// A generator with this seed.
    pub fn seeded(seed: u64) -> Backoff {
        Backoff { state: AtomicU64::new(seed) }
    }

    /// The pause before attempt number `next` (2 is the first repetition).
    pub fn pause(&self, settings: &RetrySettings, next: u32, retry: Retry) -> Duration {
        let doublings = next.saturating_sub(2).min(30);
        let bound = settings.base.saturating_mul(1 << doublings).min(settings.cap);
        let millis = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX - 1);
        let jitter = Duration::from_millis(self.below(millis + 1));
        match retry {
            Retry::Throttled { after: Some(after) } | Retry::Transient { after: Some(after) } => {
                // What was asked for is the least; the spread comes on top.
                after.saturating_add(jitter.min(settings.base))
            }
            _ => jitter,
        }
    }

    /// A number below `bound` (SplitMix64; the bias of the remainder is of no concern for a pause).
    fn below(&self, bound: u64) -> u64 {
        let mut z = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, RetrySettings};
    use crate::classify::Retry;
    use std::time::Duration;

    #[test]
    fn pauses_stay_within_a_doubling_bound_and_repeat_with_the_seed() {
        let settings = RetrySettings::default();
        let pauses = |seed| {
            let backoff = Backoff::seeded(seed);
            (2..40).map(|next| backoff.pause(&settings, next, Retry::Unreached)).collect::<Vec<_>>()
        };
        for seed in 0..50 {
            for (index, pause) in pauses(seed).iter().enumerate() {
                let bound = settings.base.saturating_mul(1 << index.min(30)).min(settings.cap);
                assert!(*pause <= bound, "{seed} {index} {pause:?}");
            }
        }
        assert_eq!(pauses(7), pauses(7));
        assert_ne!(pauses(7), pauses(8));
    }

    #[test]
    fn what_the_cloud_asks_for_is_the_least() {
        let settings = RetrySettings::default();
        let after = Duration::from_secs(30);
        let pause = Backoff::seeded(1).pause(&settings, 9, Retry::Throttled { after: Some(after) });
        assert!(pause >= after && pause <= after + settings.base, "{pause:?}");
    }
}
