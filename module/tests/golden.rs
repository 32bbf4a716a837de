// SPDX-License-Identifier: GPL-2.0

//! The format is an interface: these bytes change only together with its version.

use syscall_record_format::encode::{Encoder, Event, Full};
use syscall_record_format::format::*;

const HEADER: Header = Header {
    machine: Machine::Arm64,
    cpu: 3,
    used: 27,
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
fn header_bytes() {
    let bytes: Vec<u8> = HEADER.to_words().iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut expected = Vec::new();
    expected.extend(b"\xd3SYSREC\n");
    expected.extend([1, 1, 3, 0, 27, 0, 0, 0]);
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

#[test]
fn record_words() {
    let task = Task { is_32bit: false, tid: 0x21e, tgid: 0x21d, comm: comm(b"systemd-journal\0") };
    let words: Vec<u64> = [
        vec![call(0x1ff, -2, 0xabc, 0x7f_ffff)],
        vec![enter(true, 0xf_0005, 0xffff_ffff).expect("fits")],
        vec![exit(-14, 0xfff_ffff).expect("fits")],
        exit_wide(0x7f12_3456_7000, 0x1234_5678).to_vec(),
        enter_wide(true, 0x4000_0001, 9).to_vec(),
        vec![time(0x0abc_def0_1234_5678)],
        syscall_record_format::format::task(&task, 6).to_vec(),
        vec![switch(6)],
    ]
    .concat();
    let expected = [
        0xffff_ff57_9fff_dff1, // CALL 0x1ff = -2, 0xabc ticks, delta 0x7fffff
        0xffff_ffff_0f00_0504, // ENTER, 32-bit, 0xf0005
        0xffff_fff2_ffff_fff5, // EXIT -14
        0x1234_5678_0000_0006, // EXIT_WIDE
        0x0000_7f12_3456_7000,
        0x0000_0009_0000_0017, // ENTER_WIDE, 32-bit
        0x0000_0000_4000_0001,
        0xabcd_ef01_2345_6788, // TIME
        0x0000_021d_0002_1ec9, // TASK in slot 6
        u64::from_le_bytes(*b"systemd-"),
        u64::from_le_bytes(*b"journal\0"),
        0x0000_0000_0000_00ca, // SWITCH to slot 6
    ];
    for (word, expected) in words.iter().zip(expected) {
        assert_eq!(*word, expected, "{word:#018x} instead of {expected:#018x}");
    }
    assert_eq!(words.len(), expected.len());
}

fn call(number: u32, result: i64, duration: u64, delta: u64) -> u64 {
    complete_call(open_call(false, number, delta).expect("fits"), result, duration).expect("fits")
}

fn comm(bytes: &[u8; 16]) -> Comm {
    syscall_record_format::filter::comm_from_bytes(bytes)
}

#[test]
fn a_call_takes_one_word_and_a_packet_512() {
    let task = Task { is_32bit: false, tid: 7, tgid: 7, comm: comm(b"ls\0\0\0\0\0\0\0\0\0\0\0\0\0\0") };
    let mut packet = [0; PACKET_WORDS];
    let mut encoder = Encoder::new();
    let mut now = 1000;
    assert_eq!(encoder.put(&mut packet, &task, now, Event::Enter { number: 1 }), Err(Full));
    encoder.begin(now);
    let mut calls = 0;
    loop {
        now += 10;
        if encoder.put(&mut packet, &task, now, Event::Enter { number: 173 }) == Err(Full) {
            break;
        }
        now += 10;
        assert_eq!(encoder.put(&mut packet, &task, now, Event::Exit { result: 1 }), Ok(()));
        calls += 1;
    }
    // All words but the header's and the task's.
    assert_eq!((calls, encoder.used()), (PACKET_WORDS as u32 - 16 - 3, PACKET_WORDS as u32));
    assert_eq!(packet[16..19], syscall_record_format::format::task(&task, 7));
    assert!(packet[19..].iter().all(|&word| word == call(173, 1, 10, 10)));
}

#[test]
fn the_magic_is_no_record() {
    assert_eq!(Record::from_words(&[MAGIC, 0, 0]), None);
    assert_eq!(Record::from_words(&[0, 0, 0]), None);
    assert_eq!(Record::from_words(&[]), None);
}

#[test]
fn headers_are_checked() {
    let mut packet = [0; PACKET_WORDS];
    packet[..HEADER_WORDS].copy_from_slice(&HEADER.to_words());
    assert_eq!(Header::from_words(&packet), Ok(HEADER));
    let with = |index: usize, word: u64| {
        let mut packet = packet;
        packet[index] = word;
        Header::from_words(&packet)
    };
    assert_eq!(with(0, 1), Err(BadHeader::Magic));
    assert_eq!(with(1, packet[1] + 1), Err(BadHeader::Version(2)));
    assert_eq!(with(1, packet[1] + (9 << 8)), Err(BadHeader::Field));
    assert_eq!(with(1, (packet[1] & !(0xffff << 32)) | (15 << 32)), Err(BadHeader::Field));
    assert_eq!(with(1, (packet[1] & !(0xffff << 32)) | (513 << 32)), Err(BadHeader::Field));
    assert_eq!(with(1, packet[1] | (1 << 48)), Err(BadHeader::Field));
}
