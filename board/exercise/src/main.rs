// SPDX-License-Identifier: GPL-2.0

//! Makes known system calls, and uses the device. The end-to-end tests run it in guests, and `board/bench` runs it.
//!
//! ```text
//! exercise calls N [THREADS]   N calls of getppid, or N in each of THREADS threads, one a CPU; with THREADS, makes
//!                              `/tmp/go` for `read late`, and waits until `read late` has caught up
//! exercise odd                 calls with unusual numbers, results, durations and gaps
//! exercise args                calls whose first argument is 0x7777 and whose other arguments differ
//! exercise memory              calls whose arguments point to paths, buffers and structures, some at bad addresses
//! exercise absent              calls whose memory is mapped and not resident, or not mapped; see `absent`
//! exercise wait CALL           a call, of those that `wait` lists, whose memory waits in a page fault until there is
//!                              `/tmp/fill`; makes `/tmp/waits` when somebody waits
//! exercise rename HOW NAME     100 calls of getppid, a new name given by HOW, `self` or `other` (thread), and
//!                              50 calls under that name
//! exercise user UID            a call of getppid, another user by setuid, and 2 calls of getppid
//! exercise refused N           N calls of getppid and one of mkdirat, which a seccomp filter refuses
//! exercise narrow              calls by the 32-bit entry of a 64-bit kernel, on x86-64
//! exercise threads N           calls of N threads at once, each with a name of its own
//! exercise read CASE           uses the device as the case of `device_cases` does, and prints ok or what was wrong
//! exercise collect             copies what was recorded until now to standard output
//! exercise save FILE MS        copies packets to FILE until there is `/tmp/end`, rests for MS milliseconds after each,
//!                              and loses none if it is killed
//! exercise request WORD…       requests a recording by the words that `request` lists, and copies it to its output
//! exercise with CAPABILITIES PROGRAM [ARGUMENT]…
//!                              runs a program as user 0 with these capabilities alone, by names that `rights` lists
//! exercise grant CAPABILITIES FILE
//!                              gives a program's file these capabilities
//! exercise as UID GID PROGRAM [ARGUMENT]…
//!                              runs a program as another user, of this group alone
//! exercise container PROGRAM [ARGUMENT]…
//!                              runs a program as root of a user namespace of its own
//! exercise attach FILE         attaches a tracer by FILE again and again, and counts the calls that it must see
//! exercise fail load FILE PARAMETERS FIRST
//! exercise fail write FILE VALUE OTHER
//! exercise fail request WORD…  loads the module and unloads it, writes VALUE and OTHER to a parameter, or requests a
//!                              recording, with another allocation of the kernel failing each time (when loading,
//!                              from allocation FIRST on)
//! exercise payloads FILE       counts the memory of a recording: how much of it was not resident
//! exercise tally NAME          counts the events that programs of this name have in the recording on standard input,
//!                              and the dropped ones
//! exercise ftrace BITS         translates ftrace's raw_syscalls events to the reader's lines
//! exercise time CALL N [THREADS]
//!                              prints the nanoseconds that each of N calls takes; CALL is getppid, read, write or
//!                              open
//! exercise pace RATE SECONDS   RATE calls of getppid a second, for SECONDS seconds
//! exercise spend FILE PROGRAM [ARGUMENT]…
//!                              runs a program whose output goes to FILE; prints its nanoseconds of CPU time, its KiB
//!                              of memory, and how often it waited
//! ```

#[cfg(stub_unwind)]
#[path = "../../../reader/src/unwind.rs"]
mod unwind;
mod calls;
mod attach;
mod memory;
mod refused;
mod late_page;
mod wait;
mod absent;
mod measure;
mod ftrace;
mod device;
mod collect;
mod reader_cases;
mod reader_fault;
mod decoded;
mod payloads;
mod tally;
mod save;
mod device_cases;
mod rights;
mod request;
mod fault_injection;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().expect("a number");
    match arguments[..] {
        ["calls", count] => calls::call_getppid(number(count)),
        ["calls", count, threads] => calls::call_getppid_in_threads(number(count), number(threads)),
        ["odd"] => calls::make_odd_calls(),
        ["args"] => calls::make_calls_with_known_args(),
        ["memory"] => memory::pass_memory(),
        ["absent"] => absent::pass_absent_memory(),
        ["wait", call] => wait::make_call_that_waits(call),
        ["rename", how, name] => calls::rename_thread(how, name),
        ["user", uid] => calls::change_user(number(uid) as libc::uid_t),
        ["refused", count] => refused::make_refused_calls(number(count)),
        ["narrow"] => calls::make_32bit_calls(),
        ["threads", count] => calls::run_named_threads(number(count)),
        ["read", case] => return device_cases::run(case),
        ["collect"] => return collect::print_rest(),
        ["with", names, program, ref arguments @ ..] => {
            return rights::run_with_capabilities(names, program, arguments)
        }
        ["grant", names, file] => return rights::grant_capabilities(names, file),
        ["as", user, group, program, ref arguments @ ..] => {
            return rights::run_as_user(number(user) as libc::uid_t, number(group) as libc::gid_t, program, arguments)
        }
        ["container", program, ref arguments @ ..] => return rights::run_in_user_namespace(program, arguments),
        ["fail", "load", file, parameters, first] => return fault_injection::load(file, parameters, number(first)),
        ["fail", "write", file, value, other] => return fault_injection::write(file, value, other),
        ["fail", "request", ref words @ ..] => return fault_injection::request(words),
        ["payloads", file] => return payloads::count_payloads(file),
        ["save", file, pause] => return save::save_packets(file, number(pause)),
        ["request", ref words @ ..] => return request::request_and_copy(words),
        ["time", call, count] => measure::time_calls(call, number(count)),
        ["time", call, count, threads] => measure::time_calls_in_threads(call, number(count), number(threads)),
        ["pace", rate, seconds] => measure::call_at_rate(number(rate), number(seconds)),
        ["spend", output, program, ref arguments @ ..] => {
            return measure::run_and_print_usage(output, program, arguments)
        }
        ["attach", file] => attach::attach_under_load(file),
        ["tally", name] => return tally::count_events(name),
        ["ftrace", bits] => ftrace::translate(number(bits) as u32),
        _ => {
            eprintln!("exercise: wrong usage, see the head of main.rs");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
