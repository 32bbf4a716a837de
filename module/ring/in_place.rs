// SPDX-License-Identifier: GPL-2.0

//! Writes an event and the memory of its arguments straight to the open packet. As for the fast path, the packet must
//! have room, and the event must be of the thread that the slow path remembered.

use super::writer::Writer;
use crate::kernel_api::task::CurrentTask;
use crate::shared::encode::{EventInPlace, Written};
use core::{ptr, slice};

impl Writer<'_> {
    /// Whether the last event was an entry that its return can complete.
    #[inline(always)]
    pub(crate) fn has_open_entry(&self) -> bool {
        !self.0.hot.open.get().is_null()
    }

    /// Begins an event of the running task at the tick `now`. `None` if the fast path cannot write it. Nothing of it
    /// counts before [`commit`](Self::commit).
    #[inline(always)]
    pub(crate) fn begin_in_place(&mut self, task: &CurrentTask, now: u64) -> Option<EventInPlace<'_, '_>> {
        let (next, end) = (self.0.hot.next.load(), self.0.hot.end.load());
        if next > end || !self.remembers(task) {
            return None;
        }
        let free = (end.addr().wrapping_sub(next.addr()) / size_of::<u64>()).wrapping_add(1);
        // SAFETY: `end` is the last word of the open packet, and `next` is not above it. The packet is the writer's
        // until a grace period after `end` was cleared.
        let room = unsafe { slice::from_raw_parts_mut(next, free) };
        self.encoder().begin(room, now)
    }

    /// Counts the words that an event which [`begin_in_place`](Self::begin_in_place) began has `written`.
    #[inline(always)]
    pub(crate) fn commit(&mut self, written: Written) {
        let next = self.0.hot.next.load();
        self.0.hot.open.set(written.open.map_or(ptr::null_mut(), |open| next.wrapping_add(open)));
        self.0.hot.next.store(next.wrapping_add(written.words));
    }
}
