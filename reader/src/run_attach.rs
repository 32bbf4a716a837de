// SPDX-License-Identifier: GPL-2.0

//! `run` and `attach`: recordings that end with the processes that they are of.

use crate::child::{self, Child};
use crate::errors::{complain, is_broken_pipe, AnyError, WrongUsage};
use crate::kernel_request::{KernelRequest, Target};
use crate::prelude::PreludeFilter;
use crate::presentation::Presentation;
use crate::show::show;
use crate::{load, sink};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use syscall_record::options::Options;
use syscall_record::programs::find_program;
use syscall_record::source::{Source, TracedProcesses, DEVICE};
use syscall_record::system_calls;
use syscall_record::StopSignals;
use syscall_record_format::filter::{comm_from_bytes, List};
use syscall_record_format::format::{Comm, COMM_BYTES};

/// Runs a command and shows its calls. Returns the exit status.
///
/// # Errors
///
/// Errors of loading the module, of reading and of writing.
pub fn run(options: &Options, words: &[OsString]) -> Result<u8, AnyError> {
    let name = words.first().map(OsString::as_os_str).unwrap_or_default();
    let Some(program) = find_program(name) else {
        complain(&format_args!("{}: command not found", name.to_string_lossy()));
        return Ok(child::NOT_FOUND);
    };
    let (presentation, needs) = Presentation::new(options)?;
    let mut request = KernelRequest::new(options, needs);
    // The child's id is set below. The check needs to know only that there is a target.
    request.set_target(Target::Child(0));
    request.check_raw(false)?;
    let sink = sink::open(options.output.as_deref(), options.append)?;
    let loaded = load::load()?;
    let mut source = Source::open(Some(Path::new(DEVICE)), StopSignals::catch_first()?)?;
    let mut child = Child::start(&program, words)?;
    request.set_target(Target::Child(child.pid()));
    let stop = request.stop_request();
    let traced =
        TracedProcesses { processes: vec![system_calls::open_pidfd(child.pid())?], child: Some(child.pid()), stop };
    source.end_with(traced, StopSignals::catch_all()?);
    request.send(&source)?;
    let prelude = PreludeFilter::new(child.pid(), own_comm());
    let shown = show(options, request, presentation, &mut source, sink, Some(prelude), |output| {
        output.look_up(Some(&[child.pid()]), true);
        child.release()
    });
    // A process that was not told to run its command ends now.
    let pid = child.pid();
    drop(child);
    // The command runs to its end, also if its calls can no longer be shown.
    source.wait_for_processes()?;
    let status = system_calls::wait_for_child(pid)?;
    drop(loaded);
    match shown {
        Err(error) if !is_broken_pipe(&*error) => Err(error),
        _ => Ok(status),
    }
}

/// Shows the calls of running processes. Returns the exit status.
///
/// # Errors
///
/// Errors of loading the module, of finding the processes, of reading and of writing.
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
        processes.push(system_calls::open_pidfd(pid).map_err(|error| about(id, &error))?);
    }
    let (presentation, needs) = Presentation::new(options)?;
    let mut request = KernelRequest::new(options, needs);
    request.set_target(Target::Processes(pids, follow));
    request.check_raw(false)?;
    let sink = sink::open(options.output.as_deref(), options.append)?;
    let _loaded = load::load()?;
    let mut source = Source::open(Some(Path::new(DEVICE)), StopSignals::catch_first()?)?;
    let traced = TracedProcesses { processes, child: None, stop: request.stop_request() };
    source.end_with(traced, StopSignals::catch_first()?);
    request.send(&source)?;
    show(options, request, presentation, &mut source, sink, None, |output| {
        output.look_up(Some(pids.items()), false);
        Ok(())
    })
}

/// The process that the thread with this id belongs to.
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

/// The name of this process. Its child has the same name until it runs its command.
fn own_comm() -> Comm {
    let mut bytes = [0; COMM_BYTES];
    let name = fs::read("/proc/self/comm").unwrap_or_default();
    for (to, from) in bytes.iter_mut().zip(name.strip_suffix(b"\n").unwrap_or(&name)) {
        *to = *from;
    }
    comm_from_bytes(&bytes)
}
