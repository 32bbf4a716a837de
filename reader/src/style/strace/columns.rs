// SPDX-License-Identifier: GPL-2.0

//! Columns: the thread and the time at the start of a line, and the place of the result.

use super::options::{Pids, StraceOptions, TimeColumn};
use crate::local_time::Moment;
use crate::model::Event;
use crate::text::{number, Append};

/// The column in which results start, if there is room.
const RESULT_COLUMN: usize = 40;

/// Prints the start of lines.
pub(super) struct Columns {
    pids: Pids,
    time: TimeColumn,
    /// The time of the event that started the last line.
    last_start: Option<u64>,
}

impl Columns {
    pub(super) fn new(options: &StraceOptions) -> Self {
        Self { pids: options.pids, time: options.time, last_start: None }
    }

    /// Appends the start of a line: its thread and its time.
    pub(super) fn put_start(&mut self, out: &mut Vec<u8>, event: &Event<'_>, tid: u32, has_many_threads: bool) {
        let number_at = out.len();
        match self.pids {
            Pids::Column => {
                number::put_decimal(out, u64::from(tid));
                let blanks = 5_usize.saturating_sub(out.len() - number_at);
                out.resize(out.len() + blanks, b' ');
                out.put_byte(b' ');
            }
            Pids::Brackets if has_many_threads => {
                out.put(b"[pid ");
                let blanks = 5_usize.saturating_sub(tid.checked_ilog10().unwrap_or(0) as usize + 1);
                out.resize(out.len() + blanks, b' ');
                number::put_decimal(out, u64::from(tid));
                out.put(b"] ");
            }
            Pids::Brackets | Pids::None => {}
        }
        self.put_time(out, event);
    }

    #[inline(never)]
    fn put_time(&mut self, out: &mut Vec<u8>, event: &Event<'_>) {
        let time = event.time;
        match self.time {
            TimeColumn::None => return,
            TimeColumn::Time | TimeColumn::TimeMicros => {
                let (hour, minute, second) = Moment::local(time).time();
                for (number, separator) in [(hour, b':'), (minute, b':'), (second, b'.')] {
                    number::put_padded(out, u64::from(number), 2);
                    out.put_byte(separator);
                }
                if self.time == TimeColumn::TimeMicros {
                    number::put_padded(out, time / 1000 % 1_000_000, 6);
                } else {
                    out.pop();
                }
            }
            TimeColumn::Epoch => put_micros(out, time, 1),
            TimeColumn::Relative => {
                let before = self.last_start.replace(time).unwrap_or(time);
                put_micros(out, time.saturating_sub(before), 6);
            }
            TimeColumn::SinceFirst => put_micros(out, event.since_first, 6),
        }
        out.put_byte(b' ');
    }
}

/// Appends at least one blank, up to the column of results. The line has `length` characters so far.
#[inline(never)]
pub(super) fn put_blanks_before_result(out: &mut Vec<u8>, length: usize) {
    out.put_byte(b' ');
    let blanks = RESULT_COLUMN.saturating_sub(length + 1);
    out.resize(out.len() + blanks, b' ');
}

/// Appends nanoseconds as seconds with six digits after the point, and at least `width` digits or blanks before it.
pub(super) fn put_micros(out: &mut Vec<u8>, nanoseconds: u64, width: usize) {
    let seconds = nanoseconds / 1_000_000_000;
    let digits = seconds.checked_ilog10().unwrap_or(0) as usize + 1;
    out.resize(out.len() + width.saturating_sub(digits), b' ');
    number::put_decimal(out, seconds);
    out.put_byte(b'.');
    number::put_padded(out, nanoseconds / 1000 % 1_000_000, 6);
}
