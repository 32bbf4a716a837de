// SPDX-License-Identifier: GPL-2.0

//! What the model makes of a recording.

use super::decode_stream;
use std::convert::Infallible;
use syscall_record::decode::DecodedEvent;
use syscall_record::merge::Merge;
use syscall_record::model::{Event, Model, ModelNeeds};
use syscall_record_format::format::Header;

/// All that the model can do.
pub const NEEDS: ModelNeeds = ModelNeeds::ALL;

/// The lines that `describe` makes of a stream's events.
pub fn lines_of(stream: &[u8], describe: impl FnMut(&Event<'_>) -> String) -> Vec<String> {
    lines_of_machine(stream, false, describe)
}

/// The lines that `describe` makes of a stream's events. `is_live` says that the stream is of this machine.
pub fn lines_of_machine(stream: &[u8], is_live: bool, mut describe: impl FnMut(&Event<'_>) -> String) -> Vec<String> {
    let mut model = Model::new(NEEDS, is_live);
    let mut lines = Vec::new();
    let mut sink = |header: &Header, event: &DecodedEvent<'_>| {
        let Ok(()) = model.add_event(header, event, &mut |event| {
            lines.push(describe(event));
            Ok::<(), Infallible>(())
        });
        Ok(())
    };
    decode_stream(stream, Merge::new(), &mut sink);
    lines
}
