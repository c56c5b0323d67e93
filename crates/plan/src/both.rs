//! Two things done at once, where there is enough to do.

use std::thread;

/// What both come to; `first` on a thread of its own where that is worth one and one is to be had.
pub(crate) fn both<A: Send, B>(worth: bool, first: impl Fn() -> A + Sync, second: impl FnOnce() -> B) -> (A, B) {
    if !worth {
        return (first(), second());
    }
    thread::scope(|scope| {
        let started = thread::Builder::new().spawn_scoped(scope, &first);
        let second = second();
        let first = match started {
            // A panic goes on in whoever waits.
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => first(),
        };
        (first, second)
    })
}

#[cfg(test)]
mod tests {
    use super::both;

    #[test]
    fn both_are_done_together_or_one_after_the_other() {
        for worth in [false, true] {
            assert_eq!(both(worth, || 1, || "two"), (1, "two"));
        }
    }

    #[test]
    #[should_panic(expected = "of the first")]
    fn a_panic_of_the_first_is_not_lost() {
        both(true, || panic!("of the first"), || ());
    }
}
