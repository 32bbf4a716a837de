// SPDX-License-Identifier: GPL-2.0

//! Lists the ways in which `bench nginx` traces nginx.

use crate::system::stop::{fail, Result};

/// A way to trace nginx, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NginxCase {
    None,
    Floor,
    /// This tracer, of nginx alone.
    Nginx,
    NginxExits,
    /// The same, with arguments and the memory that they point to.
    NginxArgs,
    NginxArgsExits,
    /// The same, printed as strace does meanwhile.
    NginxStrace,
    /// This tracer, of every process.
    All,
    /// ftrace, of the process that serves.
    FtraceNginx,
    Ftrace,
}

/// A case's name on the command line, the text of its row, and this tracer's parameters.
struct Row {
    case: NginxCase,
    name: &'static str,
    title: &'static str,
    parameters: Option<&'static [&'static str]>,
}

const ARGS: &[&str] = &["proc_name=nginx", "args=1"];
const ARGS_EXITS: &[&str] = &["proc_name=nginx", "args=1", "edges=exit"];

const ROWS: [Row; 10] = [
    row(NginxCase::None, "none", "no tracer", None),
    row(NginxCase::Floor, "floor", "floor: empty probes", None),
    row(NginxCase::Nginx, "nginx", "proc_name=nginx", Some(&["proc_name=nginx"])),
    row(NginxCase::NginxExits, "nginx-exits", "proc_name=nginx edges=exit", Some(&["proc_name=nginx", "edges=exit"])),
    row(NginxCase::NginxArgs, "nginx-args", "proc_name=nginx args=1", Some(ARGS)),
    row(NginxCase::NginxArgsExits, "nginx-args-exits", "proc_name=nginx args=1 edges=exit", Some(ARGS_EXITS)),
    row(NginxCase::NginxStrace, "nginx-strace", "proc_name=nginx args=1, --style strace", Some(ARGS)),
    row(NginxCase::All, "all", "every process", Some(&[])),
    row(NginxCase::FtraceNginx, "ftrace-nginx", "ftrace raw_syscalls, the process that serves", None),
    row(NginxCase::Ftrace, "ftrace", "ftrace raw_syscalls, every process", None),
];

const fn row(
    case: NginxCase,
    name: &'static str,
    title: &'static str,
    parameters: Option<&'static [&'static str]>,
) -> Row {
    Row { case, name, title, parameters }
}

impl NginxCase {
    /// All, in the order of the table.
    pub const ALL: [Self; 10] = [
        Self::None,
        Self::Floor,
        Self::Nginx,
        Self::NginxExits,
        Self::NginxArgs,
        Self::NginxArgsExits,
        Self::NginxStrace,
        Self::All,
        Self::FtraceNginx,
        Self::Ftrace,
    ];

    /// The case that has this name on the command line.
    pub fn from_name(name: &str) -> Result<Self> {
        match ROWS.iter().find(|row| row.name == name) {
            Some(row) => Ok(row.case),
            None => fail(format!("--cases: there is no case '{name}'")),
        }
    }

    pub fn name(self) -> &'static str {
        self.row().name
    }

    pub fn title(self) -> &'static str {
        self.row().title
    }

    /// This tracer's parameters; `None` if it is not used.
    pub fn parameters(self) -> Option<&'static [&'static str]> {
        self.row().parameters
    }

    /// Whether only returns are recorded.
    pub fn has_exits_alone(self) -> bool {
        matches!(self, Self::NginxExits | Self::NginxArgsExits)
    }

    /// Whether nothing is recorded.
    pub fn is_without_recording(self) -> bool {
        matches!(self, Self::None | Self::Floor)
    }

    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_has_its_row() {
        for (row, case) in ROWS.iter().zip(NginxCase::ALL) {
            assert_eq!((row.case, case.name()), (case, row.name));
            assert_eq!(NginxCase::from_name(row.name), Ok(case));
        }
    }
}
