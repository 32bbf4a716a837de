// SPDX-License-Identifier: GPL-2.0

//! What of a filter the kernel decides.
//!
//! The reader asks the whole filter again of whatever it gets. So the kernel may leave out what does not pass, as long as
//! nothing that passes looks different for it, or passes for it:
//!
//! - Where a filter asks what a descriptor is, or whose child a process is, what tells that is recorded, too, of
//!   everybody whom it may concern. A process that is asked for by its number has to be there already: what it has
//!   inherited is in `/proc`.
//! - Where it asks what a return has from its entry, entries are recorded.
//! - A program gets its name while it is in `execve`: if only threads of that name are recorded, this call's entry is
//!   not. Names are therefore left to the reader by filters for which that makes a difference.
//! - Where it counts events, or the time between them, all are recorded.
//!
//! What remains is at the edges of a recording: the kernel knows the call of a return whose entry was before the
//! recording began, and the reader does not; and a thread that another one renames may be seen late.
//!
//! What is only shown, and not asked for, is less important: a name in a line does not keep the kernel from leaving others
//! out. Only calls that tell what descriptors are, and entries, are kept for it.

use super::bounds::{asks_for_file, is_of_type, passes, Bounds, ENTERED, FAILED, SUCCEEDED};
use super::calls::Calls;
use super::{Filter, Literal, Node, Test};
use crate::calls::{Abi, Call};
use crate::fields::{escape, Id, Needs};
use crate::model::{is_followed, Edge};
use std::fmt;
use syscall_record_format::filter::{MAX_LISTED, NAME_BYTES};
use syscall_record_format::format::Edges;
use syscall_record_format::settings::MAX_PID;

/// What the kernel is asked to leave out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushdown {
    /// Record only these processes; if empty, all. Not more than the kernel takes.
    pub pids: Vec<u32>,
    /// Record only threads of these names, of 15 bytes at the most; if empty, all. Not more than the kernel takes.
    pub names: Vec<Vec<u8>>,
    /// Record only these calls.
    pub calls: Option<Box<Calls>>,
    /// Record only these edges.
    pub edges: Edges,
    /// Record only calls that failed; then `edges` are returns.
    pub failed_only: bool,
}

/// A filter's two halves.
#[derive(Clone, Debug)]
pub struct Split {
    /// What the kernel is asked.
    pub pushdown: Pushdown,
    /// The parts of the filter, as text, and whether the kernel alone decides them.
    parts: Vec<(String, bool)>,
    /// Why not, and what else is recorded.
    notes: Vec<&'static str>,
}

impl Split {
    /// Whether the kernel alone decides all of the filter, and records nothing else.
    pub fn is_decided(&self) -> bool {
        self.parts.iter().all(|(_, is_kernels)| *is_kernels)
    }
}

impl Filter {
    /// What the kernel can decide, if events are shown with what has these needs.
    pub fn split(&self, shown: Needs) -> Split {
        let mut asked = self.needs();
        let is_asked = |id: Id| self.fields().iter().any(|field| field.id() == id);
        asked.files = self.tests().into_iter().any(asks_for_file);
        let bounds = Bounds::of(&self.root, false);
        let mut notes = Vec::new();
        let mut pushdown = Pushdown::default();
        if asked.order || is_asked(Id::ParentName) {
            notes.push(match asked.order {
                true => "all events are recorded: some are asked for by what was before them",
                false => "all events are recorded: each may rename a parent",
            });
        } else {
            self.push_down(&bounds, asked, shown, &mut pushdown, &mut notes);
        }
        let parts = match &self.root {
            Node::And(nodes) => nodes.iter().map(|node| part(node, &pushdown)).collect(),
            node => vec![part(node, &pushdown)],
        };
        Split { pushdown, parts, notes }
    }

    fn push_down(
        &self,
        bounds: &Bounds,
        asked: Needs,
        shown: Needs,
        pushdown: &mut Pushdown,
        notes: &mut Vec<&'static str>,
    ) {
        let follows = |needs: Needs| needs.files || needs.processes;
        let all = asked | shown;

        match bounds.stages {
            ENTERED if !follows(all) => pushdown.edges = Edges::Enter,
            SUCCEEDED | FAILED | RETURNED if follows(all) || all.entries => {
                notes.push("entries are recorded, too: returns need what they tell");
            }
            stages @ (SUCCEEDED | FAILED | RETURNED) if self.is_same_without_number() => {
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
            } else if follows(asked) {
                notes.push("threads of all names are recorded: what they inherit comes from others");
            } else if pushdown.edges == Edges::Both && !self.is_same_without_entry() {
                notes.push("threads of all names are recorded: a program gets its name while it is in execve");
            } else {
                pushdown.names = names;
            }
        }

        if let Some(calls) = &bounds.calls {
            let mut calls = calls.clone();
            if follows(all) {
                calls.unite(&followed());
                notes.push(
                    "calls are recorded, too, that open, hand on or close descriptors, make processes or tell \
                     their users",
                );
            }
            pushdown.calls = Some(calls).filter(|calls| !calls.is_all());
        }
    }

    /// What has to be recorded for its fields to be known.
    pub fn needs(&self) -> Needs {
        self.fields().into_iter().fold(Needs::default(), |needs, field| needs | field.needs())
    }

    fn tests(&self) -> Vec<&Test> {
        let mut tests = Vec::new();
        self.root.visit(&mut |test| tests.push(test));
        tests
    }

    /// Whether it says the same of a return that changed the name of its thread, with its entry and without.
    fn is_same_without_entry(&self) -> bool {
        let is_of_entry = |test: &Test| test.field.needs().entries && !is_of_type(test.field.id());
        self.is_same(&["execve", "execveat", "prctl"], None, is_of_entry)
    }

    /// Whether it says the same of a return from a signal's handler, which is recorded without the call's number where
    /// returns are recorded alone, and with it where its entry is, too.
    fn is_same_without_number(&self) -> bool {
        self.is_same(&["rt_sigreturn", "sigreturn"], Some(u32::MAX), |_| false)
    }

    /// Whether it says the same of a return from one of these calls, and of one with this number instead of the call's
    /// own, and without that for which `is_lost`.
    fn is_same(&self, calls: &[&str], number: Option<u32>, is_lost: impl Fn(&Test) -> bool) -> bool {
        let calls = calls.iter().flat_map(|name| Call::by_name(name));
        calls.into_iter().all(|(abi, whole)| {
            let known = |test: &Test, call: Option<(Abi, u32)>| {
                let is_known = is_of_type(test.field.id()) || test.field.id() == Id::Dir;
                is_known.then(|| passes(test, Edge::Exit, call, 0, None))
            };
            let with = self.root.decide(&|test| known(test, Some((abi, whole))));
            let call = number.map(|number| (abi, number));
            let without = self.root.decide(&|test| if is_lost(test) { Some(false) } else { known(test, call) });
            let differs = |test: &&Test| is_lost(test) || known(test, Some((abi, whole))) != known(test, call);
            (with.is_some() && with == without) || !self.tests().iter().any(differs)
        })
    }
}

impl Node {
    /// What comes out if of some tests it is not known what does.
    fn decide(&self, known: &dyn Fn(&Test) -> Option<bool>) -> Option<bool> {
        // One that is `decisive` settles it; if none is, one that is unknown leaves it open.
        let any = |nodes: &[Self], decisive: bool| {
            let mut result = Some(!decisive);
            for node in nodes {
                match node.decide(known) {
                    Some(value) if value == decisive => return Some(decisive),
                    Some(_) => (),
                    None => result = None,
                }
            }
            result
        };
        match self {
            Self::And(nodes) => any(nodes, false),
            Self::Or(nodes) => any(nodes, true),
            Self::Not(node) => node.decide(known).map(|value| !value),
            Self::Test(test) => known(test),
        }
    }
}

const RETURNED: u8 = SUCCEEDED | FAILED;

/// The calls by which the model follows descriptors and processes.
fn followed() -> Box<Calls> {
    Calls::new(false, |_, _, call| call.is_some_and(is_followed))
}

/// A part of a filter as text, and whether what is pushed down decides it.
fn part(node: &Node, pushdown: &Pushdown) -> (String, bool) {
    let bounds = Bounds::of(node, false);
    let all = |is: &dyn Fn(&Test) -> bool| {
        let mut all = true;
        node.visit(&mut |test| all &= is(test));
        all
    };
    let is_decided = match node {
        // The bounds of these are all that they say; of processes and names only if they are lists.
        Node::Test(_) if bounds.pids.is_some() => !pushdown.pids.is_empty(),
        Node::Test(_) if bounds.names.is_some() => !pushdown.names.is_empty(),
        _ if all(&|test| is_of_type(test.field.id()) && !asks_for_file(test)) => {
            pushdown.calls.as_ref().zip(bounds.calls.as_ref()).is_some_and(|(calls, bound)| is_subset(calls, bound))
        }
        _ if all(&|test| matches!(test.field.id(), Id::Dir | Id::Failed)) => {
            let stages = match (pushdown.edges, pushdown.failed_only) {
                (Edges::Both, _) => ENTERED | RETURNED,
                (Edges::Enter, _) => ENTERED,
                (Edges::Exit, false) => RETURNED,
                (Edges::Exit, true) => FAILED,
            };
            stages & !bounds.stages == 0
        }
        _ => false,
    };
    (node.to_string(), is_decided)
}

fn is_subset(calls: &Calls, of: &Calls) -> bool {
    let mut both = calls.clone();
    both.intersect(of);
    both == *calls
}

/// The parts of the filter, each with who decides it; then what the kernel is asked for, and notes.
impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (text, is_kernels) in &self.parts {
            writeln!(f, "{}: {text}", if *is_kernels { "kernel" } else { "reader" })?;
        }
        write!(f, "The kernel records {}", self.pushdown)?;
        for note in &self.notes {
            write!(f, "\n({note})")?;
        }
        Ok(())
    }
}

/// Names of calls that are listed at the most.
const MAX_SHOWN: usize = 12;

impl fmt::Display for Pushdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.edges, self.failed_only) {
            (Edges::Both, _) => "entries and returns",
            (Edges::Enter, _) => "entries",
            (Edges::Exit, false) => "returns",
            (Edges::Exit, true) => "returns with an error",
        })?;
        match self.calls.as_ref().map(|calls| calls.names()) {
            None => f.write_str(" of all calls")?,
            Some(names) if names.is_empty() => f.write_str(" of no call")?,
            Some(names) if names.len() > MAX_SHOWN => write!(f, " of {} calls", names.len())?,
            Some(names) => write!(f, " of {}", names.join(" "))?,
        }
        let mut before = ", by process ";
        for pid in &self.pids {
            write!(f, "{before}{pid}")?;
            before = " or ";
        }
        before = ", by threads named ";
        for name in &self.names {
            let mut escaped = Vec::new();
            escape(&mut escaped, name);
            write!(f, "{before}{}", String::from_utf8_lossy(&escaped))?;
            before = " or ";
        }
        let is_all = self.pids.is_empty() && self.names.is_empty();
        f.write_str(if is_all { ", by everybody" } else { "" })
    }
}
