// SPDX-License-Identifier: GPL-2.0

//! The categories of system calls.

/// What a call is for, in sysdig's words (`evt.category`).
///
/// A call that sysdig has an event for is in the category of that event (`driver/event_table.c` of its libraries).
/// Exceptions are `mknod`, `fsconfig`, and the calls for modules and semaphores, which are where people look for them.
///
/// Calls that work on file descriptors of every kind have categories of their own: `io-read`, `io-write`, `io-other`.
/// For these, sysdig's `file`, `net` and `ipc` follow from the kind of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Category {
    /// Files, directories and file systems, except reading and writing.
    File,
    /// Sockets, except reading and writing.
    Net,
    /// Communication between processes.
    Ipc,
    /// Memory of the program.
    Memory,
    /// Processes and threads: start and end, scheduling, limits.
    Process,
    /// Waiting for a time or a signal.
    Sleep,
    /// Waiting for file descriptors to be ready.
    Wait,
    /// Signals.
    Signal,
    /// Clocks and timers.
    Time,
    /// Users, groups and their quotas.
    User,
    /// The whole machine.
    System,
    /// Reading from a file descriptor of any kind.
    IoRead,
    /// Writing to a file descriptor of any kind.
    IoWrite,
    /// Other work on file descriptors of any kind.
    IoOther,
    /// Anything else.
    Other,
}

impl Category {
    /// All categories.
    pub const ALL: [Self; 15] = [
        Self::File,
        Self::Net,
        Self::Ipc,
        Self::Memory,
        Self::Process,
        Self::Sleep,
        Self::Wait,
        Self::Signal,
        Self::Time,
        Self::User,
        Self::System,
        Self::IoRead,
        Self::IoWrite,
        Self::IoOther,
        Self::Other,
    ];

    /// The word for it in filters and output.
    #[inline]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Net => "net",
            Self::Ipc => "ipc",
            Self::Memory => "memory",
            Self::Process => "process",
            Self::Sleep => "sleep",
            Self::Wait => "wait",
            Self::Signal => "signal",
            Self::Time => "time",
            Self::User => "user",
            Self::System => "system",
            Self::IoRead => "io-read",
            Self::IoWrite => "io-write",
            Self::IoOther => "io-other",
            Self::Other => "other",
        }
    }
}
