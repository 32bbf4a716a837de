// SPDX-License-Identifier: GPL-2.0

//! Checks that nginx can have made the events that were recorded.

use crate::nginx_case::NginxCase;
use crate::system::recording::dropped_in;
use crate::system::stop::{fail, Result};

/// A request takes at least accept, receive, open, send and close.
const LEAST_CALLS: u64 = 5;
/// Both processes of nginx may have been in a call when the recording began, or ended.
const MOST_UNPAIRED: u64 = 2;

/// Lines of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Entries of nginx.
    nginx_entries: u64,
    /// Exits of nginx.
    nginx_exits: u64,
    /// Exits of all.
    pub exits: u64,
    /// Events of other programs.
    others: u64,
    pub dropped: u64,
}

impl Seen {
    pub fn take(&mut self, line: &str) {
        let is_exit = line.starts_with("exit ");
        self.exits += u64::from(is_exit);
        if let Some(dropped) = dropped_in(line) {
            self.dropped += dropped;
        } else if !line.contains("name=nginx") {
            self.others += 1;
        } else if is_exit {
            self.nginx_exits += 1;
        } else {
            self.nginx_entries += 1;
        }
    }

    /// Takes a line in strace's style of nginx alone.
    pub fn take_strace(&mut self, line: &str) {
        match line.strip_prefix("+++ ").and_then(dropped_in) {
            Some(dropped) => self.dropped += dropped,
            None => {
                self.nginx_entries += 1;
                self.nginx_exits += 1;
                self.exits += 1;
            }
        }
    }

    /// Fails if `requests` requests cannot have made these events. Passes if some were dropped: the rest says nothing.
    pub fn check(&self, case: NginxCase, requests: u64) -> Result<()> {
        let Self { nginx_entries, nginx_exits, others, dropped, .. } = *self;
        let name = case.name();
        if dropped > 0 {
            return Ok(());
        }
        if nginx_exits < LEAST_CALLS * requests {
            return fail(format!(
                "{name}: {requests} requests cannot have made calls that returned {nginx_exits} times"
            ));
        }
        if case.has_exits_alone() {
            if nginx_entries > 0 {
                return fail(format!("{name}: {nginx_entries} entries were recorded"));
            }
        } else if nginx_entries.abs_diff(nginx_exits) > MOST_UNPAIRED {
            return fail(format!("{name}: {nginx_entries} calls cannot have returned {nginx_exits} times"));
        }
        if case == NginxCase::All {
            if others <= requests {
                return fail(format!("{name}: only {others} events are of other programs than nginx"));
            }
        } else if others > 0 {
            return fail(format!("{name}: {others} events are of other programs than nginx"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        let mut seen = Seen::default();
        for line in [
            "syscall 0xca, with pid=0x66, name=nginx",
            "exit syscall, regs[0]=0x3, with pid=0x66, ret=0x3, name=nginx",
            "exit syscall, regs[0]=0x0, with pid=0x66, ret=0x0, name=nginx",
            "syscall 0x3f, with pid=0x70, name=ab",
            "exit syscall, regs[0]=0x3, with pid=0x70, ret=0x3, name=ab",
            "dropped 7 events on cpu 0",
        ] {
            seen.take(line);
        }
        assert_eq!(seen, Seen { nginx_entries: 1, nginx_exits: 2, exits: 3, others: 2, dropped: 7 });
    }

    const NGINX: Seen = Seen { nginx_entries: 1001, nginx_exits: 1000, exits: 1000, others: 0, dropped: 0 };

    #[test]
    fn recordings_that_can_be_right_pass() {
        assert_eq!(NGINX.check(NginxCase::Nginx, 100), Ok(()));
        assert_eq!(Seen { nginx_entries: 0, ..NGINX }.check(NginxCase::NginxExits, 100), Ok(()));
        assert_eq!(Seen { others: 101, ..NGINX }.check(NginxCase::All, 100), Ok(()));
        assert_eq!(Seen { nginx_exits: 0, dropped: 1, ..NGINX }.check(NginxCase::Nginx, 100), Ok(()));
    }

    #[test]
    fn recordings_that_cannot_be_right_fail() {
        for (seen, case, why) in [
            (NGINX, NginxCase::NginxExits, "nginx-exits: 1001 entries were recorded"),
            (NGINX, NginxCase::All, "all: only 0 events are of other programs than nginx"),
            (Seen { others: 1, ..NGINX }, NginxCase::Nginx, "nginx: 1 events are of other programs than nginx"),
            (
                Seen { nginx_entries: 1003, ..NGINX },
                NginxCase::Nginx,
                "nginx: 1003 calls cannot have returned 1000 times",
            ),
            (
                Seen { nginx_exits: 499, ..NGINX },
                NginxCase::Nginx,
                "nginx: 100 requests cannot have made calls that returned 499 times",
            ),
        ] {
            assert_eq!(seen.check(case, 100), fail(why));
        }
    }
}
