// SPDX-License-Identifier: GPL-2.0

//! What a probe does about a call: the table of `module/probe/decision.rs`, row by row.

// The file is the kernel module's: it finds what it shares with the reader under this name.
use syscall_record_format as shared;

#[path = "../probe/decision.rs"]
mod decision;

use decision::{ProbeKind, Step};
use shared::action::{CallAction, CallActions};
use shared::call_set::CallSet;
use shared::calls::{plan::CopyPlans, Abi};
use shared::format::{Edges, Machine};
use shared::selection::Selection;

const KINDS: [ProbeKind; 3] = [ProbeKind::Enter, ProbeKind::Exit, ProbeKind::ReturnOnly];

/// Calls of arm64: no memory, memory that the kernel reads, memory that it writes, both, another program.
const GETPPID: u64 = 173;
const WRITE: u64 = 64;
const READ: u64 = 63;
const SELECT: u64 = 72;
const EXECVE: u64 = 221;

const OK: i64 = 0;
const ENOENT: i64 = -2;

/// The action of call `number` under `settings`.
fn action(settings: &Selection, number: u64) -> CallAction {
    static OWN: CopyPlans = CopyPlans::new(Abi::Arm64);
    static OF_32BIT: CopyPlans = CopyPlans::new(Abi::Arm);
    let mut actions = CallActions::none();
    actions.fill(Machine::Arm64, settings, &[&OWN, &OF_32BIT]);
    actions.get(false, number)
}

/// The steps of the three probes, entry first, about call `number` of a program of the kernel's own kind.
fn steps(settings: &Selection, number: u64, result: i64) -> [Step; 3] {
    KINDS.map(|kind| kind.step(action(settings, number), false, result))
}

fn with_args() -> Selection {
    Selection { args: true, ..Selection::default() }
}

fn without(number: u64) -> Selection {
    let mut calls = CallSet::all();
    calls.set(false, number as u32, false);
    Selection { calls: Some(calls), ..Selection::default() }
}

fn only_failed() -> Selection {
    Selection { edges: Edges::Exit, failed_only: true, ..Selection::default() }
}

#[test]
fn unmarked_call_takes_fast_path() {
    for settings in [Selection::default(), with_args(), without(WRITE)] {
        for result in [OK, ENOENT] {
            assert_eq!(steps(&settings, GETPPID, result), [Step::FastPath; 3]);
        }
    }
}

#[test]
fn memory_is_copied_at_its_edge() {
    use Step::{CopyMemory, FastPath};
    assert_eq!(steps(&with_args(), WRITE, OK), [CopyMemory, FastPath, CopyMemory]);
    assert_eq!(steps(&with_args(), READ, OK), [FastPath, CopyMemory, CopyMemory]);
    assert_eq!(steps(&with_args(), SELECT, OK), [CopyMemory, CopyMemory, CopyMemory]);
    // Without bytes of memory there is none to copy.
    assert_eq!(steps(&Selection { snaplen: 0, ..with_args() }, SELECT, OK), [FastPath; 3]);
}

#[test]
fn excluded_call_is_skipped() {
    assert_eq!(steps(&without(GETPPID), GETPPID, OK), [Step::Skip; 3]);
    assert_eq!(steps(&without(GETPPID), GETPPID, ENOENT), [Step::Skip; 3]);
}

#[test]
fn excluded_return_that_may_be_of_another_call_is_decided_out_of_line() {
    let number = u64::from(u32::MAX);
    // 11 is `execve` for 32-bit ARM: a 32-bit program may have called it, and returns as a 64-bit one.
    for number in [11, number] {
        let steps = steps(&without(number), number, OK);
        assert_eq!(steps, [Step::Skip, Step::HandleMarked, Step::HandleMarked], "call {number}");
    }
    assert_eq!(steps(&without(EXECVE), EXECVE, OK), [Step::Skip; 3]);
}

#[test]
fn excluded_call_with_memory_is_not_copied() {
    let settings = Selection { args: true, ..without(EXECVE) };
    assert_eq!(steps(&settings, EXECVE, OK), [Step::Skip; 3]);
    // May be the return from another call.
    assert_eq!(steps(&Selection { args: true, ..without(11) }, 11, OK)[2], Step::HandleMarked);
}

#[test]
fn call_of_32bit_program_is_decided_out_of_line() {
    for settings in [Selection::default(), with_args(), without(GETPPID), without(WRITE)] {
        for number in [GETPPID, WRITE, READ] {
            for kind in KINDS {
                assert_eq!(kind.step(action(&settings, number), true, OK), Step::HandleMarked);
            }
        }
    }
}

#[test]
fn only_failed_calls_are_recorded() {
    let step = |is_32bit, result| ProbeKind::ReturnOnly.step(action(&only_failed(), GETPPID), is_32bit, result);
    assert_eq!(step(false, OK), Step::Skip);
    assert_eq!(step(true, OK), Step::Skip);
    assert_eq!(step(false, ENOENT), Step::FastPath);
    assert_eq!(step(true, ENOENT), Step::HandleMarked);
    let with_args = Selection { args: true, ..only_failed() };
    assert_eq!(ProbeKind::ReturnOnly.step(action(&with_args, WRITE), false, ENOENT), Step::CopyMemory);
    assert_eq!(ProbeKind::ReturnOnly.step(action(&with_args, WRITE), false, OK), Step::Skip);
}

#[test]
fn task_exempts_itself_once_a_call() {
    // Edges; probes that are attached for them.
    let attached = [(Edges::Both, &KINDS[..2]), (Edges::Enter, &KINDS[..1]), (Edges::Exit, &KINDS[2..])];
    for (edges, kinds) in attached {
        for return_needs_entry in [false, true] {
            let exempting: Vec<_> = kinds.iter().filter(|kind| kind.exempts(edges, return_needs_entry)).collect();
            assert_eq!(exempting.len(), 1, "{edges:?}, {return_needs_entry}");
            // At the return, if an exempt task's return would be missed otherwise.
            let is_at_return = *exempting[0] != ProbeKind::Enter;
            assert_eq!(is_at_return, edges == Edges::Exit || (return_needs_entry && edges == Edges::Both));
        }
    }
}
