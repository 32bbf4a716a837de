// SPDX-License-Identifier: GPL-2.0

//! Records programs that read files and directories: calls of many kinds, with arguments, paths and payload.

use super::reading::count_events;
use crate::setup::{Setup, BUFFER};
use crate::system::program::must_run;
use crate::system::stop::Result;
use std::path::Path;
use std::process::Command;

/// The rounds are the script's argument.
const SCRIPT: &str = "i=0; while [ $i -lt $1 ]; do i=$((i + 1)); find /proc/sys/kernel >/dev/null; \
    ls -lR /proc/sys/net >/dev/null 2>&1; tar cf - /proc/sys/kernel /etc 2>/dev/null | gzip >/dev/null; done";

/// Records so many rounds to `file`. Returns the number of calls.
pub fn record(setup: &mut Setup, file: &Path, rounds: u64) -> Result<u64> {
    setup.module.must_load(&[BUFFER.into()])?;
    let mut reader = Command::new(&setup.reader.program);
    reader.args(["run", "-w"]).arg(file).args(["--", "sh", "-c", SCRIPT, "sh", &rounds.to_string()]);
    must_run(&mut reader)?;
    setup.module.unload()?;
    Ok(count_events(setup, "programs", file)? / 2)
}
