// SPDX-License-Identifier: GPL-2.0

//! Names, parameters and categories of system calls.

use syscall_record::calls::{plan::CopyPlans, prototypes, Abi, Category, Direction, KnownCall, Parameter, NUMBERS};
use syscall_record_format::format::{Machine, MAX_ARGS};

const TABLES: [(Machine, bool, Abi); 4] = [
    (Machine::Arm64, false, Abi::Arm64),
    (Machine::Arm, false, Abi::Arm),
    (Machine::X86_64, false, Abi::X86_64),
    (Machine::X86_64, true, Abi::I386),
];

/// The call as `name(name@register: kind, …)`; a `+` follows the first register of a pair.
fn show(abi: Abi, number: u32) -> String {
    let call = KnownCall::new(abi, number).expect("the call is known");
    let Some(parameters) = call.parameters() else { return call.name().to_owned() };
    let list: Vec<_> = parameters
        .map(|parameter| {
            let kind = kind(&parameter);
            let Parameter { name, register, is_pair, .. } = parameter;
            format!("{name}@{register}{}: {kind}", if is_pair { "+" } else { "" })
        })
        .collect();
    format!("{}({})", call.name(), list.join(", "))
}

fn kind(parameter: &Parameter) -> String {
    let direction = match parameter.direction {
        Direction::Value => "",
        Direction::In => "in ",
        Direction::Out => "out ",
        Direction::InOut => "inout ",
    };
    let length = parameter.length.map(|length| format!("[{length}]")).unwrap_or_default();
    format!("{direction}{}{length}", parameter.kind)
}

#[test]
fn known_numbers_give_known_prototypes() {
    for (abi, number) in [(Abi::Arm64, 63), (Abi::Arm, 3), (Abi::X86_64, 0), (Abi::I386, 3)] {
        assert_eq!(show(abi, number), "read(fd@0: fd, buf@1: out bytes[count], count@2: size)");
    }
    assert_eq!(show(Abi::Arm64, 56), "openat(dfd@0: dirfd, filename@1: in path, flags@2: open_flags, mode@3: mode)");
    for (abi, number) in [(Abi::Arm64, 173), (Abi::Arm, 64), (Abi::X86_64, 110), (Abi::I386, 64)] {
        assert_eq!(show(abi, number), "getppid()");
    }
    // The kernel does not implement these any more.
    assert_eq!(show(Abi::Arm64, 18), "lookup_dcookie");
    assert_eq!(show(Abi::I386, 17), "break");
}

#[test]
fn clone_has_the_parameters_of_each_architecture() {
    let tls_before_child = "clone(clone_flags@0: clone_flags, newsp@1: ptr, parent_tidptr@2: out int, tls@3: ptr, \
                            child_tidptr@4: ptr)";
    assert_eq!(show(Abi::Arm64, 220), tls_before_child);
    assert_eq!(show(Abi::Arm, 120), tls_before_child);
    assert_eq!(show(Abi::I386, 120), tls_before_child);
    assert_eq!(
        show(Abi::X86_64, 56),
        "clone(clone_flags@0: clone_flags, newsp@1: ptr, parent_tidptr@2: out int, child_tidptr@3: ptr, tls@4: ptr)"
    );
}

#[test]
fn times_have_the_width_of_each_architecture() {
    let nanosleep = "nanosleep(rqtp@0: in timespec, rmtp@1: out timespec[!])";
    assert_eq!(show(Abi::Arm64, 101), nanosleep);
    assert_eq!(show(Abi::X86_64, 35), nanosleep);
    assert_eq!(show(Abi::Arm, 162), nanosleep.replace("timespec", "timespec32"));
    assert_eq!(show(Abi::I386, 162), nanosleep.replace("timespec", "timespec32"));
    // All architectures have one C type for this.
    assert_eq!(show(Abi::X86_64, 96), "gettimeofday(tv@0: out timeval, tz@1: out timezone)");
    assert_eq!(show(Abi::Arm, 78), "gettimeofday(tv@0: out timeval32, tz@1: out timezone)");
}

#[test]
fn wide_values_take_register_pairs_on_arm() {
    let pread64 = "pread64(fd@0: fd, buf@1: out bytes[count], count@2: size, pos@";
    assert_eq!(show(Abi::Arm64, 67), format!("{pread64}3: off)"));
    assert_eq!(show(Abi::X86_64, 17), format!("{pread64}3: off)"));
    assert_eq!(show(Abi::Arm, 180), format!("{pread64}4+: off)"));
    assert_eq!(
        show(Abi::I386, 180),
        "pread64(fd@0: fd, ubuf@1: out bytes[count], count@2: size, poslo@3: off_low, poshi@4: off_high)"
    );
    assert_eq!(show(Abi::Arm, 270), "arm_fadvise64_64(fd@0: fd, advice@1: fadvise, offset@2+: off, len@4+: off)");
    // The offset is in memory, so it takes one register.
    assert_eq!(show(Abi::Arm, 239), "sendfile64(out_fd@0: fd, in_fd@1: fd, offset@2: inout off, count@3: size)");

    let values = |abi, number, registers: &[u64]| -> Vec<Option<u64>> {
        let parameters = KnownCall::new(abi, number).and_then(|call| call.parameters());
        parameters.expect("the call is known").map(|parameter| parameter.value(registers)).collect()
    };
    let registers = [3, 0x1000, 512, 0xdead, 0x8765_4321, 0x1];
    assert_eq!(values(Abi::Arm, 180, &registers), [Some(3), Some(0x1000), Some(512), Some(0x1_8765_4321)]);
    assert_eq!(values(Abi::Arm, 180, &registers[..5]), [Some(3), Some(0x1000), Some(512), None]);
    assert_eq!(values(Abi::Arm64, 67, &registers), [Some(3), Some(0x1000), Some(512), Some(0xdead)]);
}

#[test]
fn private_calls_exist_on_arm_alone() {
    assert_eq!(show(Abi::Arm, 0xf0001), "breakpoint()");
    assert_eq!(show(Abi::Arm, 0xf0002), "cacheflush(start@0: ptr, end@1: ptr, flags@2: hex32)");
    assert_eq!(show(Abi::Arm, 0xf0005), "set_tls(tls@0: ptr)");
    assert_eq!(show(Abi::Arm, 0xf0006), "get_tls()");
    for number in [0xeffff, 0xf0000, 0xf0007, 0xf0008, 0xf0200] {
        assert_eq!(KnownCall::new(Abi::Arm, number), None);
    }
    assert_eq!(KnownCall::new(Abi::Arm64, 0xf0002), None);
}

#[test]
fn unused_numbers_give_no_call() {
    for (_, _, abi) in TABLES {
        for number in [511, 512, 0xffff, 0x4000_0000, u32::MAX] {
            assert_eq!(KnownCall::new(abi, number), None, "{abi:?} {number}");
        }
    }
    assert_eq!(KnownCall::new(Abi::Arm, 7), None);
    assert_eq!(KnownCall::new(Abi::Arm64, 244), None);
}

#[test]
fn every_call_has_as_many_registers_as_the_module_records() {
    for (machine, is_32bit, abi) in TABLES {
        assert_eq!(Abi::new(machine, is_32bit), abi);
        let plans = CopyPlans::new(abi);
        let mut known = 0;
        for number in 0..NUMBERS as u32 {
            let call = KnownCall::new(abi, number);
            let parameters = call.and_then(|call| call.parameters());
            known += u32::from(call.is_some());
            let registers = parameters.map_or(MAX_ARGS as u8, |parameters| {
                parameters.last().map_or(0, |last| last.register + 1 + u8::from(last.is_pair))
            });
            assert_eq!(registers, plans.arguments(number), "{abi:?} {call:?}");
        }
        assert!(known > 300, "{abi:?}: {known}");
    }
    assert_eq!(Abi::new(Machine::Arm64, true), Abi::Arm);
}

#[test]
fn every_prototype_is_rebuilt_from_its_parameters() {
    let is_name = |text: &str| !text.is_empty() && text.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
    for (_, call) in Abi::ALL.into_iter().flat_map(KnownCall::all) {
        assert!(is_name(call.name()), "{call:?}");
        let parameters: Option<Vec<_>> = call.parameters().map(Iterator::collect);
        let list = parameters.as_ref().map(|parameters| {
            let list: Vec<_> =
                parameters.iter().map(|parameter| format!("{}: {}", parameter.name, kind(parameter))).collect();
            format!("({})", list.join(", "))
        });
        assert_eq!(format!("{}{}", call.name(), list.unwrap_or_default()), call.text());
        for parameter in parameters.iter().flatten() {
            let text = call.text();
            assert!(is_name(parameter.name) && is_name(parameter.kind), "{text}");
            assert!(parameter.direction != Direction::Value || parameter.length.is_none(), "{text}");
            if let Some(length) = parameter.length.filter(|length| !matches!(*length, "=" | "!")) {
                let mut names = parameters.iter().flatten().map(|parameter| parameter.name);
                assert!(length.parse::<u32>().is_ok() || names.any(|name| name == length), "{text}");
            }
        }
    }
}

/// The words in the documentation of `calls::words`.
fn documented() -> Vec<&'static str> {
    let source = include_str!("../../module/shared/calls/words.rs");
    let lines = source.lines().filter(|line| line.starts_with("//!"));
    lines.flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn every_word_is_documented() {
    let documented = documented();
    for (text, numbers) in prototypes() {
        let (abi, number) = Abi::ALL.into_iter().zip(numbers).find_map(|(abi, number)| Some((abi, number?))).unwrap();
        for parameter in KnownCall::new(abi, number).unwrap().parameters().into_iter().flatten() {
            assert!(documented.contains(&parameter.kind), "{}, of {text}", parameter.kind);
        }
    }
}

#[test]
fn name_gives_its_numbers_in_all_tables() {
    let numbers = |name| KnownCall::by_name(name).collect::<Vec<_>>();
    assert_eq!(numbers("openat"), [(Abi::Arm64, 56), (Abi::Arm, 322), (Abi::X86_64, 257), (Abi::I386, 295)]);
    assert_eq!(numbers("open"), [(Abi::Arm, 5), (Abi::X86_64, 2), (Abi::I386, 5)]);
    assert_eq!(numbers("clone").len(), 4);
    assert_eq!(numbers("set_tls"), [(Abi::Arm, 0xf0005)]);
    assert_eq!(numbers("opena"), []);
    assert_eq!(numbers(""), []);
}

#[test]
fn prototypes_and_tables_list_the_same_calls() {
    let rows: Vec<_> = prototypes().collect();
    assert!(rows.is_sorted());
    assert!(rows.contains(&("vhangup()", [Some(58), Some(111), Some(153), Some(111)])));
    assert!(rows.contains(&("get_tls()", [None, Some(0xf0006), None, None])));
    for (column, abi) in Abi::ALL.into_iter().enumerate() {
        let all: Vec<_> = KnownCall::all(abi).collect();
        assert!(all.is_sorted_by_key(|(number, _)| *number));
        assert!(all.iter().all(|&(number, call)| KnownCall::new(abi, number) == Some(call)));
        assert_eq!(all.len(), rows.iter().filter(|(_, numbers)| numbers[column].is_some()).count());
    }
}

#[test]
fn known_calls_are_in_known_categories() {
    let category = |name| {
        let (abi, number) = KnownCall::by_name(name).next().expect("the call is known");
        KnownCall::new(abi, number).unwrap().category()
    };
    assert_eq!(category("openat"), Category::File);
    assert_eq!(category("connect"), Category::Net);
    assert_eq!(category("mmap"), Category::Memory);
    assert_eq!(category("execve"), Category::Process);
    assert_eq!(category("nanosleep"), Category::Sleep);
    assert_eq!(category("ppoll"), Category::Wait);
    let io = |name| {
        let (abi, number) = KnownCall::by_name(name).next().expect("the call is known");
        let call = KnownCall::new(abi, number).unwrap();
        (call.is_io(), call.is_io_read(), call.is_io_write())
    };
    assert_eq!(io("preadv2"), (true, true, false));
    assert_eq!(io("sendto"), (true, false, true));
    assert_eq!(io("close"), (false, false, false));
    let names: Vec<_> = Category::ALL.into_iter().map(Category::name).collect();
    for (_, call) in Abi::ALL.into_iter().flat_map(KnownCall::all) {
        assert_eq!(names.iter().filter(|name| **name == call.category().name()).count(), 1, "{}", call.text());
    }
}
