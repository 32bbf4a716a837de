// SPDX-License-Identifier: GPL-2.0

//! The time of a line, in sysdig's forms.

use crate::local_time::{Moment, SECOND};
use crate::model::{Event, EventKind};
use crate::text::{number, Append};

/// The form of a line's time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeForm {
    /// The time of day, in the time zone of the reader.
    #[default]
    TimeOfDay,
    /// Seconds since 1970.
    Absolute,
    /// Seconds since the first event.
    Relative,
    /// For a return the seconds since the call's entry; 0 for any other event.
    Latency,
    /// Seconds since the event of the line before.
    Delta,
}

impl TimeForm {
    /// Finds the form for a letter of sysdig's `-t`.
    pub fn new(letter: char) -> Option<Self> {
        Some(match letter {
            'h' => Self::TimeOfDay,
            'a' => Self::Absolute,
            'r' => Self::Relative,
            'd' => Self::Latency,
            'D' => Self::Delta,
            _ => return None,
        })
    }
}

/// Prints the times of lines.
#[derive(Clone, Debug, Default)]
pub struct Times {
    form: TimeForm,
    /// The time of the event that was printed last.
    last: Option<u64>,
    /// The last second whose time of day was printed, in seconds since 1970, and `HH:MM:SS.` for it.
    second: Option<(u64, [u8; 9])>,
}

impl Times {
    /// Prints times in this form.
    pub fn new(form: TimeForm) -> Self {
        Self { form, last: None, second: None }
    }

    /// Whether events have to be known as calls for this.
    pub fn needs_calls(&self) -> bool {
        self.form == TimeForm::Latency
    }

    /// Appends the time of an event, with nine digits after the point.
    pub fn put(&mut self, out: &mut Vec<u8>, event: &Event<'_>) {
        let time = match (self.form, &event.kind) {
            (TimeForm::TimeOfDay, _) => {
                self.put_time_of_day(out, event.time);
                return;
            }
            (TimeForm::Absolute, _) => event.time,
            (TimeForm::Relative, _) => event.since_first,
            (TimeForm::Latency, EventKind::Call(call)) => call.latency.unwrap_or(0),
            (TimeForm::Latency, EventKind::Dropped { .. }) => 0,
            (TimeForm::Delta, _) => self.last.map_or(0, |last| event.time.saturating_sub(last)),
        };
        number::put_decimal(out, time / SECOND);
        out.put_byte(b'.');
        number::put_padded(out, time % SECOND, 9);
    }

    /// Appends the local time of day, with nine digits after the point.
    fn put_time_of_day(&mut self, out: &mut Vec<u8>, time: u64) {
        let now = time / SECOND;
        match &self.second {
            Some((second, text)) if *second == now => out.put(text),
            _ => {
                let start = out.len();
                let (hour, minute, second) = Moment::local(time).time();
                for (number, separator) in [(hour, b':'), (minute, b':'), (second, b'.')] {
                    number::put_padded(out, u64::from(number), 2);
                    out.put_byte(separator);
                }
                self.second = out.get(start..).and_then(|text| Some((now, *text.first_chunk()?)));
            }
        }
        number::put_padded(out, time % SECOND, 9);
    }

    /// Notes that this event was printed.
    pub fn printed(&mut self, event: &Event<'_>) {
        self.last = Some(event.time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::testing::Sample;

    #[test]
    fn every_form_prints_its_time() {
        let of = |form: char, sample: &Sample| {
            let mut out = Vec::new();
            Times::new(TimeForm::new(form).expect("is a form")).put(&mut out, &sample.event());
            String::from_utf8(out).expect("UTF-8")
        };
        let (enter, exit) = (Sample::enter("read"), Sample::exit("read", 5));
        assert_eq!(of('a', &enter), "1700000000.123456789");
        assert_eq!(of('r', &enter), "2.000000005");
        assert_eq!(of('d', &enter), "0.000000000");
        assert_eq!(of('d', &exit), "0.000012345");
        assert_eq!(of('D', &exit), "0.000000000");
        assert!(of('h', &enter).ends_with(":20.123456789"), "{}", of('h', &enter));
        assert_eq!(TimeForm::new('x'), None);
    }

    #[test]
    fn delta_counts_from_the_event_printed_last() {
        let mut times = Times::new(TimeForm::Delta);
        let mut sample = Sample::enter("read");
        times.printed(&sample.event());
        sample.time += 3_000_000_007;
        let mut out = Vec::new();
        times.put(&mut out, &sample.event());
        assert_eq!(out, b"3.000000007");
        // The difference to a later time is 0.
        sample.time -= 4_000_000_000;
        out.clear();
        times.put(&mut out, &sample.event());
        assert_eq!(out, b"0.000000000");
    }
}
