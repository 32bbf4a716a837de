// SPDX-License-Identifier: GPL-2.0

//! Counts the events of a recording, without making text of them.

use crate::decoded::for_each_event;
use std::io;
use std::process::ExitCode;
use syscall_record_decode::decode::DecodedKind;
use syscall_record_decode::wanted::WantedMemory;
use syscall_record_format::filter::{comm_to_bytes, CommName};
use syscall_record_format::format::COMM_BYTES;

/// Prints how many entries and returns of programs called `name` the recording on standard input has, and how many
/// events of any program were dropped.
pub fn count_events(name: &str) -> ExitCode {
    match count(CommName::new(name.as_bytes()).to_bytes()) {
        Ok((recorded, dropped)) => {
            println!("{recorded} {dropped}");
            ExitCode::SUCCESS
        }
        Err(what) => {
            eprintln!("exercise tally: {what}");
            ExitCode::FAILURE
        }
    }
}

fn count(name: [u8; COMM_BYTES]) -> Result<(u64, u64), String> {
    let (mut recorded, mut dropped) = (0, 0);
    for_each_event(&mut io::stdin().lock(), WantedMemory::Nothing, &mut |event| match &event.kind {
        DecodedKind::Enter { task, .. } | DecodedKind::Exit { task, .. } => {
            recorded += u64::from(comm_to_bytes(task.comm) == name);
        }
        DecodedKind::Dropped { events } => dropped += events,
        DecodedKind::Memory { .. } => {}
    })?;
    Ok((recorded, dropped))
}
