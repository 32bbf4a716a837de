// SPDX-License-Identifier: GPL-2.0

//! The threads that the model knows, for styles whose lines tell of more threads than the event's own.

use super::file::File;
use crate::calls::KnownCall;
use std::fmt;

/// What the lines of a thread have told. The model keeps it with the thread, and forgets it with the thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// Whether any of its calls was printed.
    pub is_known: bool,
    /// Whether the entry of the call that it is in was printed.
    pub is_entered: bool,
    /// The number of that call.
    pub number: Option<u32>,
    /// Whether some arguments of that call are printed at its return alone.
    pub has_late: bool,
    /// The call of its last return that was printed.
    pub last_call: Option<KnownCall>,
}

/// A thread, as another thread's event sees it.
#[derive(Clone, Copy, Debug)]
pub struct OtherThread {
    /// Its id.
    pub tid: u32,
    /// The number of the call that it is in.
    pub number: Option<u32>,
    /// The call that it is in, if the table has that.
    pub known: Option<KnownCall>,
    /// What was printed of it.
    pub printed: Printed,
}

/// All threads that are known, and what the event's own thread has.
pub trait KnownThreads {
    /// How many threads were printed, and have not ended.
    fn printed(&self) -> usize;
    /// What was printed of the event's thread.
    fn of_own(&self) -> Printed;
    /// Notes what was printed of the event's thread.
    fn set_own(&self, printed: Printed);
    /// Whether a process has ended by a call of its own. A thread of it may yet return from a call.
    fn has_ended(&self, tgid: u32) -> bool;
    /// What a descriptor of the event's thread refers to, if that is known.
    fn file(&self, number: i32) -> Option<File>;
    /// Adds the threads of a process to `threads`, in the order of their ids, and the first thread last.
    fn collect(&self, tgid: u32, threads: &mut Vec<OtherThread>);
}

/// The threads that are known, if an event has a model.
#[derive(Clone, Copy, Default)]
pub struct ThreadsView<'a>(pub Option<&'a dyn KnownThreads>);

impl fmt::Debug for ThreadsView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ThreadsView").field(&self.0.map(KnownThreads::printed)).finish()
    }
}
