// SPDX-License-Identifier: GPL-2.0

//! The module's parameters: what was given, what is wrong with it, what the log says of it.

#![deny(unsafe_code)]

use crate::control::Control;
use crate::param::{Locked, Param};
use crate::pure::filter::{Filter, List, Name};
use crate::pure::settings::{self, Rule, Settings, DEFAULT_BUFFER_KB, DEFAULT_SNAPLEN, MAX_NAMES_TEXT};
use crate::system;
use kernel::{fmt, prelude::*, str::BStr};

crate::params! {
    static PID: Filter = "pid", "record these processes, all their threads; up to 16, with commas";
    static PROC_NAME: Filter = "proc_name",
        "record threads of these names; up to 16, with commas; the first 15 characters of each count";
    static PPID: Filter = "ppid", "record the children of this process";
    static PARENT_PROC_NAME: Filter = "parent_proc_name",
        "record the children of processes of this name; its first 15 characters count";
    static FOLLOW: Option = "follow", "1: record the descendants of what is recorded, too (default 0)";
    static EDGES: Option = "edges", "which edges of system calls: both, enter or exit (default both)";
    static FAILED: Option = "failed", "1: record only returns, of calls that failed (default 0)";
    static ARGS: Option = "args", "1: record the arguments (default 0)";
    static SNAPLEN: Option = "snaplen",
        "with args=1: bytes of a buffer that an argument points to, 0 to 65000 (default 80)";
    static IDLE: Option = "idle", "1: record nothing until a reader asks for something (default 0)";
    static SPARE: Option = "spare",
        "1: processes that pid, proc_name and follow exclude cost nothing; 0: other tracers see theirs at once (default 1)";
    static BUFFER_KB: Fixed = "buffer_kb",
        "KiB of buffer for each CPU, 16 to 65536, rounded down to a power of two (default 256)";
}

/// Reads the parameters.
///
/// # Errors
///
/// `EINVAL` for a value that breaks its rule, which the log then names.
pub(crate) fn read(locked: &mut Locked) -> Result<Settings> {
    let filter = Filter {
        pids: parse(&PID, settings::parse_pids, locked)?.unwrap_or_default(),
        proc_names: parse_names(&PROC_NAME, settings::parse_names, locked)?,
        ppid: parse(&PPID, settings::parse_pid, locked)?,
        parent_proc_name: parse_names(&PARENT_PROC_NAME, parse_one_name, locked)?.items().first().copied(),
    };
    let edges = parse(&EDGES, settings::parse_edges, locked)?.unwrap_or_default();
    let failed_only = parse(&FAILED, settings::parse_switch, locked)?.unwrap_or(false);
    let buffer_kb = parse(&BUFFER_KB, settings::parse_buffer_kb, locked)?.unwrap_or(DEFAULT_BUFFER_KB);
    Ok(Settings {
        filter,
        follow: parse(&FOLLOW, settings::parse_switch, locked)?.unwrap_or(false),
        calls: None,
        edges: settings::edges_of(edges, failed_only).map_err(|rule| refuse(&EDGES, rule, locked))?,
        failed_only,
        args: parse(&ARGS, settings::parse_switch, locked)?.unwrap_or(false),
        snaplen: parse(&SNAPLEN, settings::parse_snaplen, locked)?.unwrap_or(DEFAULT_SNAPLEN),
        spare: parse(&SPARE, settings::parse_switch, locked)?.unwrap_or(true),
        idle: parse(&IDLE, settings::parse_switch, locked)?.unwrap_or(false),
        buffer_kb: settings::round_buffer_kb(buffer_kb),
    })
}

/// Puts the parameters in force, of which one was written.
///
/// # Errors
///
/// Those of [`read`] and [`Control::set_parameters`]; then those of before are in force.
pub(crate) fn change(control: &Control, locked: &mut Locked) -> Result {
    let settings = read(locked)?;
    let when = match control.set_parameters(&settings)? {
        true => "",
        false => ", as soon as the reader that asked for something else has closed the device",
    };
    pr_info!("{}{}\n", What(&settings, locked), when);
    Ok(())
}

/// Makes sure that buffers of this size leave memory for everything else.
///
/// # Errors
///
/// `ENOMEM` if they do not; the log then says so.
pub(crate) fn check_memory(buffer_kb: u32, cpus: usize) -> Result {
    let (needed, available) = ((buffer_kb as usize).saturating_mul(cpus), system::available_kb());
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
pub(crate) fn announce(settings: &Settings, cpus: usize, locked: &mut Locked) {
    pr_info!("{}; {} KiB for each of {} CPUs\n", What(settings, locked), settings.buffer_kb, cpus);
    let mut digits = [0; 10];
    BUFFER_KB.show_as(settings::decimal(settings.buffer_kb, &mut digits), locked);
    for (param, default) in
        [(&FOLLOW, "0"), (&EDGES, "both"), (&FAILED, "0"), (&ARGS, "0"), (&SNAPLEN, "80"), (&IDLE, "0"), (&SPARE, "1")]
    {
        if param.given(locked).is_none() {
            param.show_as(default.as_bytes(), locked);
        }
    }
}

fn parse<T>(param: &Param, rule: fn(&[u8]) -> Result<T, Rule>, locked: &Locked) -> Result<Option<T>> {
    let Some(text) = param.given(locked) else { return Ok(None) };
    rule(text).map(Some).map_err(|rule| refuse(param, rule, locked))
}

fn refuse(param: &Param, Rule(rule): Rule, locked: &Locked) -> Error {
    let text = BStr::from_bytes(param.given(locked).unwrap_or_default());
    pr_err!("{}={}: must be {}\n", param.name(), text, rule);
    EINVAL
}

type Names = List<Name>;
/// Says too whether a name was cut.
type NamesRule = fn(&[u8]) -> Result<(Names, bool), Rule>;

fn parse_names(param: &Param, rule: NamesRule, locked: &mut Locked) -> Result<Names> {
    let Some((names, is_cut)) = parse(param, rule, locked)? else { return Ok(Names::default()) };
    if is_cut {
        let mut text = [0; MAX_NAMES_TEXT];
        let kept = settings::names_as_text(names.items(), &mut text);
        pr_warn!(
            "{}={}: cut to '{}', the kernel keeps no more of a name\n",
            param.name(),
            BStr::from_bytes(param.given(locked).unwrap_or_default()),
            BStr::from_bytes(kept)
        );
        param.show_as(kept, locked);
    }
    Ok(names)
}

/// A name alone, in which a comma is a character like others.
fn parse_one_name(text: &[u8]) -> Result<(Names, bool), Rule> {
    let (name, is_cut) = settings::parse_name(text)?;
    let mut names = List::default();
    names.push(name);
    Ok((names, is_cut))
}

/// What is recorded, in words.
struct What<'a>(&'a Settings, &'a Locked);

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(settings, locked) = self;
        f.write_str(match (settings.idle, settings.filter.is_empty()) {
            (true, _) => "recording nothing until a reader asks for something:",
            (false, true) => "no filter given: recording every process",
            (false, false) => "recording",
        })?;
        let params =
            [&PID, &PROC_NAME, &PPID, &PARENT_PROC_NAME, &FOLLOW, &EDGES, &FAILED, &ARGS, &SNAPLEN, &IDLE, &SPARE];
        for param in params {
            if let Some(text) = param.given(locked) {
                write!(f, " {}=", param.name())?;
                fmt::Display::fmt(BStr::from_bytes(text), f)?;
            }
        }
        Ok(())
    }
}
