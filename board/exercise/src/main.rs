// SPDX-License-Identifier: GPL-2.0

//! Run by the end-to-end tests in guests, and by `board/bench`.
//!
//! ```text
//! exercise calls N [THREADS]   N calls of getppid in each of THREADS threads, one a CPU; then, with
//!                              threads, `/tmp/go` for `read late`, and it waits until that has caught up
//! exercise odd                 calls with unusual numbers, results, durations, and names
//! exercise args                calls whose first argument is 0x7777 and the others tell each other apart
//! exercise memory              calls whose arguments point to paths, buffers and structures, some not there
//! exercise rename HOW NAME     100 calls of getppid, a new name given by HOW, `self` or `other` (thread), and
//!                              50 calls under that name
//! exercise user UID            a call of getppid, another user by setuid, and 2 calls of getppid
//! exercise narrow              32-bit calls of a 64-bit program, on x86-64
//! exercise threads N           N threads with names of their own that call at the same time
//! exercise read CASE           one of the uses of the device in `device`
//! exercise collect             writes what was recorded until now, see `collect`
//! exercise request WORD…       asks the module for what the words of `request` say, and copies what it records
//! exercise ftrace BITS         translates ftrace's raw_syscalls events to the reader's lines
//! exercise time CALL N [THREADS]    nanoseconds that each of N calls takes; CALL is getppid, read or open
//! exercise pace RATE SECONDS        so many calls of getppid a second
//! exercise spend FILE PROGRAM [ARGUMENT]…    nanoseconds of CPU time and KiB of memory that a program takes,
//!                              and how often it waits; its output goes to FILE
//! ```

mod calls;
mod collect;
mod device;
mod ftrace;
mod memory;
#[cfg(stub_unwind)]
#[path = "../../../reader/src/unwind.rs"]
mod unwind;
mod measure;
mod request;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().expect("a number");
    match arguments[..] {
        ["calls", count] => calls::many(number(count)),
        ["calls", count, threads] => calls::many_in_threads(number(count), number(threads)),
        ["odd"] => calls::odd(),
        ["args"] => calls::args(),
        ["memory"] => memory::memory(),
        ["rename", how, name] => calls::rename(how, name),
        ["user", uid] => calls::user(number(uid) as libc::uid_t),
        ["narrow"] => calls::narrow(),
        ["threads", count] => calls::threads(number(count)),
        ["read", case] => return device::run(case),
        ["collect"] => return collect::run(),
        ["request", ref words @ ..] => return request::run(words),
        ["time", call, count] => measure::time(call, number(count)),
        ["time", call, count, threads] => measure::time_in_threads(call, number(count), number(threads)),
        ["pace", rate, seconds] => measure::pace(number(rate), number(seconds)),
        ["spend", output, program, ref arguments @ ..] => return measure::spend(output, program, arguments),
        ["ftrace", bits] => ftrace::translate(number(bits) as u32),
        _ => {
            eprintln!("exercise: wrong usage, see the head of main.rs");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
