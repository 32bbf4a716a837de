// SPDX-License-Identifier: GPL-2.0

//! Which part of a filter the kernel decides.
//!
//! The reader applies the whole filter to all events that it gets. So the kernel may leave out an event if two
//! conditions hold: the event does not pass the filter, and without it no other event looks different or passes:
//!
//! - If a filter compares what a descriptor refers to, or a process's parent, the calls that tell this are recorded,
//!   too, of all processes that may be concerned. A process that a filter names by its id is there already: `/proc`
//!   knows what it has inherited.
//! - If a filter compares what a return gets from its entry, entries are recorded.
//! - A program gets its name while it is in `execve`. If only threads of that name were recorded, the entry of this
//!   call would be missing. So the reader alone decides names for filters for which that makes a difference.
//! - If a filter counts events, or the time between them, all events are recorded.
//!
//! A difference remains: a thread that another thread renames may be recorded from its next call on.
//!
//! Fields that are only shown count less: for a name in a line, the kernel still leaves out other threads. Only
//! entries, and calls that tell what descriptors refer to, are recorded for what is shown.

use super::bounds::{depends_on_file, is_of_call, Bounds, ENTERED, FAILED, RETURNED, SUCCEEDED};
use super::calls_by_abi::CallsByAbi;
use super::filter::Filter;
use super::pushdown::Pushdown;
use super::tree::{Literal, Node, Test};
use crate::fields::{FieldId, Needs};
use crate::model::is_followed;
use std::fmt;
use syscall_record_format::filter::{MAX_LISTED, NAME_BYTES};
use syscall_record_format::format::Edges;
use syscall_record_format::settings::MAX_PID;

/// A filter, split in what the kernel decides and what the reader decides.
#[derive(Clone, Debug)]
pub struct Split {
    /// What the kernel is asked to leave out.
    pub pushdown: Pushdown,
    /// The parts of the filter as text, each with whether the kernel alone decides it.
    parts: Vec<(String, bool)>,
    /// Why the kernel does not decide more, and what else is recorded.
    notes: Vec<&'static str>,
}

impl Split {
    /// Whether the kernel alone decides the filter: it records exactly the events that pass.
    pub fn is_decided_by_kernel(&self) -> bool {
        self.parts.iter().all(|(_, is_decided)| *is_decided)
    }
}

impl Filter {
    /// Splits the filter. `shown` is what the fields and styles need that show the events.
    pub fn split(&self, shown: Needs) -> Split {
        let mut asked = self.needs();
        let is_asked = |id: FieldId| self.fields().iter().any(|field| field.id() == id);
        asked.files = self.tests().into_iter().any(depends_on_file);
        let bounds = Bounds::of(&self.root, false);
        let mut notes = Vec::new();
        let mut pushdown = Pushdown::default();
        if asked.order || is_asked(FieldId::ParentName) {
            notes.push(match asked.order {
                true => "all events are recorded: the filter compares their number, or the time between them",
                false => "all events are recorded: each may rename a parent",
            });
        } else {
            self.push_down(&bounds, asked, shown, &mut pushdown, &mut notes);
        }
        let parts = match &self.root {
            Node::And(nodes) => nodes.iter().map(|node| describe_part(node, &pushdown)).collect(),
            node => vec![describe_part(node, &pushdown)],
        };
        Split { pushdown, parts, notes }
    }

    /// Sets `pushdown` to what the kernel can leave out, and adds to `notes` why it cannot leave out more. `asked` is
    /// what the filter needs, `shown` what showing the events needs.
    fn push_down(
        &self,
        bounds: &Bounds,
        asked: Needs,
        shown: Needs,
        pushdown: &mut Pushdown,
        notes: &mut Vec<&'static str>,
    ) {
        let needs_model = |needs: Needs| needs.files || needs.processes;
        let all = asked | shown;

        match bounds.stages {
            ENTERED if !needs_model(all) => pushdown.edges = Edges::Enter,
            SUCCEEDED | FAILED | RETURNED if needs_model(all) || all.entries => {
                notes.push("entries are recorded, too: the fields of returns need them");
            }
            stages @ (SUCCEEDED | FAILED | RETURNED) if self.ignores_number_of_sigreturn() => {
                pushdown.edges = Edges::Exit;
                pushdown.failed_only = stages == FAILED;
            }
            _ => (),
        }

        let pid = |literal: &Literal| match literal {
            Literal::Number(pid) if (1..=i128::from(MAX_PID)).contains(pid) => Some(*pid as u32),
            _ => None,
        };
        let pids: Vec<u32> = bounds.pids.iter().flatten().filter_map(pid).collect();
        if pids.len() <= MAX_LISTED {
            pushdown.pids = pids;
        } else {
            notes.push("all processes are recorded: the kernel takes 16 at the most");
        }

        let name = |literal: &Literal| match literal {
            Literal::Text(name) => Some(name.to_vec()),
            _ => None,
        };
        let names: Vec<Vec<u8>> = bounds.names.iter().flatten().filter_map(name).collect();
        let is_name = |name: &Vec<u8>| (1..=NAME_BYTES).contains(&name.len()) && !name.contains(&0);
        if !names.is_empty() && names.iter().all(is_name) {
            if names.len() > MAX_LISTED {
                notes.push("threads of all names are recorded: the kernel takes 16 at the most");
            } else if needs_model(asked) {
                notes.push("threads of all names are recorded: the calls of a parent show what its child inherits");
            } else if pushdown.edges == Edges::Both && !self.ignores_entry_of_renaming() {
                notes.push("threads of all names are recorded: a program gets its name while it is in execve");
            } else {
                pushdown.names = names;
            }
        }

        if let Some(calls) = &bounds.calls {
            let mut calls = calls.clone();
            if needs_model(all) {
                calls.unite(&calls_of_model());
                notes.push(
                    "other calls are recorded, too: those that open, pass on or close descriptors, make processes or \
                     show their users",
                );
            }
            pushdown.calls = Some(calls).filter(|calls| !calls.is_all());
        }
    }
}

/// The calls that the model must see to know descriptors, processes and users.
fn calls_of_model() -> Box<CallsByAbi> {
    CallsByAbi::new(false, |_, _, call| call.is_some_and(is_followed))
}

/// Describes a part of a filter: its text, and whether the kernel alone decides it by `pushdown`.
fn describe_part(node: &Node, pushdown: &Pushdown) -> (String, bool) {
    let bounds = Bounds::of(node, false);
    let all_tests = |holds: &dyn Fn(&Test) -> bool| {
        let mut all = true;
        node.visit(&mut |test| all &= holds(test));
        all
    };
    let is_decided = match node {
        // A test whose bounds are a list of processes or of names says no more than its bounds.
        Node::Test(_) if bounds.pids.is_some() => !pushdown.pids.is_empty(),
        Node::Test(_) if bounds.names.is_some() => !pushdown.names.is_empty(),
        _ if all_tests(&|test| is_of_call(test.field.id()) && !depends_on_file(test)) => {
            pushdown.calls.as_ref().zip(bounds.calls.as_ref()).is_some_and(|(calls, bound)| calls.is_subset_of(bound))
        }
        _ if all_tests(&|test| matches!(test.field.id(), FieldId::Dir | FieldId::Failed)) => {
            let recorded = match (pushdown.edges, pushdown.failed_only) {
                (Edges::Both, _) => ENTERED | RETURNED,
                (Edges::Enter, _) => ENTERED,
                (Edges::Exit, false) => RETURNED,
                (Edges::Exit, true) => FAILED,
            };
            recorded & !bounds.stages == 0
        }
        _ => false,
    };
    (node.to_string(), is_decided)
}

/// Prints each part of the filter after `kernel` or `reader`, which decides it; then what the kernel records, and the
/// notes.
impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (text, is_decided) in &self.parts {
            writeln!(f, "{}: {text}", if *is_decided { "kernel" } else { "reader" })?;
        }
        write!(f, "The kernel records {}", self.pushdown)?;
        for note in &self.notes {
            write!(f, "\n({note})")?;
        }
        Ok(())
    }
}
