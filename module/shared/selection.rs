// SPDX-License-Identifier: GPL-2.0

//! What a recording records. The module's parameters and a reader's request both set it.

use super::call_set::CallSet;
use super::filter::TaskFilter;
use super::format::Edges;
use super::rules::{Rule, DEFAULT_SNAPLEN};

/// What a recording records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Which tasks are recorded.
    pub filter: TaskFilter,
    /// Whether the descendants of these tasks are recorded, too.
    pub follow: bool,
    /// Which calls are recorded; `None`: all.
    pub calls: Option<CallSet>,
    /// Which edges of the calls are recorded: see [`edges_of`].
    pub edges: Edges,
    /// Whether only calls that failed are recorded.
    pub failed_only: bool,
    /// Whether arguments are recorded.
    pub args: bool,
    /// How many bytes of a buffer that an argument points to are recorded, 0 to [`MAX_SNAPLEN`]. Has no effect without
    /// `args`.
    ///
    /// [`MAX_SNAPLEN`]: super::rules::MAX_SNAPLEN
    pub snaplen: u32,
    /// Whether a probe may fault memory in, and sleep, to copy what is not resident. Has no effect without `args`.
    pub fault: bool,
}

impl Default for Selection {
    /// What a module without parameters records.
    #[inline]
    fn default() -> Self {
        Self {
            filter: TaskFilter::default(),
            follow: false,
            calls: None,
            edges: Edges::Both,
            failed_only: false,
            args: false,
            snaplen: DEFAULT_SNAPLEN,
            fault: false,
        }
    }
}

impl Selection {
    /// Whether probes must look up the call at entries, and at returns where entries are not recorded.
    #[inline]
    pub fn looks_at_calls(&self) -> bool {
        self.args || self.calls.is_some() || self.failed_only
    }

    /// Whether probes must look up the call at returns where entries are recorded, too.
    #[inline]
    pub fn looks_at_exits(&self) -> bool {
        self.calls.is_some() || self.copies_memory()
    }

    /// Whether memory that arguments point to is recorded.
    #[inline]
    pub fn copies_memory(&self) -> bool {
        self.args && self.snaplen > 0
    }
}

/// The edges to record for the given `edges` and `failed_only`: calls that failed are recorded at their return.
///
/// # Errors
///
/// The [`Rule`] if these contradict each other.
#[inline]
pub fn edges_of(edges: Edges, failed_only: bool) -> Result<Edges, Rule> {
    match (edges, failed_only) {
        (Edges::Enter, true) => {
            Err(Rule("both or exit where only calls that failed are recorded: an entry has not failed yet"))
        }
        (_, true) => Ok(Edges::Exit),
        _ => Ok(edges),
    }
}
