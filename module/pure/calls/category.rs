// SPDX-License-Identifier: GPL-2.0

//! What calls are about.

/// What a call is about, in sysdig's words (`evt.category`).
///
/// Calls that sysdig has an event of are where it has them (`driver/event_table.c` of its libraries), but for `mknod`,
/// modules, semaphores and `fsconfig`, which are where one looks for them.
///
/// What is done with a file descriptor, whatever it is, is another category for each kind of file there: `file`,
/// `net` or `ipc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Category {
    /// Files, directories and file systems, but for their contents.
    File,
    /// Sockets, but for what goes through them.
    Net,
    /// What processes tell each other.
    Ipc,
    /// The program's memory.
    Memory,
    /// Processes and threads, how they are scheduled, what they may use, and how they end.
    Process,
    /// To wait for time to pass or a signal.
    Sleep,
    /// To wait for file descriptors to be ready.
    Wait,
    /// Signals.
    Signal,
    /// Clocks and timers.
    Time,
    /// Users and groups, and their quotas.
    User,
    /// The whole machine.
    System,
    /// To read from a file descriptor, whatever it is.
    IoRead,
    /// To write to a file descriptor, whatever it is.
    IoWrite,
    /// What else is done with file descriptors, whatever they are.
    IoOther,
    /// Anything else.
    Other,
}

impl Category {
    /// All of them.
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

    /// Its word.
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
