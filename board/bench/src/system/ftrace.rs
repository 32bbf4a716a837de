// SPDX-License-Identifier: GPL-2.0

//! Records ftrace's raw_syscalls events in its own buffers.

use super::machine::{read, write_line};
use super::program::read_lines;
use super::stop::{fail, About, Result};
use std::fs::{self, File};
use std::path::Path;

const TRACING: &str = "/sys/kernel/tracing";

/// Fails with the reason if raw_syscalls events cannot be recorded here.
pub fn find_obstacle() -> std::result::Result<(), String> {
    if Path::new(&path("events/raw_syscalls/enable")).exists() {
        Ok(())
    } else {
        Err("the kernel has no such events".into())
    }
}

/// Records the events of a process, or of all. Each CPU's buffer takes the first of these sizes for which there is
/// memory.
pub fn start(buffer_kb: &[u32], pid: Option<u32>) -> Result<()> {
    write_line(path("tracing_on"), 0)?;
    if !buffer_kb.iter().any(|kb| write_line(path("buffer_size_kb"), kb).is_ok()) {
        return fail(format!("ftrace takes no buffer of {buffer_kb:?} KiB"));
    }
    write_line(path("trace"), "")?;
    clear_pids()?;
    if let Some(pid) = pid {
        write_line(path("set_event_pid"), pid)?;
    }
    write_line(path("events/raw_syscalls/enable"), 1)?;
    write_line(path("tracing_on"), 1)
}

/// Records no more. What was recorded stays.
pub fn stop() -> Result<()> {
    write_line(path("tracing_on"), 0)?;
    write_line(path("events/raw_syscalls/enable"), 0)?;
    clear_pids()
}

/// Puts ftrace back as it was, also when it is dropped.
pub struct Restore {
    /// `None` if there is no ftrace.
    buffer_kb: Option<u32>,
}

impl Restore {
    /// Keeps in mind how ftrace is now.
    pub fn new() -> Self {
        Self { buffer_kb: read(path("buffer_size_kb")).ok().and_then(|text| size_in(&text)) }
    }

    /// Records no more, as far as that can be done, and gives the memory of large buffers back.
    pub fn restore(&self) {
        if let Some(kb) = self.buffer_kb {
            let _ = stop();
            let _ = write_line(path("buffer_size_kb"), kb);
            let _ = write_line(path("tracing_on"), 1);
        }
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        self.restore();
    }
}

/// A buffer's size in KiB, from `buffer_size_kb`: `1408`, or `7 (expanded: 1408)` before its first use.
fn size_in(text: &str) -> Option<u32> {
    let size = text.split_once("expanded: ").map_or(text, |(_, size)| size);
    size.trim_end_matches([')', '\n']).parse().ok()
}

/// Calls `take` with each line of what was recorded.
pub fn for_each_line(take: &mut dyn FnMut(&str)) -> Result<()> {
    let trace = path("trace");
    let file = File::open(&trace).about(&trace)?;
    read_lines(file, take).about(&trace)
}

/// A list of no processes: an empty line would have ftrace look for pids in a list that does not exist, which takes
/// time.
fn clear_pids() -> Result<()> {
    let list = path("set_event_pid");
    File::create(&list).about(&list)?;
    Ok(())
}

fn path(file: &str) -> String {
    format!("{TRACING}/{file}")
}

/// What the buffers of all CPUs hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FtraceTotals {
    pub events: u64,
    /// Events that found no room, or were overwritten.
    pub lost: u64,
    /// Bytes of `events`.
    pub bytes: u64,
}

impl FtraceTotals {
    pub fn read() -> Result<Self> {
        let mut buffers = Self::default();
        let folder = path("per_cpu");
        for cpu in fs::read_dir(&folder).about(&folder)?.flatten() {
            buffers.add(&read(cpu.path().join("stats"))?);
        }
        Ok(buffers)
    }

    /// Adds what the `stats` of a CPU say.
    fn add(&mut self, stats: &str) {
        for line in stats.lines() {
            let Some((name, value)) = line.split_once(": ") else { continue };
            let value = value.trim().parse().unwrap_or(0);
            match name {
                "entries" => self.events += value,
                "overrun" | "commit overrun" | "dropped events" => self.lost += value,
                "bytes" => self.bytes += value,
                _ => (),
            }
        }
    }

    /// Bytes of all events, lost ones too: they took as much as those that are left.
    pub fn bytes_of_all(&self) -> u64 {
        self.bytes + self.lost * self.bytes / self.events.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATS: &str = "entries: 30\noverrun: 5\ncommit overrun: 1\nbytes: 1500\noldest event ts:     5.2\nnow ts:     9.1\ndropped events: 4\nread events: 7\n";

    #[test]
    fn statistics_of_all_cpus_are_added() {
        let mut buffers = FtraceTotals::default();
        buffers.add(STATS);
        buffers.add(STATS);
        assert_eq!(buffers, FtraceTotals { events: 60, lost: 20, bytes: 3000 });
    }

    #[test]
    fn size_of_unused_buffers_is_the_one_in_use() {
        assert_eq!(["7 (expanded: 1408)\n", "16384\n", ""].map(size_in), [Some(1408), Some(16_384), None]);
    }

    #[test]
    fn lost_events_are_as_large_as_the_others() {
        assert_eq!(FtraceTotals { events: 60, lost: 20, bytes: 3000 }.bytes_of_all(), 4000);
        assert_eq!(FtraceTotals::default().bytes_of_all(), 0);
    }
}
