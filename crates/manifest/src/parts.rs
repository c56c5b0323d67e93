//! Work on many files or blocks on several processors. Which one works on which changes nothing: results stand in the order
//! of the files or blocks.

use firma_model::span::Source;
use std::{
    num::NonZero,
    sync::{Mutex, PoisonError},
    thread,
};

/// Text that is worth a thread.
const WORTH: usize = 256 << 10;
/// Threads at most: beyond, memory is what reading waits for.
const MOST: usize = 8;
/// What the deepest text needs, with room to spare.
const STACK: usize = 8 << 20;

/// Calls `read` with every file and its index.
pub(crate) fn in_parts<T: Send>(sources: &[Source], read: impl Fn(usize, &Source) -> T + Sync) -> Vec<T> {
    let bytes: usize = sources.iter().map(|source| source.text.len()).sum();
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = (bytes / WORTH).clamp(1, processors.min(MOST));
    let part = |(start, part): (usize, &[Source])| -> Vec<T> {
        part.iter().enumerate().map(|(at, source)| read(start + at, source)).collect()
    };
    thread::scope(|scope| {
        let mut parts = split(sources, bytes.div_ceil(threads)).into_iter();
        let own = parts.next();
        let others: Vec<_> = parts
            .map(|each| {
                let started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || part(each));
                started.map_err(|_| each)
            })
            .collect();
        let mut all = own.map(part).unwrap_or_default();
        for other in others {
            all.extend(match other {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                // No thread was to be had.
                Err(each) => part(each),
            });
        }
        all
    })
}

/// Calls `make` with every item, on several processors when there are at least `worth` items for each. What comes of them
/// stands in their order.
pub(crate) fn in_shares<I: Send, T: Send>(items: Vec<I>, worth: usize, make: impl Fn(I) -> T + Sync) -> Vec<T> {
    let count = items.len();
    let processors = match count / worth {
        0 | 1 => 1,
        most => thread::available_parallelism().map_or(1, NonZero::get).min(MOST).min(most),
    };
    if processors == 1 {
        return items.into_iter().map(make).collect();
    }
    let share = count.div_ceil(processors);
    let mut items = items.into_iter();
    let mut shares = Vec::with_capacity(processors);
    while items.len() > 0 {
        shares.push(Mutex::new(items.by_ref().take(share).collect::<Vec<I>>()));
    }
    let of = |share: &Mutex<Vec<I>>| -> Vec<T> {
        let items = std::mem::take(&mut *share.lock().unwrap_or_else(PoisonError::into_inner));
        items.into_iter().map(&make).collect()
    };
    let of = &of;
    thread::scope(|scope| {
        let (own, others) = shares.split_first().expect("BUG: there are items");
        let others: Vec<_> = others
            .iter()
            .map(|share| {
                let started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || of(share));
                started.map_err(|_| share)
            })
            .collect();
        let mut all = of(own);
        for other in others {
            all.extend(match other {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                // No thread was to be had.
                Err(share) => of(share),
            });
        }
        all
    })
}

/// Neighbouring files together, about so many bytes each, with the index of the first.
fn split(sources: &[Source], bytes: usize) -> Vec<(usize, &[Source])> {
    let mut parts = Vec::new();
    let (mut start, mut taken) = (0, 0);
    for (at, source) in sources.iter().enumerate() {
        taken += source.text.len();
        if taken >= bytes.max(1) {
            parts.push((start, &sources[start..=at]));
            (start, taken) = (at + 1, 0);
        }
    }
    if start < sources.len() {
        parts.push((start, &sources[start..]));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{in_parts, in_shares, split};
    use firma_model::span::Source;

    fn sources(lengths: &[usize]) -> Vec<Source> {
        lengths.iter().map(|length| Source { name: length.to_string(), text: "x".repeat(*length) }).collect()
    }

    #[test]
    fn results_stand_in_the_order_of_the_files() {
        let lengths: Vec<usize> = (0..50).map(|n| n * 7919 % 60_000).collect();
        let read = in_parts(&sources(&lengths), |index, source| (index, source.text.len()));
        assert_eq!(read, lengths.into_iter().enumerate().collect::<Vec<_>>());
        assert!(in_parts(&[], |index, _| index).is_empty());
    }

    #[test]
    fn shares_come_back_in_order() {
        for count in [0, 1, 7, 8, 100, 1001] {
            let twice = in_shares((0..count).collect(), 4, |n: usize| 2 * n);
            assert_eq!(twice, (0..count).map(|n| 2 * n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_file_is_in_one_part() {
        for (lengths, bytes) in [(&[][..], 1), (&[0, 0], 0), (&[5, 1, 1], 3), (&[1, 1, 1, 9], 4)] {
            let sources = sources(lengths);
            let mut next = 0;
            for (start, part) in split(&sources, bytes) {
                assert_eq!(start, next);
                assert!(!part.is_empty());
                next += part.len();
            }
            assert_eq!(next, lengths.len());
        }
    }
}
