// SPDX-License-Identifier: GPL-2.0

//! Names: of files, whose copies share their bytes, and of processes, which are short.

use super::ledger::{Charge, Ledger};
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;
use syscall_record_format::format::{Comm, COMM_BYTES};

/// The name of a file or directory. Copies share the bytes.
#[derive(Clone, Default)]
pub struct Name(Option<Rc<NameBytes>>);

struct NameBytes {
    bytes: Box<[u8]>,
    _charge: Option<Charge>,
}

impl Name {
    /// A name whose memory is counted.
    pub(super) fn new(bytes: Vec<u8>, ledger: &Ledger) -> Self {
        if bytes.is_empty() {
            return Self::default();
        }
        let charge = ledger.charge(bytes.len() + size_of::<NameBytes>() + 2 * size_of::<usize>());
        Self(Some(Rc::new(NameBytes { bytes: bytes.into_boxed_slice(), _charge: Some(charge) })))
    }
}

impl From<Vec<u8>> for Name {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Some(Rc::new(NameBytes { bytes: bytes.into_boxed_slice(), _charge: None })))
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        text.as_bytes().to_vec().into()
    }
}

impl Deref for Name {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |name| &name.bytes)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Name {}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(self), f)
    }
}

/// The name of a process, as the kernel has it: at most 15 bytes. It is empty if it is not known.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct ProcessName([u8; COMM_BYTES]);

impl ProcessName {
    /// Stands for a name that is not known.
    pub(super) const UNKNOWN: Self = Self([0; COMM_BYTES]);

    /// The name of a task.
    pub fn new(comm: Comm) -> Self {
        let mut name = [0; COMM_BYTES];
        for (bytes, word) in name.chunks_exact_mut(size_of::<u64>()).zip(comm) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(name)
    }
}

impl From<&[u8]> for ProcessName {
    fn from(bytes: &[u8]) -> Self {
        let mut name = [0; COMM_BYTES];
        for (to, from) in name.iter_mut().zip(bytes) {
            *to = *from;
        }
        Self(name)
    }
}

impl From<&str> for ProcessName {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl Deref for ProcessName {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let end = self.0.iter().position(|&byte| byte == 0).unwrap_or(COMM_BYTES);
        self.0.get(..end).unwrap_or_default()
    }
}

impl fmt::Debug for ProcessName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(self), f)
    }
}
