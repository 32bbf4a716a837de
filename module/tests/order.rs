// SPDX-License-Identifier: GPL-2.0

//! The order of packets in a stream, tested with a simulation of CPUs that begin and complete packets, and of a clock
//! that begins anew.

use proptest::prelude::*;
use std::collections::VecDeque;
use syscall_record_format::order::{next, ClockTime, Lane, Next, MAX_LEAD};

const CPUS: usize = 3;

#[derive(Clone, Default)]
struct Cpu {
    /// Base times of the complete packets.
    complete: VecDeque<ClockTime>,
    open: Option<ClockTime>,
    /// Time of the last event.
    last: ClockTime,
}

impl Cpu {
    fn lane(&self) -> Lane {
        Lane { front: self.complete.front().copied(), second: self.complete.get(1).copied(), open: self.open }
    }

    /// Begins a packet. Its events take the time on by `ticks`, while the clock stands still.
    fn begin(&mut self, now: ClockTime, ticks: u64) {
        let is_ahead = self.last.epoch == now.epoch && self.last.ticks.wrapping_sub(now.ticks) < MAX_LEAD;
        let base = if is_ahead { self.last } else { now };
        self.complete.extend(self.open.replace(base));
        self.last = ClockTime { ticks: base.ticks + ticks, ..base };
    }

    fn packets(&self) -> impl Iterator<Item = ClockTime> + '_ {
        self.complete.iter().chain(&self.open).copied()
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// This CPU completes its open packet and begins another, which takes the time on by so many ticks.
    Open(usize, u64),
    /// The reader cuts all open packets.
    Cut,
    /// The reader takes the next packet.
    Take,
    /// The reader takes the next packet. It looked at the clock before the clock began anew.
    TakeLate,
    /// Time passes.
    Wait(u64),
    /// The clock begins anew, at this time, and all know.
    BeginAnew(u64),
    /// The clock is set to this time, and nobody notices.
    SetBack(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..CPUS, 0u64..4).prop_map(|(cpu, ticks)| Step::Open(cpu, ticks)),
        1 => Just(Step::Cut),
        4 => Just(Step::Take),
        1 => Just(Step::TakeLate),
        2 => (0u64..5).prop_map(Step::Wait),
        1 => (0u64..400_000).prop_map(Step::BeginAnew),
    ]
}

/// Steps, and then what it takes for the reader to get everything.
fn to_the_end(steps: Vec<Step>) -> impl Iterator<Item = Step> {
    // What is early is not when time has passed: more than the clock can have been set back by.
    let take_all = (0..12).flat_map(|_| [Step::Wait(MAX_LEAD)].into_iter().chain([Step::Take; 200]));
    steps.into_iter().chain([Step::Cut]).chain(take_all)
}

/// CPUs, the clock, and what the reader has got.
struct Simulation {
    cpus: Vec<Cpu>,
    now: ClockTime,
    /// The time at the start, and then before the clock began anew.
    before: ClockTime,
    /// The base time of the last packet, and the watermark of it.
    taken: ClockTime,
    watermark: u64,
}

impl Simulation {
    fn new() -> Self {
        let start = ClockTime { epoch: 0, ticks: 200_000 };
        Self { cpus: vec![Cpu::default(); CPUS], now: start, before: start, taken: ClockTime::default(), watermark: 0 }
    }

    fn make(&mut self, step: Step) -> Next {
        match step {
            Step::Open(cpu, ticks) => self.cpus[cpu].begin(self.now, ticks),
            Step::Cut => self.cpus.iter_mut().for_each(|cpu| cpu.complete.extend(cpu.open.take())),
            Step::Wait(ticks) => self.now.ticks += ticks,
            Step::BeginAnew(ticks) => {
                self.before = self.now;
                self.now = ClockTime { epoch: self.now.epoch + 1, ticks };
            }
            Step::SetBack(ticks) => self.now.ticks = ticks,
            Step::Take | Step::TakeLate => (),
        }
        let present = if matches!(step, Step::TakeLate) { self.before } else { self.now };
        next(present, self.cpus.iter().map(Cpu::lane), || self.now)
    }

    fn is_empty(&self) -> bool {
        self.cpus.iter().all(|cpu| cpu.complete.is_empty())
    }

    fn packets(&self) -> impl Iterator<Item = ClockTime> + '_ {
        self.cpus.iter().flat_map(Cpu::packets)
    }

    /// Takes the packet and tests its promise against all that is left.
    fn take(&mut self, lane: usize, watermark: u64) -> Result<(), TestCaseError> {
        let base = self.cpus[lane].complete.pop_front().expect("it was the front");
        prop_assert!(base >= self.taken, "{:?} after {:?}", base, self.taken);
        if base.epoch == self.taken.epoch {
            prop_assert!(base.ticks >= self.watermark, "{:?} after {}", base, self.watermark);
        }
        prop_assert!(watermark >= base.ticks);
        let promised = ClockTime { ticks: watermark, ..base };
        for left in self.packets().chain([self.now]) {
            prop_assert!(left.epoch > base.epoch || left >= promised, "{:?} after the promise {:?}", left, promised);
        }
        (self.taken, self.watermark) = (base, watermark);
        Ok(())
    }
}

proptest! {
    #[test]
    fn base_times_never_decrease_and_watermarks_hold(steps in prop::collection::vec(step(), 1..200)) {
        let mut simulation = Simulation::new();
        for step in to_the_end(steps) {
            let next = simulation.make(step);
            let is_late = matches!(step, Step::TakeLate);
            let oldest_open = simulation.cpus.iter().filter_map(|cpu| cpu.open).min();
            let oldest_front = simulation.cpus.iter().filter_map(|cpu| cpu.complete.front().copied()).min();
            match next {
                Next::Packet { lane, watermark } => {
                    if matches!(step, Step::Take | Step::TakeLate) {
                        simulation.take(lane, watermark)?;
                    }
                }
                Next::HeldBack => prop_assert!(oldest_open.expect("one holds back") < oldest_front.expect("one waits")),
                Next::Early => {
                    let front = oldest_front.expect("one waits");
                    prop_assert!(oldest_open.is_none_or(|open| open >= front));
                    prop_assert!(is_late || front > simulation.now);
                }
                Next::Partial { watermark } | Next::Nothing { watermark } => {
                    prop_assert!(simulation.is_empty());
                    prop_assert_eq!(matches!(next, Next::Partial { .. }), oldest_open.is_some());
                    prop_assert!(watermark >= simulation.taken || is_late);
                    prop_assert!(simulation.packets().chain([simulation.now]).all(|left| left >= watermark));
                }
            }
        }
        prop_assert!(simulation.is_empty(), "everything is taken in the end");
    }

    #[test]
    fn nothing_waits_for_a_clock_that_was_set_back_unnoticed(
        steps in prop::collection::vec(prop_oneof![4 => step(), 1 => (0u64..400_000).prop_map(Step::SetBack)], 1..200),
    ) {
        let mut simulation = Simulation::new();
        for step in to_the_end(steps) {
            let next = simulation.make(step);
            match (step, next) {
                (Step::Take | Step::TakeLate, Next::Packet { lane, .. }) => {
                    simulation.cpus[lane].complete.pop_front();
                }
                (_, Next::HeldBack) => prop_assert!(simulation.cpus.iter().any(|cpu| cpu.open.is_some())),
                _ => (),
            }
        }
        prop_assert!(simulation.is_empty(), "everything is taken in the end");
    }
}

/// What comes next, if the time stands still meanwhile.
fn next_at<const LANES: usize>(now: ClockTime, lanes: [Lane; LANES]) -> Next {
    next(now, lanes.into_iter(), || now)
}

/// A lane of complete packets.
fn complete(packets: &[ClockTime]) -> Lane {
    Lane { front: packets.first().copied(), second: packets.get(1).copied(), open: None }
}

const fn time(epoch: u32, ticks: u64) -> ClockTime {
    ClockTime { epoch, ticks }
}

#[test]
fn packets_from_before_the_clock_began_anew_go_first() {
    let lanes = [complete(&[time(1, 5)]), complete(&[time(0, 9_000_000), time(1, 4)])];
    assert_eq!(next_at(time(1, 10), lanes), Next::Packet { lane: 1, watermark: u64::MAX });
    let lanes = [complete(&[time(1, 5)]), complete(&[time(1, 4)])];
    assert_eq!(next_at(time(1, 10), lanes), Next::Packet { lane: 1, watermark: 5 });
}

#[test]
fn packet_left_open_when_the_clock_began_anew_is_cut_first() {
    let open = Lane { open: Some(time(0, 9_000_000)), ..Lane::default() };
    assert_eq!(next_at(time(1, 10), [complete(&[time(1, 5)]), open]), Next::HeldBack);
    assert_eq!(next_at(time(1, 10), [open]), Next::Partial { watermark: time(0, 9_000_000) });
}

#[test]
fn packet_far_ahead_of_the_clock_is_given_out_and_one_just_ahead_is_early() {
    let far = complete(&[time(0, 10 + MAX_LEAD)]);
    assert_eq!(next_at(time(0, 10), [far]), Next::Packet { lane: 0, watermark: 10 + MAX_LEAD });
    assert_eq!(next_at(time(0, 10), [complete(&[time(0, 9 + MAX_LEAD)])]), Next::Early);
    // The reader was kept from running since it looked at the clock.
    assert_eq!(next(time(0, 10), [far].into_iter(), || time(0, 11 + MAX_LEAD)), Next::Early);
    assert_eq!(next(time(0, 10), [far].into_iter(), || time(1, 0)), Next::Early);
}
