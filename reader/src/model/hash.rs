// SPDX-License-Identifier: GPL-2.0

//! Tables by small numbers: ids and descriptors. Root chose them, not an attacker, so that a
//! multiplication hashes well enough.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table by an id.
pub(crate) type ById<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// Hashes one integer.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        // The lower bits choose the place, the upper ones tell neighbours apart.
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
