// SPDX-License-Identifier: GPL-2.0

//! Writes the usual event: the fast path. It needs an open packet with room, and an event of the task that the slow
//! path remembered. Each function returns whether it wrote the event; if not, it did nothing.

use super::writer::Writer;
use crate::kernel_api::arch::{self, Registers};
use crate::kernel_api::clock::{Clock, Ticks};
use crate::kernel_api::task::CurrentTask;
use crate::shared::format::{self, MAX_ARGS};
use core::ptr;

impl Writer<'_> {
    /// Writes an entry. If `CALLS`, with `arguments` arguments, and the program must be of the kernel's own kind.
    #[inline(always)]
    pub(crate) fn try_write_enter<T: Ticks, const CALLS: bool>(
        &mut self,
        task: &CurrentTask,
        clock: &Clock,
        number: u64,
        registers: Registers<'_>,
        arguments: u8,
    ) -> bool {
        let hot = &self.0.hot;
        let next = hot.next.load();
        let is_32bit = !CALLS && task.is_32bit();
        if last_word::<CALLS>(next) > hot.end.load() || !self.remembers(task) {
            return false;
        }
        let encoder = self.encoder();
        let now = T::now(clock);
        let word = if CALLS { encoder.enter_args(false, number, now) } else { encoder.enter(is_32bit, number, now) };
        let Some(word) = word else { return false };
        // SAFETY: The last word was compared with `end`, so there is room for all.
        unsafe { self.append::<CALLS>(next, word, registers, arguments) };
        self.0.hot.open.set(next);
        true
    }

    /// Writes a return where entries are written, too: completes the word of its entry.
    #[inline(always)]
    pub(crate) fn try_write_exit<T: Ticks>(&mut self, task: &CurrentTask, clock: &Clock, result: i64) -> bool {
        self.try_complete_entry(task, || T::now(clock), result)
    }

    /// Writes a return at the tick `now()`: completes the word of its entry.
    #[inline(always)]
    pub(crate) fn try_complete_entry(&mut self, task: &CurrentTask, now: impl FnOnce() -> u64, result: i64) -> bool {
        let open = self.0.hot.open.get();
        if open.is_null() || !self.remembers(task) {
            return false;
        }
        // SAFETY: By the type invariants it points into the open packet, which is the writer's: a task is remembered.
        let Some(word) = self.encoder().complete(unsafe { open.read() }, result, now()) else { return false };
        // SAFETY: As above.
        unsafe { open.write(word) };
        self.0.hot.open.set(ptr::null_mut());
        true
    }

    /// Writes a return where entries are not written. If `CALLS`, with `arguments` arguments, and the program must be
    /// of the kernel's own kind.
    #[inline(always)]
    pub(crate) fn try_write_return_only<T: Ticks, const CALLS: bool>(
        &mut self,
        task: &CurrentTask,
        clock: &Clock,
        number: u64,
        result: i64,
        registers: Registers<'_>,
        arguments: u8,
    ) -> bool {
        let hot = &self.0.hot;
        let next = hot.next.load();
        // An `execve` may return to a program of another kind than the one that called it: the slow path finds that
        // out.
        if last_word::<CALLS>(next) > hot.end.load() || !self.remembers(task) || (!CALLS && task.is_32bit()) {
            return false;
        }
        let (encoder, now) = (self.encoder(), T::now(clock));
        let word = if CALLS {
            encoder.return_only_args(false, number, result, now)
        } else {
            encoder.return_only(false, number, result, now)
        };
        let Some(word) = word else { return false };
        // SAFETY: As in `try_write_enter`.
        unsafe { self.append::<CALLS>(next, word, registers, arguments) };
        true
    }

    /// Appends a record of a call. If `CALLS`, with its first `arguments` arguments; the program is of the kernel's own
    /// kind.
    ///
    /// # Safety
    ///
    /// `next` is where the next word goes, and there is room up to its [`last_word`].
    #[inline(always)]
    unsafe fn append<const CALLS: bool>(&mut self, next: *mut u64, word: u64, registers: Registers<'_>, arguments: u8) {
        // SAFETY: The caller promises room. The next event or the reader overwrites the words that are not counted.
        unsafe {
            if CALLS {
                next.write(format::set_args(word, arguments));
                next.add(1).cast::<arch::Args>().write(registers.args(false));
                let words = format::arg_words(arch::MACHINE.register_bits(), u32::from(arguments));
                self.0.hot.next.store(next.add(words as usize).add(1));
            } else {
                next.write(word);
                self.0.hot.next.store(next.add(1));
            }
        }
    }
}

/// The last word that the fast path may write to if the first one is `next`.
#[inline(always)]
fn last_word<const CALLS: bool>(next: *mut u64) -> *mut u64 {
    if CALLS {
        next.wrapping_add(MAX_ARGS)
    } else {
        next
    }
}
