// SPDX-License-Identifier: GPL-2.0

//! Which memory is copied for each call.

use syscall_record_format::calls::plan::{CopyPlan, CopyPlans, Count, MemoryKind};
use syscall_record_format::calls::prototype::{name_length, PrototypeParser};
use syscall_record_format::calls::{words::size_of_word, Abi, Direction, ROWS};

static ARM64: CopyPlans = CopyPlans::new(Abi::Arm64);
static ARM: CopyPlans = CopyPlans::new(Abi::Arm);
static X86_64: CopyPlans = CopyPlans::new(Abi::X86_64);
static I386: CopyPlans = CopyPlans::new(Abi::I386);

fn of(abi: Abi, number: u32) -> &'static [CopyPlan] {
    let plans = match abi {
        Abi::Arm64 => &ARM64,
        Abi::Arm => &ARM,
        Abi::X86_64 => &X86_64,
        Abi::I386 => &I386,
    };
    plans.of(number)
}

/// The numbers of all calls of this name, in the order of the tables.
fn numbers_of(name: &str) -> Vec<(Abi, u32)> {
    let rows: Vec<_> =
        ROWS.iter().filter(|row| row.prototype[..name_length(row.prototype.as_bytes())] == *name).collect();
    let number = |abi: Abi| rows.iter().find_map(|row| u32::try_from(row.numbers[abi as usize]).ok());
    Abi::ALL.into_iter().filter_map(|abi| Some((abi, number(abi)?))).collect()
}

/// The plan as `register direction what count×size`.
fn show(plan: CopyPlan) -> String {
    let direction = match plan.direction() {
        Direction::Value => "value",
        Direction::In => "in",
        Direction::Out => "out",
        Direction::InOut => "inout",
    };
    let half = |is_narrow| if is_narrow { "w" } else { "x" };
    let count = match plan.count() {
        Count::One => "1".to_owned(),
        Count::Register(register, is_narrow) => format!("{}{register}", half(is_narrow)),
        Count::AtMost(register, is_narrow) => format!("min({}{register},result)", half(is_narrow)),
        Count::PointerIn(register) => format!("*x{register}"),
        Count::Result => "result".to_owned(),
    };
    let mut text = format!("{} {direction} {:?} {count}×{}", plan.register(), plan.what(), plan.size());
    if plan.head() > 0 {
        text += &format!(" after {}", plan.head());
    }
    if plan.is_of_failure() {
        text += " of failure";
    }
    text
}

/// The plans of the call of this name, in each table that has it.
fn shown(name: &str) -> Vec<(Abi, Vec<String>)> {
    let numbers = numbers_of(name);
    assert!(!numbers.is_empty(), "{name}");
    numbers.into_iter().map(|(abi, number)| (abi, of(abi, number).iter().copied().map(show).collect())).collect()
}

/// Compares the plans of a call with those expected for 64-bit and for 32-bit programs.
#[track_caller]
fn check(name: &str, wide: &[&str], narrow: &[&str]) {
    for (abi, plans) in shown(name) {
        assert_eq!(plans, if abi.is_32bit() { narrow } else { wide }, "{name} {abi:?}");
    }
}

#[track_caller]
fn check_all(name: &str, plans: &[&str]) {
    check(name, plans, plans);
}

#[test]
fn strings_are_copied_to_their_end() {
    check_all("openat", &["1 in Str 1×1"]);
    check_all("renameat2", &["1 in Str 1×1", "3 in Str 1×1"]);
    check_all("getcwd", &["0 out Str 1×1"]);
    check_all("mount", &["0 in Str 1×1", "1 in Str 1×1", "2 in Str 1×1", "4 in Str 1×1"]);
    let argv = ["0 in Str 1×1", "1 in Strings 1×8", "2 in Vars 1×8"];
    check("execve", &argv, &argv.map(|plan| plan.replace("×8", "×4")).each_ref().map(String::as_str));
}

#[test]
fn contents_have_the_count_of_their_parameter() {
    check_all("read", &["1 out Payload min(x2,result)×1"]);
    check_all("write", &["1 in Payload x2×1"]);
    check_all("pread64", &["1 out Payload min(x2,result)×1"]);
    check_all("readlinkat", &["1 in Str 1×1", "2 out Payload min(w3,result)×1"]);
    check_all("getdents64", &["1 out Dirents min(w2,result)×1"]);
    check("readv", &["1 out Iovec x2×16"], &["1 out Iovec x2×8"]);
    check("pwritev2", &["1 in Iovec x2×16"], &["1 in Iovec x2×8"]);
    check("sendmsg", &["1 in Msghdr 1×56"], &["1 in Msghdr 1×28"]);
    check("recvmsg", &["1 out Msghdr 1×56"], &["1 out Msghdr 1×28"]);
    check("sendmmsg", &["1 in Mmsghdr w2×64"], &["1 in Mmsghdr w2×32"]);
    check(
        "recvmmsg",
        &["1 out Mmsghdr min(w2,result)×64", "4 inout Items 1×16"],
        &["1 out Mmsghdr min(w2,result)×32", "4 inout Items 1×8"],
    );
    check("msgrcv", &["1 out Payload min(x2,result)×1 after 8"], &["1 out Payload min(x2,result)×1 after 4"]);
}

#[test]
fn addresses_have_the_length_beside_them() {
    check_all("accept4", &["1 out Sockaddr *x2×1", "2 inout Items 1×4"]);
    check_all("connect", &["1 in Sockaddr w2×1"]);
    check_all("recvfrom", &["1 out Payload min(x2,result)×1", "4 out Sockaddr *x5×1", "5 inout Items 1×4"]);
    check_all("getsockopt", &["3 out Items *x4×1", "4 inout Items 1×4"]);
    check_all("setsockopt", &["3 in Items w4×1"]);
    check_all("socketpair", &["3 out Items 1×8"]);
}

#[test]
fn structures_have_their_size() {
    check_all("pipe2", &["0 out Items 1×8"]);
    let nanosleep = |size| [format!("0 in Items 1×{size}"), format!("1 out Items 1×{size} of failure")];
    check("nanosleep", &nanosleep(16).each_ref().map(String::as_str), &nanosleep(8).each_ref().map(String::as_str));
    check_all("clock_nanosleep_time64", &["2 in Items 1×16", "3 out Items 1×16 of failure"]);
    check_all("clone3", &["0 in Items x1×1"]);
    check_all("rt_sigprocmask", &["1 in Items x3×1", "2 out Items x3×1"]);
    check("rt_sigaction", &["1 in Items 1×32", "2 out Items 1×32"], &["1 in Items 1×20", "2 out Items 1×20"]);
    check("wait4", &["1 out Items 1×4", "3 out Items 1×144"], &["1 out Items 1×4", "3 out Items 1×72"]);
    check_all("poll", &["0 inout Items w1×8"]);
    check_all("statx", &["1 in Str 1×1", "4 out Items 1×256"]);
    check_all("sched_setattr", &["1 in Items 1×56"]);
    check("getgroups", &["1 out Items min(w0,result)×4"], &["1 out Items min(w0,result)×2"]);
    let sets = |size| ["1", "2", "3"].map(|register| format!("{register} inout Bits w0×{size}"));
    for (abi, plans) in shown("_newselect") {
        assert_eq!(plans[..3], sets(4), "{abi:?}");
    }
    for (abi, plans) in shown("pselect6") {
        assert_eq!(plans[..3], sets(if abi.is_32bit() { 4 } else { 8 }), "{abi:?}");
    }
}

#[test]
fn structures_of_each_architecture_have_its_size() {
    let sizes = |name: &str| shown(name).into_iter().map(|(_, plans)| plans.last().cloned()).collect::<Vec<_>>();
    let plan = |size| Some(format!("1 out Items 1×{size}"));
    assert_eq!(sizes("fstat"), [plan(128), plan(64), plan(144), plan(64)]);
    assert_eq!(sizes("fstat64"), [plan(104), plan(96)]);
    let epoll = |size| Some(format!("1 out Items result×{size}"));
    assert_eq!(sizes("epoll_wait"), [epoll(16), epoll(12), epoll(12)]);
    assert_eq!(size_of_word(b"epoll_event", Abi::Arm64), Some(16));
    assert_eq!(size_of_word(b"open_flags", Abi::Arm64), None);
}

#[test]
fn calls_without_pointers_have_no_plan() {
    for name in ["getpid", "close", "mmap2", "brk", "lookup_dcookie", "exit_group", "rseq"] {
        check_all(name, &[]);
    }
    for abi in Abi::ALL {
        for number in [511, 512, 0xf0002, u32::MAX] {
            assert_eq!(of(abi, number).len(), 0);
        }
    }
}

#[test]
fn commands_decide_what_is_copied() {
    let resolve = |abi, name, command| {
        let (_, number) = numbers_of(name).into_iter().find(|&(other, _)| other == abi).expect("the call is known");
        let plans = of(abi, number);
        let plan = plans.iter().find(|plan| plan.command().is_some()).expect("a command decides");
        plan.resolve(command, abi).map(show)
    };
    let some = |text: &str| Some(text.to_owned());
    // F_GETFL; F_SETLK and F_OFD_GETLK.
    assert_eq!(resolve(Abi::Arm64, "fcntl", 3), None);
    assert_eq!(resolve(Abi::Arm64, "fcntl", 6), some("2 in Items 1×32"));
    assert_eq!(resolve(Abi::Arm, "fcntl64", 6), some("2 in Items 1×16"));
    assert_eq!(resolve(Abi::I386, "fcntl64", 36), some("2 inout Items 1×24"));
    // FIONBIO; TCGETS2, which encodes `_IOR('T', 0x2A, struct termios2)`; TIOCSCTTY.
    assert_eq!(resolve(Abi::X86_64, "ioctl", 0x5421), some("2 in Items 1×4"));
    assert_eq!(resolve(Abi::X86_64, "ioctl", 0x802c_542a), some("2 out Items 1×44"));
    assert_eq!(resolve(Abi::X86_64, "ioctl", 0x540e), None);
    // PR_SET_NAME, PR_SET_NO_NEW_PRIVS.
    assert_eq!(resolve(Abi::X86_64, "prctl", 15), some("1 in Str 1×16"));
    assert_eq!(resolve(Abi::X86_64, "prctl", 38), None);
    // FUTEX_WAIT_BITSET_PRIVATE with FUTEX_CLOCK_REALTIME; FUTEX_WAKE_PRIVATE.
    assert_eq!(resolve(Abi::Arm64, "futex", 9 | 128 | 256), some("3 in Items 1×16"));
    assert_eq!(resolve(Abi::Arm, "futex", 0), some("3 in Items 1×8"));
    assert_eq!(resolve(Abi::Arm64, "futex", 1 | 128), None);
    // With CLONE_PARENT_SETTID, and without.
    assert_eq!(resolve(Abi::X86_64, "clone", 0x003d_0f00), some("2 out Items 1×4"));
    assert_eq!(resolve(Abi::X86_64, "clone", 0x0120_0011), None);
    // Plans without a command stay unchanged.
    let read = of(Abi::X86_64, 0)[0];
    assert_eq!((read.command(), read.resolve(7, Abi::X86_64)), (None, Some(read)));
}

#[test]
fn every_pointer_of_every_call_has_its_plan() {
    let mut checked = 0;
    for (abi, row) in Abi::ALL.into_iter().flat_map(|abi| ROWS.iter().map(move |row| (abi, row))) {
        let Ok(number) = u32::try_from(row.numbers[abi as usize]) else { continue };
        let prototype = row.prototype;
        let mut parser = PrototypeParser::new(prototype.as_bytes(), abi);
        let parameters = std::iter::from_fn(|| parser.as_mut()?.next());
        let pointers = parameters.filter(|parameter| parameter.direction != Direction::Value);
        let expected: Vec<_> = pointers.map(|parameter| (parameter.register, parameter.direction)).collect();
        let plans = of(abi, number).iter().filter(|plan| plan.direction() != Direction::Value);
        let found: Vec<_> = plans.clone().map(|plan| (plan.register(), plan.direction())).collect();
        assert_eq!(found, expected, "{abi:?} {prototype}");
        for plan in plans {
            assert!(plan.size() > 0, "{abi:?} {prototype}");
            if let Count::Register(register, _) | Count::AtMost(register, _) | Count::PointerIn(register) = plan.count()
            {
                assert!(register < 6 && register != plan.register(), "{abi:?} {prototype}");
            }
            assert!(plan.what() != MemoryKind::Str || plan.count() == Count::One, "{abi:?} {prototype}");
        }
        checked += 1;
    }
    assert!(checked > 1500, "{checked}");
}

#[test]
fn tables_of_a_64_bit_kernel_take_less_than_5_kib() {
    assert!(2 * std::mem::size_of_val(&ARM64) < 5 * 1024, "{}", std::mem::size_of_val(&ARM64));
}
