// SPDX-License-Identifier: GPL-2.0

//! Lines: their start, their end, and what comes between the two parts of a call.

use crate::sample::{arm64, print, x86_64, Sample};
use crate::threads::SampleThreads;
use syscall_record::local_time::Moment;
use syscall_record::model::Edge::{Enter, Exit};
use syscall_record::model::{Event, EventKind};
use syscall_record::style::strace::{Pids, StraceOptions, StracePrinter, TimeColumn};
use syscall_record_format::format::Machine;

fn read(tid: u32) -> Sample {
    x86_64("read", &[3, 0x7ffd_0000, 10]).giving(1, b"abc").returning(3).by(tid)
}

fn getpid(tid: u32) -> Sample {
    x86_64("getpid", &[]).returning(1724).by(tid)
}

#[test]
fn result_starts_in_column_40_if_there_is_room() {
    let short = x86_64("close", &[3]).returning(0);
    let long = x86_64("mmap", &[0, 8192, 3, 0x22, 0xffff_ffff, 0]).returning(0x7f00_0000_1000);
    assert_eq!(
        print(StraceOptions::default(), &[(Enter, &short), (Exit, &short), (Enter, &long), (Exit, &long)]),
        "1724  close(3)                          = 0\n\
         1724  mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000001000\n"
    );
    let pids = StraceOptions { pids: Pids::None, ..StraceOptions::default() };
    assert_eq!(print(pids, &[(Enter, &short), (Exit, &short)]), "close(3)                                = 0\n");
}

#[test]
fn call_between_two_parts_makes_them_unfinished_and_resumed() {
    let (first, second) = (read(1724), getpid(1725));
    assert_eq!(
        print(StraceOptions::default(), &[(Enter, &first), (Enter, &second), (Exit, &second), (Exit, &first)]),
        "1724  read(3,  <unfinished ...>\n\
         1725  getpid()                          = 1724\n\
         1724  <... read resumed>\"abc\", 10)      = 3\n"
    );
    // The second part has no arguments, or all of them.
    let (first, second) = (x86_64("close", &[3]).returning(0), x86_64("pipe2", &[0x100, 0x80000]).by(1725));
    let second = second.giving(0, &crate::bytes![5u32, 6u32]).returning(0);
    assert_eq!(
        print(StraceOptions::default(), &[(Enter, &first), (Enter, &second), (Exit, &first), (Exit, &second)]),
        "1724  close(3 <unfinished ...>\n\
         1725  pipe2( <unfinished ...>\n\
         1724  <... close resumed>)              = 0\n\
         1725  <... pipe2 resumed>[5, 6], O_CLOEXEC) = 0\n"
    );
}

#[test]
fn single_edge_makes_a_line() {
    assert_eq!(
        print(StraceOptions::default(), &[(Exit, &read(1724)), (Exit, &getpid(1725))]),
        "1724  read(3, \"abc\", 10)                = 3\n\
         1725  getpid()                          = 1724\n"
    );
    assert_eq!(
        print(StraceOptions::default(), &[(Enter, &read(1724)), (Enter, &getpid(1724))]),
        "1724  read(3,  <unfinished ...>\n\
         1724  getpid( <unfinished ...>\n"
    );
}

/// The return of the entered call was dropped.
#[test]
fn return_of_another_call_does_not_complete_the_entered_call() {
    assert_eq!(
        print(StraceOptions::default(), &[(Enter, &read(1724)), (Exit, &getpid(1724))]),
        "1724  read(3,  <unfinished ...>\n\
         1724  getpid()                          = 1724\n"
    );
    let unknown = Sample { number: None, has_args: false, registers: Vec::new(), ..getpid(1724) };
    assert_eq!(
        print(StraceOptions::default(), &[(Exit, &unknown)]),
        "1724  <... unknown resumed>)            = 1724\n"
    );
    assert_eq!(
        print(StraceOptions::default(), &[(Enter, &read(1724)), (Exit, &unknown)]),
        "1724  read(3,  <unfinished ...>\n\
         1724  <... unknown resumed>)            = 1724\n"
    );
}

#[test]
fn end_of_a_process_ends_its_threads_first_thread_last() {
    let exit = x86_64("exit_group", &[0x103]);
    assert_eq!(
        print(StraceOptions::default(), &[(Enter, &exit), (Enter, &getpid(1725).of(1725))]),
        "1724  exit_group(259)                   = ?\n\
         1724  +++ exited with 3 +++\n\
         1725  getpid( <unfinished ...>\n"
    );
    // The process's other threads end with it, its first thread last.
    let events = [(Enter, &read(1724)), (Enter, &getpid(1726)), (Exit, &getpid(1726)), (Enter, &exit.clone().by(1725))];
    assert_eq!(
        print(StraceOptions::default(), &events),
        "1724  read(3,  <unfinished ...>\n\
         1726  getpid()                          = 1724\n\
         1725  exit_group(259)                   = ?\n\
         1724  <... read resumed>)               = ?\n\
         1725  +++ exited with 3 +++\n\
         1726  +++ exited with 3 +++\n\
         1724  +++ exited with 3 +++\n"
    );
    let thread = x86_64("exit", &[0]).by(1725);
    assert_eq!(
        print(StraceOptions::default(), &[(Enter, &read(1724)), (Enter, &thread), (Exit, &read(1724))]),
        "1724  read(3,  <unfinished ...>\n\
         1725  exit(0)                           = ?\n\
         1725  +++ exited with 0 +++\n\
         1724  <... read resumed>\"abc\", 10)      = 3\n"
    );
}

#[test]
fn return_of_a_birth_or_after_the_end_is_not_printed() {
    let born = Sample { is_birth: true, ..x86_64("fork", &[]).of(1725).returning(0) };
    let (waits, ends) = (read(1726), x86_64("exit_group", &[0]));
    let killed = Sample { number: None, ..read(1726).returning(-512) };
    let next = Sample { tgid: 1726, ..getpid(1726) };
    assert_eq!(
        print(
            StraceOptions::default(),
            &[(Exit, &born), (Enter, &waits), (Enter, &ends), (Exit, &killed), (Enter, &next), (Exit, &next)]
        ),
        "1726  read(3,  <unfinished ...>\n\
         1724  exit_group(0)                     = ?\n\
         1726  <... read resumed>)               = ?\n\
         1726  +++ exited with 0 +++\n\
         1724  +++ exited with 0 +++\n\
         1726  getpid()                          = 1724\n"
    );
}

#[test]
fn errors_have_names_and_meanings() {
    let failed = |result| x86_64("close", &[3]).returning(result).line();
    assert_eq!(failed(-2), "close(3) = -1 ENOENT (No such file or directory)");
    assert_eq!(failed(-133), "close(3) = -1 EHWPOISON (Memory page has hardware error)");
    assert_eq!(failed(-999), "close(3) = -1 (errno 999)");
    assert_eq!(failed(-512), "close(3) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)");
    assert_eq!(failed(-513), "close(3) = ? ERESTARTNOINTR (To be restarted)");
    assert_eq!(failed(-514), "close(3) = ? ERESTARTNOHAND (To be restarted if no handler)");
    assert_eq!(failed(-516), "close(3) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)");
    assert_eq!(failed(-4096), "close(3) = 18446744073709547520");
}

#[test]
fn restarted_call_names_the_interrupted_call() {
    let sleep = arm64("nanosleep", &[0x10, 0x20]).reading(0, &crate::bytes![1u64, 0u64]);
    let sleep = sleep.giving(1, &crate::bytes![0u64, 5u64]).returning(-516);
    let again = arm64("restart_syscall", &[]).returning(0);
    assert_eq!(
        print(StraceOptions::default(), &[(Enter, &sleep), (Exit, &sleep), (Enter, &again), (Exit, &again)]),
        "1724  nanosleep({tv_sec=1, tv_nsec=0}, {tv_sec=0, tv_nsec=5}) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)\n\
         1724  restart_syscall(<... resuming interrupted nanosleep ...>) = 0\n"
    );
    assert_eq!(again.line(), "restart_syscall(<... resuming interrupted system call ...>) = 0");
}

#[test]
fn options_choose_thread_time_and_latency() {
    let mut close = x86_64("close", &[3]).returning(0);
    (close.time, close.latency) = (1_795_280_768_348_000_999, Some(2_000_012_900));
    let line = |options| print(options, &[(Enter, &close), (Exit, &close)]);
    let options = StraceOptions { pids: Pids::None, has_latency: true, ..StraceOptions::default() };
    assert_eq!(line(options), "close(3)                                = 0 <2.000012>\n");
    let with_time = |time| line(StraceOptions { pids: Pids::Column, time, ..StraceOptions::default() });
    let time = Moment::local(close.time);
    assert_eq!(with_time(TimeColumn::Time), format!("1724  {time} close(3)                 = 0\n"));
    assert_eq!(with_time(TimeColumn::TimeMicros), format!("1724  {time}.348000 close(3)          = 0\n"));
    assert_eq!(with_time(TimeColumn::Epoch), "1724  1795280768.348000 close(3)        = 0\n");
    close.since_first = 61_000_043_999;
    let line = |options| print(options, &[(Enter, &close), (Exit, &close)]);
    let options = StraceOptions { pids: Pids::None, time: TimeColumn::SinceFirst, ..StraceOptions::default() };
    assert_eq!(line(options), "    61.000043 close(3)                  = 0\n");
    let later = Sample { time: close.time + 43_000, ..close.clone() };
    let options = StraceOptions { pids: Pids::Brackets, time: TimeColumn::Relative, ..StraceOptions::default() };
    assert_eq!(
        print(options, &[(Enter, &close), (Exit, &close), (Enter, &later), (Enter, &later.clone().by(99))]),
        "     0.000000 close(3)                  = 0\n     \
              0.000043 close(3 <unfinished ...>\n\
         [pid    99]      0.000000 close(3 <unfinished ...>\n"
    );
}

#[test]
fn dropped_events_interrupt_a_call() {
    let mut out = Vec::new();
    let mut printer = StracePrinter::new(&mut out, StraceOptions::default());
    let threads = SampleThreads::default();
    read(1724).event(Enter, &threads, |event| printer.print(event)).unwrap();
    let kind = EventKind::Dropped { events: 12 };
    let machine = Machine::X86_64;
    let dropped = Event { number: 2, time: 0, since_first: 0, since_last: 0, cpu: 3, machine, kind };
    printer.print(&dropped).unwrap();
    read(1724).event(Exit, &threads, |event| printer.print(event)).unwrap();
    printer.finish().unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "1724  read(3,  <unfinished ...>\n\
         +++ dropped 12 events on cpu 3 +++\n\
         1724  <... read resumed>\"abc\", 10)      = 3\n"
    );
}

/// A call without a name is printed by its number, its registers in hexadecimal.
#[test]
fn unknown_call_has_its_number_and_registers() {
    let call = Sample { number: Some(0x1ff), registers: vec![0x7777, 1, 0, 3, 4, 5], ..x86_64("read", &[]) };
    assert_eq!(
        call.returning(-38).line(),
        "syscall_0x1ff(0x7777, 0x1, 0, 0x3, 0x4, 0x5) = -1 ENOSYS (Function not implemented)"
    );
    let without = Sample { has_args: false, ..x86_64("read", &[]) };
    assert_eq!(without.returning(0).line(), "read(...) = 0");
}
