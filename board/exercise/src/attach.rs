// SPDX-License-Identifier: GPL-2.0

//! Attaches a tracer of the kernel's again and again, and counts the calls that it must see.

use std::io::{self, BufRead};
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::{fs, thread, time::Duration};

/// Processes that call all the time.
const CALLERS: u32 = 3;
/// Counted calls of a process in a round.
const COUNTED: u32 = 200;

/// What all processes share.
struct Shared {
    /// Odd while the tracer is attached and calls are counted.
    round: AtomicU32,
    /// How many processes have finished the round.
    finished: AtomicU32,
    /// How many calls were counted so far.
    counted: AtomicU32,
}

/// For each line of standard input attaches a tracer by writing to `enable`, and prints how many calls of getsid all
/// processes have made so far, all of which began after that. For the next line detaches the tracer, and prints
/// `detached`. Processes that make other calls live throughout, and new processes begin and end all the time.
pub fn attach_under_load(enable: &str) {
    // SAFETY: The mapping is new, of whole pages, and zero, which is a value of `Shared`. It is never unmapped.
    let shared = unsafe {
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
        let address =
            libc::mmap(ptr::null_mut(), size_of::<Shared>(), libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
        assert_ne!(address, libc::MAP_FAILED, "no memory");
        &*address.cast::<Shared>()
    };
    for _ in 0..CALLERS {
        fork(|| call_for_ever(shared));
    }
    fork(|| fork_for_ever(shared));
    let mut lines = io::stdin().lock().lines();
    while lines.next().is_some() {
        fs::write(enable, "1").expect("the tracer can be attached");
        shared.round.fetch_add(1, SeqCst);
        while shared.finished.load(SeqCst) <= CALLERS {
            thread::sleep(Duration::from_millis(1));
        }
        shared.finished.store(0, SeqCst);
        shared.round.fetch_add(1, SeqCst);
        println!("{}", shared.counted.load(SeqCst));
        if lines.next().is_none() {
            break;
        }
        fs::write(enable, "0").expect("the tracer can be detached");
        println!("detached");
    }
}

/// Runs `child` in a new process, which ends with this one. Returns its process id.
fn fork(child: impl FnOnce()) -> libc::pid_t {
    // SAFETY: This program has one thread here. The child ends without coming back.
    unsafe {
        let pid = libc::fork();
        if pid == 0 {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            child();
            libc::_exit(0);
        }
        assert!(pid > 0, "no process");
        pid
    }
}

/// Makes the calls that are counted.
fn make_counted_calls(shared: &Shared) {
    for _ in 0..COUNTED {
        // SAFETY: Takes a number and changes nothing.
        unsafe { libc::syscall(libc::SYS_getsid, 0) };
    }
    shared.counted.fetch_add(COUNTED, SeqCst);
}

/// Calls getppid all the time, and makes counted calls once in each round.
fn call_for_ever(shared: &Shared) {
    let mut last = 0;
    loop {
        super::calls::call_getppid(1);
        let round = shared.round.load(SeqCst);
        if round % 2 == 1 && round != last {
            last = round;
            make_counted_calls(shared);
            shared.finished.fetch_add(1, SeqCst);
        }
    }
}

/// Makes a new process all the time, which makes counted calls if a round is under way.
fn fork_for_ever(shared: &Shared) {
    let mut last = 0;
    loop {
        let round = shared.round.load(SeqCst);
        let child = fork(|| {
            super::calls::call_getppid(20);
            if shared.round.load(SeqCst) % 2 == 1 {
                make_counted_calls(shared);
            }
        });
        // SAFETY: Waits for a child of this process; nobody wants the status.
        unsafe { libc::waitpid(child, ptr::null_mut(), 0) };
        if round % 2 == 1 && round != last {
            last = round;
            shared.finished.fetch_add(1, SeqCst);
            while shared.round.load(SeqCst) == round {
                super::calls::call_getppid(1);
            }
        }
    }
}
