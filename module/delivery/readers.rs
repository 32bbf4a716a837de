// SPDX-License-Identifier: GPL-2.0

//! The processes that read the device. They are not recorded: every read would make another event to read.
//!
//! A process is one from its opening, reading, polling or requesting until it closes a descriptor of the device, or
//! ends. So its id is forgotten before another process can get it. (Processes that share a table of descriptors close
//! the device when the last of them ends.) A process that closes one of two descriptors and goes on reading comes
//! back with its next read.

use crate::kernel_api::relaxed::RelaxedU32;
use kernel::{new_mutex, prelude::*, sync::Mutex};

/// So many processes can read in turns. One more replaces the first, and each change costs what
/// [`Delivery::join`](super::flush::Delivery::join) costs. Probes compare with each of them.
const MAX_READERS: usize = 4;

/// The processes that read the device.
#[pin_data]
pub(crate) struct Readers {
    /// The ids of the processes; 0 for none. Probes read them at any time.
    ids: [RelaxedU32; MAX_READERS],
    /// The same ids, of processes that all probes know of.
    settled: [RelaxedU32; MAX_READERS],
    /// Held by who changes these words. It holds the place that the next process gets if none is free.
    #[pin]
    next: Mutex<usize>,
}

impl Readers {
    /// No process.
    pub(crate) fn new() -> impl PinInit<Self> {
        let none = || [const { RelaxedU32::new(0) }; MAX_READERS];
        pin_init!(Self { ids: none(), settled: none(), next <- new_mutex!(0, "Readers::next") })
    }

    /// Whether process `tgid` reads.
    #[inline]
    pub(crate) fn contain(&self, tgid: u32) -> bool {
        self.ids.iter().any(|id| id.load() == tgid)
    }

    /// Whether process `tgid` reads, and all probes know it.
    pub(crate) fn are_settled(&self, tgid: u32) -> bool {
        self.settled.iter().any(|id| id.load() == tgid)
    }

    /// Adds process `tgid`. Probes learn it when they look next.
    pub(crate) fn add(&self, tgid: u32) {
        let mut next = self.next.lock();
        if self.contain(tgid) {
            return;
        }
        let free = self.ids.iter().position(|id| id.load() == 0);
        let place = free.unwrap_or(*next);
        if free.is_none() {
            *next = (place + 1) % MAX_READERS;
        }
        self.set(place, tgid, 0);
    }

    /// Process `tgid` is known to all probes, if it still reads.
    pub(crate) fn settle(&self, tgid: u32) {
        let _lock = self.next.lock();
        if let Some(place) = self.ids.iter().position(|id| id.load() == tgid) {
            self.set(place, tgid, tgid);
        }
    }

    /// Removes process `tgid`.
    pub(crate) fn remove(&self, tgid: u32) {
        let _lock = self.next.lock();
        if let Some(place) = self.ids.iter().position(|id| id.load() == tgid) {
            self.set(place, 0, 0);
        }
    }

    /// Removes all processes.
    pub(crate) fn clear(&self) {
        let _lock = self.next.lock();
        (0..MAX_READERS).for_each(|place| self.set(place, 0, 0));
    }

    fn set(&self, place: usize, tgid: u32, settled: u32) {
        if let (Some(id), Some(known)) = (self.ids.get(place), self.settled.get(place)) {
            known.store(settled);
            id.store(tgid);
        }
    }
}
