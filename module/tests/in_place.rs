// SPDX-License-Identifier: GPL-2.0

//! Events with their memory, written in place, are those that the slow path writes.

use proptest::prelude::*;
use syscall_record_format::encode::{Encoder, ProbeCall, ProbeEvent, Written};
use syscall_record_format::format::*;

const TASK: Task = Task { is_32bit: false, tid: 7, tgid: 7, comm: [1, 2] };
const START: u64 = 1000;
/// What the rest of a packet may hold from an event that was abandoned.
const OLD: u64 = 0xdead_beef_dead_beef;

/// An encoder whose last event was of [`TASK`].
fn encoder() -> Encoder {
    let mut encoder = Encoder::new(START);
    let event = ProbeEvent::Enter(ProbeCall { number: 1, args: None });
    encoder.put(&mut [0; 64], &TASK, START, &event).expect("has room");
    encoder
}

/// The last record of an event.
#[derive(Clone, Copy, Debug)]
enum Last {
    Enter,
    Exit,
    ReturnOnly,
}

/// Writes an event with these chunks of memory in place. Returns the words that count.
fn in_place(
    encoder: &mut Encoder,
    room: &mut [u64],
    now: u64,
    chunks: &[(ChunkHead, Vec<u8>)],
    last: Last,
    (head, args, count, bits): (&ReturnHead, [u64; MAX_ARGS], u8, u32),
) -> Option<Written> {
    let mut event = encoder.begin(room, now)?;
    for (head, bytes) in chunks {
        let words = event.memory(bytes.len())?;
        for (word, bytes) in words.iter_mut().zip(bytes.chunks(8)) {
            let mut eight = [0xff; 8];
            eight[..bytes.len()].copy_from_slice(bytes);
            *word = u64::from_le_bytes(eight);
        }
        event.finish_memory(*head)?;
    }
    let number = u64::from(head.number);
    match last {
        Last::Enter => event.finish_enter(number, &args, count, bits),
        Last::Exit => event.finish_exit(head),
        Last::ReturnOnly => event.finish_return_only(number, head.result, &args, count, bits),
    }
}

/// Writes the event by the slow path.
fn by_slow_path(
    encoder: &mut Encoder,
    room: &mut [u64],
    now: u64,
    chunks: &[(ChunkHead, Vec<u8>)],
    last: Last,
    (head, args, count, bits): (&ReturnHead, [u64; MAX_ARGS], u8, u32),
) -> Written {
    let mut words = 0;
    for (head, bytes) in chunks {
        let mut data = vec![0; bytes.len().div_ceil(8)];
        for (word, bytes) in data.iter_mut().zip(bytes.chunks(8)) {
            let mut eight = [0; 8];
            eight[..bytes.len()].copy_from_slice(bytes);
            *word = u64::from_le_bytes(eight);
        }
        let chunk = ProbeEvent::Memory(Chunk::new(*head, &data).expect("fits"));
        words += encoder.put(&mut room[words..], &TASK, now, &chunk).expect("has room").words;
    }
    let call = ProbeCall { number: head.number, args: Args::new(&args, count, bits) };
    let result = head.result;
    let event = match last {
        Last::Enter => ProbeEvent::Enter(call),
        Last::Exit => {
            let call = ProbeCall { args: None, ..call };
            ProbeEvent::Exit { call, result, entry_may_be_lost: head.entry_may_be_lost, may_be_refused: false }
        }
        Last::ReturnOnly => ProbeEvent::ReturnOnly { call, result },
    };
    let Written { words: more, open } = encoder.put(&mut room[words..], &TASK, now, &event).expect("has room");
    Written { words: words + more, open: open.map(|open| words + open) }
}

fn chunks() -> impl Strategy<Value = Vec<(ChunkHead, Vec<u8>)>> {
    let bytes = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..80),
        1 => prop::collection::vec(any::<u8>(), 0..=MAX_CHUNK_BYTES),
    ];
    let chunk = (0u8..6, any::<[bool; 6]>(), any::<u8>(), bytes).prop_map(|(register, flags, call, bytes)| {
        let [continues, is_last, is_fault, is_absent, is_cut, at_return] = flags;
        let is_absent = is_absent && !is_fault;
        let len = bytes.len() as u16;
        (ChunkHead { register, continues, is_last, is_fault, is_absent, is_cut, at_return, call, len }, bytes)
    });
    prop::collection::vec(chunk, 0..4)
}

fn head() -> impl Strategy<Value = ReturnHead> {
    let result = prop_oneof![4 => -4096i64..70_000, 1 => any::<i64>()];
    let number = prop_oneof![9 => 0u32..512, 1 => any::<u32>()];
    (number, result, any::<bool>()).prop_map(|(number, result, entry_may_be_lost)| ReturnHead {
        is_32bit: false,
        number,
        result,
        entry_may_be_lost,
    })
}

fn delta() -> impl Strategy<Value = u64> {
    prop_oneof![9 => 0u64..5000, 2 => any::<u32>().prop_map(u64::from), 1 => any::<u64>().prop_map(|it| it >> 4)]
}

proptest! {
    /// Both ways write equal words, or the event takes the slow path and nothing has changed.
    #[test]
    fn event_in_place_equals_event_of_the_slow_path(
        chunks in chunks(), head in head(), args: [u64; MAX_ARGS], count in 0u8..=6, is_narrow: bool, delta in delta(),
        last in prop::sample::select(vec![Last::Enter, Last::Exit, Last::ReturnOnly]),
        room in prop_oneof![9 => Just(400usize), 1 => 0usize..100],
    ) {
        let bits = if is_narrow { 32 } else { 64 };
        let call = (&head, pack_args(args, bits), count, bits);
        let now = START.wrapping_add(delta);
        let (mut one, mut other) = (encoder(), encoder());
        let (mut packet, mut expected) = (vec![OLD; room], vec![0; 600]);
        let slow = by_slow_path(&mut other, &mut expected, now, &chunks, last, call);
        match in_place(&mut one, &mut packet, now, &chunks, last, call) {
            Some(written) => {
                prop_assert_eq!(written, slow);
                prop_assert_eq!(&packet[..written.words], &expected[..written.words]);
                prop_assert_eq!(one.last_event_time(), now);
            }
            None => {
                prop_assert_eq!(one.last_event_time(), START);
                let needed = slow.words + MAX_CALL_WORDS;
                let is_usual = delta < 5000 && head.number < 512 && i16::try_from(head.result).is_ok() && room > needed;
                prop_assert!(!is_usual, "the slow path takes {} words of {}", slow.words, room);
            }
        }
    }
}

#[test]
fn abandoned_event_leaves_no_trace() {
    let mut encoder = encoder();
    let mut packet = [OLD; 100];
    let mut event = encoder.begin(&mut packet, START + 5).expect("is in time");
    event.memory(9).expect("has room").fill(1);
    event.finish_memory(ChunkHead { len: 9, ..ChunkHead::default() }).expect("has room");
    assert_eq!(encoder.last_event_time(), START);
    // The next event has the delta that it would have had.
    assert_eq!(encoder.enter(false, 3, START + 9), enter(false, 3, 9));
}

#[test]
fn memory_needs_room_for_the_last_record_too() {
    let mut encoder = encoder();
    let mut packet = [0; 1 + 2 + MAX_CALL_WORDS];
    let mut event = encoder.begin(&mut packet, START).expect("is in time");
    assert_eq!(event.memory(16).map(|words| words.len()), Some(2));
    assert_eq!(event.memory(17), None);
    assert_eq!(event.memory(MAX_CHUNK_BYTES + 1), None);
    // Time that goes backwards takes the slow path.
    assert!(encoder.begin(&mut packet, START - 1).is_none());
}
