// SPDX-License-Identifier: GPL-2.0

//! The main loop: reads the input, piece by piece, and shows it.

use crate::errors::{complain, AnyError};
use crate::output::{Output, OutputEnd};
use crate::progress::Progress;
use crate::sink::Sink;
use std::io::Write;
use syscall_record::framing::{Damage, DamageKind, Framing};
use syscall_record::merge::Merge;
use syscall_record::source::Source;

/// Whether the input was damaged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum InputState {
    /// No damage was found in what was read.
    Sound,
    /// A part of it was skipped or is missing.
    Damaged,
}

/// How many bytes are read and written at a time without decoding. With so many, the system calls cost almost nothing.
const COPY_BYTES: usize = 256 * 1024;

/// Reads `source` to its end, and shows it in `output`.
///
/// # Errors
///
/// Errors of input and output. What was read before an error is shown.
pub fn run(source: &mut Source, output: &mut Output, progress: &mut Progress) -> Result<InputState, AnyError> {
    let mut decoding = Decoding::new(output);
    let result = loop {
        let read = source.read(decoding.framing.space());
        // After an error, the events that were read before it are still shown, as at the end.
        let bytes = *read.as_ref().unwrap_or(&0);
        match decoding.show(bytes, output, progress) {
            Ok(()) => (),
            Err(OutputEnd::Enough) => break Ok(()),
            Err(OutputEnd::Error(error)) => return Err(error.into()),
        }
        progress.add(bytes, output.events());
        // The next read may wait, and the user wants to see what came.
        output.flush()?;
        match read {
            Ok(0) => break Ok(()),
            Ok(_) => (),
            Err(error) => break Err(error.into()),
        }
    };
    progress.erase();
    output.finish()?;
    result.map(|()| decoding.state)
}

/// Reads `source` to its end, and writes it to `sink` as it is. `output` gets the events, if it needs them. When
/// `output` wants no more events, copying ends after the packet with its last event.
///
/// # Errors
///
/// Errors of input and output.
pub fn copy(
    source: &mut Source,
    sink: &mut Sink,
    output: &mut Output,
    progress: &mut Progress,
) -> Result<InputState, AnyError> {
    let mut decoding = Decoding::new(output);
    let mut buffer = vec![0; COPY_BYTES];
    let mut at_end = false;
    while !at_end {
        let bytes = source.read(&mut buffer)?;
        at_end = bytes == 0;
        let mut rest = buffer.get(..bytes).unwrap_or_default();
        if !output.needs_events() {
            sink.write_all(rest)?;
            progress.add(bytes, 0);
            continue;
        }
        while at_end || !rest.is_empty() {
            let space = decoding.framing.space();
            let (piece, after) = rest.split_at(space.len().min(rest.len()));
            if let Some(place) = space.get_mut(..piece.len()) {
                place.copy_from_slice(piece);
            }
            rest = after;
            let before = decoding.bytes;
            match decoding.show(piece.len(), output, progress) {
                Ok(()) => sink.write_all(piece)?,
                Err(OutputEnd::Error(error)) => return Err(error.into()),
                Err(OutputEnd::Enough) => {
                    let seen = decoding.framing.offset().saturating_sub(before) as usize;
                    sink.write_all(piece.get(..seen).unwrap_or(piece))?;
                    at_end = true;
                }
            }
            if at_end {
                break;
            }
        }
        progress.add(bytes, output.events());
    }
    progress.erase();
    output.finish()?;
    Ok(decoding.state)
}

/// Decodes bytes to events.
struct Decoding {
    framing: Framing,
    merge: Merge,
    state: InputState,
    /// How many bytes were decoded so far.
    bytes: u64,
}

impl Decoding {
    fn new(output: &mut Output) -> Self {
        let mut merge = Merge::new();
        merge.want(output.wanted());
        Self { framing: Framing::new(), merge, state: InputState::Sound, bytes: 0 }
    }

    /// Decodes the bytes that were read into [`Framing::space`], and shows the events. 0 bytes are the end of the
    /// input.
    fn show(&mut self, bytes: usize, output: &mut Output, progress: &mut Progress) -> Result<(), OutputEnd> {
        let at_end = bytes == 0;
        self.framing.filled(bytes);
        self.bytes += bytes as u64;
        while let Some(item) = self.framing.next(at_end) {
            match item {
                Ok(framed) => {
                    self.merge.push_to(framed, output).or_else(|_| output.take_end())?;
                    if self.merge.take_overflow() {
                        output.flush()?;
                        progress.erase();
                        complain("packets of too many CPUs overlap: some events may be out of order");
                    }
                }
                Err(damage) => {
                    // If standard output and standard error are one file, the lines before the damage come first.
                    output.flush()?;
                    progress.erase();
                    complain(&describe(damage));
                    self.state = InputState::Damaged;
                }
            }
        }
        if at_end {
            self.merge.finish_to(output).or_else(|_| output.take_end())?;
        }
        Ok(())
    }
}

fn describe(damage: Damage) -> String {
    let offset = damage.offset;
    match damage.kind {
        DamageKind::Skipped(bytes) => format!("offset {offset}: {bytes} bytes are damaged or no recording; skipped"),
        DamageKind::Truncated(0) => format!("offset {offset}: the input ends inside a packet, behind its last record"),
        DamageKind::Truncated(bytes) => {
            format!("offset {offset}: the input ends inside a packet; {bytes} bytes of records are missing")
        }
        DamageKind::Version(version) => {
            format!("offset {offset}: a packet of format version {version}, which this syscall-record does not know; skipped")
        }
    }
}
