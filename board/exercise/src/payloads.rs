// SPDX-License-Identifier: GPL-2.0

//! Counts the memory of a recording: of how many arguments it is there, not resident, or at a bad address.

use crate::decoded::for_each_event;
use std::collections::BTreeMap;
use std::fs::File;
use std::process::ExitCode;
use syscall_record_decode::decode::DecodedKind;
use syscall_record_decode::wanted::WantedMemory;
use syscall_record_format::format::ChunkHead;

/// So many programs, and so many arguments, of which most is missing are printed.
const MAX_SHOWN: usize = 10;

/// The memory of arguments, by what became of it.
#[derive(Clone, Copy, Default)]
struct PayloadCounts {
    all: u64,
    /// Not resident, from the first byte on or from a later one.
    absent: u64,
    bad: u64,
}

impl PayloadCounts {
    fn add(&mut self, head: &ChunkHead) {
        self.all += 1;
        self.absent += u64::from(head.is_absent);
        self.bad += u64::from(head.is_fault);
    }
}

/// All that is counted.
#[derive(Default)]
struct Tally {
    entries: PayloadCounts,
    returns: PayloadCounts,
    by_name: BTreeMap<String, PayloadCounts>,
    /// By the lower 8 bits of the call's number, its argument, and whether it was at the return.
    by_argument: BTreeMap<(u8, u8, bool), PayloadCounts>,
}

/// Prints what the recording `name` has: a line in all, the programs and then the arguments of which most is missing.
pub fn count_payloads(name: &str) -> ExitCode {
    match count(name) {
        Ok(tally) => {
            print(&tally);
            ExitCode::SUCCESS
        }
        Err(what) => {
            eprintln!("exercise payloads: {name}: {what}");
            ExitCode::FAILURE
        }
    }
}

fn count(name: &str) -> Result<Tally, String> {
    let mut file = File::open(name).map_err(|error| error.to_string())?;
    let mut tally = Tally::default();
    for_each_event(&mut file, WantedMemory::All, &mut |event| match &event.kind {
        DecodedKind::Memory { task, chunk } if chunk.head.is_last => tally.add(&comm(&task.comm), &chunk.head),
        _ => {}
    })?;
    Ok(tally)
}

/// A task's name.
fn comm(words: &[u64; 2]) -> String {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Tally {
    fn add(&mut self, name: &str, head: &ChunkHead) {
        if head.at_return { &mut self.returns } else { &mut self.entries }.add(head);
        self.by_name.entry(name.to_owned()).or_default().add(head);
        self.by_argument.entry((head.call, head.register, head.at_return)).or_default().add(head);
    }
}

fn print(tally: &Tally) {
    let Tally { entries, returns, by_name, by_argument } = tally;
    println!(
        "{} payloads, {} not resident: at entries {} of {}, at returns {} of {}; {} at bad addresses",
        entries.all + returns.all,
        entries.absent + returns.absent,
        entries.absent,
        entries.all,
        returns.absent,
        returns.all,
        entries.bad + returns.bad
    );
    print_most(by_name.iter().map(|(name, counts)| (name.clone(), *counts)));
    print_most(by_argument.iter().map(|((call, register, at_return), counts)| {
        let edge = if *at_return { "return" } else { "entry" };
        (format!("argument {register} of call {call} (mod 256) at the {edge}"), *counts)
    }));
}

/// Prints those of which most is missing.
fn print_most(counts: impl Iterator<Item = (String, PayloadCounts)>) {
    let mut missing: Vec<_> = counts.filter(|(_, counts)| counts.absent > 0).collect();
    missing.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.absent));
    for (name, counts) in missing.iter().take(MAX_SHOWN) {
        println!("{name}: {} of {}", counts.absent, counts.all);
    }
}
