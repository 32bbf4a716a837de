// SPDX-License-Identifier: GPL-2.0

//! A call with its arguments, and access to the descriptors of its process. `sockets` and `descriptors` add what each
//! call does to them.

use super::descriptor_table::OpenFile;
use super::effects::{register_of, Effect};
use super::event::Memory;
use super::processes::ProcessTable;
use super::procfs;
use super::threads::{PendingCall, Thread};
use crate::calls::KnownCall;

/// The call that a thread is in, with the descriptors of its process.
pub(super) struct DescriptorUpdate<'a> {
    pub(super) processes: &'a mut ProcessTable,
    /// Whether `/proc` knows more about the process.
    pub(super) is_live: bool,
    /// Index of the process.
    pub(super) process: usize,
    pub(super) call: &'a PendingCall,
    pub(super) known: KnownCall,
    pub(super) inputs: &'a [Memory],
    pub(super) outputs: &'a [Memory],
}

impl<'a> DescriptorUpdate<'a> {
    /// For the call that a thread is in; `None` if the table does not have the call.
    pub(super) fn new(
        processes: &'a mut ProcessTable,
        is_live: bool,
        thread: &'a Thread,
        outputs: &'a [Memory],
    ) -> Option<Self> {
        let call = thread.call.as_ref()?;
        let (process, inputs) = (thread.process, &thread.inputs);
        Some(Self { processes, is_live, process, call, known: call.known?, inputs, outputs })
    }

    /// What the call does.
    pub(super) fn effect(&self) -> Effect {
        self.call.traits.effect
    }

    /// The call's first argument that is a descriptor, unless it is negative.
    pub(super) fn first_descriptor(&self) -> Option<i32> {
        let number = self.register(self.call.traits.file?)? as i32;
        (number >= 0).then_some(number)
    }

    /// Asks `/proc` what a descriptor refers to, if the model does not know it yet.
    pub(super) fn look_up(&mut self, number: i32) {
        if !self.is_live {
            return;
        }
        let table = self.processes.files_of(self.process);
        if self.processes.files.get(table, number).is_none() {
            // A descriptor that is not there now may come later, in a message from another process. So `/proc` is
            // asked again each time.
            if let Some(open) = procfs::open_file(self.processes.pid(self.process), number) {
                self.processes.files.set(table, number, open);
            }
        }
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

    /// Sets what a descriptor refers to; `None` if that is not known.
    pub(super) fn set(&mut self, number: i32, open: Option<OpenFile>) {
        let table = self.processes.files_of(self.process);
        match open {
            Some(open) => self.processes.files.set(table, number, open),
            None => drop(self.processes.files.remove(table, number)),
        }
    }

    /// The file of the call's first descriptor.
    pub(super) fn first_file(&mut self) -> Option<&mut OpenFile> {
        let number = self.first_descriptor()?;
        let table = self.processes.files_of(self.process);
        self.processes.files.get_mut(table, number)
    }

    /// The current directory of the process.
    #[cold]
    pub(super) fn current_directory(&mut self) -> Option<Vec<u8>> {
        let is_live = self.is_live;
        let entry = self.processes.get_mut(self.process)?;
        if entry.directory.is_none() && is_live {
            entry.directory = procfs::current_directory(entry.process.pid);
        }
        entry.directory.clone()
    }

    /// Sets two descriptors, whose numbers the call has written.
    #[cold]
    pub(super) fn set_pair(&mut self, open: OpenFile) {
        let Some(numbers) = self.memory(self.outputs, "int2") else { return };
        for number in numbers.chunks_exact(4).take(2) {
            let number = number.first_chunk::<4>().map_or(-1, |number| i32::from_le_bytes(*number));
            self.set(number, Some(open.clone()));
        }
    }
}
