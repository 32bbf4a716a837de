// SPDX-License-Identifier: GPL-2.0

//! A set of processes.

use crate::kernel_api::relaxed::RelaxedU32;
use crate::shared::settings::MAX_PID;
use kernel::{alloc::flags::GFP_KERNEL, prelude::*, sync::Arc};

/// A set of processes: a bit for each possible process id. Probes on all CPUs may use it at once.
pub(crate) struct ProcessSet(KVBox<[RelaxedU32; WORDS]>);

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
        Ok(Arc::new(Self(KVBox::zeroed(GFP_KERNEL)?), GFP_KERNEL)?)
    }

    /// Whether process `tgid` is in the set.
    pub(crate) fn contains(&self, tgid: u32) -> bool {
        self.0.get(tgid as usize / 32).is_some_and(|word| word.load() & bit(tgid) != 0)
    }

    /// Puts process `tgid` in, or takes it out. Returns whether it was in before. Fully ordered.
    pub(crate) fn set(&self, tgid: u32, is_in: bool) -> bool {
        let Some(word) = self.0.get(tgid as usize / 32) else { return false };
        let before = if is_in { word.set_bits(bit(tgid)) } else { word.clear_bits(bit(tgid)) };
        before & bit(tgid) != 0
    }

    /// Takes out all processes that are not `wanted`.
    pub(crate) fn retain(&self, mut wanted: impl FnMut(u32) -> bool) {
        for (index, word) in self.0.iter().enumerate() {
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
