// SPDX-License-Identifier: GPL-2.0

//! System calls of known number and kind.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Makes `count` calls of getppid, the cheapest call.
pub fn call_getppid(count: u64) {
    for _ in 0..count {
        // SAFETY: Takes nothing and changes nothing.
        unsafe { libc::syscall(libc::SYS_getppid) };
    }
}

/// Calls getppid once, becomes the user `uid`, and calls getppid twice.
pub fn change_user(uid: libc::uid_t) {
    call_getppid(1);
    // SAFETY: It takes a number.
    unsafe { libc::setuid(uid) };
    call_getppid(2);
}

/// Keeps the calling thread on the CPU `cpu`.
pub fn pin_to_cpu(cpu: usize) {
    // SAFETY: A zeroed set is empty; the thread's own affinity is set.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(cpu, &mut set);
        libc::sched_setaffinity(0, size_of_val(&set), &set);
    }
}

/// Makes `count` calls of getppid in each of `threads` threads, each on a CPU of its own. Then makes `/tmp/go`, and
/// waits for `/tmp/caught-up` if `/tmp/opened` is there.
///
/// The threads start when the parent process sleeps. A call that the parent made at the same time would be dropped,
/// too.
pub fn call_getppid_in_threads(count: u64, threads: u64) {
    wait_until("the program's parent sleeps", is_parent_asleep);
    let threads: Vec<_> = (0..threads)
        .map(|cpu| {
            thread::spawn(move || {
                pin_to_cpu(cpu as usize);
                call_getppid(count);
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("does not panic");
    }
    std::fs::write("/tmp/go", "").expect("/tmp can be written");
    // If `exercise read late` runs, it empties the buffer, so that the next calls of the parent are recorded.
    if Path::new("/tmp/opened").exists() {
        wait_until("there is /tmp/caught-up", || Path::new("/tmp/caught-up").exists());
    }
}

/// Waits until `is_so` returns true, for a minute at most.
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited a minute in vain until {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Whether the parent process sleeps.
fn is_parent_asleep() -> bool {
    // SAFETY: Takes nothing and changes nothing.
    let parent = unsafe { libc::getppid() };
    // The state stands behind the name, which is in parentheses.
    let stat = std::fs::read_to_string(format!("/proc/{parent}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('S'))
}

/// Makes calls that do not fit a record's usual form: odd numbers, results, durations and gaps.
pub fn make_odd_calls() {
    // SAFETY: None of these numbers is a call; the kernel says ENOSYS.
    unsafe {
        for number in [511, 512, 4095, 99_999, 0x00ff_ffff, 0x0100_0000, 0x7fff_ffff, -1, -2] {
            libc::syscall(number);
        }
    }
    // Results of more than 16 and, on 64-bit machines, of more than 32 bits.
    for size in [0x1000, 0x10_0000, 0x4000_0000] {
        // SAFETY: The mapping is new, and nobody uses it.
        unsafe {
            let address =
                libc::mmap(std::ptr::null_mut(), size, libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0);
            libc::munmap(address, size);
        }
    }
    // Durations and gaps around the limits of the fields.
    for microseconds in [1, 20, 50, 80, 200, 5_000, 100_000, 160_000, 400_000] {
        thread::sleep(Duration::from_micros(microseconds));
        call_getppid(2);
    }
    // Calls that fail.
    // SAFETY: The kernel refuses these arguments.
    unsafe {
        libc::close(-1);
        libc::pipe(8 as *mut libc::c_int);
        libc::kill(0x3f_ffff, 0);
    }
}

/// Makes calls whose first argument is 0x7777 and whose other arguments differ from each other. All calls fail: there
/// is no such file descriptor, and no such call.
pub fn make_calls_with_known_args() {
    // SAFETY: The kernel refuses the first argument before it uses others, or refuses the number.
    unsafe {
        libc::syscall(libc::SYS_close, 0x7777);
        libc::syscall(libc::SYS_read, 0x7777, 0x1111, 0x2222);
        libc::syscall(libc::SYS_write, 0x7777, usize::MAX, 0);
        libc::syscall(libc::SYS_copy_file_range, 0x7777, 0x1111, 0x2222, 0x3333, 0x4444, 0x5555);
        libc::syscall(511, 0x7777, 1, 2, 3, 4, 5);
        libc::syscall(4095, 0x7777, 1, 2, 3, 4, 5);
        // A longer gap gives the record another form.
        thread::sleep(Duration::from_millis(300));
        libc::syscall(libc::SYS_close, 0x7777);
    }
}

/// Makes 100 calls of getppid under the program's name, and 50 under `name`. `how` says who sets the name: the thread
/// itself (`self`), or another thread (`other`).
pub fn rename_thread(how: &str, name: &str) {
    call_getppid(100);
    match how {
        "self" => {
            let name = std::ffi::CString::new(name).expect("no NUL");
            // SAFETY: A C string is passed.
            unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
        }
        "other" => {
            // SAFETY: Takes nothing.
            let file = format!("/proc/self/task/{}/comm", unsafe { libc::gettid() });
            let name = name.to_owned();
            let other = thread::spawn(move || std::fs::write(file, name).expect("a thread of ours"));
            other.join().expect("does not panic");
        }
        _ => panic!("'{how}': self or other"),
    }
    call_getppid(50);
}

/// Makes two calls by the kernel's 32-bit entry, three times. The second call fails. Does nothing but on x86-64.
pub fn make_32bit_calls() {
    #[cfg(target_arch = "x86_64")]
    for _ in 0..3 {
        // In the table of 32-bit calls, 20 is getpid and 6 is close.
        // SAFETY: The kernel changes only the result's register and, by this entry, r8 to r11.
        unsafe {
            std::arch::asm!("int 0x80", inout("eax") 20 => _, out("r8") _, out("r9") _, out("r10") _, out("r11") _);
            std::arch::asm!("xchg rbx, {b}", "int 0x80", "xchg rbx, {b}", b = inout(reg) 999u64 => _,
                inout("eax") 6 => _, out("r8") _, out("r9") _, out("r10") _, out("r11") _);
        }
        call_getppid(1);
    }
}

/// Runs `count` threads at once, each under its own name.
pub fn run_named_threads(count: u64) {
    let threads: Vec<_> = (0..count)
        .map(|index| {
            thread::spawn(move || {
                // Names have 15 bytes at most, and this one has all of them.
                let name = std::ffi::CString::new(format!("worker-of-many{index}")).expect("no NUL");
                // SAFETY: A C string is passed.
                unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
                for _ in 0..50 {
                    call_getppid(20);
                    thread::yield_now();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("does not panic");
    }
}
