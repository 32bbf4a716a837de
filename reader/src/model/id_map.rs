// SPDX-License-Identifier: GPL-2.0

//! A hash map by small numbers, such as process ids. A multiplication is a good enough hash for them: no attacker
//! chooses them, the kernel does.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A hash map by an id.
pub(crate) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// Hashes one integer.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        // The map takes the lower bits for the place, and compares the upper bits first.
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(20)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 << 8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = id ^ (id >> 32).rotate_left(16);
    }

    fn write_u32(&mut self, id: u32) {
        self.0 = u64::from(id);
    }
}
