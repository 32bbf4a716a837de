// SPDX-License-Identifier: GPL-2.0

//! Counts the events of a recording and prints none, to measure what decoding alone takes.
//!
//! ```text
//! cargo run --release --example count -- FILE
//! ```

use std::convert::Infallible;
use std::process::ExitCode;
use std::{env, error::Error, path::PathBuf};
use syscall_record::decode::{DecodedEvent, DecodedKind};
use syscall_record::framing::Framing;
use syscall_record::merge::Merge;
use syscall_record::source::Source;
use syscall_record::StopSignals;
use syscall_record_format::format::Header;

#[derive(Default)]
struct Counts {
    entries: u64,
    returns: u64,
    dropped: u64,
}

impl Counts {
    fn add(&mut self, event: &DecodedEvent<'_>) {
        match event.kind {
            DecodedKind::Enter { .. } => self.entries += 1,
            DecodedKind::Exit { .. } => self.returns += 1,
            DecodedKind::Memory { .. } => (),
            DecodedKind::Dropped { events } => self.dropped += events,
        }
    }
}

fn main() -> ExitCode {
    match count() {
        Ok(Counts { entries, returns, dropped }) => {
            println!("{entries} entries, {returns} returns, {dropped} dropped");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("count: {error}");
            ExitCode::FAILURE
        }
    }
}

fn count() -> Result<Counts, Box<dyn Error>> {
    let input = env::args_os().nth(1).map(PathBuf::from);
    let mut source = Source::open(input.as_deref(), StopSignals::catch_first()?)?;
    let (mut framing, mut merge) = (Framing::new(), Merge::new());
    let mut counts = Counts::default();
    let mut sink = |_: &Header, event: &DecodedEvent<'_>| {
        counts.add(event);
        Ok::<(), Infallible>(())
    };
    let mut at_end = false;
    while !at_end {
        let bytes = source.read(framing.space())?;
        framing.filled(bytes);
        at_end = bytes == 0;
        while let Some(item) = framing.next(at_end) {
            match item {
                Ok(framed) => merge.push(framed, &mut sink)?,
                Err(damage) => eprintln!("count: {damage:?}"),
            }
        }
    }
    merge.finish(&mut sink)?;
    Ok(counts)
}
