// SPDX-License-Identifier: GPL-2.0

//! Times calls and programs. Makes exactly the calls that were asked for, and none to warm up, so that a tracer records
//! no others. Subtracts nothing from the times.

use crate::calls;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::process::{Command, ExitCode};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// Makes `count` calls of `call`, and prints the nanoseconds that each took.
pub fn time_calls(call: &str, count: u64) {
    let make = find_loop(call);
    let start = Instant::now();
    make(count);
    print_time_of_call(start.elapsed(), count);
}

/// Makes `count` calls of `call` in each of `threads` threads at once, each on a CPU of its own. Prints the nanoseconds
/// from the beginning of the first call to the end of the last, divided by `count`.
pub fn time_calls_in_threads(call: &str, count: u64, threads: u64) {
    let make = find_loop(call);
    let ready = Barrier::new(threads as usize);
    let work = |cpu| {
        calls::pin_to_cpu(cpu as usize);
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
    print_time_of_call(end - start, count);
}

/// Prints the nanoseconds of one call, if `count` calls took `elapsed`.
fn print_time_of_call(elapsed: Duration, count: u64) {
    println!("{:.2}", elapsed.as_nanos() as f64 / count as f64);
}

/// The function that makes calls of the name `call` a number of times. `open` is an `openat` and its `close`.
fn find_loop(call: &str) -> fn(u64) {
    match call {
        "getppid" => calls::call_getppid,
        "read" => read_bytes,
        "write" => write_buffers,
        "open" => open_and_close,
        _ => panic!("a call to time is getppid, read, write or open"),
    }
}

/// Reads one byte, `count` times.
fn read_bytes(count: u64) {
    let zero = File::open("/dev/zero").expect("/dev/zero can be opened");
    let mut byte = 0_u8;
    for _ in 0..count {
        // SAFETY: The kernel writes one byte, to `byte`.
        let result = unsafe { libc::syscall(libc::SYS_read, zero.as_raw_fd(), &raw mut byte, 1) };
        assert_eq!(result, 1, "/dev/zero gives a byte");
    }
}

/// Writes 64 bytes, `count` times.
fn write_buffers(count: u64) {
    let null = File::options().write(true).open("/dev/null").expect("/dev/null can be opened");
    let buffer = [b'a'; 64];
    for _ in 0..count {
        // SAFETY: The kernel reads no more than `buffer` has.
        let result = unsafe { libc::syscall(libc::SYS_write, null.as_raw_fd(), buffer.as_ptr(), buffer.len()) };
        assert_eq!(result, 64, "/dev/null takes everything");
    }
}

/// Opens and closes a file, `count` times.
fn open_and_close(count: u64) {
    for _ in 0..count {
        // SAFETY: The path is a C string, and nobody else owns the descriptor.
        let result = unsafe {
            let file = libc::syscall(libc::SYS_openat, libc::AT_FDCWD, c"/dev/null".as_ptr(), libc::O_RDONLY, 0);
            libc::syscall(libc::SYS_close, file)
        };
        assert_eq!(result, 0, "/dev/null can be opened");
    }
}

/// Makes `rate` calls of getppid a second for `seconds` seconds: a thousandth of them at the start of each millisecond.
pub fn call_at_rate(rate: u64, seconds: u64) {
    let start = Instant::now();
    for millisecond in 1..=seconds * 1000 {
        calls::call_getppid(rate / 1000);
        let until = start + Duration::from_millis(millisecond);
        thread::sleep(until.saturating_duration_since(Instant::now()));
    }
}

/// Runs a program whose standard output goes to the file `output`. Prints the nanoseconds of CPU time that it took, the
/// most KiB of memory that it had, and how often it waited. Returns its exit status.
pub fn run_and_print_usage(output: &str, program: &str, arguments: &[&str]) -> ExitCode {
    let output = File::create(output).expect("the output can be written");
    #[allow(clippy::zombie_processes, reason = "wait4 waits for it")]
    let child = Command::new(program).args(arguments).stdout(output).spawn().expect("the program starts");
    let mut status = 0;
    // SAFETY: All zeroes are a valid value, and the kernel fills it. (musl's own wait4 leaves it empty in 32-bit
    // programs whose `time_t` has 32 bits.)
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
