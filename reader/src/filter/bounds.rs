// SPDX-License-Identifier: GPL-2.0

//! What every event that passes a filter is: of which processes, which calls, which edges.
//!
//! A bound tells a little more than the filter, never less: what is outside of it does not pass. Each test tells
//! what an event can be that passes it, and what one can be that fails it; and a filter's bounds are made of these.

use super::calls::Calls;
use super::{Literal, Node, Operator, Test};
use crate::calls::{Abi, Call as Known, Category, NUMBERS};
use crate::fields::{Argument, Id};
use crate::model::{Call, Edge, Event, File, FileKind, Process, What};
use syscall_record_format::format::{Machine, Task, MAX_ERRNO};

/// How far a call is.
pub const ENTERED: u8 = 1;
/// It has returned, and has not failed.
pub const SUCCEEDED: u8 = 2;
/// It has returned and failed.
pub const FAILED: u8 = 4;
const RETURNED: u8 = SUCCEEDED | FAILED;
const ANY: u8 = ENTERED | RETURNED;

/// What events can be; `None`: anything.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Process ids.
    pub pids: Option<Vec<Literal>>,
    /// Names of threads.
    pub names: Option<Vec<Literal>>,
    /// System calls.
    pub calls: Option<Box<Calls>>,
    /// Some of [`ENTERED`], [`SUCCEEDED`] and [`FAILED`].
    pub stages: u8,
}

impl Bounds {
    const NONE: Self = Self { pids: None, names: None, calls: None, stages: ANY };

    /// Those of the events that pass `node`; if `is_negated`, of those that fail it.
    pub fn of(node: &Node, is_negated: bool) -> Self {
        let (nodes, is_both) = match node {
            Node::And(nodes) => (nodes, !is_negated),
            Node::Or(nodes) => (nodes, is_negated),
            Node::Not(node) => return Self::of(node, !is_negated),
            Node::Test(test) => return Self::of_test(test, is_negated),
        };
        let all = nodes.iter().map(|node| Self::of(node, is_negated));
        all.reduce(|one, other| if is_both { one.and(other) } else { one.or(other) }).unwrap_or(Self::NONE)
    }

    fn of_test(test: &Test, is_negated: bool) -> Self {
        let mut bounds = Self { stages: stages(test, is_negated), ..Self::NONE };
        let is_list = matches!(test.operator, Operator::Equal | Operator::In) && !is_negated;
        match test.field.id() {
            Id::Pid if is_list => bounds.pids = Some(test.literals.clone()),
            Id::ProcName if is_list => bounds.names = Some(test.literals.clone()),
            id if is_of_type(id) => bounds.calls = Some(calls(test, is_negated)),
            _ => (),
        }
        bounds
    }

    #[inline(never)]
    fn and(mut self, other: Self) -> Self {
        self.pids = both(self.pids, other.pids);
        self.names = both(self.names, other.names);
        self.calls = match (self.calls, other.calls) {
            (Some(mut mine), Some(others)) => {
                mine.intersect(&others);
                Some(mine)
            }
            (mine, others) => mine.or(others),
        };
        self.stages &= other.stages;
        self
    }

    #[inline(never)]
    fn or(mut self, other: Self) -> Self {
        self.pids = either(self.pids, other.pids);
        self.names = either(self.names, other.names);
        self.calls = self.calls.zip(other.calls).map(|(mut mine, others)| {
            mine.unite(&others);
            mine
        });
        self.stages |= other.stages;
        self
    }
}

/// What is in both lists; the absence of one is no bound.
fn both(mine: Option<Vec<Literal>>, others: Option<Vec<Literal>>) -> Option<Vec<Literal>> {
    match (mine, others) {
        (Some(mut mine), Some(others)) => {
            mine.retain(|item| others.contains(item));
            Some(mine)
        }
        (mine, others) => mine.or(others),
    }
}

/// What is in one of the lists.
fn either(mine: Option<Vec<Literal>>, others: Option<Vec<Literal>>) -> Option<Vec<Literal>> {
    let (mut mine, others) = (mine?, others?);
    for item in others {
        if !mine.contains(&item) {
            mine.push(item);
        }
    }
    Some(mine)
}

/// Whether a field depends on which call it is, and else only on what its descriptor is.
pub fn is_of_type(id: Id) -> bool {
    matches!(id, Id::Type | Id::Category | Id::IsIo | Id::IsIoRead | Id::IsIoWrite | Id::IoDir | Id::IsWait)
}

/// Whether `test` asks what a call's descriptor is. Of the category of most calls that is no matter.
pub fn asks_for_file(test: &Test) -> bool {
    match test.field.id() {
        Id::Category => {
            let close = Known::by_name("close").next();
            close.is_some_and(|(abi, number)| matches_any_file(test, abi, number).count() > 1)
        }
        _ => test.field.needs().files,
    }
}

/// The calls that can pass `test`, or if `is_negated` fail it.
#[inline(never)]
fn calls(test: &Test, is_negated: bool) -> Box<Calls> {
    // Of the numbers that are not in a table only one is tried, unless the test could tell one from another.
    let any = |is: &dyn Fn(&[u8]) -> bool| {
        test.literals.iter().any(|literal| match literal {
            Literal::Text(text) => is(text),
            _ => false,
        })
    };
    let others = match test.operator {
        Operator::Equal | Operator::In if test.field.id() == Id::Type => {
            is_negated || any(&|text| text.starts_with(b"syscall_"))
        }
        Operator::NotEqual if test.field.id() == Id::Type => !is_negated || any(&|text| text.starts_with(b"syscall_")),
        _ if any(&|text| text.iter().any(|byte| byte.is_ascii_digit() || b"?[".contains(byte))) => true,
        _ => matches_any_file(test, Abi::Arm64, NUMBERS as u32).any(|is_passed| is_passed != is_negated),
    };
    Calls::new(others, |abi, number, _| matches_any_file(test, abi, number).any(|is_passed| is_passed != is_negated))
}

/// What becomes of `test`, each answer once, for calls of this number with any descriptor.
fn matches_any_file(test: &Test, abi: Abi, number: u32) -> impl Iterator<Item = bool> {
    let known = Known::new(abi, number);
    let is_open = test.field.id() == Id::Category
        && known
            .is_some_and(|known| matches!(known.category(), Category::IoRead | Category::IoWrite | Category::IoOther));
    // One for each category that a descriptor makes.
    const KINDS: [FileKind; 4] = [FileKind::File, FileKind::Ipv4, FileKind::Pipe, FileKind::Epoll];
    let kinds: &[FileKind] = if is_open { &KINDS } else { &[] };
    let mut answers = [false; 2];
    let kinds = kinds.iter().map(|&kind| Some(kind)).chain([None]);
    for kind in kinds {
        let file =
            kind.map(|kind| File { number: 0, kind, name: Vec::new(), local: None, remote: None, is_server: None });
        let is_passed = passes(test, Edge::Exit, Some((abi, number)), 0, file.as_ref());
        if let Some(answer) = answers.get_mut(usize::from(is_passed)) {
            *answer = true;
        }
    }
    [false, true].into_iter().zip(answers).filter(|&(_, is_given)| is_given).map(|(answer, _)| answer)
}

/// Whether an event passes `test` of which nothing is known but its edge, its call, its result and its descriptor.
#[inline(never)]
pub fn passes(test: &Test, edge: Edge, call: Option<(Abi, u32)>, result: i64, file: Option<&File>) -> bool {
    let (abi, number) = (call.map_or(Abi::Arm64, |(abi, _)| abi), call.map(|(_, number)| number));
    let (task, process) = (Task { is_32bit: false, tid: 0, tgid: 0, comm: [0; 2] }, Process::default());
    let event = Event {
        number: 0,
        time: 0,
        since_first: 0,
        since_last: 0,
        cpu: 0,
        machine: Machine::Arm64,
        what: What::Call(Call {
            edge,
            task: &task,
            abi,
            number,
            known: number.and_then(|number| Known::new(abi, number)),
            has_args: false,
            registers: &[],
            inputs: &[],
            outputs: &[],
            result: (edge == Edge::Exit).then_some(result),
            latency: None,
            is_resumed: false,
            is_birth: false,
            process: &process,
            file,
        }),
    };
    test.matches(&event, &mut Vec::new())
}

/// How far calls can be that pass `test`, or if `is_negated` fail it.
#[inline(never)]
fn stages(test: &Test, is_negated: bool) -> u8 {
    let tried = |edge, result, stage| {
        if passes(test, edge, None, result, None) != is_negated {
            stage
        } else {
            0
        }
    };
    let entered = || tried(Edge::Enter, 0, ENTERED);
    let succeeded = || tried(Edge::Exit, 0, SUCCEEDED);
    // All that have names; of numbers those at which tests change their mind, and the ends.
    let numbers = test.literals.iter().filter_map(|literal| match literal {
        Literal::Number(number) => i64::try_from(*number).ok(),
        _ => None,
    });
    let near = numbers.clone().flat_map(|number| [number.saturating_sub(1), number, number.saturating_add(1)]);
    let failed = || {
        let mut errors =
            near.clone().chain([-MAX_ERRNO]).chain(-600..0).filter(|error| (-MAX_ERRNO..0).contains(error));
        if errors.any(|error| tried(Edge::Exit, error, FAILED) != 0) {
            FAILED
        } else {
            0
        }
    };
    let is_list = matches!(test.operator, Operator::Equal | Operator::In) && !is_negated;
    match test.field.id() {
        Id::Dir | Id::Failed | Id::Res => entered() | succeeded() | failed(),
        // A result that is no error can be any other number.
        Id::RawRes if is_list && numbers.clone().all(|number| (-MAX_ERRNO..0).contains(&number)) => failed(),
        Id::RawRes => entered() | SUCCEEDED | failed(),
        // Returns alone have these, and whatever does not fails all tests.
        Id::BufLen if !is_negated => SUCCEEDED,
        Id::Latency | Id::LatencyS | Id::LatencyNs if !is_negated => RETURNED,
        Id::Arg | Id::RawArg if !is_negated && test.field.argument() == Some(&Argument::Name("res".into())) => RETURNED,
        _ => ANY,
    }
}
