// SPDX-License-Identifier: GPL-2.0

//! The reader reads what the module's encoder writes, and survives anything else.

mod common;

use common::history::{history, MadeHistory, WRITTEN};
use common::*;
use proptest::prelude::*;
use std::collections::HashMap;
use std::convert::Infallible;
use syscall_record::decode::{DecodedEvent, DecodedKind};
use syscall_record::framing::{Damage, DamageKind, Framing};
use syscall_record::merge::Merge;
use syscall_record::print::RecordPrinter;
use syscall_record_format::format::{Edges, Header, Machine, HEADER_WORDS, PACKET_BYTES};

/// Reads a stream in pieces of `piece` bytes. Returns its events, and the damage that was found.
fn read(stream: &[u8], piece: usize) -> (Vec<MadeEvent>, Vec<Damage>) {
    let mut events = Vec::new();
    let damages = read_with(stream, piece, |_, event| events.extend(MadeEvent::decoded(event)));
    (events, damages)
}

/// Reads a stream in pieces of `piece` bytes, and calls `each` for each event. Returns the damage that was found.
fn read_with(stream: &[u8], piece: usize, mut each: impl FnMut(&Header, &DecodedEvent<'_>)) -> Vec<Damage> {
    let (mut framing, mut merge) = (Framing::new(), Merge::new());
    let mut damages = Vec::new();
    let mut sink = |header: &Header, event: &DecodedEvent<'_>| -> Result<(), Infallible> {
        each(header, event);
        Ok(())
    };
    let mut rest = stream;
    let mut at_end = false;
    while !at_end {
        let space = framing.space();
        assert!(!space.is_empty(), "there is always room for more");
        let count = rest.len().min(piece).min(space.len());
        space[..count].copy_from_slice(&rest[..count]);
        framing.filled(count);
        rest = &rest[count..];
        at_end = count == 0;
        while let Some(item) = framing.next(at_end) {
            match item {
                Ok(framed) => merge.push(framed, &mut sink).expect("infallible"),
                Err(damage) => damages.push(damage),
            }
        }
    }
    merge.finish(&mut sink).expect("infallible");
    damages
}

/// The lines of a stream.
fn print(stream: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut printer = RecordPrinter::new(&mut text);
    read_with(stream, 65536, |header, event| printer.print(header.machine, event).expect("writes to memory"));
    text
}

/// Gives each return the width of its task's last entry.
fn with_widths(events: Vec<MadeEvent>) -> Vec<MadeEvent> {
    let mut widths = HashMap::new();
    let mut with_width = |mut event: MadeEvent| {
        match event.edge {
            MadeEdge::Enter(_) => drop(widths.insert(event.task.tid, event.task.is_32bit)),
            MadeEdge::Exit(_) => event.task.is_32bit = *widths.get(&event.task.tid).unwrap_or(&event.task.is_32bit),
            MadeEdge::NumberedExit(_) | MadeEdge::Return(..) | MadeEdge::Memory(..) => (),
        }
        event
    };
    events.into_iter().map(&mut with_width).collect()
}

/// The line that is expected of an event. `name` is the thread's name as lines have it.
fn line(machine: Machine, event: &MadeEvent, name: &str) -> String {
    let MadeEvent { task, edge, .. } = event;
    let args = |call: &MadeCall| match &call.args {
        Some(args) => {
            let args: Vec<String> = args.iter().map(|arg| format!("{arg:#x}")).collect();
            format!(", args={}", args.join(","))
        }
        None => String::new(),
    };
    let tid = task.tid;
    let exit = |result: i64| {
        let result = result as u64 & (u64::MAX >> (64 - machine.program_bits(task.is_32bit)));
        format!("exit syscall, regs[0]={result:#x}, with pid={tid:#x}, ret={result:#x}, name={name}")
    };
    match edge {
        MadeEdge::Enter(call) => format!("syscall {:#x}, with pid={tid:#x}, name={name}{}\n", call.number, args(call)),
        MadeEdge::Exit(result) | MadeEdge::NumberedExit(MadeReturn { result, .. }) => format!("{}\n", exit(*result)),
        MadeEdge::Return(call, result) => format!("{}, syscall={:#x}{}\n", exit(*result), call.number, args(call)),
        MadeEdge::Memory(..) => String::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn all_events_come_in_the_order_of_time(history in history(), cut in prop::collection::vec(0usize..500, 0..20), piece in 1usize..70_000) {
        let stream = stream(history.packets(&cut));
        let (events, damages) = read(&stream, piece);
        prop_assert_eq!(damages, []);
        prop_assert_eq!(with_widths(events), history.events());
    }

    #[test]
    fn all_events_have_the_expected_line(history in history()) {
        let MadeHistory { recording, .. } = history;
        let expected: String = history.events().iter().map(|event| {
            line(recording.machine, event, WRITTEN[event.task.tid as usize / 300_000 % WRITTEN.len()])
        }).collect();
        let text = String::from_utf8(print(&stream(history.packets(&[])))).expect("text");
        prop_assert_eq!(text, expected);
    }

    #[test]
    fn stream_cut_anywhere_gives_its_complete_events_and_one_damage(history in history(), at in any::<prop::sample::Index>()) {
        let stream = stream(history.packets(&[]));
        let at = at.index(stream.len() + 1);
        let (all, _) = read(&stream, 65536);
        let (events, damages) = read(&stream[..at], 65536);
        prop_assert_eq!(damages.len(), usize::from(at % PACKET_BYTES != 0), "{:?}", damages);
        // Only the last packet may be incomplete.
        let (sure, _) = read(&stream[..at / PACKET_BYTES * PACKET_BYTES], 65536);
        prop_assert!(events.len() >= sure.len());
        let mut of_all = all.iter();
        prop_assert!(events.iter().all(|event| of_all.any(|of_all| of_all == event)), "no event is invented");
    }

    #[test]
    fn stream_from_any_packet_gives_the_events_from_there_on(history in history(), first in any::<prop::sample::Index>()) {
        let stream = stream(history.packets(&[]));
        prop_assume!(!stream.is_empty());
        let first = first.index(stream.len() / PACKET_BYTES);
        let (events, damages) = read(&stream[first * PACKET_BYTES..], 65536);
        prop_assert_eq!(damages, []);
        let (before, _) = read(&stream[..first * PACKET_BYTES], 65536);
        let (all, _) = read(&stream, 65536);
        prop_assert_eq!(before.len() + events.len(), all.len());
    }

    #[test]
    fn garbage_between_packets_loses_no_event(history in history(), at in any::<prop::sample::Index>(), garbage in prop::collection::vec(any::<u8>(), 1..9000)) {
        let stream = stream(history.packets(&[]));
        let at = at.index(stream.len() / PACKET_BYTES + 1) * PACKET_BYTES;
        let damaged = [&stream[..at], &garbage, &stream[at..]].concat();
        let (events, damages) = read(&damaged, 65536);
        prop_assert_eq!(events, read(&stream, 65536).0);
        let skipped = Damage { offset: at as u64, kind: DamageKind::Skipped(garbage.len() as u64) };
        prop_assert_eq!(damages, [skipped]);
    }

    #[test]
    fn lost_bytes_lose_events_of_their_packet_alone(history in history(), at in any::<prop::sample::Index>(), lost in 1usize..4000) {
        let stream = stream(history.packets(&[]));
        prop_assume!(stream.len() > PACKET_BYTES);
        let packet = at.index(stream.len() / PACKET_BYTES - 1);
        let start = packet * PACKET_BYTES + HEADER_WORDS * 8;
        let at = (start + at.index(PACKET_BYTES - HEADER_WORDS * 8)).min((packet + 1) * PACKET_BYTES - 1);
        let end = (at + lost).min((packet + 1) * PACKET_BYTES);
        let (events, damages) = read(&[&stream[..at], &stream[end..]].concat(), 65536);
        prop_assert!(!damages.is_empty());
        let others = [&stream[..packet * PACKET_BYTES], &stream[(packet + 1) * PACKET_BYTES..]].concat();
        prop_assert!(events.len() >= read(&others, 65536).0.len());
    }

    /// Neither noise nor changed bytes make the reader panic.
    #[test]
    fn arbitrary_bytes_are_survived_and_each_decoded_event_has_a_line(history in history(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40), noise in prop::collection::vec(any::<u8>(), 0..20_000)) {
        let mut bytes = stream(history.packets(&[]));
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        for bytes in [bytes, noise] {
            let mut events = 0;
            // Memory has no line of its own.
            read_with(&bytes, 65536, |_, event| events += usize::from(!matches!(event.kind, DecodedKind::Memory { .. })));
            let text = print(&bytes);
            prop_assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count(), events);
            prop_assert!(text.iter().all(|&byte| byte == b'\n' || byte >= b' '));
        }
    }
}

#[test]
fn name_with_the_magic_is_not_taken_for_a_packet() {
    let evil = task(9, b"\xd3SYSREC\nevil");
    let events: Vec<MadeEvent> = (0..4000).map(|index| enter(1000 + index * 10, 0, evil, 63)).collect();
    let stream = stream(vec![packets(plain(Machine::X86_64), 0, &events, &[])]);
    assert_eq!(read(&stream, 65536), (events, vec![]));
}

#[test]
fn joined_recordings_are_read_one_after_the_other() {
    let one = vec![enter(5_000_000, 0, task(1, b"one"), 1), exit(5_000_100, 0, task(1, b"one"), 0)];
    let two = vec![enter(4_000_000, 0, task(2, b"two"), 1), exit(4_000_100, 0, task(2, b"two"), 0)];
    let joined: Vec<u8> = [&one, &two]
        .into_iter()
        .flat_map(|events| stream(vec![packets(plain(Machine::Arm), 0, events, &[])]))
        .collect();
    assert_eq!(read(&joined, 65536), ([one, two].concat(), vec![]));
}

/// There are more packets than the reader merges at a time.
#[test]
fn stream_without_watermarks_gives_all_events() {
    let events: Vec<MadeEvent> = (0..300).map(|index| enter(1000 + index, 0, task(1, b"x"), 1)).collect();
    let cuts: Vec<usize> = (0..300).collect();
    let mut bytes = stream(vec![packets(plain(Machine::Arm64), 0, &events, &cuts)]);
    for packet in bytes.chunks_exact_mut(PACKET_BYTES) {
        packet[32..40].fill(0);
    }
    let (mut seen, damages) = read(&bytes, 65536);
    seen.sort_by_key(|event| event.time);
    assert_eq!((seen, damages), (events, vec![]));
}

#[test]
fn longest_line_is_complete() {
    let recording = MadeRecording { machine: Machine::X86_64, edges: Edges::Exit, has_args: true };
    let call = MadeCall { number: u32::MAX, args: Some(vec![u64::MAX; 6]) };
    let event = MadeEvent {
        time: 1,
        cpu: 0,
        task: task(0xff_ffff, &[0x1b; 16]),
        edge: MadeEdge::Return(call, i64::from(i32::MIN)),
    };
    let stream = stream(vec![packets(recording, 0, std::slice::from_ref(&event), &[])]);
    let expected = line(recording.machine, &event, &"\\x1b".repeat(16));
    assert_eq!(String::from_utf8(print(&stream)), Ok(expected));
}
