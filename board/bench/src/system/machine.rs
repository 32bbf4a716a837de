// SPDX-License-Identifier: GPL-2.0

//! Reads and writes files, and says what /proc and /sys tell of the machine and of processes.

use super::program::sleep;
use super::stop::{About, Result};
use std::fs;
use std::path::Path;

/// A file's text.
pub fn read(path: impl AsRef<Path>) -> Result<String> {
    let path = path.as_ref();
    let bytes = fs::read(path).about(path.display())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes a line to a file in /sys or /proc.
pub fn write_line(path: impl AsRef<Path>, text: impl std::fmt::Display) -> Result<()> {
    let path = path.as_ref();
    fs::write(path, format!("{text}\n")).about(path.display())
}

/// A file's size in bytes.
pub fn size_of(path: &Path) -> Result<u64> {
    Ok(path.metadata().about(path.display())?.len())
}

/// The kernel's release, as `uname -r` prints it.
pub fn release() -> String {
    read("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned()
}

/// The kernel's architecture, as `uname -m` prints it. Kernels before 6.1 have no file for it.
pub fn architecture() -> String {
    read("/proc/sys/kernel/arch").map_or(std::env::consts::ARCH.to_owned(), |text| text.trim().to_owned())
}

pub fn is_root() -> bool {
    // The second word of the line is the effective user.
    read("/proc/self/status").is_ok_and(|status| status_value(&status, "Uid", 1) == Some(0))
}

/// The number of CPUs that are online.
pub fn count_cpus() -> Result<u64> {
    Ok(count_listed(read("/sys/devices/system/cpu/online")?.trim()))
}

/// How many numbers a list such as `0-3,6` has.
fn count_listed(list: &str) -> u64 {
    let number = |text: &str| text.parse::<u64>().unwrap_or(0);
    let ranges = list.split(',').map(|range| range.split_once('-').unwrap_or((range, range)));
    ranges.map(|(first, last)| number(last).saturating_sub(number(first)) + 1).sum()
}

/// Seconds in which what the kernel does after a change of its CPUs, or after it started, comes to its end.
const SETTLE_SECONDS: u64 = 6;

/// Turns all CPUs but the first on or off, and waits until the kernel has settled.
pub fn set_other_cpus(are_online: bool) -> Result<()> {
    write_other_cpus(are_online);
    sleep(SETTLE_SECONDS)
}

/// Turns all CPUs but the first on or off, as far as the kernel can.
pub fn write_other_cpus(are_online: bool) {
    let mut number = 1;
    while Path::new(&format!("/sys/devices/system/cpu/cpu{number}")).exists() {
        let _ = write_line(format!("/sys/devices/system/cpu/cpu{number}/online"), u8::from(are_online));
        number += 1;
    }
}

/// CPU time of a process, in ns.
pub fn cpu_time(pid: u32) -> Result<u64> {
    Ok(first_number(&read(format!("/proc/{pid}/schedstat"))?))
}

/// CPU time of the kernel's workers, in ns: they flush buffers, and do other work.
pub fn workers_cpu_time() -> u64 {
    let is_worker = |pid: &u32| read(format!("/proc/{pid}/comm")).is_ok_and(|name| name.starts_with("kworker"));
    pids().filter(is_worker).filter_map(|pid| cpu_time(pid).ok()).sum()
}

/// How often a process has waited.
pub fn count_waits(pid: u32) -> Result<u64> {
    Ok(status_value(&read(format!("/proc/{pid}/status"))?, "voluntary_ctxt_switches", 0).unwrap_or(0))
}

/// The most memory that a process has had, in KiB.
pub fn peak_memory(pid: u32) -> Result<u64> {
    Ok(status_value(&read(format!("/proc/{pid}/status"))?, "VmHWM", 0).unwrap_or(0))
}

/// Whether a process has this name.
pub fn is_running(name: &str) -> bool {
    pids().any(|pid| read(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim_end() == name))
}

/// A process whose parent is `parent`.
pub fn child_of(parent: u32) -> Option<u32> {
    pids().find(|pid| read(format!("/proc/{pid}/stat")).is_ok_and(|stat| parent_in(&stat) == Some(parent)))
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn first_number(text: &str) -> u64 {
    text.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0)
}

/// The number in the line `name` of /proc/PID/status: the word with this index.
fn status_value(status: &str, name: &str, index: usize) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().nth(index)?.parse().ok()
}

/// The parent in /proc/PID/stat. The name before it may contain anything.
fn parent_in(stat: &str) -> Option<u32> {
    stat.rsplit_once(") ")?.1.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_lists_are_counted() {
        assert_eq!(["0", "0-3", "0-1,3", "0,2,4-7"].map(count_listed), [1, 4, 3, 6]);
    }

    #[test]
    fn status_lines_are_found_by_their_whole_name() {
        let status = "Name:\tcat\nUid:\t5\t0\t0\t0\nVmHWM:\t     812 kB\nvoluntary_ctxt_switches:\t10\nnonvoluntary_ctxt_switches:\t3\n";
        assert_eq!(status_value(status, "VmHWM", 0), Some(812));
        assert_eq!(status_value(status, "voluntary_ctxt_switches", 0), Some(10));
        assert_eq!(status_value(status, "Uid", 1), Some(0));
        assert_eq!(status_value(status, "Vm", 0), None);
    }

    #[test]
    fn parent_stands_behind_the_name() {
        assert_eq!(parent_in("12 (a) b) 3) S 7 12 12 0"), Some(7));
        assert_eq!(parent_in(""), None);
    }

    #[test]
    fn schedstat_begins_with_cpu_time() {
        assert_eq!(first_number("123456789 22 7\n"), 123_456_789);
    }
}
