// SPDX-License-Identifier: GPL-2.0

//! What the user asked for.

use crate::filter::Filter;
use std::ffi::OsString;
use std::path::PathBuf;

/// What the user asked for.
#[derive(Debug)]
pub struct Options {
    /// What to do.
    pub command: Command,
    /// Where to write; `None` is standard output.
    pub output: Option<PathBuf>,
    /// Whether to keep what the output file holds.
    pub append: bool,
    /// Whether to write packets instead of lines.
    pub raw: bool,
    /// How many events are shown; `None` is all.
    pub limit: Option<u64>,
    /// How many bytes of buffers are recorded and shown, if the user said it.
    pub snaplen: Option<u32>,
    /// Which events are shown; `None` is all.
    pub filter: Option<Filter>,
    /// How events are shown.
    pub style: Style,
    /// Which times are shown, by the letter of `-t`, if the user said it.
    pub times: Option<char>,
    /// Whether buffers are shown as text.
    pub ascii: bool,
    /// Whether buffers are shown in hexadecimal.
    pub hex: bool,
    /// Whether buffers are shown both in hexadecimal and as text.
    pub hex_ascii: bool,
    /// Whether no events are shown.
    pub quiet: bool,
    /// Whether strace's table of calls is shown.
    pub calls_table: bool,
    /// Whether tables of calls and of processes are shown.
    pub summary: bool,
    /// Whether totals are shown, and buffers as far as they were recorded.
    pub verbose: bool,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Read this input. `None`: standard input if it is a pipe or a file, else the device.
    Read(Option<PathBuf>),
    /// Run a program with its arguments, and show its calls.
    Run(Vec<OsString>),
    /// Show the calls of these processes; with `true` of their children, too.
    Attach(Vec<u32>, bool),
    /// List the fields.
    ListFields,
    /// List the system calls.
    ListCalls,
    /// Tell which part of the filter the kernel decides. `true`: a recording is read.
    Explain(bool),
}

/// How events are shown.
#[derive(Debug, PartialEq, Eq)]
pub enum Style {
    /// As the lines of `/etc/syscall-record/record`.
    Record,
    /// As sysdig shows them.
    Sysdig,
    /// As strace shows them.
    Strace,
    /// As lines in this format.
    Format(String),
    /// As JSON objects, with all fields that an event has.
    Json,
    /// As JSON objects, with the fields of this format.
    JsonFields(String),
}

impl Options {
    /// Whether no events are shown while they come.
    pub fn is_quiet(&self) -> bool {
        self.quiet || self.calls_table || self.raw
    }
}
