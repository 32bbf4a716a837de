// SPDX-License-Identifier: GPL-2.0

//! The calls that are timed, and what each must return.

/// What `exercise time` calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasuredCall {
    Getppid,
    /// A read of one byte.
    Read,
    /// A write of 64 bytes.
    Write,
    /// An openat and a close.
    Open,
}

/// A call's name, and its number on the machine that this program is for.
#[derive(Clone, Copy, Debug)]
pub struct SystemCall {
    pub name: &'static str,
    pub number: u64,
}

/// What a call must return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultIs {
    Exactly(i64),
    AtLeast(i64),
}

impl ResultIs {
    pub fn admits(self, result: i64) -> bool {
        match self {
            Self::Exactly(number) => result == number,
            Self::AtLeast(least) => result >= least,
        }
    }
}

const GETPPID: SystemCall = SystemCall { name: "getppid", number: libc::SYS_getppid as u64 };
const READ: SystemCall = SystemCall { name: "read", number: libc::SYS_read as u64 };
const WRITE: SystemCall = SystemCall { name: "write", number: libc::SYS_write as u64 };
pub const OPENAT: SystemCall = SystemCall { name: "openat", number: libc::SYS_openat as u64 };
const CLOSE: SystemCall = SystemCall { name: "close", number: libc::SYS_close as u64 };
pub const EXECVE: SystemCall = SystemCall { name: "execve", number: libc::SYS_execve as u64 };

impl MeasuredCall {
    pub const ALL: [Self; 4] = [Self::Getppid, Self::Read, Self::Write, Self::Open];

    /// The word that `exercise time` knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Getppid => "getppid",
            Self::Read => "read",
            Self::Write => "write",
            Self::Open => "open",
        }
    }

    /// The heading of its column.
    pub fn title(self) -> &'static str {
        match self {
            Self::Getppid => "getppid",
            Self::Read => "read 1 B",
            Self::Write => "write 64 B",
            Self::Open => "open+close",
        }
    }

    /// The system calls that are made, and what each must return if `parent` is what getppid must.
    pub fn system_calls(self, parent: ResultIs) -> Vec<(SystemCall, ResultIs)> {
        match self {
            Self::Getppid => vec![(GETPPID, parent)],
            Self::Read => vec![(READ, ResultIs::Exactly(1))],
            Self::Write => vec![(WRITE, ResultIs::Exactly(64))],
            Self::Open => vec![(OPENAT, ResultIs::AtLeast(0)), (CLOSE, ResultIs::Exactly(0))],
        }
    }

    /// How many more calls of the same kind, with another result, the program makes: it writes the time that it took.
    pub fn other_calls(self) -> u64 {
        u64::from(self == Self::Write)
    }

    /// The events of `calls` calls: an entry and an exit of each system call.
    pub fn count_events(self, calls: u64) -> u64 {
        2 * calls * self.system_calls(ResultIs::AtLeast(0)).len() as u64
    }
}

/// The number of getppid.
pub const GETPPID_NUMBER: u64 = GETPPID.number;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_makes_two_calls_and_so_four_events() {
        assert_eq!(MeasuredCall::ALL.map(|call| call.count_events(100)), [200, 200, 200, 400]);
    }

    #[test]
    fn results_are_exact_or_bounded() {
        assert!(ResultIs::Exactly(0).admits(0) && !ResultIs::Exactly(0).admits(-9));
        assert!(ResultIs::AtLeast(1).admits(77) && !ResultIs::AtLeast(1).admits(0));
    }
}
