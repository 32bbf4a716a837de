// SPDX-License-Identifier: GPL-2.0

//! Which events of a recording are wanted. All others are only counted.

use syscall_record_format::format::{Header, Machine, Task};

/// Which events, and which memory of them, are wanted.
#[derive(Debug)]
pub struct Wanted {
    /// Of which calls memory is wanted.
    pub memory: WantedMemory,
    /// Which events; `None` for all.
    pub events: Option<Box<WantedEvents>>,
}

impl Default for Wanted {
    /// All that a recording has.
    fn default() -> Self {
        Self { memory: WantedMemory::All, events: None }
    }
}

/// Of which calls memory is wanted.
#[derive(Clone, Copy, Debug)]
pub enum WantedMemory {
    /// Of all.
    All,
    /// Of those for which this is true, given the machine and the lower 8 bits of the call's number.
    OfCalls(fn(Machine, u8) -> bool),
    /// Of none.
    Nothing,
}

impl WantedMemory {
    /// Whether memory is wanted of a call whose number has these lower 8 bits.
    #[inline]
    pub(crate) fn has(self, machine: Machine, call: u8) -> bool {
        match self {
            Self::All => true,
            Self::OfCalls(is_wanted) => is_wanted(machine, call),
            Self::Nothing => false,
        }
    }
}

/// The events that fulfil all of these conditions. Reports of drops are always wanted. Of what is not wanted, most is
/// left out, but not all: it may be as dear to find out as to take.
#[derive(Debug, Default)]
pub struct WantedEvents {
    /// The calls; `None` for all.
    pub calls: Option<WantedCalls>,
    /// The CPUs; `None` for all.
    pub cpus: Option<Vec<u32>>,
    /// The ids of the processes; `None` for all.
    pub pids: Option<Vec<u32>>,
}

/// Calls that are wanted, each with its entry, its return and its memory.
///
/// Memory tells the lower 8 bits of its call's number. So calls whose numbers agree in these are wanted together, and
/// memory is wanted if a call of either width may be its own.
#[derive(Debug)]
pub struct WantedCalls {
    /// By machine, and by the lower 8 bits of a number, which calls with such a number are wanted: some of [`WIDE`] and
    /// [`NARROW`].
    widths: [[u8; 256]; MACHINES],
}

/// How many machines there are.
const MACHINES: usize = 3;
/// Calls as wide as the kernel.
const WIDE: u8 = 1;
/// Calls of 32 bits on a kernel of 64 bits.
const NARROW: u8 = 2;
/// The number of a call whose number the kernel has lost: the return from a signal's handler.
const LOST_NUMBER: u32 = u32::MAX;

impl WantedCalls {
    /// The calls with a number below `numbers` for which `is_wanted` is true, given the machine, whether the call is of
    /// 32 bits, and its number; and the calls of other numbers that agree with them in the lower 8 bits.
    pub fn new(numbers: u32, is_wanted: impl Fn(Machine, bool, u32) -> bool) -> Self {
        let mut widths = [[0; 256]; MACHINES];
        for machine in [Machine::Arm, Machine::Arm64, Machine::X86_64] {
            for (is_32bit, width) in [(false, WIDE), (true, NARROW)] {
                for number in (0..numbers).filter(|&number| is_wanted(machine, is_32bit, number)) {
                    widths[index(machine)][usize::from(number as u8)] |= width;
                }
            }
        }
        Self { widths }
    }
}

impl WantedEvents {
    /// What is wanted of a task's events in a packet.
    #[inline(never)]
    pub(crate) fn of_task(&self, header: &Header, task: &Task) -> WantedOfTask<'_> {
        // The library's search would be unrolled, and lists are short.
        let has = |numbers: &Option<Vec<u32>>, number: u32| {
            numbers.as_ref().is_none_or(|numbers| numbers.iter().any(|&wanted| wanted == number))
        };
        if !has(&self.cpus, header.cpu.into()) || !has(&self.pids, task.tgid) {
            return WantedOfTask { widths: &[0; 256], has_unknown: false };
        }
        let widths = self.calls.as_ref().map_or(&[WIDE | NARROW; 256], |calls| &calls.widths[index(header.machine)]);
        WantedOfTask { widths, has_unknown: true }
    }
}

/// What is wanted of a task's events in a packet.
#[derive(Clone, Copy)]
pub(crate) struct WantedOfTask<'a> {
    /// By the lower 8 bits of a number, which calls with such a number are wanted: some of [`WIDE`] and [`NARROW`].
    widths: &'a [u8; 256],
    /// Whether returns are wanted that do not tell their calls.
    has_unknown: bool,
}

impl WantedOfTask<'_> {
    /// Whether a call is wanted.
    #[inline]
    pub(crate) fn has_call(self, is_32bit: bool, number: u32) -> bool {
        let width = if is_32bit { NARROW } else { WIDE };
        self.widths[usize::from(number as u8)] & width != 0
    }

    /// Whether the return from a call is wanted.
    #[inline]
    pub(crate) fn has_return(self, is_32bit: bool, number: u32) -> bool {
        match number {
            LOST_NUMBER => self.has_unknown,
            _ => self.has_call(is_32bit, number),
        }
    }

    /// Whether the memory of a call whose number has these lower 8 bits is wanted.
    #[inline]
    pub(crate) fn has_memory(self, call: u8) -> bool {
        self.widths[usize::from(call)] != 0
    }
}

const fn index(machine: Machine) -> usize {
    match machine {
        Machine::Arm => 0,
        Machine::Arm64 => 1,
        Machine::X86_64 => 2,
    }
}
