// SPDX-License-Identifier: GPL-2.0

//! The times that lines have, in sysdig's forms.

use crate::clock::{Moment, SECOND};
use crate::model::{Event, What};
use std::io::Write as _;

/// Which time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeForm {
    /// Time of day where the reader runs.
    #[default]
    TimeOfDay,
    /// Seconds since 1970.
    Absolute,
    /// Seconds since the first event.
    Relative,
    /// Of a return: seconds since the call's entry. 0 for others.
    Latency,
    /// Seconds since the event that was printed before.
    Delta,
}

impl TimeForm {
    /// That which sysdig's `-t` has this letter for.
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

/// Prints times.
#[derive(Clone, Debug, Default)]
pub struct Times {
    form: TimeForm,
    /// When the event was that was printed last.
    last: Option<u64>,
}

impl Times {
    /// In this form.
    pub fn new(form: TimeForm) -> Self {
        Self { form, last: None }
    }

    /// Appends the time of an event, with nine digits behind the point.
    pub fn put(&self, out: &mut Vec<u8>, event: &Event<'_>) {
        let time = match (self.form, &event.what) {
            (TimeForm::TimeOfDay, _) => {
                // Writing to a vector does not fail.
                let _ = write!(out, "{}.{:09}", Moment::local(event.time), event.time % SECOND);
                return;
            }
            (TimeForm::Absolute, _) => event.time,
            (TimeForm::Relative, _) => event.since_first,
            (TimeForm::Latency, What::Call(call)) => call.latency.unwrap_or(0),
            (TimeForm::Latency, What::Dropped { .. }) => 0,
            (TimeForm::Delta, _) => self.last.map_or(0, |last| event.time.saturating_sub(last)),
        };
        let _ = write!(out, "{}.{:09}", time / SECOND, time % SECOND);
    }

    /// This event was printed.
    pub fn printed(&mut self, event: &Event<'_>) {
        self.last = Some(event.time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::testing::Sample;

    #[test]
    fn forms() {
        let of = |form: char, sample: &Sample| {
            let mut out = Vec::new();
            Times::new(TimeForm::new(form).expect("is one")).put(&mut out, &sample.event());
            String::from_utf8(out).expect("text")
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
    fn since_the_last_printed() {
        let mut times = Times::new(TimeForm::Delta);
        let mut sample = Sample::enter("read");
        times.printed(&sample.event());
        sample.time += 3_000_000_007;
        let mut out = Vec::new();
        times.put(&mut out, &sample.event());
        assert_eq!(out, b"3.000000007");
        // What was set back is not before.
        sample.time -= 4_000_000_000;
        out.clear();
        times.put(&mut out, &sample.event());
        assert_eq!(out, b"0.000000000");
    }
}
