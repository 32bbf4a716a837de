// SPDX-License-Identifier: GPL-2.0

//! The module's parameters: what was given, what is wrong with it, what the log says of it.

#![deny(unsafe_code)]

use crate::param::Param;
use crate::pure::filter::{Filter, List, Name};
use crate::pure::settings::{self, Rule, Settings, DEFAULT_BUFFER_KB, DEFAULT_SNAPLEN, MAX_NAMES_TEXT};
use crate::system;
use kernel::{fmt, prelude::*, str::BStr};

crate::params! {
    static PID = "pid", "record these processes, all their threads; up to 16, with commas";
    static PROC_NAME = "proc_name",
        "record threads of these names; up to 16, with commas; the first 15 characters of each count";
    static PPID = "ppid", "record the children of this process";
    static PARENT_PROC_NAME = "parent_proc_name",
        "record the children of processes of this name; its first 15 characters count";
    static FOLLOW = "follow", "1: record the descendants of what is recorded, too (default 0)";
    static EDGES = "edges", "which edges of system calls: both, enter or exit (default both)";
    static ARGS = "args", "1: record the arguments (default 0)";
    static SNAPLEN = "snaplen",
        "with args=1: bytes of a buffer that an argument points to, 0 to 65000 (default 80)";
    static FAILED = "failed", "1: record only returns, of calls that failed (default 0)";
    static IDLE = "idle", "1: record nothing until a reader asks for something (default 0)";
    static SPARE = "spare",
        "1: processes that pid, proc_name and follow exclude cost nothing; 0: other tracers see theirs at once (default 1)";
    static BUFFER_KB = "buffer_kb",
        "KiB of buffer for each CPU, 16 to 65536, rounded down to a power of two (default 256)";
}

/// Reads the parameters.
///
/// # Errors
///
/// `EINVAL` for a value that breaks its rule, which the log then names.
pub(crate) fn read() -> Result<Settings> {
    let filter = Filter {
        pids: parse("pid", &PID, settings::parse_pids)?.unwrap_or_default(),
        proc_names: parse_names("proc_name", &PROC_NAME, settings::parse_names)?.unwrap_or_default(),
        ppid: parse("ppid", &PPID, settings::parse_pid)?,
        parent_proc_name: parse_names("parent_proc_name", &PARENT_PROC_NAME, parse_one_name)?
            .and_then(|names| names.items().first().copied()),
    };
    let edges = parse("edges", &EDGES, settings::parse_edges)?.unwrap_or_default();
    let failed_only = parse("failed", &FAILED, settings::parse_switch)?.unwrap_or(false);
    let buffer_kb = parse("buffer_kb", &BUFFER_KB, settings::parse_buffer_kb)?.unwrap_or(DEFAULT_BUFFER_KB);
    Ok(Settings {
        filter,
        follow: parse("follow", &FOLLOW, settings::parse_switch)?.unwrap_or(false),
        calls: None,
        edges: settings::edges_of(edges, failed_only).map_err(|rule| refuse("edges", &EDGES, rule))?,
        failed_only,
        args: parse("args", &ARGS, settings::parse_switch)?.unwrap_or(false),
        snaplen: parse("snaplen", &SNAPLEN, settings::parse_snaplen)?.unwrap_or(DEFAULT_SNAPLEN),
        spare: parse("spare", &SPARE, settings::parse_switch)?.unwrap_or(true),
        idle: parse("idle", &IDLE, settings::parse_switch)?.unwrap_or(false),
        buffer_kb: settings::round_buffer_kb(buffer_kb),
    })
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
pub(crate) fn announce(settings: &Settings, cpus: usize) {
    let (start, who) = if settings.filter.is_empty() {
        ("no filter given: recording every process", Given(&[]))
    } else {
        ("recording", Given(&FILTERS))
    };
    pr_info!("{}{}{}; {} KiB for each of {} CPUs\n", start, who, Given(&WHAT), settings.buffer_kb, cpus);
    let mut digits = [0; 10];
    BUFFER_KB.show_as(settings::decimal(settings.buffer_kb, &mut digits));
    for (param, default) in
        [(&FOLLOW, "0"), (&EDGES, "both"), (&FAILED, "0"), (&ARGS, "0"), (&SNAPLEN, "80"), (&IDLE, "0"), (&SPARE, "1")]
    {
        if param.given().is_none() {
            param.show_as(default.as_bytes());
        }
    }
}

fn parse<T>(name: &str, param: &Param, rule: fn(&[u8]) -> Result<T, Rule>) -> Result<Option<T>> {
    let Some(text) = param.given() else { return Ok(None) };
    rule(text).map(Some).map_err(|rule| refuse(name, param, rule))
}

fn refuse(name: &str, param: &Param, Rule(rule): Rule) -> Error {
    pr_err!("{}={}: must be {}\n", name, BStr::from_bytes(param.given().unwrap_or_default()), rule);
    EINVAL
}

type Names = List<Name>;

fn parse_names(name: &str, param: &Param, rule: fn(&[u8]) -> Result<(Names, bool), Rule>) -> Result<Option<Names>> {
    let Some((names, is_cut)) = parse(name, param, rule)? else { return Ok(None) };
    if is_cut {
        let mut text = [0; MAX_NAMES_TEXT];
        let kept = settings::names_as_text(names.items(), &mut text);
        pr_warn!(
            "{}={}: cut to '{}', the kernel keeps no more of a name\n",
            name,
            BStr::from_bytes(param.given().unwrap_or_default()),
            BStr::from_bytes(kept)
        );
        param.show_as(kept);
    }
    Ok(Some(names))
}

/// A name alone, in which a comma is a character like others.
fn parse_one_name(text: &[u8]) -> Result<(Names, bool), Rule> {
    let (name, is_cut) = settings::parse_name(text)?;
    let mut names = List::default();
    names.push(name);
    Ok((names, is_cut))
}

/// Parameters with their names.
type Named = (&'static str, &'static Param);
static FILTERS: [Named; 4] =
    [("pid", &PID), ("proc_name", &PROC_NAME), ("ppid", &PPID), ("parent_proc_name", &PARENT_PROC_NAME)];
static WHAT: [Named; 7] = [
    ("follow", &FOLLOW),
    ("edges", &EDGES),
    ("failed", &FAILED),
    ("args", &ARGS),
    ("snaplen", &SNAPLEN),
    ("idle", &IDLE),
    ("spare", &SPARE),
];

/// Those that were given, each with a space before it.
struct Given(&'static [Named]);

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, param) in self.0 {
            if let Some(text) = param.given() {
                write!(f, " {}=", name)?;
                fmt::Display::fmt(BStr::from_bytes(text), f)?;
            }
        }
        Ok(())
    }
}
