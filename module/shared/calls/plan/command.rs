// SPDX-License-Identifier: GPL-2.0

//! What an argument points to where the value of another argument decides it.

use super::memory_kind::{MemoryKind, DIRECTIONS};
use crate::shared::calls::{abi::Abi, prototype::Direction};
use crate::shared::format::COMM_BYTES;

/// Which side accesses the memory, what it holds, and its size in bytes; `None` if the argument is no pointer.
type Pointee = Option<(Direction, MemoryKind, u16)>;

const IN: Direction = Direction::In;
const OUT: Direction = Direction::Out;
const INOUT: Direction = Direction::InOut;

/// What the argument of `fcntl` points to (`include/uapi/asm-generic/fcntl.h`, `include/uapi/linux/fcntl.h`).
#[inline]
pub(super) const fn fcntl(command: u32, abi: Abi) -> Pointee {
    // A `struct flock`; in 32-bit programs some commands have a `struct flock64`.
    let lock = if abi.is_32bit() { 16 } else { 32 };
    let lock_64 = match abi {
        Abi::I386 => 24,
        _ => 32,
    };
    Some(match command {
        // F_GETLK, F_SETLK, F_SETLKW
        5 => (INOUT, MemoryKind::Items, lock),
        6 | 7 => (IN, MemoryKind::Items, lock),
        // F_GETLK64, F_SETLK64, F_SETLKW64
        12 if abi.is_32bit() => (INOUT, MemoryKind::Items, lock_64),
        13 | 14 if abi.is_32bit() => (IN, MemoryKind::Items, lock_64),
        // F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW
        36 => (INOUT, MemoryKind::Items, lock_64),
        37 | 38 => (IN, MemoryKind::Items, lock_64),
        // F_SETOWN_EX, F_GETOWN_EX
        15 => (IN, MemoryKind::Items, 8),
        16 => (OUT, MemoryKind::Items, 8),
        // F_GET_RW_HINT, F_GET_FILE_RW_HINT; F_SET_RW_HINT, F_SET_FILE_RW_HINT
        1035 | 1037 => (OUT, MemoryKind::Items, 8),
        1036 | 1038 => (IN, MemoryKind::Items, 8),
        // F_GETDELEG, F_SETDELEG
        1039 => (INOUT, MemoryKind::Items, 8),
        1040 => (IN, MemoryKind::Items, 8),
        _ => return None,
    })
}

/// What the argument of `ioctl` points to. Most commands encode direction and size
/// (`include/uapi/asm-generic/ioctl.h`). Older commands do not: of these, those that boards use stand in
/// [`PLAIN_IOCTLS`].
#[inline]
pub(super) const fn ioctl(command: u32) -> Pointee {
    let size = ((command >> 16) & 0x3fff) as u16;
    let direction = match command >> 30 {
        0 => return plain_ioctl(command),
        _ if size == 0 || size > LARGEST_IOCTL => return None,
        // The program writes, and the kernel reads.
        1 => IN,
        2 => OUT,
        _ => INOUT,
    };
    Some((direction, MemoryKind::Items, size))
}

/// What the argument of an `ioctl` command that does not tell points to.
const fn plain_ioctl(command: u32) -> Pointee {
    let mut at = 0;
    while at < PLAIN_IOCTLS.len() {
        let plan = PLAIN_IOCTLS[at];
        let behind = command.wrapping_sub(plan & 0xffff);
        if behind < plan >> 27 {
            let direction = DIRECTIONS[((plan >> 25) % 4) as usize];
            return Some((direction, MemoryKind::Items, (plan >> 16) as u16 % 512));
        }
        at += 1;
    }
    None
}

/// A row of [`PLAIN_IOCTLS`]: `count` commands from `first` on, and `size` bytes. From the lowest bit: 16 bits for
/// `first`, 9 for `size`, 2 for the direction, 5 for `count`.
const fn row(first: u32, count: u32, direction: Direction, size: u32) -> u32 {
    assert!(first < 1 << 16 && size < 512 && count < 32);
    first | (size << 16) | ((direction as u32) << 25) | (count << 27)
}

/// The commands that do not encode direction and size. What is larger on 64-bit machines has the larger size: what lies
/// behind a smaller structure is recorded, too.
#[rustfmt::skip]
const PLAIN_IOCTLS: &[u32] = &[
    // `include/uapi/asm-generic/ioctls.h`: TCGETS, TCSETS…, TCGETA, TCSETA… (the kernel's `struct termios`, `struct
    // termio`)
    row(0x5401, 1, OUT, 36), row(0x5402, 3, IN, 36), row(0x5405, 1, OUT, 18), row(0x5406, 3, IN, 18),
    // TIOCGPGRP, TIOCSPGRP, TIOCOUTQ, TIOCSTI, TIOCGWINSZ, TIOCSWINSZ, TIOCMGET, TIOCMBIS…, TIOCGSOFTCAR, TIOCSSOFTCAR,
    // FIONREAD
    row(0x540f, 1, OUT, 4), row(0x5410, 1, IN, 4), row(0x5411, 1, OUT, 4), row(0x5412, 1, IN, 1), row(0x5413, 1, OUT, 8),
    row(0x5414, 1, IN, 8), row(0x5415, 1, OUT, 4), row(0x5416, 3, IN, 4), row(0x5419, 1, OUT, 4), row(0x541a, 1, IN, 4),
    row(0x541b, 1, OUT, 4),
    // TIOCGSERIAL, TIOCSSERIAL, TIOCPKT and FIONBIO, TIOCSETD, TIOCGETD, TIOCGSID, TIOCGRS485, TIOCSRS485, FIOASYNC,
    // TIOCGICOUNT
    row(0x541e, 1, OUT, 72), row(0x541f, 1, IN, 72), row(0x5420, 2, IN, 4), row(0x5423, 1, IN, 4), row(0x5424, 1, OUT, 4),
    row(0x5429, 1, OUT, 4), row(0x542e, 1, OUT, 32), row(0x542f, 1, INOUT, 32), row(0x5452, 1, IN, 4), row(0x545d, 1, OUT, 80),
    // `include/uapi/linux/sockios.h`: FIOSETOWN…, SIOCGIFNAME, SIOCGIFCONF, the others with a `struct ifreq`
    row(0x8901, 2, IN, 4), row(0x8903, 3, OUT, 4), row(0x8910, 2, INOUT, 40), row(0x8912, 1, INOUT, 16),
    row(0x8913, 31, INOUT, 40), row(0x8932, 31, INOUT, 40), row(0x8970, 2, INOUT, 40), row(0x89a2, 2, IN, 40),
    row(0x89b0, 2, INOUT, 40),
    // `include/uapi/linux/fs.h`: FIBMAP, FIGETBSZ, BLKROSET, BLKROGET, BLKGETSIZE, BLKRAGET, BLKFRAGET, BLKSECTGET,
    // BLKSSZGET, BLKPG
    row(1, 1, INOUT, 4), row(2, 1, OUT, 4), row(0x125d, 1, IN, 4), row(0x125e, 1, OUT, 4), row(0x1260, 1, OUT, 8),
    row(0x1263, 1, OUT, 8), row(0x1265, 1, OUT, 8), row(0x1267, 1, OUT, 2), row(0x1268, 1, OUT, 4), row(0x1269, 1, IN, 24),
    // BLKDISCARD, BLKIOMIN…, BLKSECDISCARD, BLKROTATIONAL, BLKZEROOUT
    row(0x1277, 1, IN, 16), row(0x1278, 5, OUT, 4), row(0x127d, 1, IN, 16), row(0x127e, 1, OUT, 2), row(0x127f, 1, IN, 16),
    // `include/uapi/linux/hdreg.h`, `fb.h`, `loop.h`, `i2c-dev.h`, `scsi/sg.h`
    row(0x301, 1, OUT, 16), row(0x30d, 1, OUT, 511), row(0x4600, 1, OUT, 160), row(0x4601, 1, INOUT, 160), row(0x4602, 1, OUT, 80),
    row(0x4c02, 1, IN, 168), row(0x4c03, 1, OUT, 168), row(0x4c04, 1, IN, 232), row(0x4c05, 1, OUT, 232), row(0x4c0a, 1, IN, 304),
    row(0x705, 1, OUT, 8), row(0x707, 1, IN, 16), row(0x720, 1, IN, 16), row(0x2285, 1, INOUT, 88),
    // `include/uapi/linux/kd.h`, `vt.h`: KDGETLED, KDGKBTYPE, KDGETMODE, KDGKBMODE, VT_OPENQRY, VT_GETMODE, VT_SETMODE,
    // VT_GETSTATE
    row(0x4b31, 1, OUT, 1), row(0x4b33, 1, OUT, 1), row(0x4b3b, 1, OUT, 4), row(0x4b44, 1, OUT, 4), row(0x5600, 1, OUT, 4),
    row(0x5601, 1, OUT, 8), row(0x5602, 1, IN, 8), row(0x5603, 1, OUT, 6),
];

/// Larger structures of `ioctl` are not recorded.
const LARGEST_IOCTL: u16 = 1024;

/// What an argument of `prctl` points to (`include/uapi/linux/prctl.h`): the second, and the last of PR_SET_VMA.
#[inline]
pub(super) const fn prctl(option: u32, register: u8) -> Pointee {
    if register != 1 {
        // The name of memory, of at most 79 bytes (`ANON_VMA_NAME_MAX_LEN` of `mm/madvise.c`).
        return if option == 0x5356_4d41 { Some((IN, MemoryKind::Str, 80)) } else { None };
    }
    Some(match option {
        // PR_SET_NAME, PR_GET_NAME
        15 => (IN, MemoryKind::Str, COMM_BYTES as u16),
        16 => (OUT, MemoryKind::Str, COMM_BYTES as u16),
        // PR_GET_PDEATHSIG, PR_GET_UNALIGN, PR_GET_FPEMU, PR_GET_FPEXC, PR_GET_ENDIAN, PR_GET_TSC,
        // PR_GET_CHILD_SUBREAPER
        2 | 5 | 9 | 11 | 19 | 25 | 37 => (OUT, MemoryKind::Items, 4),
        // PR_GET_TID_ADDRESS
        40 => (OUT, MemoryKind::Items, 8),
        _ => return None,
    })
}

/// Whether the fourth argument of this `futex` operation is a timeout (`include/uapi/linux/futex.h`).
#[inline]
pub(super) const fn has_timeout(operation: u32) -> bool {
    // Without FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME: FUTEX_WAIT, FUTEX_LOCK_PI, FUTEX_WAIT_BITSET,
    // FUTEX_WAIT_REQUEUE_PI, FUTEX_LOCK_PI2.
    matches!(operation & !(128 | 256), 0 | 6 | 9 | 11 | 13)
}

/// Whether `clone` with these flags stores a number for the parent: CLONE_PARENT_SETTID the child's id, CLONE_PIDFD a
/// file descriptor (`include/uapi/linux/sched.h`).
#[inline]
pub(super) const fn stores_child(flags: u32) -> bool {
    flags & (0x0010_0000 | 0x0000_1000) != 0
}
