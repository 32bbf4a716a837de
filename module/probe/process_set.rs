// SPDX-License-Identifier: GPL-2.0

//! A set of processes.

use crate::kernel_api::relaxed::RelaxedU32;
use crate::shared::settings::MAX_PID;
use kernel::{alloc::flags::GFP_KERNEL, prelude::*, sync::Arc};

/// A set of processes: a bit for each possible process id. Probes on all CPUs may use it at once.
pub(crate) struct ProcessSet {
    words: KVBox<[RelaxedU32; WORDS]>,
    /// Which processes have ended while they were in the set, by the lowest bits of their ids.
    ended: [RelaxedU32; ENDED_BITS / 32],
}

/// How many ids [`ProcessSet::ended`] tells apart.
const ENDED_BITS: usize = 4096;

const WORDS: usize = {
    // `PID_MAX_LIMIT` of `include/linux/threads.h`.
    let ids = if cfg!(target_pointer_width = "64") { MAX_PID } else { 32768 };
    ids as usize / 32
};

impl ProcessSet {
    /// The empty set. It takes 512 KiB, or what the process ids of a 32-bit kernel take, 4 KiB.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> Result<Arc<Self>> {
        let words = KVBox::zeroed(GFP_KERNEL)?;
        Ok(Arc::new(Self { words, ended: [const { RelaxedU32::new(0) }; ENDED_BITS / 32] }, GFP_KERNEL)?)
    }

    /// Whether process `tgid` is in the set.
    pub(crate) fn contains(&self, tgid: u32) -> bool {
        self.words.get(tgid as usize / 32).is_some_and(|word| word.load() & bit(tgid) != 0)
    }

    /// Puts process `tgid` in, or takes it out. Returns whether it was in before. Fully ordered.
    pub(crate) fn set(&self, tgid: u32, is_in: bool) -> bool {
        let Some(word) = self.words.get(tgid as usize / 32) else { return false };
        let before = if is_in { word.set_bits(bit(tgid)) } else { word.clear_bits(bit(tgid)) };
        before & bit(tgid) != 0
    }

    /// Takes out process `tgid`, which ends.
    pub(crate) fn process_ends(&self, tgid: u32) {
        if self.contains(tgid) {
            self.ended[tgid as usize % ENDED_BITS / 32].set_bits(bit(tgid));
            self.set(tgid, false);
        }
    }

    /// Whether a process with the id of the new process `tgid` may have ended in the set since the last call that
    /// returned true. May also return true for an id of which that does not hold: once for some 4096 new processes.
    pub(crate) fn may_have_ended(&self, tgid: u32) -> bool {
        let may_have = self.ended[tgid as usize % ENDED_BITS / 32].load() & bit(tgid) != 0;
        if may_have {
            for word in &self.ended {
                word.store(0);
            }
        }
        may_have
    }

    /// Takes out all processes that are not `wanted`.
    pub(crate) fn retain(&self, mut wanted: impl FnMut(u32) -> bool) {
        for (index, word) in self.words.iter().enumerate() {
            let mut bits = word.load();
            while bits != 0 {
                let tgid = index as u32 * 32 + bits.trailing_zeros();
                bits &= bits - 1;
                if !wanted(tgid) {
                    self.set(tgid, false);
                }
            }
        }
    }
}

/// The bit of process `tgid` in its word.
fn bit(tgid: u32) -> u32 {
    1 << (tgid % 32)
}
