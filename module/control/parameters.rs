// SPDX-License-Identifier: GPL-2.0

//! The module's parameters: reads them, says in the log what is wrong with them and what they record, puts changes in
//! force.

use super::change::Control;
use crate::kernel_api::parameter::{KernelParameter, ListenerSlot, ParameterKind, ParameterListener, ParameterLock};
use crate::shared::filter::TaskFilter;
use crate::shared::settings::{self, ModuleParameter, Rule, Settings, MAX_NAMES_TEXT};
use kernel::{fmt, prelude::*, str::BStr};

crate::params! {
    listener = Control;
    Pid: Filter = "pid", "", "record these processes, all their threads; up to 16, with commas";
    ProcName: Filter = "proc_name", "",
        "record threads of these names; up to 16, with commas; 15 characters of each count";
    Ppid: Filter = "ppid", "", "record the children of this process";
    ParentProcName: Filter = "parent_proc_name", "",
        "record the children of processes of this name; 15 characters of it count";
    Follow: Option = "follow", "0", "1: record the descendants of what is recorded, too (default 0)";
    Edges: Option = "edges", "both", "which edges of system calls: both, enter or exit (default both)";
    Failed: Option = "failed", "0", "1: record only returns, of calls that failed (default 0)";
    Args: Option = "args", "0", "1: record the arguments (default 0)";
    Snaplen: Option = "snaplen", "80",
        "with args=1: bytes of a buffer that an argument points to, 0 to 65000 (default 80)";
    Fault: Option = "fault", "0",
        "with args=1: 1: a probe may fault memory in, and sleep, to copy what is not resident (default 0)";
    Idle: Option = "idle", "0", "1: record nothing until a reader requests a recording (default 0)";
    Exempt: Option = "exempt", "1",
        "1: processes that pid, proc_name and follow exclude pay nothing; 0: they pay (default 1 where kprobes work)";
    BufferKb: Fixed = "buffer_kb", "256",
        "KiB of buffer for each CPU, 16 to 65536, rounded down to a power of two (default 256)";
}

static LISTENER: ListenerSlot<Control> = ListenerSlot::new();

impl ParameterListener for Control {
    fn slot() -> &'static ListenerSlot<Self> {
        &LISTENER
    }

    // With a stack frame of its own, for the kernel's stack is small.
    #[inline(never)]
    fn parameters_changed(&self, lock: &mut ParameterLock) -> Result {
        let settings = read(lock)?;
        let when = match self.set_parameters(&settings)? {
            true => "",
            false => ", as soon as the reader that requested a recording has closed the device",
        };
        pr_info!("{}{}\n", SettingsText(&settings, lock), when);
        Ok(())
    }
}

/// Reads the parameters. Where the module keeps less of a name than was given, the log and sysfs say so.
///
/// # Errors
///
/// `EINVAL` for a value that breaks its rule; the log then says which one. `ENOMEM`.
pub(crate) fn read(lock: &mut ParameterLock) -> Result<KBox<Settings>> {
    let mut settings = default_settings()?;
    for param in &PARAMS {
        let Some(text) = param.given(lock) else { continue };
        let is_cut = settings.set(param.which, text).map_err(|rule| refuse(param, rule, lock))?;
        if is_cut {
            show_cut(param, &settings.selection.filter, lock);
        }
    }
    settings.selection.edges = settings::edges_of(settings.selection.edges, settings.selection.failed_only)
        .map_err(|rule| refuse(&PARAMS[ModuleParameter::Edges as usize], rule, lock))?;
    Ok(settings)
}

/// The settings without parameters. On the heap, and with a stack frame of its own: they are large.
#[inline(never)]
fn default_settings() -> Result<KBox<Settings>> {
    Ok(KBox::new(Settings::default(), GFP_KERNEL)?)
}

/// Says in the log what is recorded, and makes sysfs show all values. The kernel ignores parameters that the module
/// does not have: a mistyped one is missing in the log.
pub(crate) fn announce(settings: &Settings, cpus: usize, lock: &mut ParameterLock) {
    pr_info!("{}; {} KiB for each of {} CPUs\n", SettingsText(settings, lock), settings.buffer_kb, cpus);
    for param in &PARAMS {
        if param.given(lock).is_none() {
            param.show_as(param.default.as_bytes(), lock);
        }
    }
    let mut digits = [0; 10];
    PARAMS[ModuleParameter::BufferKb as usize].show_as(settings::decimal(settings.buffer_kb, &mut digits), lock);
}

/// Says in the log which rule the value of `param` breaks.
#[inline(never)]
fn refuse(param: &KernelParameter, Rule(rule): Rule, lock: &ParameterLock) -> Error {
    let text = BStr::from_bytes(param.given(lock).unwrap_or_default());
    pr_err!("{}={}: must be {}\n", param.name, text, rule);
    EINVAL
}

/// Shows in the log and in sysfs the names of `param` as the module keeps them: one of them is longer than the names
/// that the kernel keeps.
// With a stack frame of its own, for the names.
#[inline(never)]
fn show_cut(param: &KernelParameter, filter: &TaskFilter, lock: &mut ParameterLock) {
    let names = match param.which {
        ModuleParameter::ProcName => filter.proc_names.items(),
        _ => filter.parent_proc_name.as_slice(),
    };
    let mut text = [0; MAX_NAMES_TEXT];
    let kept = settings::names_as_text(names, &mut text);
    pr_warn!(
        "{}={}: cut to '{}', the kernel keeps no more of a name\n",
        param.name,
        BStr::from_bytes(param.given(lock).unwrap_or_default()),
        BStr::from_bytes(kept)
    );
    param.show_as(kept, lock);
}

/// The settings as the log states them.
struct SettingsText<'a>(&'a Settings, &'a ParameterLock);

impl fmt::Display for SettingsText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(settings, lock) = self;
        f.write_str(match (settings.idle, settings.selection.filter.is_empty()) {
            (true, _) => "recording nothing until a reader requests a recording:",
            (false, true) => "no filter given: recording every process",
            (false, false) => "recording",
        })?;
        for param in PARAMS.iter().filter(|param| param.kind != ParameterKind::Fixed) {
            if let Some(text) = param.given(lock) {
                write!(f, " {}=", param.name)?;
                fmt::Display::fmt(BStr::from_bytes(text), f)?;
            }
        }
        Ok(())
    }
}
