// SPDX-License-Identifier: GPL-2.0

//! A thread, as records name it.

/// Bytes of a task's name, `TASK_COMM_LEN` of `include/linux/sched.h`; the last is always NUL.
pub const COMM_BYTES: usize = 16;

/// A task's name as two little-endian words.
pub type Comm = [u64; COMM_BYTES / 8];

/// A thread, as a TASK record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Runs a 32-bit program on a 64-bit kernel.
    pub is_32bit: bool,
    /// Thread id, as in `gettid(2)`, of the initial pid namespace.
    pub tid: u32,
    /// Process id, as in `getpid(2)`, of the initial pid namespace.
    pub tgid: u32,
    /// The name of the thread.
    pub comm: Comm,
}
