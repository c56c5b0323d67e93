//! Who holds the lease: a process, named so that another one on the same machine can tell whether it still lives.
//!
//! `user@host:pid [boot.namespace.start]`. The bracket is what makes "it is dead" provable: the same boot of the same
//! kernel, the same process namespace, and no process of that number that began at that time.

use std::{collections::BTreeMap, fs};

/// This process.
pub(crate) fn this(env: &BTreeMap<String, String>) -> String {
    let user = env.get("USER").or_else(|| env.get("LOGNAME")).map_or("someone", String::as_str);
    let host = fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| env.get("HOSTNAME").cloned())
        .map_or_else(|| "somewhere".to_owned(), |host| host.trim().to_owned());
    let pid = std::process::id();
    match (machine(), started(pid)) {
        (Some(machine), Some(start)) => format!("{user}@{host}:{pid} [{machine}.{start}]"),
        _ => format!("{user}@{host}:{pid}"),
    }
}

/// Whether the process is certainly dead. Where that cannot be known, it is not.
pub(crate) fn is_dead(holder: &str) -> bool {
    let Some((name, proof)) = holder.strip_suffix(']').and_then(|rest| rest.split_once(" [")) else { return false };
    let Some(pid) = name.rsplit(':').next().and_then(|pid| pid.parse::<u32>().ok()) else { return false };
    let Some((machine_then, start)) = proof.rsplit_once('.') else { return false };
    if machine().as_deref() != Some(machine_then) {
        return false;
    }
    // A zombie holds nothing any more, but its parent may only be late: it counts as alive until it is gone.
    started(pid).is_none_or(|now| now != start)
}

/// The holder as people read it.
pub(crate) fn shown(holder: &str) -> &str {
    holder.split(" [").next().unwrap_or(holder)
}

/// This boot and this process namespace.
fn machine() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
    let namespace: String = namespace.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
    Some(format!("{}.{namespace}", boot.trim().get(..8)?))
}

/// When a process began, in the kernel's clock ticks: field 22 of its `stat`, counted after the name in parentheses.
fn started(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields = stat.rsplit_once(')')?.1;
    fields.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{is_dead, shown, this};

    #[test]
    fn this_process_lives_and_an_impossible_one_does_not() {
        let me = this(&Default::default());
        assert!(!is_dead(&me), "{me}");
        let Some((name, proof)) = me.split_once(" [") else { return };
        let other = format!("{}:4194305 [{proof}", name.rsplit_once(':').expect("a pid").0);
        assert!(is_dead(&other), "{other}");
        assert_eq!(shown(&me), name);
    }

    #[test]
    fn what_cannot_be_proven_is_alive() {
        for holder in ["", "a@b:1", "a@b:4194305 [x.1.2]", "a@b [1.2.3]", "a@b:4194305 [", "[..]"] {
            assert!(!is_dead(holder), "{holder}");
        }
    }
}
