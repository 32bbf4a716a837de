// SPDX-License-Identifier: GPL-2.0

//! Decodes a recording, packet by packet: what one packet has of a task needs no other packet.

use std::io::Read;
use syscall_record_decode::decode::{DecodedEvent, PacketEvents};
use syscall_record_decode::framing::Framing;
use syscall_record_decode::wanted::{Wanted, WantedMemory};
use syscall_record_format::format::Header;

/// Calls `take` with each event of the recording that `input` gives, and with the `memory` of arguments.
pub fn for_each_event(
    input: &mut impl Read,
    memory: WantedMemory,
    take: &mut dyn FnMut(&DecodedEvent<'_>),
) -> Result<(), String> {
    let wanted = Wanted { memory, events: None };
    let (mut framing, mut at_end) = (Framing::new(), false);
    while !at_end {
        let bytes = input.read(framing.space()).map_err(|error| error.to_string())?;
        framing.filled(bytes);
        at_end = bytes == 0;
        while let Some(packet) = framing.next(at_end) {
            let packet = packet.map_err(|damage| format!("damaged at byte {}", damage.offset))?;
            let given =
                PacketEvents::new(&packet, 0).give(u64::MAX, &wanted, &mut |_: &Header, event: &DecodedEvent<'_>| {
                    take(event);
                    Ok(())
                });
            given.map_err(|_| "the events of a packet")?;
        }
    }
    Ok(())
}
