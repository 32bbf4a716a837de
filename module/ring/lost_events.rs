// SPDX-License-Identifier: GPL-2.0

//! The threads of which entries or returns were dropped, so that no return is taken for that of an earlier call.

use crate::kernel_api::relaxed::RelaxedU32;
use kernel::{alloc::flags::GFP_KERNEL, prelude::*};

/// Places of the set: 4 KiB.
const PLACES: usize = 1024;
/// In a place: all threads of the place are in the set.
const ALL: u32 = u32::MAX;

/// A set of threads. It contains every thread that was put in and not taken out, and perhaps others, which then have
/// returns that stand alone.
///
/// A thread has one place. There is 0 in the place, the id of the one thread that is in, or [`ALL`] if several were put
/// in.
pub(super) struct LostEvents(KBox<[RelaxedU32; PLACES]>);

impl LostEvents {
    /// The empty set.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(super) fn new() -> Result<Self> {
        Ok(Self(KBox::zeroed(GFP_KERNEL)?))
    }

    #[inline(always)]
    fn place(&self, tid: u32) -> &RelaxedU32 {
        &self.0[tid as usize % PLACES]
    }

    /// Whether thread `tid` may be in the set.
    #[inline]
    pub(super) fn contains(&self, tid: u32) -> bool {
        let found = self.place(tid).load();
        found == tid || found == ALL
    }

    /// Puts thread `tid` in. Returns whether it may not have been in before.
    #[inline]
    pub(super) fn insert(&self, tid: u32) -> bool {
        let place = self.place(tid);
        let found = place.load();
        // An atomic operation costs more than a look, and it is needed once.
        if found != tid && found != ALL && !place.replace(0, tid) {
            place.store(ALL);
        }
        found != tid
    }

    /// Takes thread `tid` out if it is the only one in its place.
    pub(super) fn remove(&self, tid: u32) {
        let place = self.place(tid);
        if place.load() == tid {
            place.replace(tid, 0);
        }
    }

    /// Empties the set.
    pub(super) fn clear_all(&self) {
        for place in &self.0[..] {
            place.store(0);
        }
    }
}
