// SPDX-License-Identifier: GPL-2.0

// Written by scripts/generate-calls; do not edit.

//! Every system call: its numbers and its prototype.

use super::row::CallRow;

/// In the order of their names. Numbers on arm64, arm, x86_64, i386; -1 where there is no such call.
#[rustfmt::skip]
pub const ROWS: &[CallRow] = &[
    CallRow::new([ -1, 270,  -1,  -1], "arm_fadvise64_64(fd: fd, advice: fadvise, offset: off, len: off)"),
    CallRow::new([ -1, 983041,  -1,  -1], "breakpoint()"),
    CallRow::new([ -1, 983042,  -1,  -1], "cacheflush(start: ptr, end: ptr, flags: hex32)"),
    CallRow::new([ -1,  -1,  56,  -1], "clone(clone_flags: clone_flags, newsp: ptr, parent_tidptr: out int, child_tidptr: ptr, tls: ptr)"),
    CallRow::new([220, 120,  -1, 120], "clone(clone_flags: clone_flags, newsp: ptr, parent_tidptr: out int, tls: ptr, child_tidptr: ptr)"),
    CallRow::new([ 57,   6,   3,   6], "close(fd: fd)"),
    CallRow::new([ 46,  -1,  77,  -1], "ftruncate(fd: fd, length: long)"),
    CallRow::new([ -1, 194,  -1,  -1], "ftruncate64(fd: fd, length: off)"),
    CallRow::new([ -1,  -1,  -1, 194], "ftruncate64(fd: fd, offset_low: off_low, offset_high: off_high)"),
    CallRow::new([ -1, 983046,  -1,  -1], "get_tls()"),
    CallRow::new([278,  -1,  -1,  -1], "getrandom(ubuf: out bytes[len], len: size, flags: random_flags)"),
    CallRow::new([ 18, 249, 212,  -1], "lookup_dcookie"),
    CallRow::new([ -1, 192,  -1,  -1], "mmap2(addr: ptr, len: size, prot: prot, flags: map_flags, fd: fd, pgoff: pgoff)"),
    CallRow::new([101,  -1,  35,  -1], "nanosleep(rqtp: in timespec, rmtp: out timespec[!])"),
    CallRow::new([ -1, 162,  -1, 162], "nanosleep(rqtp: in timespec32, rmtp: out timespec32[!])"),
    CallRow::new([ 67, 180,  17,  -1], "pread64(fd: fd, buf: out bytes[count], count: size, pos: off)"),
    CallRow::new([ -1,  -1,  -1, 180], "pread64(fd: fd, ubuf: out bytes[count], count: size, poslo: off_low, poshi: off_high)"),
    CallRow::new([ 63,   3,   0,   3], "read(fd: fd, buf: out bytes[count], count: size)"),
    CallRow::new([ 38,  -1,  -1,  -1], "renameat(olddfd: dirfd, oldname: in path, newdfd: dirfd, newname: in path)"),
    CallRow::new([ -1, 983045,  -1,  -1], "set_tls(tls: ptr)"),
    CallRow::new([ -1, 119,  -1,  -1], "sigreturn()"),
    CallRow::new([ -1,  -1, 134,  -1], "uselib"),
    CallRow::new([ -1,  86,  -1,  86], "uselib(library: in path)"),
    CallRow::new([ -1, 983043,  -1,  -1], "usr26()"),
    CallRow::new([ -1, 983044,  -1,  -1], "usr32()"),
];
