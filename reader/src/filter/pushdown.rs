// SPDX-License-Identifier: GPL-2.0

//! What the kernel is asked to leave out.

use super::calls_by_abi::CallsByAbi;
use crate::fields::put_escaped;
use std::fmt;
use syscall_record_format::format::Edges;

/// What the kernel is asked to leave out. The default leaves out nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushdown {
    /// Record only these processes; if empty, all. Not more than the kernel takes.
    pub pids: Vec<u32>,
    /// Record only threads of these names, of up to 15 bytes; if empty, all. Not more than the kernel takes.
    pub names: Vec<Vec<u8>>,
    /// Record only these calls; if `None`, all.
    pub calls: Option<Box<CallsByAbi>>,
    /// Record only these edges.
    pub edges: Edges,
    /// Record only calls that failed. `edges` are then returns.
    pub failed_only: bool,
}

/// How many names of calls are printed.
const MAX_SHOWN: usize = 12;

/// What the kernel records, in words.
impl fmt::Display for Pushdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.edges, self.failed_only) {
            (Edges::Both, _) => "entries and returns",
            (Edges::Enter, _) => "entries",
            (Edges::Exit, false) => "returns",
            (Edges::Exit, true) => "returns with an error",
        })?;
        match self.calls.as_ref().map(|calls| calls.names()) {
            None => f.write_str(" of all calls")?,
            Some(names) if names.is_empty() => f.write_str(" of no call")?,
            Some(names) if names.len() > MAX_SHOWN => write!(f, " of {} calls", names.len())?,
            Some(names) => write!(f, " of {}", names.join(" "))?,
        }
        let mut before = ", by process ";
        for pid in &self.pids {
            write!(f, "{before}{pid}")?;
            before = " or ";
        }
        before = ", by threads named ";
        for name in &self.names {
            let mut escaped = Vec::new();
            put_escaped(&mut escaped, name);
            write!(f, "{before}{}", String::from_utf8_lossy(&escaped))?;
            before = " or ";
        }
        let is_all = self.pids.is_empty() && self.names.is_empty();
        f.write_str(if is_all { ", by everybody" } else { "" })
    }
}
