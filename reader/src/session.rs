// SPDX-License-Identifier: GPL-2.0

//! The main loop: what the input gives goes to the output, piece by piece.

use crate::complain;
use crate::output::{Output, Stop};
use crate::progress::Progress;
use crate::sink::Sink;
use crate::AnyError;
use std::io::Write;
use syscall_record::framing::{Damage, DamageKind, Framing};
use syscall_record::merge::Merge;
use syscall_record::source::Source;

/// How the input was.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Whole, or seen as far as was wanted.
    Sound,
    /// Something of it was skipped.
    Damaged,
}

/// What is read and written together without decoding: so much that the calls cost next to nothing.
const COPY_BYTES: usize = 256 * 1024;

/// Reads `source` to its end and shows it by `output`.
///
/// # Errors
///
/// Those of input and output. What was read before is shown.
pub fn run(source: &mut Source, output: &mut Output, progress: &mut Progress) -> Result<Outcome, AnyError> {
    let mut decoding = Decoding::new();
    let result = loop {
        let read = source.read(decoding.framing.space());
        // What was read before an error is shown, too.
        let bytes = *read.as_ref().unwrap_or(&0);
        match decoding.show(bytes, output, progress) {
            Ok(()) => (),
            Err(Stop::Enough) => break Ok(()),
            Err(Stop::Error(error)) => return Err(error.into()),
        }
        progress.add(bytes, output.events());
        // Someone may be watching, and the next read may wait.
        output.flush()?;
        match read {
            Ok(0) => break Ok(()),
            Ok(_) => (),
            Err(error) => break Err(error.into()),
        }
    };
    progress.erase();
    output.finish()?;
    result.map(|()| decoding.outcome)
}

/// Reads `source` to its end, and writes it to `sink` as it is. `output` sees it, too, if there is one: when that has
/// seen enough, the rest of the packet that it saw last is written and no more.
///
/// # Errors
///
/// Those of input and output.
pub fn copy(
    source: &mut Source,
    sink: &mut Sink,
    output: &mut Output,
    progress: &mut Progress,
) -> Result<Outcome, AnyError> {
    let mut decoding = Decoding::new();
    let mut buffer = vec![0; COPY_BYTES];
    let mut at_end = false;
    while !at_end {
        let bytes = source.read(&mut buffer)?;
        at_end = bytes == 0;
        let mut rest = buffer.get(..bytes).unwrap_or_default();
        if !output.is_needed() {
            sink.write_all(rest)?;
            progress.add(bytes, 0);
            continue;
        }
        while at_end || !rest.is_empty() {
            let space = decoding.framing.space();
            let (piece, behind) = rest.split_at(space.len().min(rest.len()));
            if let Some(place) = space.get_mut(..piece.len()) {
                place.copy_from_slice(piece);
            }
            rest = behind;
            let before = decoding.bytes;
            match decoding.show(piece.len(), output, progress) {
                Ok(()) => sink.write_all(piece)?,
                Err(Stop::Error(error)) => return Err(error.into()),
                Err(Stop::Enough) => {
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
    Ok(decoding.outcome)
}

/// From bytes to events.
struct Decoding {
    framing: Framing,
    merge: Merge,
    outcome: Outcome,
    /// Bytes that were taken so far.
    bytes: u64,
}

impl Decoding {
    fn new() -> Self {
        Self { framing: Framing::new(), merge: Merge::new(), outcome: Outcome::Sound, bytes: 0 }
    }

    /// Shows what so many more bytes in [`Framing::space`] complete; none are the end.
    fn show(&mut self, bytes: usize, output: &mut Output, progress: &mut Progress) -> Result<(), Stop> {
        let at_end = bytes == 0;
        self.framing.filled(bytes);
        self.bytes += bytes as u64;
        while let Some(item) = self.framing.next(at_end) {
            match item {
                Ok(framed) => self.merge.push(framed, |header, event| output.take(header, event))?,
                Err(damage) => {
                    // The lines before it come first where both go to one place.
                    output.flush()?;
                    progress.erase();
                    complain(&describe(damage));
                    self.outcome = Outcome::Damaged;
                }
            }
        }
        if at_end {
            self.merge.finish(|header, event| output.take(header, event))?;
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
