// SPDX-License-Identifier: GPL-2.0

//! What reading costs while events are recorded, and afterwards, and what decoding costs.
//!
//! | file | what it does |
//! |---|---|
//! | `table` | the table, whose rows may have a limit |
//! | `decoding` | measures how the reader prints a recording |
//! | `reading` | measures how programs read the device |
//! | `mixed` | records programs that read files and directories |

mod table;
mod decoding;
mod reading;
mod mixed;

use crate::setup::Setup;
use crate::system::recording::DEVICE;
use crate::system::stop::{About, Result};
use decoding::Recordings;
use reading::{count_events, drain, read_steadily, STEADY_RATE, STEADY_SECONDS};
use std::fs::{self, File};
use std::process::Command;
use table::{UserSpaceTable, MOST_MEMORY};

/// Measures reading and decoding. Returns the table; `None` if it is not wanted.
pub fn measure(setup: &mut Setup) -> Result<Option<String>> {
    if !setup.is_wanted("user space") {
        return Ok(None);
    }
    let mut table = UserSpaceTable::new();
    let recording = setup.recording();
    let mut reader = Command::new(&setup.reader.program);
    reader.arg("-w").arg(&recording).arg(DEVICE);
    let drained = drain(setup, &mut table, "-w", &mut reader)?;
    table.add("draining by -w, KiB of memory", drained.memory.to_string(), Some(MOST_MEMORY));

    let mut cat = Command::new("cat");
    cat.arg(DEVICE).stdout(File::create(&recording).about(recording.display())?);
    let drained = drain(setup, &mut table, "cat", &mut cat)?;
    let small = setup.folder.file("small");
    fs::rename(&recording, &small).about(small.display())?;

    read_steadily(setup, &mut table)?;
    let large = setup.folder.file("large");
    fs::rename(&recording, &large).about(large.display())?;
    let calls = count_events(setup, "reading", &large)? / 2;
    let made = STEADY_RATE * STEADY_SECONDS;
    if calls < made {
        setup.report_wrong(format!("reading: {calls} of {made} calls"));
    }
    let recordings = Recordings { small: (&small, drained.events / 2), large: (&large, calls) };
    decoding::measure(setup, &mut table, &recordings, decoding::OF_SHORT_CALLS)?;
    let calls = [(&small, 1), (&large, 4)].map(|(file, rounds)| mixed::record(setup, file, rounds));
    let [small_calls, large_calls] = calls;
    let recordings = Recordings { small: (&small, small_calls?), large: (&large, large_calls?) };
    decoding::measure(setup, &mut table, &recordings, decoding::OF_PROGRAMS)?;
    Ok(Some(table.text()))
}
