// SPDX-License-Identifier: GPL-2.0

//! What must be recorded for a field to be known.

use super::argument::Argument;
use super::field::Field;
use super::table::FieldId;
use std::ops::BitOr;

/// What must be recorded, and which state the model must keep, for a field to be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The call that an event is of: its number, and which return belongs to which entry.
    pub calls: bool,
    /// When events happened.
    pub times: bool,
    /// Arguments, and the memory that they point to.
    pub arguments: bool,
    /// Entries of calls: a return that is recorded alone does not know the field.
    pub entries: bool,
    /// Calls that open, copy and close descriptors.
    pub files: bool,
    /// Calls that open, copy and close descriptors, but only if they are recorded anyway: otherwise the field is
    /// printed without the names of descriptors.
    pub names: bool,
    /// Calls that make processes or change their owner.
    pub processes: bool,
    /// All events, because the field counts them or the time between them.
    pub order: bool,
}

impl BitOr for Needs {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self {
            calls: self.calls | other.calls,
            times: self.times | other.times,
            arguments: self.arguments | other.arguments,
            entries: self.entries | other.entries,
            files: self.files | other.files,
            names: self.names | other.names,
            processes: self.processes | other.processes,
            order: self.order | other.order,
        }
    }
}

impl Field {
    /// Gives what must be recorded for the field to be known.
    pub fn needs(&self) -> Needs {
        let is_time = self.is_time();
        Needs { calls: !is_time && !self.is_of_record(), times: is_time, ..self.recorded_needs() }
    }

    /// Whether the field tells when an event happened.
    fn is_time(&self) -> bool {
        matches!(
            self.id(),
            FieldId::Time
                | FieldId::TimeS
                | FieldId::TimeIso
                | FieldId::DateTime
                | FieldId::DateTimeS
                | FieldId::RawTime
                | FieldId::RawTimeS
                | FieldId::RawTimeNs
                | FieldId::RelTime
                | FieldId::RelTimeS
                | FieldId::RelTimeNs
                | FieldId::DeltaTime
                | FieldId::DeltaTimeS
                | FieldId::DeltaTimeNs
        )
    }

    /// Whether the record of each event has the field.
    fn is_of_record(&self) -> bool {
        matches!(
            self.id(),
            FieldId::Num
                | FieldId::Dir
                | FieldId::Cpu
                | FieldId::Count
                | FieldId::ProcName
                | FieldId::Pid
                | FieldId::Tid
                | FieldId::IsMain
        )
    }

    /// What must be recorded for the field, except for the calls.
    fn recorded_needs(&self) -> Needs {
        let none = Needs::default();
        let arguments = Needs { arguments: true, entries: true, ..none };
        match self.id() {
            FieldId::Arg | FieldId::RawArg if self.argument() == Some(&Argument::Name("res".into())) => none,
            FieldId::Args => Needs { names: true, ..arguments },
            FieldId::Arg | FieldId::RawArg | FieldId::Buffer | FieldId::Absent => arguments,
            FieldId::Latency | FieldId::LatencyS | FieldId::LatencyNs => Needs { entries: true, ..none },
            // The arguments tell the descriptors.
            id if is_of_file(id) || id == FieldId::Category => Needs { files: true, ..arguments },
            // The arguments of `clone` and `setuid` tell about processes.
            FieldId::Ppid | FieldId::ParentName | FieldId::Uid => Needs { processes: true, arguments: true, ..none },
            FieldId::Num
            | FieldId::RelTime
            | FieldId::RelTimeS
            | FieldId::RelTimeNs
            | FieldId::DeltaTime
            | FieldId::DeltaTimeS
            | FieldId::DeltaTimeNs => Needs { order: true, ..none },
            _ => none,
        }
    }
}

/// Whether the field is of what a descriptor refers to.
fn is_of_file(id: FieldId) -> bool {
    (FieldId::FdNum as u8..=FieldId::FdFamily as u8).contains(&(id as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(name: &str) -> Needs {
        Field::parse(name).expect(name).needs()
    }

    #[test]
    fn every_field_needs_the_calls_that_it_is_derived_from() {
        for (name, _) in super::super::all() {
            let name = if matches!(name, "evt.arg" | "evt.rawarg") { format!("{name}.fd") } else { name.into() };
            let needs = needs(&name);
            let is_of_file = name.starts_with("fd.") || name == "evt.category";
            assert_eq!(needs.files, is_of_file, "{name}");
            assert_eq!(needs.names, name == "evt.args", "{name}");
            let is_of_parent = matches!(&*name, "proc.ppid" | "proc.pname" | "user.uid");
            assert_eq!(needs.processes, is_of_parent, "{name}");
            assert!(!needs.files || (needs.arguments && needs.entries), "{name}");
            assert_eq!(needs.order, name.contains("reltime") || name.contains("delta") || name == "evt.num", "{name}");
        }
        let of_call = Needs { calls: true, ..Needs::default() };
        assert_eq!(["evt.type", "evt.rawarg.res"].map(needs), [of_call; 2]);
        assert_eq!(["evt.cpu", "thread.tid", "proc.name", "evt.dir"].map(needs), [Needs::default(); 4]);
        assert_eq!(needs("evt.time"), Needs { times: true, ..Needs::default() });
        assert!(needs("evt.latency").entries && !needs("evt.latency").arguments);
        assert!(needs("evt.buffer").arguments);
        assert!((needs("evt.latency") | needs("evt.buffer")).entries);
    }
}
