// SPDX-License-Identifier: GPL-2.0

//! A hash map by small numbers, such as process ids. A multiplication is a good enough hash for them. Its factor is
//! random, so that no recording can be made whose ids all have the same place.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// A hash map by an id.
pub(crate) type IdMap<K, V> = HashMap<K, V, IdHashing>;

/// How ids are hashed in a map.
#[derive(Clone)]
pub(crate) struct IdHashing {
    factor: u64,
}

impl Default for IdHashing {
    fn default() -> Self {
        Self { factor: RandomState::new().build_hasher().finish() | 1 }
    }
}

impl BuildHasher for IdHashing {
    type Hasher = IdHasher;

    fn build_hasher(&self) -> IdHasher {
        IdHasher { id: 0, factor: self.factor }
    }
}

/// Hashes one integer.
pub(crate) struct IdHasher {
    id: u64,
    factor: u64,
}

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        // The map takes the lower bits for the place, and compares the upper bits first.
        self.id.wrapping_mul(self.factor).rotate_left(20)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.id = (self.id << 8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, id: u64) {
        self.id = id ^ (id >> 32).rotate_left(16);
    }

    fn write_u32(&mut self, id: u32) {
        self.id = u64::from(id);
    }
}
