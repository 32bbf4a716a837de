// SPDX-License-Identifier: GPL-2.0

//! The settings of a recording, and the module's parameters that set them.

use super::selection::Selection;
#[allow(unused_imports)] // The module does not name all of them.
pub use super::{rules::*, selection::edges_of, values::*};

/// A parameter of the module, in the order of the module's list of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleParameter {
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
    /// `fault`.
    Fault,
    /// `idle`.
    Idle,
    /// `exempt`.
    Exempt,
    /// `buffer_kb`.
    BufferKb,
}

impl ModuleParameter {
    /// The number of parameters.
    pub const COUNT: usize = Self::BufferKb as usize + 1;
}

/// The settings of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What is recorded.
    pub selection: Selection,
    /// Whether processes that cannot match the filter are taken off the tracepoints, so that their calls cost nothing.
    /// `None` if that was not said: they are, if the kernel tells when another tracer attaches.
    pub exempt: Option<bool>,
    /// Whether nothing is recorded until a reader requests a recording.
    pub idle: bool,
    /// KiB of buffer for each CPU.
    pub buffer_kb: u32,
}

impl Default for Settings {
    /// The settings of a module that is loaded without parameters.
    #[inline]
    fn default() -> Self {
        Self { selection: Selection::default(), exempt: None, idle: false, buffer_kb: DEFAULT_BUFFER_KB }
    }
}

impl Settings {
    /// Sets a parameter to the value `text`. Returns whether a name in it was too long, and therefore cut. Does not
    /// apply [`edges_of`], which needs the values of two parameters.
    ///
    /// # Errors
    ///
    /// The parameter's [`Rule`], if `text` breaks it.
    // With a stack frame of its own: lists are large, and the kernel's stack is small.
    #[inline(never)]
    pub fn set(&mut self, parameter: ModuleParameter, text: &[u8]) -> Result<bool, Rule> {
        let mut is_cut = false;
        let selection = &mut self.selection;
        match parameter {
            ModuleParameter::Pid => selection.filter.pids = parse_pids(text)?,
            ModuleParameter::ProcName => (selection.filter.proc_names, is_cut) = parse_names(text)?,
            ModuleParameter::Ppid => selection.filter.ppid = Some(parse_pid(text)?),
            ModuleParameter::ParentProcName => {
                // One name, which can contain commas.
                let (name, is_longer) = parse_name(text)?;
                (selection.filter.parent_proc_name, is_cut) = (Some(name), is_longer);
            }
            ModuleParameter::Follow => selection.follow = parse_switch(text)?,
            ModuleParameter::Edges => selection.edges = parse_edges(text)?,
            ModuleParameter::Failed => selection.failed_only = parse_switch(text)?,
            ModuleParameter::Args => selection.args = parse_switch(text)?,
            ModuleParameter::Snaplen => selection.snaplen = parse_snaplen(text)?,
            ModuleParameter::Fault => selection.fault = parse_switch(text)?,
            ModuleParameter::Idle => self.idle = parse_switch(text)?,
            ModuleParameter::Exempt => self.exempt = Some(parse_switch(text)?),
            ModuleParameter::BufferKb => self.buffer_kb = round_buffer_kb(parse_buffer_kb(text)?),
        }
        Ok(is_cut)
    }

    /// These settings with the `selection` that a reader requests. Recording starts if the module is idle; buffers and
    /// exemption stay.
    #[inline]
    pub fn with(&self, selection: &Selection) -> Self {
        let edges = edges_of(selection.edges, selection.failed_only).unwrap_or_default();
        Self { selection: Selection { edges, ..*selection }, idle: false, ..*self }
    }
}
