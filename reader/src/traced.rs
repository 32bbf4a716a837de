// SPDX-License-Identifier: GPL-2.0

//! `run` and `attach`: recordings that begin and end with processes.

use crate::child::{self, Child};
use crate::live::{Plan, Who};
use crate::options::Options;
use crate::output::Gate;
use crate::shape::Shape;
use crate::{complain, is_broken_pipe, load, show, sink, AnyError, WrongUsage};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use syscall_record::control;
use syscall_record::source::{Source, Traced, DEVICE};
use syscall_record::Interrupt;
use syscall_record_format::filter::{comm_from_bytes, List};
use syscall_record_format::format::{Comm, COMM_BYTES};

/// Runs a command and shows what it does; the exit status.
///
/// # Errors
///
/// Those of loading the module, of reading and of writing.
pub fn run(options: &Options, words: &[OsString]) -> Result<u8, AnyError> {
    let name = words.first().map(OsString::as_os_str).unwrap_or_default();
    let Some(program) = child::find(name) else {
        complain(&format_args!("{}: command not found", name.to_string_lossy()));
        return Ok(child::NOT_FOUND);
    };
    let (shape, needs) = Shape::new(options)?;
    let mut plan = Plan::new(options, needs)?;
    // Whoever it will be.
    plan.record(Who::Child(0));
    plan.check(false)?;
    let sink = sink::open(options.output.as_deref(), options.append)?;
    let loaded = load::load()?;
    let mut source = Source::open(Some(Path::new(DEVICE)), Interrupt::new()?)?;
    let mut child = Child::start(&program, words)?;
    plan.record(Who::Child(child.pid()));
    let traced = Traced { processes: vec![control::watch(child.pid())?], child: Some(child.pid()), stop: plan.stop() };
    source.end_with(traced, Interrupt::for_all()?);
    plan.hand_over(&source)?;
    child.release()?;
    let shown = show(options, plan, shape, &mut source, sink, Some(Gate::new(child.pid(), own_comm())));
    // The command goes on to its end, whatever became of what was to be shown of it.
    source.outlive()?;
    let status = control::wait(child.pid())?;
    drop(loaded);
    match shown {
        Err(error) if !is_broken_pipe(&*error) => Err(error),
        _ => Ok(status),
    }
}

/// Shows what running processes do; the exit status.
///
/// # Errors
///
/// Those of loading the module, of finding the processes, of reading and of writing.
pub fn attach(options: &Options, ids: &[u32], follow: bool) -> Result<u8, AnyError> {
    let mut pids = List::<u32>::default();
    let mut processes: Vec<OwnedFd> = Vec::new();
    for &id in ids {
        let pid = process_of(id)?;
        if pids.items().contains(&pid) {
            continue;
        }
        if !pids.push(pid) {
            return Err(WrongUsage("attach: -p takes 16 processes at the most".into()).into());
        }
        processes.push(control::watch(pid).map_err(|error| about(id, &error))?);
    }
    let (shape, needs) = Shape::new(options)?;
    let mut plan = Plan::new(options, needs)?;
    plan.record(Who::Processes(pids, follow));
    plan.check(false)?;
    let sink = sink::open(options.output.as_deref(), options.append)?;
    let _loaded = load::load()?;
    let mut source = Source::open(Some(Path::new(DEVICE)), Interrupt::new()?)?;
    source.end_with(Traced { processes, child: None, stop: plan.stop() }, Interrupt::new()?);
    plan.hand_over(&source)?;
    show(options, plan, shape, &mut source, sink, None)
}

/// The process that a thread belongs to.
fn process_of(id: u32) -> io::Result<u32> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).map_err(|error| about(id, &error))?;
    let tgid = status.lines().find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok());
    Ok(tgid.unwrap_or(id))
}

fn about(id: u32, error: &io::Error) -> io::Error {
    let text = match error.kind() {
        io::ErrorKind::NotFound => format!("-p {id}: there is no such process"),
        _ => format!("-p {id}: {error}"),
    };
    io::Error::other(text)
}

/// The name of this process, which its child has, too, until it runs its command.
fn own_comm() -> Comm {
    let mut bytes = [0; COMM_BYTES];
    let name = fs::read("/proc/self/comm").unwrap_or_default();
    for (to, from) in bytes.iter_mut().zip(name.strip_suffix(b"\n").unwrap_or(&name)) {
        *to = *from;
    }
    comm_from_bytes(&bytes)
}
