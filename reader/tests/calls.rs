// SPDX-License-Identifier: GPL-2.0

//! Names and arguments of system calls.

use syscall_record::calls::{Abi, Call, Parameter};
use syscall_record_format::calls::{argument_counts, MAX_ARGUMENTS, NUMBERS};
use syscall_record_format::format::Machine;

const TABLES: [(Machine, bool, Abi); 4] = [
    (Machine::Arm64, false, Abi::Arm64),
    (Machine::Arm, false, Abi::Arm),
    (Machine::X86_64, false, Abi::X86_64),
    (Machine::X86_64, true, Abi::I386),
];

/// The call as `name(type name@register, …)`; of a pair, the first.
fn show(abi: Abi, number: u32) -> String {
    let call = Call::new(abi, number).expect("the call is known");
    let Some(parameters) = call.parameters() else { return call.name().to_owned() };
    let list: Vec<_> = parameters
        .map(|Parameter { c_type, name, register, is_pair }| {
            format!("{c_type} {name}@{register}{}", if is_pair { "+" } else { "" })
        })
        .collect();
    format!("{}({})", call.name(), list.join(", "))
}

#[test]
fn known_calls() {
    assert_eq!(show(Abi::Arm64, 63), "read(unsigned int fd@0, char * buf@1, size_t count@2)");
    assert_eq!(show(Abi::Arm, 3), "read(unsigned int fd@0, char * buf@1, size_t count@2)");
    assert_eq!(show(Abi::X86_64, 0), "read(unsigned int fd@0, char * buf@1, size_t count@2)");
    assert_eq!(show(Abi::I386, 3), "read(unsigned int fd@0, char * buf@1, size_t count@2)");
    assert_eq!(show(Abi::Arm64, 56), "openat(int dfd@0, const char * filename@1, int flags@2, umode_t mode@3)");
    for (abi, number) in [(Abi::Arm64, 173), (Abi::Arm, 64), (Abi::X86_64, 110), (Abi::I386, 64)] {
        assert_eq!(show(abi, number), "getppid()");
    }
    // Nothing is behind the number.
    assert_eq!(show(Abi::Arm64, 18), "lookup_dcookie");
    assert_eq!(show(Abi::I386, 17), "break");
}

#[test]
fn the_same_name_with_other_arguments() {
    let tls_before_child = "clone(unsigned long clone_flags@0, unsigned long newsp@1, int * parent_tidptr@2, \
                            unsigned long tls@3, int * child_tidptr@4)";
    assert_eq!(show(Abi::Arm64, 220), tls_before_child);
    assert_eq!(show(Abi::Arm, 120), tls_before_child);
    assert_eq!(show(Abi::I386, 120), tls_before_child);
    assert_eq!(
        show(Abi::X86_64, 56),
        "clone(unsigned long clone_flags@0, unsigned long newsp@1, int * parent_tidptr@2, \
         int * child_tidptr@3, unsigned long tls@4)"
    );
}

#[test]
fn pairs() {
    let pread64 = "pread64(unsigned int fd@0, char * buf@1, size_t count@2, loff_t pos@";
    assert_eq!(show(Abi::Arm64, 67), format!("{pread64}3)"));
    assert_eq!(show(Abi::X86_64, 17), format!("{pread64}3)"));
    assert_eq!(show(Abi::Arm, 180), format!("{pread64}4+)"));
    assert_eq!(
        show(Abi::I386, 180),
        "pread64(unsigned int fd@0, char * ubuf@1, u32 count@2, u32 poslo@3, u32 poshi@4)"
    );
    assert_eq!(show(Abi::Arm, 270), "arm_fadvise64_64(int fd@0, int advice@1, loff_t offset@2+, loff_t len@4+)");

    let values = |abi, number, registers: &[u64]| -> Vec<Option<u64>> {
        let parameters = Call::new(abi, number).and_then(|call| call.parameters());
        parameters.expect("the call is known").map(|parameter| parameter.value(registers)).collect()
    };
    let registers = [3, 0x1000, 512, 0xdead, 0x8765_4321, 0x1];
    assert_eq!(values(Abi::Arm, 180, &registers), [Some(3), Some(0x1000), Some(512), Some(0x1_8765_4321)]);
    assert_eq!(values(Abi::Arm, 180, &registers[..5]), [Some(3), Some(0x1000), Some(512), None]);
    assert_eq!(values(Abi::Arm64, 67, &registers), [Some(3), Some(0x1000), Some(512), Some(0xdead)]);
}

#[test]
fn private_calls_of_arm() {
    assert_eq!(show(Abi::Arm, 0xf0001), "breakpoint()");
    assert_eq!(show(Abi::Arm, 0xf0002), "cacheflush(unsigned long start@0, unsigned long end@1, int flags@2)");
    assert_eq!(show(Abi::Arm, 0xf0005), "set_tls(unsigned long tls@0)");
    assert_eq!(show(Abi::Arm, 0xf0006), "get_tls()");
    for number in [0xeffff, 0xf0000, 0xf0007, 0xf0008, 0xf0200] {
        assert_eq!(Call::new(Abi::Arm, number), None);
    }
    assert_eq!(Call::new(Abi::Arm64, 0xf0002), None);
}

#[test]
fn numbers_that_no_call_has() {
    for (_, _, abi) in TABLES {
        for number in [511, 512, 0xffff, 0x4000_0000, u32::MAX] {
            assert_eq!(Call::new(abi, number), None, "{abi:?} {number}");
        }
    }
    assert_eq!(Call::new(Abi::Arm, 7), None);
    assert_eq!(Call::new(Abi::Arm64, 244), None);
}

#[test]
fn every_call_agrees_with_the_module() {
    for (machine, is_32bit, abi) in TABLES {
        assert_eq!(Abi::new(machine, is_32bit), abi);
        let counts = argument_counts(machine, is_32bit);
        let mut known = 0;
        for (number, &count) in counts.iter().enumerate() {
            let call = Call::new(abi, number as u32);
            let parameters = call.and_then(|call| call.parameters());
            known += u32::from(call.is_some());
            let registers = parameters.map_or(MAX_ARGUMENTS, |parameters| {
                parameters.last().map_or(0, |last| last.register + 1 + u8::from(last.is_pair))
            });
            assert_eq!(registers, count, "{abi:?} {call:?}");
        }
        assert!(known > 300, "{abi:?}: {known}");
    }
    assert_eq!(Abi::new(Machine::Arm64, true), Abi::Arm);
}

#[test]
fn every_prototype_is_whole() {
    for (_, _, abi) in TABLES {
        for call in (0..NUMBERS).filter_map(|number| Call::new(abi, number as u32)) {
            let is_name = |text: &str| !text.is_empty() && text.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
            assert!(is_name(call.name()), "{call:?}");
            for parameter in call.parameters().into_iter().flatten() {
                assert!(is_name(parameter.name), "{call:?}");
                assert!(
                    parameter.c_type.starts_with(|first: char| first == '_' || first.is_ascii_lowercase()),
                    "{call:?}"
                );
            }
        }
    }
}
