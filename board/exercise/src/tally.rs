// SPDX-License-Identifier: GPL-2.0

//! Counts the events of a recording, without making text of them.

use std::io::Read;
use std::process::ExitCode;
use syscall_record_decode::decode::{DecodedKind, PacketEvents, WantedMemory};
use syscall_record_decode::framing::Framing;
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
    let mut input = std::io::stdin().lock();
    let (mut framing, mut recorded, mut dropped, mut at_end) = (Framing::new(), 0, 0, false);
    while !at_end {
        let bytes = input.read(framing.space()).map_err(|error| error.to_string())?;
        framing.filled(bytes);
        at_end = bytes == 0;
        while let Some(packet) = framing.next(at_end) {
            let packet = packet.map_err(|damage| format!("damaged at byte {}", damage.offset))?;
            let given = PacketEvents::new(&packet).give(u64::MAX, WantedMemory::Nothing, &mut |_, event| {
                match &event.kind {
                    DecodedKind::Enter { task, .. } | DecodedKind::Exit { task, .. } => {
                        recorded += u64::from(comm_to_bytes(task.comm) == name);
                    }
                    DecodedKind::Dropped { events } => dropped += events,
                    DecodedKind::Memory { .. } => {}
                }
                Ok(())
            });
            given.map_err(|_| "the events of a packet")?;
        }
    }
    Ok((recorded, dropped))
}
