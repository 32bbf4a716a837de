// SPDX-License-Identifier: GPL-2.0

//! The module's parameters: what was given, what is wrong with it, what the log says of it.

#![deny(unsafe_code)]

use crate::control::Control;
use crate::kernel_api::kernel_info;
use crate::kernel_api::parameter::{KernelParameter, ListenerSlot, ParameterKind, ParameterListener, ParameterLock};
use crate::pure::filter::Filter;
use crate::pure::settings::{self, Parameter, Rule, Settings, MAX_NAMES_TEXT};
use kernel::{fmt, prelude::*, str::BStr};

crate::params! {
    listener = Control;
    Pid: Filter = "pid", "", "record these processes, all their threads; up to 16, with commas";
    ProcName: Filter = "proc_name", "",
        "record threads of these names; up to 16, with commas; the first 15 characters of each count";
    Ppid: Filter = "ppid", "", "record the children of this process";
    ParentProcName: Filter = "parent_proc_name", "",
        "record the children of processes of this name; its first 15 characters count";
    Follow: Option = "follow", "0", "1: record the descendants of what is recorded, too (default 0)";
    Edges: Option = "edges", "both", "which edges of system calls: both, enter or exit (default both)";
    Failed: Option = "failed", "0", "1: record only returns, of calls that failed (default 0)";
    Args: Option = "args", "0", "1: record the arguments (default 0)";
    Snaplen: Option = "snaplen", "80",
        "with args=1: bytes of a buffer that an argument points to, 0 to 65000 (default 80)";
    Idle: Option = "idle", "0", "1: record nothing until a reader asks for something (default 0)";
    Exempt: Option = "exempt", "1",
        "1: processes that pid, proc_name and follow exclude pay nothing; 0: other tracers see their calls at once (default 1)";
    BufferKb: Fixed = "buffer_kb", "256",
        "KiB of buffer for each CPU, 16 to 65536, rounded down to a power of two (default 256)";
}

/// Reads the parameters.
///
/// # Errors
///
/// `EINVAL` for a value that breaks its rule, which the log then names.
pub(crate) fn read(locked: &mut ParameterLock) -> Result<Settings> {
    let mut settings = Settings::default();
    for param in &PARAMS {
        let Some(text) = param.given(locked) else { continue };
        let is_cut = settings.set(param.which, text).map_err(|rule| refuse(param, rule, locked))?;
        if is_cut {
            show_cut(param, &settings.filter, locked);
        }
    }
    settings.edges = settings::edges_of(settings.edges, settings.failed_only)
        .map_err(|rule| refuse(&PARAMS[Parameter::Edges as usize], rule, locked))?;
    Ok(settings)
}

static LISTENER: ListenerSlot<Control> = ListenerSlot::new();

impl ParameterListener for Control {
    fn slot() -> &'static ListenerSlot<Self> {
        &LISTENER
    }

    #[inline]
    fn parameters_changed(&self, locked: &mut ParameterLock) -> Result {
        let settings = read(locked)?;
        let when = match self.set_parameters(&settings)? {
            true => "",
            false => ", as soon as the reader that asked for something else has closed the device",
        };
        pr_info!("{}{}\n", What(&settings, locked), when);
        Ok(())
    }
}

/// Makes sure that buffers of this size leave memory for everything else.
///
/// # Errors
///
/// `ENOMEM` if they do not; the log then says so.
pub(crate) fn check_memory(buffer_kb: u32, cpus: usize) -> Result {
    let (needed, available) = ((buffer_kb as usize).saturating_mul(cpus), kernel_info::available_kb());
    if needed <= available / 2 {
        return Ok(());
    }
    pr_err!(
        "buffer_kb={}: must be less; {} CPUs take {} KiB, more than half of the {} KiB available\n",
        buffer_kb,
        cpus,
        needed,
        available
    );
    Err(ENOMEM)
}

/// Says in the log what is recorded. The kernel ignores parameters that it does not know: whoever
/// mistyped one sees it here.
pub(crate) fn announce(settings: &Settings, cpus: usize, locked: &mut ParameterLock) {
    pr_info!("{}; {} KiB for each of {} CPUs\n", What(settings, locked), settings.buffer_kb, cpus);
    for param in &PARAMS {
        if param.given(locked).is_none() {
            param.show_as(param.default.as_bytes(), locked);
        }
    }
    let mut digits = [0; 10];
    PARAMS[Parameter::BufferKb as usize].show_as(settings::decimal(settings.buffer_kb, &mut digits), locked);
}

fn refuse(param: &KernelParameter, Rule(rule): Rule, locked: &ParameterLock) -> Error {
    let text = BStr::from_bytes(param.given(locked).unwrap_or_default());
    pr_err!("{}={}: must be {}\n", param.name, text, rule);
    EINVAL
}

/// Says in the log and in sysfs what is left of names of which one is longer than those that the kernel keeps.
fn show_cut(param: &KernelParameter, filter: &Filter, locked: &mut ParameterLock) {
    let names = match param.which {
        Parameter::ProcName => filter.proc_names.items(),
        _ => filter.parent_proc_name.as_slice(),
    };
    let mut text = [0; MAX_NAMES_TEXT];
    let kept = settings::names_as_text(names, &mut text);
    pr_warn!(
        "{}={}: cut to '{}', the kernel keeps no more of a name\n",
        param.name,
        BStr::from_bytes(param.given(locked).unwrap_or_default()),
        BStr::from_bytes(kept)
    );
    param.show_as(kept, locked);
}

/// What is recorded, in words.
struct What<'a>(&'a Settings, &'a ParameterLock);

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(settings, locked) = self;
        f.write_str(match (settings.idle, settings.filter.is_empty()) {
            (true, _) => "recording nothing until a reader asks for something:",
            (false, true) => "no filter given: recording every process",
            (false, false) => "recording",
        })?;
        for param in PARAMS.iter().filter(|param| param.kind != ParameterKind::Fixed) {
            if let Some(text) = param.given(locked) {
                write!(f, " {}=", param.name)?;
                fmt::Display::fmt(BStr::from_bytes(text), f)?;
            }
        }
        Ok(())
    }
}
