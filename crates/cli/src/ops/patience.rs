//! Saying that a command waits, and for whom: a terminal that is silent for twenty seconds looks broken.

use crate::{ops::cloud::Door, terminal::Terminal};
use std::time::{Duration, Instant};

/// Nobody wonders about anything shorter.
const QUIET: Duration = Duration::from_secs(2);
/// Seconds after which a log is told, then every minute: whoever reads it later does not wait.
const TOLD: [u64; 3] = [5, 15, 30];

/// Does work that asks the cloud, and says so while it takes long.
pub(crate) async fn patiently<T>(terminal: Terminal, door: &Door, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    let start = Instant::now();
    let answered = || {
        let counts = door.cloud.counts();
        (counts.reads + counts.writes).saturating_sub(counts.failed)
    };
    let before = answered();
    let mut pause = QUIET;
    loop {
        tokio::select! {
            biased;
            done = &mut work => {
                terminal.draw(&[]);
                return done;
            }
            () = tokio::time::sleep(pause) => {}
        }
        pause = Duration::from_secs(1);
        let seconds = start.elapsed().as_secs();
        let text = match answered() - before {
            0 => format!("waiting for {} ({seconds} s)", door.endpoint),
            1 => format!("asking {}: 1 answer so far ({seconds} s)", door.endpoint),
            n => format!("asking {}: {n} answers so far ({seconds} s)", door.endpoint),
        };
        if terminal.live {
            terminal.draw(&[text]);
        } else if TOLD.contains(&seconds) || seconds.is_multiple_of(60) {
            terminal.note(&text);
        }
    }
}
