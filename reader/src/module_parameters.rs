// SPDX-License-Identifier: GPL-2.0

//! The parameters of the loaded module, as sysfs shows them.

use std::fs;
use syscall_record_format::filter::TaskFilter;
use syscall_record_format::selection::Selection;
use syscall_record_format::settings::{
    parse_edges, parse_name, parse_names, parse_pid, parse_pids, parse_snaplen, parse_switch, Rule,
};

/// The parameters of the loaded module.
#[derive(Default)]
pub struct ModuleParameters {
    /// What they say is recorded.
    pub selection: Selection,
    /// Whether nothing is recorded until a reader requests a recording.
    pub is_idle: bool,
}

impl ModuleParameters {
    /// Reads the parameters. One that cannot be read has its default.
    pub fn read() -> Self {
        fn parse<T>(name: &str, parse: fn(&[u8]) -> Result<T, Rule>) -> Option<T> {
            let text = fs::read(format!("/sys/module/syscall_record/parameters/{name}")).ok()?;
            parse(text.strip_suffix(b"\n").unwrap_or(&text)).ok()
        }
        let default = Selection::default();
        let filter = TaskFilter {
            pids: parse("pid", parse_pids).unwrap_or_default(),
            proc_names: parse("proc_name", parse_names).map(|(names, _)| names).unwrap_or_default(),
            ppid: parse("ppid", parse_pid),
            parent_proc_name: parse("parent_proc_name", parse_name).map(|(name, _)| name),
        };
        let switch = |name| parse(name, parse_switch).unwrap_or(false);
        let selection = Selection {
            filter,
            follow: switch("follow"),
            edges: parse("edges", parse_edges).unwrap_or_default(),
            failed_only: switch("failed"),
            args: switch("args"),
            snaplen: parse("snaplen", parse_snaplen).unwrap_or(default.snaplen),
            fault: switch("fault"),
            ..default
        };
        Self { selection, is_idle: switch("idle") }
    }
}
