// SPDX-License-Identifier: GPL-2.0

//! The processes that are recorded because an ancestor is.

#![forbid(unsafe_code)]

use crate::kernel_api::relaxed::RelaxedU32;
use crate::pure::settings::MAX_PID;
use kernel::{alloc::flags::GFP_KERNEL, prelude::*, sync::Arc};

/// A set of processes: a bit for each process id there can be, set or cleared when the process is made.
pub(crate) struct Followed(KVBox<[RelaxedU32; WORDS]>);

const WORDS: usize = {
    // `PID_MAX_LIMIT` of `include/linux/threads.h`.
    let ids = if cfg!(target_pointer_width = "64") { MAX_PID } else { 32768 };
    ids as usize / 32
};

impl Followed {
    /// The empty set: 512 KiB, or as much as the ids of this kernel take.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> Result<Arc<Self>> {
        Ok(Arc::new(Self(KVBox::zeroed(GFP_KERNEL)?), GFP_KERNEL)?)
    }

    /// Whether the set has process `tgid`.
    pub(crate) fn contains(&self, tgid: u32) -> bool {
        self.0.get(tgid as usize / 32).is_some_and(|word| word.load() & (1 << (tgid % 32)) != 0)
    }

    /// Puts process `tgid` in, or takes it out; says whether it was in.
    pub(crate) fn set(&self, tgid: u32, follow: bool) -> bool {
        let Some(word) = self.0.get(tgid as usize / 32) else { return false };
        let bit = 1 << (tgid % 32);
        let before = if follow { word.set_bits(bit) } else { word.clear_bits(bit) };
        before & bit != 0
    }
}
