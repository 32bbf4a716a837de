// SPDX-License-Identifier: GPL-2.0

//! What all events that pass a filter have in common: their processes, their calls, their edges.
//!
//! Bounds may hold more events than the filter, and never fewer: an event outside of them does not pass. Each test has
//! bounds of the events that pass it, and bounds of the events that fail it. A filter's bounds are put together from
//! the bounds of its tests.

use super::calls_by_abi::CallsByAbi;
use super::tree::{Literal, Node, Operator, Test};
use crate::calls::{Abi, Category, KnownCall, NUMBERS};
use crate::fields::{Argument, FieldId};
use crate::model::{CallEvent, Edge, Event, EventKind, File, FileKind, Name, Process, ThreadsView};
use syscall_record_format::format::{Machine, Task, MAX_ERRNO};

/// Stages of a call, as bits: it was entered and has not returned.
pub const ENTERED: u8 = 1;
/// It has returned without an error.
pub const SUCCEEDED: u8 = 2;
/// It has returned with an error.
pub const FAILED: u8 = 4;
/// It has returned.
pub const RETURNED: u8 = SUCCEEDED | FAILED;
/// All stages.
const ANY_STAGE: u8 = ENTERED | RETURNED;

/// The processes, CPUs, threads, calls and stages that events can have; `None` allows all.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Process ids.
    pub pids: Option<Vec<Literal>>,
    /// CPUs.
    pub cpus: Option<Vec<Literal>>,
    /// Names of threads.
    pub names: Option<Vec<Literal>>,
    /// System calls.
    pub calls: Option<Box<CallsByAbi>>,
    /// Some of [`ENTERED`], [`SUCCEEDED`] and [`FAILED`].
    pub stages: u8,
}

impl Bounds {
    /// The bounds of all events.
    const UNLIMITED: Self = Self { pids: None, cpus: None, names: None, calls: None, stages: ANY_STAGE };

    /// The bounds of the events that pass `node`; if `is_negated`, of the events that fail it.
    pub fn of(node: &Node, is_negated: bool) -> Self {
        let (nodes, is_both) = match node {
            Node::And(nodes) => (nodes, !is_negated),
            Node::Or(nodes) => (nodes, is_negated),
            Node::Not(node) => return Self::of(node, !is_negated),
            Node::Test(test) => return Self::of_test(test, is_negated),
        };
        let all = nodes.iter().map(|node| Self::of(node, is_negated));
        all.reduce(|one, other| if is_both { one.and(other) } else { one.or(other) }).unwrap_or(Self::UNLIMITED)
    }

    fn of_test(test: &Test, is_negated: bool) -> Self {
        let mut bounds = Self { stages: possible_stages(test, is_negated), ..Self::UNLIMITED };
        let is_list = matches!(test.operator, Operator::Equal | Operator::In) && !is_negated;
        match test.field.id() {
            FieldId::Pid if is_list => bounds.pids = Some(test.literals.clone()),
            FieldId::Cpu if is_list => bounds.cpus = Some(test.literals.clone()),
            FieldId::ProcName if is_list => bounds.names = Some(test.literals.clone()),
            id if is_of_call(id) => bounds.calls = Some(possible_calls(test, is_negated)),
            _ => (),
        }
        bounds
    }

    #[inline(never)]
    fn and(mut self, other: Self) -> Self {
        self.pids = intersect_lists(self.pids, other.pids);
        self.cpus = intersect_lists(self.cpus, other.cpus);
        self.names = intersect_lists(self.names, other.names);
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
        self.pids = unite_lists(self.pids, other.pids);
        self.cpus = unite_lists(self.cpus, other.cpus);
        self.names = unite_lists(self.names, other.names);
        self.calls = self.calls.zip(other.calls).map(|(mut mine, others)| {
            mine.unite(&others);
            mine
        });
        self.stages |= other.stages;
        self
    }
}

/// What is in both lists. A missing list holds everything.
fn intersect_lists(mine: Option<Vec<Literal>>, others: Option<Vec<Literal>>) -> Option<Vec<Literal>> {
    match (mine, others) {
        (Some(mut mine), Some(others)) => {
            mine.retain(|item| others.contains(item));
            Some(mine)
        }
        (mine, others) => mine.or(others),
    }
}

/// What is in at least one of the lists. A missing list holds everything.
fn unite_lists(mine: Option<Vec<Literal>>, others: Option<Vec<Literal>>) -> Option<Vec<Literal>> {
    let (mut mine, others) = (mine?, others?);
    for item in others {
        if !mine.contains(&item) {
            mine.push(item);
        }
    }
    Some(mine)
}

/// Whether a field's value depends only on the event's call, and on what its descriptor refers to.
pub fn is_of_call(id: FieldId) -> bool {
    matches!(
        id,
        FieldId::Type
            | FieldId::Category
            | FieldId::IsIo
            | FieldId::IsIoRead
            | FieldId::IsIoWrite
            | FieldId::IoDir
            | FieldId::IsWait
    )
}

/// Whether `test` depends on what a call's descriptor refers to. The category of most calls does not.
pub fn depends_on_file(test: &Test) -> bool {
    match test.field.id() {
        FieldId::Category => {
            let close = KnownCall::by_name("close").next();
            close.is_some_and(|(abi, number)| results_with_any_file(test, abi, number).count() > 1)
        }
        _ => test.field.needs().files,
    }
}

/// The calls that can pass `test`; if `is_negated`, that can fail it.
#[inline(never)]
fn possible_calls(test: &Test, is_negated: bool) -> Box<CallsByAbi> {
    // All numbers from NUMBERS on are in the set or none. One of them is tried, unless the test can tell one from
    // another.
    let any = |holds: &dyn Fn(&[u8]) -> bool| {
        test.literals.iter().any(|literal| match literal {
            Literal::Text(text) => holds(text),
            _ => false,
        })
    };
    let others = match test.operator {
        Operator::Equal | Operator::In if test.field.id() == FieldId::Type => {
            is_negated || any(&|text| text.starts_with(b"syscall_"))
        }
        Operator::NotEqual if test.field.id() == FieldId::Type => {
            !is_negated || any(&|text| text.starts_with(b"syscall_"))
        }
        _ if any(&|text| text.iter().any(|byte| byte.is_ascii_digit() || b"?[".contains(byte))) => true,
        _ => results_with_any_file(test, Abi::Arm64, NUMBERS as u32).any(|is_passed| is_passed != is_negated),
    };
    CallsByAbi::new(others, |abi, number, _| {
        results_with_any_file(test, abi, number).any(|is_passed| is_passed != is_negated)
    })
}

/// The results that `test` can have for calls of this number, with any descriptor; each result once.
fn results_with_any_file(test: &Test, abi: Abi, number: u32) -> impl Iterator<Item = bool> {
    let known = KnownCall::new(abi, number);
    let has_kinds = test.field.id() == FieldId::Category
        && known
            .is_some_and(|known| matches!(known.category(), Category::IoRead | Category::IoWrite | Category::IoOther));
    // One kind of file for each category that a call can get from its descriptor.
    const KINDS: [FileKind; 4] = [FileKind::File, FileKind::Ipv4, FileKind::Pipe, FileKind::Epoll];
    let kinds: &[FileKind] = if has_kinds { &KINDS } else { &[] };
    let mut answers = [false; 2];
    let kinds = kinds.iter().map(|&kind| Some(kind)).chain([None]);
    for kind in kinds {
        let file = kind.map(|kind| File {
            number: 0,
            kind,
            name: Name::default(),
            local: None,
            remote: None,
            is_server: None,
        });
        let is_passed = passes(test, Edge::Exit, Some((abi, number)), 0, file.as_ref());
        if let Some(answer) = answers.get_mut(usize::from(is_passed)) {
            *answer = true;
        }
    }
    [false, true].into_iter().zip(answers).filter(|&(_, is_given)| is_given).map(|(answer, _)| answer)
}

/// Whether an event passes `test` that has only an edge, a call, a result and a descriptor.
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
        kind: EventKind::Call(CallEvent {
            edge,
            task: &task,
            abi,
            number,
            known: number.and_then(|number| KnownCall::new(abi, number)),
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
            death: None,
            threads: ThreadsView::default(),
        }),
    };
    test.matches(&event, &mut Vec::new())
}

/// The stages of calls that can pass `test`; if `is_negated`, that can fail it.
#[inline(never)]
fn possible_stages(test: &Test, is_negated: bool) -> u8 {
    let try_stage = |edge, result, stage| {
        if passes(test, edge, None, result, None) != is_negated {
            stage
        } else {
            0
        }
    };
    let entered = || try_stage(Edge::Enter, 0, ENTERED);
    let succeeded = || try_stage(Edge::Exit, 0, SUCCEEDED);
    // The errors to try: all that have names, the largest, and those around the test's numbers, where its result
    // changes.
    let numbers = test.literals.iter().filter_map(|literal| match literal {
        Literal::Number(number) => i64::try_from(*number).ok(),
        _ => None,
    });
    let near = numbers.clone().flat_map(|number| [number.saturating_sub(1), number, number.saturating_add(1)]);
    let failed = || {
        let mut errors =
            near.clone().chain([-MAX_ERRNO]).chain(-600..0).filter(|error| (-MAX_ERRNO..0).contains(error));
        if errors.any(|error| try_stage(Edge::Exit, error, FAILED) != 0) {
            FAILED
        } else {
            0
        }
    };
    let is_list = matches!(test.operator, Operator::Equal | Operator::In) && !is_negated;
    match test.field.id() {
        FieldId::Dir | FieldId::Failed | FieldId::Res => entered() | succeeded() | failed(),
        // A list of errors: only calls that failed pass.
        FieldId::RawRes if is_list && numbers.clone().all(|number| (-MAX_ERRNO..0).contains(&number)) => failed(),
        // Results without an error are too many to try: one of them may always pass.
        FieldId::RawRes => entered() | SUCCEEDED | failed(),
        // Only returns have these fields. An entry fails all tests of them.
        FieldId::BufLen if !is_negated => SUCCEEDED,
        FieldId::Latency | FieldId::LatencyS | FieldId::LatencyNs if !is_negated => RETURNED,
        FieldId::Arg | FieldId::RawArg
            if !is_negated && test.field.argument() == Some(&Argument::Name("res".into())) =>
        {
            RETURNED
        }
        _ => ANY_STAGE,
    }
}
