// SPDX-License-Identifier: GPL-2.0

//! Events that cannot pass a filter, because of their calls. They need not be looked at any further.
//!
//! A call is skipped as a whole, with its entry, its return and its memory, or not at all: an event that passes may
//! then lack nothing. Memory tells the lower 8 bits of its call's number. So calls whose numbers agree in these are
//! skipped or kept together, and memory is kept if a call of either width may be its own.

use super::bounds::Bounds;
use super::calls_by_abi::CallsByAbi;
use super::filter::Filter;
use crate::calls::{Abi, NUMBERS};
use crate::decode::{DecodedCall, DecodedEvent, DecodedKind, DecodedReturn};
use crate::model::changes_threads;
use syscall_record_format::format::{Header, Machine};

/// The calls of which no event passes a filter.
pub struct SkippedCalls {
    calls: Box<CallsByAbi>,
    /// The machine of the last event, and for each value of the lower 8 bits of a number, which calls with such a
    /// number are kept: some of [`WIDE`] and [`NARROW`].
    kept: Option<(Machine, [u8; 256])>,
    /// By CPU, when the last entry was skipped, in ticks; `None` if it was kept.
    entries: Vec<Option<u64>>,
}

/// Calls as wide as the kernel.
const WIDE: u8 = 1;
/// Calls of 32 bits on a kernel of 64 bits.
const NARROW: u8 = 2;

/// The number of a call whose number the kernel has lost.
const LOST_NUMBER: u32 = u32::MAX;

impl SkippedCalls {
    /// The calls of which no event passes the filter; `None` if these are none.
    pub fn new(filter: &Filter) -> Option<Self> {
        let bounds = Bounds::of(&filter.root, false);
        let mut calls = bounds.calls?;
        // Which return belongs to which entry depends on which threads there are. And a return from a signal's handler
        // may have lost its number: then it is not skipped, and neither may its entry be.
        calls.unite(&CallsByAbi::new(false, |_, _, call| {
            call.is_some_and(|call| changes_threads(call) || call.is_sigreturn())
        }));
        let keeps_others = Abi::ALL.into_iter().any(|abi| calls.contains(abi, NUMBERS as u32));
        (!keeps_others).then(|| Self { calls, kept: None, entries: Vec::new() })
    }

    /// Whether an event is of a call that is skipped.
    pub fn skips(&mut self, header: &Header, event: &DecodedEvent<'_>) -> bool {
        // Returns in version 1 of the format do not tell their calls.
        if header.version < 2 {
            return false;
        }
        let kept = match &self.kept {
            Some((machine, kept)) if *machine == header.machine => kept,
            _ => &self.kept.insert((header.machine, kept_numbers(&self.calls, header.machine))).1,
        };
        let is_skipped = |call: &DecodedCall<'_>| {
            let width = if call.is_32bit { NARROW } else { WIDE };
            kept[usize::from(call.number as u8)] & width == 0
        };
        let cpu = usize::from(event.cpu);
        match &event.kind {
            DecodedKind::Enter { call, .. } => {
                let is_skipped = is_skipped(call);
                if cpu >= self.entries.len() {
                    self.entries.resize(cpu + 1, None);
                }
                if let Some(entry) = self.entries.get_mut(cpu) {
                    *entry = is_skipped.then_some(event.time);
                }
                is_skipped
            }
            DecodedKind::Exit { call, .. } => match call {
                DecodedReturn::EnteredAt(ticks) => self.entries.get(cpu).is_some_and(|entry| *entry == Some(*ticks)),
                DecodedReturn::Numbered { call, .. } => call.number != LOST_NUMBER && is_skipped(call),
                DecodedReturn::ReturnOnly(call) => is_skipped(call),
                DecodedReturn::Unnamed => false,
            },
            DecodedKind::Memory { chunk, .. } => kept[usize::from(chunk.head.call)] == 0,
            DecodedKind::Dropped { .. } => false,
        }
    }
}

#[cold]
fn kept_numbers(calls: &CallsByAbi, machine: Machine) -> [u8; 256] {
    let mut kept = [0; 256];
    for (is_32bit, width) in [(false, WIDE), (true, NARROW)] {
        let abi = Abi::new(machine, is_32bit);
        for number in 0..NUMBERS as u32 {
            if let Some(kept) = kept.get_mut(usize::from(number as u8)) {
                *kept |= if calls.contains(abi, number) { width } else { 0 };
            }
        }
    }
    kept
}
