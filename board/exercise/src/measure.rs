// SPDX-License-Identifier: GPL-2.0

//! What calls and programs cost. Nothing is subtracted, and nothing is warmed up first, so that exactly
//! the calls that were asked for are there to be counted.

use crate::calls;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::process::{Command, ExitCode};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// Makes `count` calls and prints the nanoseconds that each took; for `open`, an `openat` and its `close`.
pub fn time(call: &str, count: u64) {
    let make = loop_of(call);
    let start = Instant::now();
    make(count);
    print(start.elapsed(), count);
}

/// Makes `count` calls in each of `threads` threads at once, each on a CPU of its own, and prints the
/// nanoseconds from the first call's beginning to the last one's end, for each of `count`.
pub fn time_in_threads(call: &str, count: u64, threads: u64) {
    let make = loop_of(call);
    let ready = Barrier::new(threads as usize);
    let work = |cpu| {
        calls::pin(cpu as usize);
        ready.wait();
        let start = Instant::now();
        make(count);
        (start, Instant::now())
    };
    let work = &work;
    let times: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|cpu| scope.spawn(move || work(cpu))).collect();
        threads.into_iter().map(|thread| thread.join().expect("does not panic")).collect()
    });
    let start = times.iter().map(|(start, _)| *start).min().expect("a thread");
    let end = times.iter().map(|(_, end)| *end).max().expect("a thread");
    print(end - start, count);
}

fn print(elapsed: Duration, count: u64) {
    println!("{:.2}", elapsed.as_nanos() as f64 / count as f64);
}

fn loop_of(call: &str) -> fn(u64) {
    match call {
        "getppid" => calls::many,
        "read" => read,
        "open" => open,
        _ => panic!("a call to time is getppid, read or open"),
    }
}

/// Reads one byte so many times.
fn read(count: u64) {
    let zero = File::open("/dev/zero").expect("/dev/zero can be opened");
    let mut byte = 0_u8;
    for _ in 0..count {
        // SAFETY: The kernel writes one byte, which is there.
        let result = unsafe { libc::syscall(libc::SYS_read, zero.as_raw_fd(), &raw mut byte, 1) };
        assert_eq!(result, 1, "/dev/zero gives a byte");
    }
}

/// Opens and closes a file so many times.
fn open(count: u64) {
    for _ in 0..count {
        // SAFETY: A C string is passed, and the descriptor is nobody else's.
        let result = unsafe {
            let file = libc::syscall(libc::SYS_openat, libc::AT_FDCWD, c"/dev/null".as_ptr(), libc::O_RDONLY, 0);
            libc::syscall(libc::SYS_close, file)
        };
        assert_eq!(result, 0, "/dev/null can be opened");
    }
}

/// Makes `rate` calls of getppid a second for so many seconds, some in every millisecond.
pub fn pace(rate: u64, seconds: u64) {
    let start = Instant::now();
    for millisecond in 1..=seconds * 1000 {
        calls::many(rate / 1000);
        let until = start + Duration::from_millis(millisecond);
        thread::sleep(until.saturating_duration_since(Instant::now()));
    }
}

/// Runs a program with its output in the file `output` and prints the nanoseconds of CPU time and the
/// most KiB of memory that it took, and how often it waited. Ends with its status.
pub fn spend(output: &str, program: &str, arguments: &[&str]) -> ExitCode {
    let output = File::create(output).expect("the output can be written");
    #[allow(clippy::zombie_processes, reason = "wait4 waits for it")]
    let child = Command::new(program).args(arguments).stdout(output).spawn().expect("the program starts");
    let mut status = 0;
    // SAFETY: All zeroes are a valid value; the kernel fills it. (musl's own wait4 leaves it empty for programs
    // that take the time to have 32 bits.)
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        let pid = libc::syscall(libc::SYS_wait4, child.id(), &raw mut status, 0, &raw mut usage);
        assert_eq!(pid as u32, child.id(), "the program ends");
        usage
    };
    let nanoseconds = |time: libc::timeval| time.tv_sec as u64 * 1_000_000_000 + time.tv_usec as u64 * 1_000;
    println!("{} {} {}", nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime), usage.ru_maxrss, usage.ru_nvcsw);
    ExitCode::from(if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) as u8 } else { 128 })
}
