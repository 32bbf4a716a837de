// SPDX-License-Identifier: GPL-2.0

//! Requests a recording, and copies it to standard output.
//!
//! Words make the request: `pids=1,2`, `names=a,b`, `ppid=1`, `parent=a`, `calls=N,M` (of programs as wide as the
//! kernel), `calls32=N,M` (of 32-bit programs), `edges=exit`, `failed`, `args`, `snaplen=N`, `fault`, `follow`, `keep`.
//!
//! Makes `/tmp/asked` when the module has the request. When there is `/tmp/enough`, copies what was recorded until
//! then, and ends.

use crate::collect::copy_rest;
use crate::device::{open, poll_for, set_request, PACKET_BYTES};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use syscall_record_format::call_set::CallSet;
use syscall_record_format::filter::CommName;
use syscall_record_format::request::Request;
use syscall_record_format::settings::{parse_edges, parse_names, parse_pid, parse_pids, parse_snaplen, Rule};

/// Hands the request that `words` make to the module, and copies what it records to standard output.
pub fn request_and_copy(words: &[&str]) -> ExitCode {
    match try_to_copy(words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("exercise request: {what}");
            ExitCode::FAILURE
        }
    }
}

fn try_to_copy(words: &[&str]) -> Result<(), String> {
    let request = parse(words)?;
    let mut device = open(libc::O_NONBLOCK)?;
    set_request(&device, &request.to_bytes()).map_err(|error| error.to_string())?;
    File::create("/tmp/asked").map_err(|error| error.to_string())?;
    let mut packet = [0; PACKET_BYTES];
    while !Path::new("/tmp/enough").exists() {
        if poll_for(&device, 50)? {
            let count = device.read(&mut packet).map_err(|error| error.to_string())?;
            std::io::stdout().write_all(&packet[..count]).map_err(|error| error.to_string())?;
        }
    }
    copy_rest(&mut device, &mut std::io::stdout())
}

/// Makes a request of `words`.
pub fn parse(words: &[&str]) -> Result<Request, String> {
    let mut request = Request::default();
    let selection = &mut request.selection;
    for word in words {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let bytes = value.as_bytes();
        let rule = |Rule(rule): Rule| format!("{word}: must be {rule}");
        match name {
            "pids" => selection.filter.pids = parse_pids(bytes).map_err(rule)?,
            "names" => selection.filter.proc_names = parse_names(bytes).map_err(rule)?.0,
            "ppid" => selection.filter.ppid = Some(parse_pid(bytes).map_err(rule)?),
            "parent" => selection.filter.parent_proc_name = Some(CommName::new(bytes)),
            "calls" | "calls32" => {
                let calls = selection.calls.get_or_insert(CallSet::none());
                for number in value.split(',').filter(|number| !number.is_empty()) {
                    let number = number.parse().map_err(|_| format!("{word}: must be numbers"))?;
                    calls.set(name == "calls32", number, true);
                }
            }
            "edges" => selection.edges = parse_edges(bytes).map_err(rule)?,
            "failed" => selection.failed_only = true,
            "args" => selection.args = true,
            "snaplen" => selection.snaplen = parse_snaplen(bytes).map_err(rule)?,
            "fault" => selection.fault = true,
            "follow" => selection.follow = true,
            "keep" => request.keep_unread = true,
            _ => return Err(format!("{word}: no such word")),
        }
    }
    Ok(request)
}
