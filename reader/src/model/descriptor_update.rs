// SPDX-License-Identifier: GPL-2.0

//! A call with its arguments, and access to what its thread shares with others. `sockets` and `descriptors` add what
//! each call does to that.

use super::descriptor_map::{Descriptor, WorkLimit};
use super::effects::{register_of, Effect};
use super::event::Memory;
use super::ledger::Ledger;
use super::name::Name;
use super::open_file::OpenFile;
use super::sharing::{SharedDirectory, SharedTable};
use super::threads::PendingCall;
use crate::calls::KnownCall;
use std::rc::Rc;

/// The call that a thread is in, with what its thread has.
pub(super) struct DescriptorUpdate<'a> {
    pub(super) table: SharedTable,
    pub(super) directory: SharedDirectory,
    pub(super) ledger: &'a Ledger,
    pub(super) work: &'a mut WorkLimit,
    pub(super) call: &'a PendingCall,
    pub(super) known: KnownCall,
    pub(super) inputs: &'a [Memory],
    pub(super) outputs: &'a [Memory],
    /// The number of the current event.
    pub(super) now: u64,
    /// Whether the model has forgotten descriptors and directories since the call was entered.
    pub(super) has_gap: bool,
}

impl<'a> DescriptorUpdate<'a> {
    /// What the call does.
    pub(super) fn effect(&self) -> Effect {
        self.call.traits.effect
    }

    /// The number of the event of the call's entry.
    pub(super) fn since(&self) -> u64 {
        self.call.event
    }

    /// The call's first argument that is a descriptor, unless it is negative.
    pub(super) fn first_descriptor(&self) -> Option<i32> {
        self.call.first_descriptor()
    }

    /// The value of a register that holds an argument, if it was recorded.
    pub(super) fn register(&self, register: u8) -> Option<u64> {
        self.call.registers().get(usize::from(register)).copied()
    }

    /// The value of the call's first argument of one of these kinds; 0 if it has none.
    pub(super) fn flags(&self, kinds: &[&str]) -> u32 {
        register_of(self.known, kinds).and_then(|register| self.register(register)).unwrap_or(0) as u32
    }

    /// The memory that the call's first argument of a kind points to.
    pub(super) fn memory(&self, set: &'a [Memory], kind: &str) -> Option<&'a [u8]> {
        let register = register_of(self.known, &[kind])?;
        let memory = set.iter().find(|memory| memory.register == register)?;
        (!memory.is_fault && !memory.is_absent).then_some(&memory.bytes)
    }

    /// The path that the call's argument points to, if all of it was recorded.
    pub(super) fn path(&self) -> Option<&'a [u8]> {
        let register = register_of(self.known, &["path"])?;
        let memory = self.inputs.iter().find(|memory| memory.register == register)?;
        (!memory.is_fault && !memory.is_absent && !memory.is_cut).then_some(&memory.bytes)
    }

    /// Sets what a descriptor refers to that the call has made; `None` if that is not known. If another thread has
    /// changed the descriptor since the call was entered, or may have replaced it, it is not known which change came
    /// last.
    pub(super) fn set(&mut self, number: i32, file: Option<Rc<OpenFile>>, closes_on_exec: bool) {
        let (since, now) = (self.since(), self.now);
        let mut table = self.table.borrow_mut();
        let takes_lowest = !self.names_descriptor();
        let is_free = |before: &Descriptor| before.changed <= since || (takes_lowest && before.is_freed);
        let is_certain = !self.has_gap && table.get(number).is_none_or(is_free) && table.replaced <= since;
        let file = file.filter(|_| is_certain);
        let descriptor = Descriptor { file, closes_on_exec, is_open: is_certain, is_freed: false, changed: now };
        table.set(number, descriptor, self.ledger);
    }

    /// Whether the call's arguments name the descriptor that it makes (`dup2`).
    pub(super) fn names_descriptor(&self) -> bool {
        self.effect() == Effect::Dup && self.call.count > 1
    }

    /// What a descriptor refers to, if that has not changed since the call was entered.
    pub(super) fn file(&self, number: i32) -> Option<Rc<OpenFile>> {
        self.table.borrow().file_since(number, self.since())
    }

    /// The file of the call's first descriptor.
    pub(super) fn first_file(&self) -> Option<Rc<OpenFile>> {
        self.file(self.first_descriptor()?)
    }

    /// The current directory, if it has not changed since the call was entered.
    #[cold]
    pub(super) fn current_directory(&self) -> Option<Name> {
        self.directory.borrow().path_since(self.since())
    }

    /// Sets two descriptors, whose numbers the call has written.
    #[cold]
    pub(super) fn set_pair(&mut self, make: impl Fn(&Ledger) -> Rc<OpenFile>, closes_on_exec: bool) {
        let Some(numbers) = self.memory(self.outputs, "int2") else { return };
        for number in numbers.chunks_exact(4).take(2) {
            let number = number.first_chunk::<4>().map_or(-1, |number| i32::from_le_bytes(*number));
            self.set(number, Some(make(self.ledger)), closes_on_exec);
        }
    }
}
