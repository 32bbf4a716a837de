// SPDX-License-Identifier: GPL-2.0

//! Puts settings in force: those of the parameters, or those of a reader's request while the reader has the device
//! open.
//!
//! # A change
//!
//! First everything is allocated that can fail if memory is short, while the last recording goes on. Then the last
//! recording ends, and the next one begins, in the same buffers (see `delivery`) and as another session. Nothing is
//! recorded between the two, for a tenth of a second perhaps: if the probes of both were attached, both would record
//! the same events, each by its own verdict. If the kernel refuses the probes of the next recording, the last
//! recording begins again.
//!
//! # Locks
//!
//! A thread takes them in this order:
//!
//! 1. the lock of the module's parameters (`kernel_api::parameter`), which the kernel holds while a parameter is
//!    written;
//! 2. [`Control::state`], held throughout a change, which sleeps;
//! 3. the locks of `delivery`, `flushing` and then `stream`, and those of the kernel's tracepoints.
//!
//! A reader's request takes 2 and 3: it does not change what sysfs shows. Probes take neither 1 nor 2. The works that a
//! change waits for (the watch of `probe::other_tracers`, flushes) take neither of them either. `misc_open()` calls the
//! device's `open` with a lock of its own, and `open` takes neither 1 nor 2.
//!
//! # Unloading
//!
//! An open device keeps the module loaded: when the module is unloaded, no request is in force, and no new one comes.
//! Parameters can be written until sysfs has removed them, which is after the module's end. So the module's end takes
//! lock 1 and removes the listener (`ListenerSlot::set`). From there on a write is only stored.

#![forbid(unsafe_code)]

use super::recording::Recording;
use crate::delivery::{device::RequestHandler, flush::Delivery};
use crate::probe::{context::ProbeContext, sleepers::Sleepers};
use crate::shared::{request::Request, settings::Settings};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{Arc, Mutex},
};

/// Starts and stops recordings, one at a time.
#[pin_data]
pub(crate) struct Control {
    /// Where the packets of all recordings go.
    pub(crate) delivery: Arc<Delivery>,
    #[pin]
    state: Mutex<ControlState>,
}

struct ControlState {
    /// The settings that the parameters say.
    parameters: KBox<Settings>,
    /// Whether a reader's request is in force instead.
    is_requested: bool,
    /// The threads that sleep in probes, of all recordings.
    sleepers: Arc<Sleepers>,
    /// `None` if the settings in force are idle, or if the kernel refused the probes.
    recording: Option<Recording>,
}

impl Control {
    /// Puts `parameters` in force. Recordings write to the buffers of `delivery`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, and the errors of [`Recording::begin`].
    pub(crate) fn new(delivery: Arc<Delivery>, parameters: &Settings) -> Result<Arc<Self>> {
        let sleepers = Sleepers::new()?;
        let settings = KBox::new(*parameters, GFP_KERNEL)?;
        let state = ControlState { parameters: settings, is_requested: false, sleepers, recording: None };
        let control =
            Arc::pin_init(pin_init!(Self { delivery, state <- new_mutex!(state, "Control::state") }), GFP_KERNEL)?;
        control.state.lock().put_in_force(&control.delivery, parameters, true)?;
        Ok(control)
    }

    /// Puts changed parameters in force. What was recorded before stays to be read. Returns whether the change is in
    /// force now: if not, a reader's request is, until the device is closed.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new); then nothing has changed.
    #[inline]
    pub(crate) fn set_parameters(&self, parameters: &Settings) -> Result<bool> {
        let mut state = self.state.lock();
        let is_unchanged =
            state.recording.as_ref().map_or(parameters.idle, |recording| recording.context().settings == *parameters);
        if !state.is_requested && !is_unchanged {
            state.put_in_force(&self.delivery, parameters, true)?;
        }
        *state.parameters = *parameters;
        Ok(!state.is_requested)
    }

    /// Ends the recording. No thread may sleep in a probe.
    pub(crate) fn end(&self) {
        let mut state = self.state.lock();
        state.recording = None;
        state.sleepers.wait_for_report();
    }
}

impl RequestHandler for Control {
    #[inline(never)]
    fn begin_request(&self, request: &Request) -> Result {
        let mut state = self.state.lock();
        let settings = state.parameters.with(&request.selection);
        state.put_in_force(&self.delivery, &settings, request.keep_unread)?;
        state.is_requested = true;
        Ok(())
    }

    fn end_request(&self) {
        let mut state = self.state.lock();
        if !state.is_requested {
            return;
        }
        state.is_requested = false;
        let parameters = *state.parameters;
        if let Err(error) = state.put_in_force(&self.delivery, &parameters, false) {
            // The reader that requested the recording is gone.
            state.recording = None;
            self.delivery.discard();
            pr_err!(
                "the parameters cannot be put in force again ({:?}): nothing is recorded by them until one is written\n",
                error
            );
        }
    }
}

impl ControlState {
    /// Records by `settings` from here on. Forgets what was recorded and not read unless `keep_unread`.
    ///
    /// # Errors
    ///
    /// As for [`Control::new`]; then the recording is as before, and only what was not to be kept is gone.
    // With a stack frame of its own, because settings are large.
    #[inline(never)]
    fn put_in_force(&mut self, delivery: &Arc<Delivery>, settings: &Settings, keep_unread: bool) -> Result {
        let last = self.recording.as_ref().map(Recording::context);
        let next =
            if settings.idle { None } else { Some(ProbeContext::new(delivery, &self.sleepers, settings, last)?) };
        let last = self.recording.take().map(Recording::end);
        if !keep_unread {
            delivery.discard();
        }
        match next.map(Recording::begin).transpose() {
            Ok(recording) => {
                self.recording = recording;
                Ok(())
            }
            Err(error) => {
                pr_err!("the kernel's tracepoints for system calls cannot be used\n");
                self.recording = last.map(Recording::begin).transpose().unwrap_or_else(|_| {
                    pr_err!("recording cannot go on: nothing is recorded until a parameter is written\n");
                    None
                });
                Err(error)
            }
        }
    }
}
