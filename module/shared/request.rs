// SPDX-License-Identifier: GPL-2.0

//! The request of a reader: what is to be recorded while the reader has the device open. An `ioctl` hands it over.
//!
//! # Bytes
//!
//! Numbers are little-endian, names are padded with NULs, unused bytes are zero. No field needs alignment, and the
//! bytes are equal in 32-bit and 64-bit programs. A request with other fields will have another version and another
//! size, and therefore another `ioctl` number.
//!
//! | offset | bytes | field                                                                                 |
//! |--------|-------|---------------------------------------------------------------------------------------|
//! | 0      | 4     | version, 1                                                                             |
//! | 4      | 4     | bits 0–1: edges, as in a packet's header; 2: arguments; 3: failed calls only;          |
//! |        |       | 4: follow; 5: keep unread packets; 6: only the calls from offset 360 on; 7: fault      |
//! |        |       | memory in to copy it                                                                   |
//! | 8      | 4     | how many bytes of a buffer are recorded, 0 to 65000                                    |
//! | 12     | 4     | process id of the parent; 0: any parent                                                |
//! | 16     | 4     | number of process ids, 0 to 16; 0: any process                                         |
//! | 20     | 4     | number of names, 0 to 16; 0: any name                                                  |
//! | 24     | 64    | process ids, 1 to 4194304                                                              |
//! | 88     | 256   | names of 1 to 15 bytes                                                                 |
//! | 344    | 16    | name of the parent; empty: any parent                                                  |
//! | 360    | 72    | calls of programs as wide as the kernel: a bit for each number below 512, then a word  |
//! |        |       | that is 1 if numbers from 512 on are recorded, otherwise 0                             |
//! | 432    | 72    | calls of 32-bit programs on a 64-bit kernel, as at offset 360                          |

use super::call_set::CallSet;
use super::filter::{CommName, TaskFilter, MAX_LISTED};
use super::format::{Edges, COMM_BYTES};
use super::rules::{Rule, MAX_PID, MAX_SNAPLEN};
use super::selection::{edges_of, Selection};

/// Bytes of a request.
pub const REQUEST_BYTES: usize = CALLS + CallSet::BYTES;

const VERSION: u32 = 1;
const _: () = assert!(REQUEST_BYTES == 504);
const PIDS: usize = 24;
const NAMES: usize = PIDS + 4 * MAX_LISTED;
const PARENT_NAME: usize = NAMES + COMM_BYTES * MAX_LISTED;
const CALLS: usize = PARENT_NAME + COMM_BYTES;

const EDGES: u32 = 0b11;
const ARGS: u32 = 1 << 2;
const FAILED_ONLY: u32 = 1 << 3;
const FOLLOW: u32 = 1 << 4;
const KEEP_UNREAD: u32 = 1 << 5;
const HAS_CALLS: u32 = 1 << 6;
const FAULT: u32 = 1 << 7;

/// The number of the `ioctl` that hands over [`REQUEST_BYTES`] bytes: `_IOW('?', 0, …)` of `asm-generic/ioctl.h`. The
/// module uses the numbers 0x00 to 0x1f of the letter `'?'`, which has no entry in
/// `Documentation/userspace-api/ioctl/ioctl-number.rst`. In that table the line would be:
///
/// ```text
/// '?'   00-1F  module/shared/request.rs                                syscall-record, out of tree
/// ```
///
/// The `ioctl` takes a descriptor that is open for writing (`EBADF`). Who may only read the device gets what the
/// module's parameters say, and cannot change what is recorded. Memory takes `CAP_SYS_PTRACE` (`EPERM`).
pub const SET_REQUEST: u32 = iow(b'?', 0, REQUEST_BYTES);

const fn iow(magic: u8, number: u8, size: usize) -> u32 {
    (1 << 30) | ((size as u32) << 16) | ((magic as u32) << 8) | number as u32
}

/// Whether `command` is the number of an `ioctl` that hands over a request, of this size or another.
#[inline]
pub const fn is_set_request(command: u32) -> bool {
    const SIZE: u32 = 0x3fff << 16;
    command & !SIZE == SET_REQUEST & !SIZE
}

/// How many bytes the `ioctl` with the number `command` hands over.
#[inline]
pub const fn size_of_request(command: u32) -> usize {
    ((command >> 16) & 0x3fff) as usize
}

/// What a reader requests, in place of the module's parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What is recorded. [`Selection::failed_only`] does not go with [`Edges::Enter`].
    pub selection: Selection,
    /// Whether packets that were recorded before, but not read, are kept and read first.
    pub keep_unread: bool,
}

/// Why bytes are no valid request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRequest {
    /// The invalid field.
    pub field: &'static str,
    /// The value of the field, if that is a number.
    pub value: Option<u32>,
    /// What the value must be.
    pub rule: Rule,
}

impl BadRequest {
    /// The error for a request of `bytes` bytes, a wrong size.
    #[inline]
    pub const fn size(bytes: usize) -> Self {
        Self {
            field: "size",
            value: Some(bytes as u32),
            rule: Rule("504 bytes: reader and module are of different versions"),
        }
    }
}

impl Request {
    /// The bytes of the request, as the `ioctl` takes them.
    #[inline]
    #[allow(clippy::wrong_self_convention)] // A request is too large to be passed by value.
    pub fn to_bytes(&self) -> [u8; REQUEST_BYTES] {
        let mut bytes = [0; REQUEST_BYTES];
        let mut put = |offset: usize, from: &[u8]| bytes[offset..offset + from.len()].copy_from_slice(from);
        let selection = &self.selection;
        let TaskFilter { pids, proc_names, ppid, parent_proc_name } = &selection.filter;
        let flag = |is_set: bool, bit: u32| if is_set { bit } else { 0 };
        let flags = selection.edges as u32
            | flag(selection.args, ARGS)
            | flag(selection.failed_only, FAILED_ONLY)
            | flag(selection.follow, FOLLOW)
            | flag(self.keep_unread, KEEP_UNREAD)
            | flag(selection.calls.is_some(), HAS_CALLS)
            | flag(selection.fault, FAULT);
        let (pids, names) = (pids.items(), proc_names.items());
        let head = [VERSION, flags, selection.snaplen, ppid.unwrap_or(0), pids.len() as u32, names.len() as u32];
        for (index, number) in head.iter().chain(pids).enumerate() {
            put(4 * index, &number.to_le_bytes());
        }
        for (index, name) in names.iter().enumerate() {
            put(NAMES + COMM_BYTES * index, &name.to_bytes());
        }
        put(PARENT_NAME, &parent_proc_name.unwrap_or_default().to_bytes());
        if let Some(calls) = &selection.calls {
            calls.write_to(&mut bytes[CALLS..]);
        }
        bytes
    }

    /// Parses a request. Accepts only bytes that [`to_bytes`](Self::to_bytes) writes.
    ///
    /// # Errors
    ///
    /// [`BadRequest`] names the first invalid field.
    // Not inlined: its stack frame is large, and the kernel's stack is small.
    #[inline(never)]
    pub fn from_bytes(bytes: &[u8; REQUEST_BYTES]) -> Result<Self, BadRequest> {
        let number = |offset: usize| u32::from_le_bytes(part(bytes, offset));
        let name = |offset: usize| CommName::from_padded(part(bytes, offset));
        let is_unused = |start: usize, end: usize| bytes[start..end].iter().all(|&byte| byte == 0);
        let check = |is_valid: bool, field, value, rule| match is_valid {
            true => Ok(()),
            false => Err(BadRequest { field, value, rule: Rule(rule) }),
        };

        let (version, flags, snaplen, ppid) = (number(0), number(4), number(8), number(12));
        check(version == VERSION, "version", Some(version), "1: reader and module are of different versions")?;
        check(flags < FAULT << 1, "flags", Some(flags), "less than 256: higher bits mean nothing")?;
        let edges = Edges::from_bits(u64::from(flags & EDGES));
        let bad_edges = |rule| BadRequest { field: "edges", value: Some(flags & EDGES), rule };
        let edges = edges.ok_or(bad_edges(Rule("0 for both, 1 for entries, 2 for returns")))?;
        let is_set = |bit| flags & bit != 0;
        edges_of(edges, is_set(FAILED_ONLY)).map_err(bad_edges)?;
        check(snaplen <= MAX_SNAPLEN, "snaplen", Some(snaplen), "bytes, a whole number from 0 to 65000")?;
        check(ppid <= MAX_PID, "ppid", Some(ppid), "a process id, a whole number from 1 to 4194304, or 0 for any")?;

        // Lists and calls are filled in below, in place: they are large.
        let selection = Selection {
            filter: TaskFilter { ppid: Some(ppid).filter(|&ppid| ppid != 0), ..TaskFilter::default() },
            follow: is_set(FOLLOW),
            calls: None,
            edges,
            failed_only: is_set(FAILED_ONLY),
            args: is_set(ARGS),
            snaplen,
            fault: is_set(FAULT),
        };
        let mut request = Self { selection, keep_unread: is_set(KEEP_UNREAD) };
        let Selection { filter, calls, .. } = &mut request.selection;
        let (pids, names) = (number(16), number(20));
        let is_valid = (0..pids as usize).all(|index| {
            let pid = if index < MAX_LISTED { number(PIDS + 4 * index) } else { 0 };
            (1..=MAX_PID).contains(&pid) && filter.pids.push(pid)
        });
        check(is_valid, "pids", Some(pids), "0 to 16 process ids, whole numbers from 1 to 4194304")?;
        let is_valid = (0..names as usize).all(|index| {
            let name = if index < MAX_LISTED { name(NAMES + COMM_BYTES * index) } else { None };
            name.is_some_and(|name| name != CommName::default() && filter.proc_names.push(name))
        });
        check(is_valid, "names", Some(names), "0 to 16 names of 1 to 15 bytes, padded with NULs")?;
        let parent_name = name(PARENT_NAME);
        check(parent_name.is_some(), "parent_proc_name", None, "0 to 15 bytes, padded with NULs")?;
        filter.parent_proc_name = parent_name.filter(|&name| name != CommName::default());
        let ends = (PIDS + 4 * pids as usize, NAMES + COMM_BYTES * names as usize);
        if is_set(HAS_CALLS) {
            *calls = CallSet::from_bytes(&bytes[CALLS..]);
            check(calls.is_some(), "calls", None, "bits of numbers below 512, and 0 or 1 for those above")?;
        }
        let calls_end = if is_set(HAS_CALLS) { REQUEST_BYTES } else { CALLS };
        let is_rest_unused =
            is_unused(ends.0, NAMES) && is_unused(ends.1, PARENT_NAME) && is_unused(calls_end, REQUEST_BYTES);
        check(is_rest_unused, "what is not used", None, "zero")?;
        Ok(request)
    }
}

/// The `N` bytes at `offset`; zeros if that is out of range.
#[inline]
fn part<const N: usize>(bytes: &[u8; REQUEST_BYTES], offset: usize) -> [u8; N] {
    bytes.get(offset..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
}
