// SPDX-License-Identifier: GPL-2.0

//! Events that are not wanted are counted, and all that are wanted come.

mod common;

use common::history::{history, MadeHistory};
use common::*;
use proptest::prelude::*;
use syscall_record::decode::{DecodedEvent, DecodedKind, DecodedReturn};
use syscall_record::merge::Merge;
use syscall_record::sink::{EventSink, SinkStopped, SkippedEvents};
use syscall_record::wanted::{Wanted, WantedCalls, WantedEvents, WantedMemory};
use syscall_record_format::format::{Edges, Header};

/// What came of a recording.
#[derive(Default)]
struct Seen {
    /// The events, with their memory, each with whether it is wanted.
    events: Vec<(String, bool)>,
    /// How many events came, without memory.
    given: u64,
    skipped: u64,
    /// The times at which events came, also those that were skipped.
    times: Vec<u64>,
    wanted: Conditions,
}

/// Which events are wanted: those of these CPUs, these processes, and calls whose numbers have one of these lower bits.
#[derive(Clone, Debug, Default)]
struct Conditions {
    cpus: Option<Vec<u32>>,
    pids: Option<Vec<u32>>,
    calls: Option<Vec<u8>>,
}

impl Conditions {
    fn holds(&self, event: &DecodedEvent<'_>) -> bool {
        let (task, call) = match &event.kind {
            DecodedKind::Dropped { .. } => return true,
            DecodedKind::Memory { task, chunk } => (task, Some(chunk.head.call)),
            DecodedKind::Enter { task, call } => (task, Some(call.number as u8)),
            DecodedKind::Exit { task, call, .. } => match call {
                DecodedReturn::Numbered { call, .. } | DecodedReturn::ReturnOnly(call) => {
                    (task, Some(call.number as u8))
                }
                _ => (task, None),
            },
        };
        let has = |numbers: &Option<Vec<u32>>, number| numbers.as_ref().is_none_or(|numbers| numbers.contains(&number));
        has(&self.cpus, event.cpu.into())
            && has(&self.pids, task.tgid)
            // A return that does not tell its call is wanted if its entry is.
            && call.is_some_and(|call| self.calls.as_ref().is_none_or(|calls| calls.contains(&call)))
    }

    fn wanted(&self) -> Wanted {
        let Self { cpus, pids, calls } = self.clone();
        let calls = calls.map(|calls| WantedCalls::new(512, move |_, _, number| calls.contains(&(number as u8))));
        Wanted { memory: WantedMemory::All, events: Some(Box::new(WantedEvents { calls, cpus, pids })) }
    }
}

impl EventSink for Seen {
    fn take(&mut self, _: &Header, event: &DecodedEvent<'_>) -> Result<(), SinkStopped> {
        self.events.push((format!("{event:?}"), self.wanted.holds(event)));
        self.given += u64::from(!matches!(event.kind, DecodedKind::Memory { .. } | DecodedKind::Dropped { .. }));
        self.times.push(event.time);
        Ok(())
    }

    fn pass_over(&mut self, _: &Header, skipped: SkippedEvents) {
        assert!(skipped.count > 0);
        self.skipped += skipped.count;
        self.times.extend([skipped.first, skipped.last]);
    }
}

fn see(stream: &[u8], conditions: &Conditions, wanted: Wanted) -> Seen {
    let mut seen = Seen { wanted: conditions.clone(), ..Seen::default() };
    let mut merge = Merge::new();
    merge.want(wanted);
    assert_eq!(decode_stream(stream, merge, &mut seen), 0, "nothing is damaged");
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn wanted_events_come_and_the_others_are_counted(
        history in history(),
        cut in prop::collection::vec(0usize..500, 0..20),
        cpus in prop::option::of(prop::collection::vec(0u32..4, 0..3)),
        chosen in prop::option::of(prop::collection::vec(any::<prop::sample::Index>(), 0..3)),
        calls in prop::option::of(prop::collection::vec(any::<u8>(), 0..200)),
    ) {
        let stream = stream(history.packets(&cut));
        let made = history.events();
        let pids = chosen.filter(|_| !made.is_empty()).map(|chosen| {
            chosen.iter().map(|index| index.get(&made).task.tgid).collect()
        });
        let conditions = Conditions { cpus, pids, calls };
        let all = see(&stream, &conditions, Wanted::default());
        let some = see(&stream, &conditions, conditions.wanted());
        prop_assert_eq!(some.given + some.skipped, all.given);
        let wanted = |seen: &Seen| -> Vec<String> {
            seen.events.iter().filter(|(_, is_wanted)| *is_wanted).map(|(event, _)| event.clone()).collect()
        };
        prop_assert_eq!(wanted(&some), wanted(&all));
        let mut rest = all.events.iter();
        prop_assert!(some.events.iter().all(|event| rest.any(|of_all| of_all == event)), "no event is invented");
        prop_assert!(some.times.is_sorted(), "{:?}", some.times);
        // Where only returns are recorded, nothing is left out.
        let MadeHistory { recording, .. } = &history;
        if conditions.cpus.as_ref().is_some_and(Vec::is_empty) && recording.edges != Edges::Exit {
            prop_assert_eq!(some.given, 0);
        }
    }
}
