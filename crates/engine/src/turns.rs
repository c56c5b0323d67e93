//! Whose turn it is: steps that may start, by the service and region whose allowance they need.
//!
//! A step begins when the limiter has let it in and not before: what waits for its turn has no open intent, and when a turn
//! comes it goes to the most urgent step there is by then. A place whose allowance is used up keeps nobody else waiting.

use crate::queue::Queue;
use firma_client::{Cloud, Priority};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

/// Service and region.
pub(crate) type Place = (String, Option<String>);

/// A step that must not begin before a batch of events is durable.
struct Staged {
    place: usize,
    priority: u64,
    step: u32,
}

/// The queues before the limiter's doors.
pub(crate) struct Turns {
    cloud: Arc<Cloud>,
    places: Vec<Place>,
    numbers: BTreeMap<Place, usize>,
    /// Whether somebody stands at the door of a place.
    asking: Vec<bool>,
    pub(crate) queue: Queue,
    /// By the batch they wait for.
    staged: BTreeMap<u64, Vec<Staged>>,
    doors: FuturesUnordered<BoxFuture<'static, usize>>,
}

impl Turns {
    pub(crate) fn new(cloud: Arc<Cloud>) -> Turns {
        Turns {
            cloud,
            places: Vec::new(),
            numbers: BTreeMap::new(),
            asking: Vec::new(),
            queue: Queue::default(),
            staged: BTreeMap::new(),
            doors: FuturesUnordered::new(),
        }
    }

    /// Adds a step that may begin once everything up to `batch` is durable; `durable` is how far that is.
    pub(crate) fn add(&mut self, place: Place, (priority, step): (u64, u32), batch: u64, durable: u64) {
        let place = match self.numbers.get(&place) {
            Some(number) => *number,
            None => {
                let number = self.places.len();
                self.places.push(place.clone());
                self.asking.push(false);
                self.numbers.insert(place, number);
                number
            }
        };
        match batch <= durable {
            true => self.queue.push(place, priority, step),
            false => self.staged.entry(batch).or_default().push(Staged { place, priority, step }),
        }
    }

    /// Everything up to `batch` is durable.
    pub(crate) fn durable(&mut self, batch: u64) {
        while let Some(first) = self.staged.first_entry()
            && *first.key() <= batch
        {
            for staged in first.remove() {
                self.queue.push(staged.place, staged.priority, staged.step);
            }
        }
    }

    /// Asks for turns, for the most urgent first, as long as fewer than `most` steps have one or ask for one.
    pub(crate) fn ask(&mut self, most: usize) {
        while self.doors.len() < most {
            let waiting = (0..self.places.len()).filter(|place| !self.asking[*place]);
            let next = waiting.filter_map(|place| Some((self.queue.first(place)?, place))).max();
            let Some((_, place)) = next else { return };
            self.asking[place] = true;
            let (cloud, (service, region)) = (self.cloud.clone(), self.places[place].clone());
            let turn = async move {
                cloud.limiter().acquire(&service, region.as_deref(), Priority::Normal).await;
                place
            };
            self.doors.push(turn.boxed());
        }
    }

    /// Whether nobody waits for a turn.
    pub(crate) fn is_idle(&self) -> bool {
        self.doors.is_empty()
    }

    /// The next place where somebody may begin.
    pub(crate) async fn next(&mut self) -> Option<usize> {
        let place = self.doors.next().await?;
        self.asking[place] = false;
        Some(place)
    }

    /// Service and region of a place.
    pub(crate) fn place(&self, place: usize) -> Place {
        self.places[place].clone()
    }

    /// A turn that nobody could use.
    pub(crate) fn give_back(&self, place: usize) {
        let (service, region) = &self.places[place];
        self.cloud.limiter().give_back(service, region.as_deref());
    }

    /// Takes everything out that has not begun.
    pub(crate) fn drain(&mut self) -> Vec<u32> {
        self.doors.clear();
        self.asking.fill(false);
        let staged = std::mem::take(&mut self.staged);
        self.queue.drain().into_iter().chain(staged.into_values().flatten().map(|staged| staged.step)).collect()
    }
}

/// How many steps make calls. One that waits for its object makes none: a hundred servers that start keep nobody from
/// beginning.
#[derive(Debug, Default)]
pub(crate) struct Calling {
    steps: AtomicUsize,
    fewer: Notify,
}

impl Calling {
    /// One more.
    pub(crate) fn more(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }

    /// One less.
    pub(crate) fn less(&self) {
        self.steps.fetch_sub(1, Ordering::Relaxed);
        self.fewer.notify_one();
    }

    /// Now.
    pub(crate) fn count(&self) -> usize {
        self.steps.load(Ordering::Relaxed)
    }

    /// When there were fewer since it was last asked.
    pub(crate) async fn fewer(&self) {
        self.fewer.notified().await;
    }
}
