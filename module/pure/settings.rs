// SPDX-License-Identifier: GPL-2.0

//! The settings of a recording, and the module's parameters that set them.

use super::callset::CallSet;
use super::filter::Filter;
use super::format::Edges;
use super::request::Request;
#[allow(unused_imports)] // The module does not name all of them.
pub use super::{rules::*, values::*};

/// A parameter of the module, in the order of the module's list of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `pid`.
    Pid,
    /// `proc_name`.
    ProcName,
    /// `ppid`.
    Ppid,
    /// `parent_proc_name`.
    ParentProcName,
    /// `follow`.
    Follow,
    /// `edges`.
    Edges,
    /// `failed`.
    Failed,
    /// `args`.
    Args,
    /// `snaplen`.
    Snaplen,
    /// `idle`.
    Idle,
    /// `spare`.
    Spare,
    /// `buffer_kb`.
    BufferKb,
}

impl Parameter {
    /// The number of parameters.
    pub const COUNT: usize = Self::BufferKb as usize + 1;
}

/// The settings of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which tasks are recorded.
    pub filter: Filter,
    /// Whether the descendants of these tasks are recorded, too.
    pub follow: bool,
    /// Which calls are recorded; `None`: all.
    pub calls: Option<CallSet>,
    /// Which edges of the calls are recorded; only returns if `failed_only`.
    pub edges: Edges,
    /// Whether only calls that failed are recorded.
    pub failed_only: bool,
    /// Whether arguments are recorded.
    pub args: bool,
    /// How many bytes of a buffer that an argument points to are recorded, 0 to [`MAX_SNAPLEN`]. Has no effect without
    /// `args`.
    pub snaplen: u32,
    /// Whether processes that cannot match the filter are taken off the tracepoints, so that their calls cost nothing.
    pub spare: bool,
    /// Whether nothing is recorded until a reader requests a recording.
    pub idle: bool,
    /// KiB of buffer for each CPU.
    pub buffer_kb: u32,
}

impl Default for Settings {
    /// The settings of a module that is loaded without parameters.
    #[inline]
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            follow: false,
            calls: None,
            edges: Edges::Both,
            failed_only: false,
            args: false,
            snaplen: DEFAULT_SNAPLEN,
            spare: true,
            idle: false,
            buffer_kb: DEFAULT_BUFFER_KB,
        }
    }
}

impl Settings {
    /// Sets a parameter to the value `text`. Returns whether a name in it was too long, and therefore cut. Does not
    /// apply [`edges_of`], which needs the values of two parameters.
    ///
    /// # Errors
    ///
    /// The parameter's [`Rule`], if `text` breaks it.
    #[inline]
    pub fn set(&mut self, parameter: Parameter, text: &[u8]) -> Result<bool, Rule> {
        let mut is_cut = false;
        match parameter {
            Parameter::Pid => self.filter.pids = parse_pids(text)?,
            Parameter::ProcName => (self.filter.proc_names, is_cut) = parse_names(text)?,
            Parameter::Ppid => self.filter.ppid = Some(parse_pid(text)?),
            Parameter::ParentProcName => {
                // One name, which can contain commas.
                let (name, is_longer) = parse_name(text)?;
                (self.filter.parent_proc_name, is_cut) = (Some(name), is_longer);
            }
            Parameter::Edges => self.edges = parse_edges(text)?,
            Parameter::Snaplen => self.snaplen = parse_snaplen(text)?,
            Parameter::BufferKb => self.buffer_kb = round_buffer_kb(parse_buffer_kb(text)?),
            Parameter::Follow => self.follow = parse_switch(text)?,
            Parameter::Failed => self.failed_only = parse_switch(text)?,
            Parameter::Args => self.args = parse_switch(text)?,
            Parameter::Idle => self.idle = parse_switch(text)?,
            Parameter::Spare => self.spare = parse_switch(text)?,
        }
        Ok(is_cut)
    }

    /// These settings with everything that `request` replaces: all but the buffers and the exemption.
    #[inline]
    pub fn with(&self, request: &Request) -> Self {
        let Request { filter, follow, calls, edges, failed_only, args, snaplen, keep_unread: _ } = *request;
        let edges = edges_of(edges, failed_only).unwrap_or_default();
        Self { filter, follow, calls, edges, failed_only, args, snaplen, idle: false, ..*self }
    }

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
