// SPDX-License-Identifier: GPL-2.0

//! Translates ftrace's lines of system calls to the reader's lines, so that tests can compare the two.

use std::io;

/// Reads lines of `/sys/kernel/tracing/trace` with `raw_syscalls` events from standard input, and prints the reader's
/// lines. `bits` is the width of the traced programs' registers.
///
/// ```text
///            dmesg-102     [000] .....     2.178354: sys_enter: NR 174 (0, 0, 0, 0, 0, 0)
///            dmesg-102     [000] .....     2.178361: sys_exit: NR 174 = 0
/// ```
pub fn translate(bits: u32) {
    for line in io::stdin().lines() {
        let line = line.expect("text");
        if line.starts_with('#') {
            continue;
        }
        let Some((head, event)) = line.split_once(": sys_") else { continue };
        let (task, _) = head.rsplit_once('[').expect("a CPU");
        let (name, pid) = task.trim().rsplit_once('-').expect("a pid");
        let pid: u32 = pid.trim().parse().expect("a pid");
        let (_, number) = event.split_once("NR ").expect("a number");
        if event.starts_with("enter") {
            let (number, _) = number.split_once(" (").expect("arguments");
            let number: i64 = number.parse().expect("a number");
            println!("syscall {:#x}, with pid={pid:#x}, name={name}", number as u32);
        } else {
            let (_, result) = number.split_once(" = ").expect("a result");
            let result: i64 = result.parse().expect("a result");
            let result = result as u64 & (u64::MAX >> (64 - bits));
            println!("exit syscall, regs[0]={result:#x}, with pid={pid:#x}, ret={result:#x}, name={name}");
        }
    }
}
