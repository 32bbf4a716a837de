// SPDX-License-Identifier: GPL-2.0

//! The bytes of the format. It is an interface: they change only together with its version.

use syscall_record_format::encode::{Encoder, PacketFull, ProbeCall, ProbeEvent, Written, MAX_EVENT_WORDS};
use syscall_record_format::format::*;

const HEADER: Header = Header {
    version: 3,
    machine: Machine::Arm64,
    cpu: 3,
    used: 27,
    edges: Edges::Exit,
    has_args: true,
    sequence: 0x0102_0304,
    session: 0xa1a2_a3a4,
    base_time: 0x1122_3344_5566_7788,
    watermark: 0x1122_3344_5566_8888,
    wall_clock: 0x1aca_1234_5678_9abc,
    tick: 16 << 32,
    dropped: 0x1_0000_0005,
    dropped_before: 5,
    release: *b"7.3.4+deb13-arm64\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
};

#[test]
fn header_has_documented_bytes() {
    let bytes: Vec<u8> = HEADER.to_words().iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut expected = Vec::new();
    expected.extend(b"\xd3SYSREC\n");
    expected.extend([3, 1, 3, 0, 27, 0, 6, 0]);
    expected.extend([0x04, 0x03, 0x02, 0x01, 0xa4, 0xa3, 0xa2, 0xa1]);
    expected.extend([0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
    expected.extend([0x88, 0x88, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
    expected.extend([0xbc, 0x9a, 0x78, 0x56, 0x34, 0x12, 0xca, 0x1a]);
    expected.extend([0, 0, 0, 0, 16, 0, 0, 0]);
    expected.extend([5, 0, 0, 0, 1, 0, 0, 0]);
    expected.extend([5, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend(b"7.3.4+deb13-arm64");
    expected.resize(HEADER_WORDS * 8, 0);
    assert_eq!(bytes, expected);
}

const TASK: Task = Task { is_32bit: false, tid: 0x21e, tgid: 0x21d, comm: SYSTEMD_JOURNAL };
const SYSTEMD_JOURNAL: Comm = [u64::from_le_bytes(*b"systemd-"), u64::from_le_bytes(*b"journal\0")];
const ARGS: [u64; MAX_ARGS] = [0xa1, 0xb2b2_b2b2, 0xc3, 0xd4, 0xe5, 0xf6];

#[test]
fn records_have_documented_words() {
    let [wide, narrow] = [64, 32].map(|bits| pack_args(ARGS, bits));
    let lost = ReturnHead { is_32bit: true, entry_may_be_lost: true, ..returned(0x4000_0001, -14) };
    let words: Vec<u64> = [
        vec![call(0x1ff, -2, 0xabc, 0x7f_ffff)],
        vec![enter(true, 0x1a5, 0x12_3456).expect("fits")],
        vec![set_args(enter_args(false, 0x3f, 0xa_bcde).expect("fits"), 3)],
        wide[..3].to_vec(),
        vec![set_args(complete(enter_args(true, 0x103, 1).expect("fits"), 0x1234, 0x801).expect("fits"), 5)],
        narrow[..3].to_vec(),
        vec![exit(&ReturnHead { is_32bit: true, ..returned(0x1ff, -14) }, 0x1ff_ffff).expect("fits")],
        vec![exit(&ReturnHead { entry_may_be_lost: true, ..returned(0x3f, 0x7f_ffff) }, 0x123).expect("fits")],
        exit_wide(&returned(0xde, 0x7f12_3456_7000), None, 0x12_3456).to_vec(),
        exit_wide(&lost, Some(3), 0x3f_ffff).to_vec(),
        narrow[..2].to_vec(),
        enter_wide(true, 0x4000_0001, 2, 9).to_vec(),
        narrow[..1].to_vec(),
        vec![time(0x0abc_def0_1234_5678)],
        task(&TASK, 6).to_vec(),
        vec![switch(6)],
    ]
    .concat();
    let expected = [
        0xffff_ff57_9fff_dffa, // CALL 0x1ff = -2, 0xabc ticks, delta 0x7fffff
        0x2468_ac00_0000_1a53, // ENTER, 32-bit, 0x1a5, delta 0x123456
        0xabcd_e600_0000_03f4, // ENTER_ARGS 0x3f, 3 arguments, delta 0xabcde
        0x0000_0000_0000_00a1,
        0x0000_0000_b2b2_b2b2,
        0x0000_0000_0000_00c3,
        0x0000_1b00_2246_903d, // CALL_ARGS, 32-bit, 0x103 = 0x1234, 0x801 ticks, 5 arguments, delta 1
        0xb2b2_b2b2_0000_00a1,
        0x0000_00d4_0000_00c3,
        0x0000_00f6_0000_00e5, // the upper half means nothing
        0xffff_f2ff_ffff_bff6, // EXIT, 32-bit, 0x1ff = -14, delta 0x1ffffff
        0x7fff_ff00_0091_c3f6, // EXIT 0x3f = 0x7fffff, the entry may be lost, delta 0x123
        0x0000_00de_48d1_5807, // EXIT_WIDE 0xde, delta 0x123456
        0x0000_7f12_3456_7000,
        0x4000_0001_ffff_ff77, // EXIT_WIDE, 32-bit, 0x40000001, 3 arguments, the entry may be lost, delta 0x3fffff
        0xffff_ffff_ffff_fff2,
        0xb2b2_b2b2_0000_00a1,
        0x0000_00d4_0000_00c3, // the upper half means nothing
        0x0000_0009_0000_0051, // ENTER_WIDE, 32-bit, 2 arguments
        0x0000_0000_4000_0001,
        0xb2b2_b2b2_0000_00a1,
        0xabcd_ef01_2345_6788, // TIME
        0x0000_021d_0002_1ec9, // TASK in slot 6
        u64::from_le_bytes(*b"systemd-"),
        u64::from_le_bytes(*b"journal\0"),
        0x0000_0000_0000_00ce, // SWITCH to slot 6
    ];
    for (word, expected) in words.iter().zip(expected) {
        assert_eq!(*word, expected, "{word:#018x} instead of {expected:#018x}");
    }
    assert_eq!(words.len(), expected.len());

    let args = |words, count, bits| Args::new(words, count, bits).expect("are there");
    let records = [
        Record::Call {
            is_32bit: false,
            number: 0x1ff,
            args: args(&[], 0, 64),
            result: -2,
            duration: 0xabc,
            delta: 0x7f_ffff,
        },
        Record::Enter { is_32bit: true, number: 0x1a5, args: args(&[], 0, 32), delta: 0x12_3456 },
        Record::Enter { is_32bit: false, number: 0x3f, args: args(&wide, 3, 64), delta: 0xa_bcde },
        Record::Call {
            is_32bit: true,
            number: 0x103,
            args: args(&narrow, 5, 32),
            result: 0x1234,
            duration: 0x801,
            delta: 1,
        },
        exit_record(ReturnHead { is_32bit: true, ..returned(0x1ff, -14) }, None, 0x1ff_ffff),
        exit_record(ReturnHead { entry_may_be_lost: true, ..returned(0x3f, 0x7f_ffff) }, None, 0x123),
        exit_record(returned(0xde, 0x7f12_3456_7000), None, 0x12_3456),
        exit_record(lost, Some(args(&narrow, 3, 32)), 0x3f_ffff),
        Record::Enter { is_32bit: true, number: 0x4000_0001, args: args(&narrow, 2, 32), delta: 9 },
        Record::Time(0x0abc_def0_1234_5678),
        Record::Task(TASK, 6),
        Record::Switch(6),
    ];
    let mut rest = &expected[..];
    for record in records {
        let (read, len) = Record::from_words(rest, Machine::Arm64, VERSION).expect("is one");
        assert_eq!(read, record);
        rest = &rest[len..];
    }
    assert!(rest.is_empty());
}

#[test]
fn arguments_come_in_their_order() {
    let read = |bits, count| -> Vec<u64> {
        Args::new(&pack_args(ARGS, bits), count, bits).expect("are there").iter().collect()
    };
    for count in 0..=6 {
        assert_eq!(read(64, count), ARGS[..usize::from(count)]);
        assert_eq!(read(32, count), ARGS[..usize::from(count)]);
    }
    assert_eq!(Args::new(&ARGS, 7, 64), None);
    assert_eq!(Args::new(&ARGS[..2], 3, 64), None);
    // 32-bit registers share words: five arguments take three.
    assert_eq!(Args::new(&ARGS[..3], 5, 32).map(|args| args.words().len()), Some(3));
}

fn returned(number: u32, result: i64) -> ReturnHead {
    ReturnHead { is_32bit: false, number, result, entry_may_be_lost: false }
}

fn exit_record(head: ReturnHead, args: Option<Args<'_>>, delta: u64) -> Record<'_> {
    let ReturnHead { is_32bit, number, result, entry_may_be_lost } = head;
    Record::Exit { call: Some(ReturnedCall { is_32bit, number, entry_may_be_lost, args }), result, delta }
}

#[test]
fn records_of_version_1_are_still_read() {
    let exit = |result, delta| Record::Exit { call: None, result, delta };
    let read = |words: &'static [u64]| Record::from_words(words, Machine::Arm64, 1);
    assert_eq!(read(&[0xffff_fff2_ffff_fff6]), Some((exit(-14, 0xfff_ffff), 1)));
    assert_eq!(read(&[0x1234_5678_0000_0007, 0x0000_7f12_3456_7000]), Some((exit(0x7f12_3456_7000, 0x1234_5678), 2)));
    assert_eq!(read(&[0x1234_5678_0000_0017, 0]), None);
    let absent: &[u64] = &[memory(ChunkHead { is_absent: true, ..ChunkHead::default() }, 0)];
    assert!(Record::from_words(absent, Machine::Arm64, 2).is_some());
    assert_eq!(Record::from_words(absent, Machine::Arm64, 1), None);
}

/// A bad address is not resident, but is not said to be absent.
#[test]
fn memory_is_not_both_faulty_and_absent() {
    let head = ChunkHead { is_absent: true, is_fault: true, ..ChunkHead::default() };
    assert_eq!(Chunk::new(head, &[]), None);
    assert_eq!(Record::from_words(&[memory(head, 0)], Machine::Arm64, VERSION), None);
}

fn call(number: u64, result: i64, duration: u64, delta: u64) -> u64 {
    complete(enter(false, number, delta).expect("fits"), result, duration).expect("fits")
}

#[test]
fn usual_call_takes_one_word_and_packet_512() {
    let mut packet = [0; PACKET_WORDS];
    let mut encoder = Encoder::new(1000);
    let first = ProbeEvent::Enter(ProbeCall { number: 173, args: None });
    assert_eq!(encoder.put(&mut packet[HEADER_WORDS..][..MAX_EVENT_WORDS - 1], &TASK, 1010, &first), Err(PacketFull));
    assert_eq!(encoder.put(&mut packet[HEADER_WORDS..], &TASK, 1010, &first), Ok(Written { words: 4, open: Some(3) }));
    let start = HEADER_WORDS + 3;
    let mut now = 1010;
    packet[start] = encoder.complete(packet[start], 1, now + 10).expect("fits");
    for word in &mut packet[start + 1..] {
        let enter = encoder.enter(false, 173, now + 20).expect("fits");
        *word = encoder.complete(enter, 1, now + 30).expect("fits");
        now += 20;
    }
    assert_eq!(packet[HEADER_WORDS..start], task(&TASK, 6));
    assert!(packet[start..].iter().all(|&word| word == call(173, 1, 10, 10)));
}

#[test]
fn returns_without_entries_tell_their_call() {
    let mut encoder = Encoder::new(1000);
    let mut room = [0; 32];
    let args = Args::new(&ARGS, 2, 64);
    let small = ProbeEvent::ReturnOnly { call: ProbeCall { number: 63, args }, result: -11 };
    assert_eq!(encoder.put(&mut room, &TASK, 1005, &small), Ok(Written { words: 6, open: None }));
    let word = set_args(complete(enter_args(false, 63, 5).expect("fits"), -11, 0).expect("fits"), 2);
    assert_eq!(room[3..6], [word, ARGS[0], ARGS[1]]);
    assert_eq!(encoder.return_only_args(false, 63, -11, 1010).map(|word| set_args(word, 2)), Some(word));
    // A result that does not fit into a CALL takes an EXIT_WIDE, or without arguments an EXIT.
    assert_eq!(encoder.return_only_args(false, 63, 0x8000, 1020), None);
    let large = ProbeEvent::ReturnOnly { call: ProbeCall { number: 63, args }, result: 0x8000 };
    assert_eq!(encoder.put(&mut room, &TASK, 1020, &large), Ok(Written { words: 4, open: None }));
    let [head, result] = exit_wide(&returned(63, 0x8000), Some(2), 10);
    assert_eq!(room[..4], [head, result, ARGS[0], ARGS[1]]);
    let without = ProbeEvent::ReturnOnly { call: ProbeCall { number: 63, args: None }, result: 0x8000 };
    assert_eq!(encoder.put(&mut room, &TASK, 1025, &without), Ok(Written { words: 1, open: None }));
    assert_eq!(room[0], exit(&returned(63, 0x8000), 5).expect("fits"));
}

#[test]
fn malformed_words_are_no_record() {
    for machine in [Machine::Arm64, Machine::Arm, Machine::X86_64] {
        assert_eq!(Record::from_words(&[MAGIC, 0, 0], machine, VERSION), None);
        assert_eq!(Record::from_words(&[0, 0, 0], machine, VERSION), None);
        assert_eq!(Record::from_words(&[], machine, VERSION), None);
        // More arguments than there are registers, and fewer words than arguments.
        let enter_args = enter_args(false, 1, 1).expect("fits");
        assert_eq!(Record::from_words(&[set_args(enter_args, 7); 9], machine, VERSION), None);
        assert_eq!(Record::from_words(&[set_args(enter_args, 6); 3], machine, VERSION), None);
    }
}

#[test]
fn malformed_headers_are_refused() {
    let mut packet = [0; PACKET_WORDS];
    packet[..HEADER_WORDS].copy_from_slice(&HEADER.to_words());
    assert_eq!(Header::from_words(&packet), Ok(HEADER));
    let with = |index: usize, word: u64| {
        let mut packet = packet;
        packet[index] = word;
        Header::from_words(&packet)
    };
    assert_eq!(with(0, 1), Err(BadHeader::Magic));
    assert_eq!(with(1, packet[1] - 1), Ok(Header { version: 2, ..HEADER }));
    assert_eq!(with(1, packet[1] - 2), Ok(Header { version: 1, ..HEADER }));
    assert_eq!(with(1, packet[1] - 3), Err(BadHeader::Version(0)));
    assert_eq!(with(1, packet[1] + 1), Err(BadHeader::Version(4)));
    assert_eq!(with(1, packet[1] + (9 << 8)), Err(BadHeader::Field));
    assert_eq!(with(1, (packet[1] & !(0xffff << 32)) | (15 << 32)), Err(BadHeader::Field));
    assert_eq!(with(1, (packet[1] & !(0xffff << 32)) | (513 << 32)), Err(BadHeader::Field));
    assert_eq!(with(1, packet[1] | (3 << 48)), Err(BadHeader::Field));
    assert_eq!(with(1, packet[1] | (1 << 51)), Err(BadHeader::Field));
}
