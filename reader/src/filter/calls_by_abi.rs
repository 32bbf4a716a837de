// SPDX-License-Identifier: GPL-2.0

//! Sets of system calls of all machines. A filter is parsed before the recording's machine is known.

use crate::calls::{Abi, KnownCall, NUMBERS};
use syscall_record_format::call_set::CallSet;
use syscall_record_format::format::Machine;

/// A set of system calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallsByAbi {
    /// By [`Abi`], a bit for each number below [`NUMBERS`].
    numbers: [[u64; NUMBERS / 64]; Abi::ALL.len()],
    /// By [`Abi`], whether the numbers from [`NUMBERS`] on are in the set: all or none.
    others: [bool; Abi::ALL.len()],
}

impl CallsByAbi {
    /// The set of the calls for which `is_in` is true. `is_in` gets the number, and its row in the table if it has one.
    /// The numbers from [`NUMBERS`] on are in the set if one that has a row is, or if `others` is true.
    pub(super) fn new(others: bool, mut is_in: impl FnMut(Abi, u32, Option<KnownCall>) -> bool) -> Box<Self> {
        let mut set = Box::new(Self { numbers: [[0; NUMBERS / 64]; Abi::ALL.len()], others: [others; Abi::ALL.len()] });
        for ((abi, words), others) in Abi::ALL.into_iter().zip(&mut set.numbers).zip(&mut set.others) {
            for (word, first) in words.iter_mut().zip((0..).step_by(64)) {
                for bit in 0..64 {
                    let number = first + bit;
                    *word |= u64::from(is_in(abi, number, KnownCall::new(abi, number))) << bit;
                }
            }
            let mut private = KnownCall::all(abi).filter(|&(number, _)| number as usize >= NUMBERS);
            *others |= private.any(|(number, call)| is_in(abi, number, Some(call)));
        }
        set
    }

    /// Whether a call is in the set.
    pub fn contains(&self, abi: Abi, number: u32) -> bool {
        let words = self.numbers.get(abi as usize).and_then(|words| words.get(number as usize / 64));
        match words {
            Some(word) => word & (1 << (number % 64)) != 0,
            None => self.others.get(abi as usize).copied().unwrap_or(true),
        }
    }

    /// Whether all calls are in it.
    pub fn is_all(&self) -> bool {
        self.others == [true; 4] && self.numbers.iter().flatten().all(|&word| word == u64::MAX)
    }

    /// The set as the module of a kernel for `machine` takes it.
    pub fn for_machine(&self, machine: Machine) -> CallSet {
        let mut set = CallSet::none();
        for is_32bit in [false, true] {
            let abi = Abi::new(machine, is_32bit);
            for number in 0..=NUMBERS as u32 {
                set.set(is_32bit, number, self.contains(abi, number));
            }
        }
        set
    }

    /// The names of the calls that are in it, each once, sorted.
    pub(super) fn names(&self) -> Vec<&'static str> {
        let all =
            Abi::ALL.into_iter().flat_map(|abi| KnownCall::all(abi).map(move |(number, call)| (abi, number, call)));
        let mut names: Vec<_> =
            all.filter(|&(abi, number, _)| self.contains(abi, number)).map(|(_, _, call)| call.name()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether all calls in it are in `other`.
    pub(super) fn is_subset_of(&self, other: &Self) -> bool {
        let mut both = self.clone();
        both.intersect(other);
        both == *self
    }

    /// Removes the calls that are not in `other`.
    pub(super) fn intersect(&mut self, other: &Self) {
        self.combine(other, |mine, others| mine & others);
    }

    /// Adds the calls of `other`.
    pub(super) fn unite(&mut self, other: &Self) {
        self.combine(other, |mine, others| mine | others);
    }

    fn combine(&mut self, other: &Self, combine: fn(u64, u64) -> u64) {
        for (mine, others) in self.numbers.iter_mut().flatten().zip(other.numbers.iter().flatten()) {
            *mine = combine(*mine, *others);
        }
        for (mine, others) in self.others.iter_mut().zip(other.others) {
            *mine = combine(u64::from(*mine), u64::from(others)) != 0;
        }
    }
}
