//! The live view: what runs, longest first, and one line of totals. A picture of a moment, to be drawn over the last one.

use super::{
    tally::{Running, Tally},
    words::{counted, doing, seconds},
};
use crate::{
    escape::line,
    style::{Role, Style},
};
use firma_model::{address::Address, time::Timestamp};

/// Rows of running steps at most: more than anybody follows.
const ROWS: usize = 12;
/// Cells of the bar, at least and at most.
const BAR: (usize, usize) = (8, 24);
/// Cells that the right column needs: `pending, 12 min 40 s of usually 10 min 20 s`.
const DETAIL: usize = 34;

/// A terminal's size in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// The lines to show now, none longer than the terminal is wide.
pub fn frame(tally: &Tally, now: Timestamp, size: Size, style: Style) -> Vec<String> {
    let mut running: Vec<(&(Address, u32), &Running)> = tally.running.iter().collect();
    // The oldest stay on top, so that rows move only when one above them is done.
    running.sort_by_key(|((_, step), running)| (running.since, *step));
    let room = ROWS.min(size.height.saturating_sub(3));
    // A row that says "1 more" is better used for that one.
    let shown = if running.len() <= room { running.len() } else { room.saturating_sub(1) };
    let what = |address: &Address, running: &Running| format!("{} {}", doing(running.leg), line(&address.to_string()));
    let widest = running.iter().take(shown).map(|((a, _), r)| what(a, r).chars().count()).max().unwrap_or(0);
    let column = widest.min(size.width.saturating_sub(DETAIL + 4)).max(12);
    let mut lines: Vec<String> = running
        .iter()
        .take(shown)
        .map(|((address, _), running)| {
            let left = fit(&what(address, running), column);
            let room = size.width.saturating_sub(column + 4);
            let right = fit(&detail(running, now), room);
            let late = running.usual > 0 && now.millis_since(running.since) > 2 * running.usual;
            let role = if late { Role::Alert } else { Role::Faint };
            format!("  {left:<column$}  {}", style.paint(role, &right))
        })
        .collect();
    if running.len() > shown && shown > 0 {
        let rest = format!("  ... and {} more under way", running.len() - shown);
        lines.push(style.paint(Role::Faint, &fit(&rest, size.width)));
    }
    lines.push(totals(tally, running.len(), now, size.width, style));
    lines
}

fn detail(running: &Running, now: Timestamp) -> String {
    let elapsed = seconds(now.millis_since(running.since));
    let status = running.status.as_deref().map(|status| format!("{}, ", line(status))).unwrap_or_default();
    match running.usual > 0 {
        true => format!("{status}{elapsed} of usually {}", seconds(running.usual)),
        false => format!("{status}{elapsed}"),
    }
}

/// `[######--------------] 123 of 400 done, 64 running, 2 failed, 14.2 calls/s, 1 min 3 s`
fn totals(tally: &Tally, running: usize, now: Timestamp, width: usize, style: Style) -> String {
    let total = tally.steps.len();
    let mut parts = vec![(format!("{} of {total} done", tally.done), None)];
    if running > 0 {
        parts.push((format!("{running} running"), None));
    }
    if tally.failed > 0 {
        parts.push((format!("{} failed", tally.failed), Some(Role::Alert)));
    }
    if tally.skipped > 0 {
        parts.push((format!("{} skipped", tally.skipped), None));
    }
    let rate = tally.rate(now);
    if rate > 0.0 {
        parts.push((format!("{rate:.1} calls/s"), Some(Role::Faint)));
    }
    parts.push((seconds(now.millis_since(tally.started)), None));
    let text = |parts: &[(String, Option<Role>)]| {
        parts.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(", ").chars().count()
    };
    // What matters least goes first where there is no room: the bar, then the rate.
    let cells = width.saturating_sub(text(&parts) + 3).min(BAR.1);
    let bar = if cells >= BAR.0 { bar(tally, total, cells, style) + " " } else { String::new() };
    if text(&parts) > width {
        parts.retain(|(_, role)| *role != Some(Role::Faint));
    }
    if text(&parts) > width {
        return fit(&counted(tally.done, "step"), width);
    }
    let painted: Vec<String> =
        parts.iter().map(|(text, role)| role.map_or_else(|| text.clone(), |role| style.paint(role, text))).collect();
    format!("{bar}{}", painted.join(", "))
}

fn bar(tally: &Tally, total: usize, width: usize, style: Style) -> String {
    let cells = |count: usize| if total == 0 { 0 } else { (count * width).div_ceil(total).min(width) };
    let done = cells(tally.done).min(width - cells(tally.failed + tally.skipped).min(1));
    let bad = cells(tally.failed + tally.skipped).min(width - done);
    let rest = width - done - bad;
    format!(
        "[{}{}{}]",
        style.paint(Role::Create, &"#".repeat(done)),
        style.paint(Role::Alert, &"!".repeat(bad)),
        style.paint(Role::Faint, &"-".repeat(rest))
    )
}

/// At most so many characters; what is cut is cut from the middle, since both ends of an address tell it from others.
fn fit(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.to_owned();
    }
    if width < 5 {
        return text.chars().take(width).collect();
    }
    let head = (width - 3) / 2;
    let tail = width - 3 - head;
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}...{end}")
}
