// SPDX-License-Identifier: GPL-2.0

//! What is recorded, and by whose will: the parameters', or a reader's while it has the device open.
//!
//! # A change
//!
//! All that can fail for want of memory is made first, while the recording of before goes on. Then that one ends,
//! and the next one begins, in the same buffers (see `delivery`) and as another session. Between the two nothing is
//! recorded, for a tenth of a second perhaps: probes of both would record the same events, each with its own
//! verdict. If the kernel does not attach the next one's probes, that of before begins again.
//!
//! # Locks
//!
//! In this order; who holds one takes only those behind it:
//!
//! 1. that of the module's parameters (`param`), which the kernel holds while a parameter is written;
//! 2. [`Control::state`], held throughout a change, which sleeps;
//! 3. those of the delivery, `flushing` and then `stream`, and those of the kernel's tracepoints.
//!
//! A request of a reader takes 2 and 3: what sysfs shows does not change by it. Neither probes nor the works that a
//! change waits for (`Tracer::look`, flushes) take 1 or 2. `misc_open()` calls the device's `open` with a lock of its
//! own, and that takes neither.
//!
//! # Unloading
//!
//! An open device holds the module: when the module goes, no request is there, nor will one come. Parameters can be
//! written until sysfs lets go of them, which is after the module's end; so that takes lock 1 and says that
//! nobody listens any more (`param::ParameterLock::listen`), and from there on a write is only stored.

#![forbid(unsafe_code)]

use crate::delivery::{device::RequestHandler, flush::Delivery};
use crate::pure::{request::Request, settings::Settings};
use crate::recording::Recording;
use crate::tracer::Tracer;
use kernel::{
    new_mutex,
    prelude::*,
    sync::{Arc, Mutex},
};

/// The one recording, and its settings.
#[pin_data]
pub(crate) struct Control {
    /// Where the recordings' packets go.
    pub(crate) delivery: Arc<Delivery>,
    #[pin]
    state: Mutex<State>,
}

struct State {
    /// What the parameters say.
    parameters: Settings,
    /// Whether a reader's request is in force instead.
    is_requested: bool,
    /// None if what is in force is idle, or if the kernel would have none.
    recording: Option<Recording>,
}

impl Control {
    /// Begins what `parameters` say, into the buffers of `delivery`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, and those of [`Recording::begin`].
    // With a stack frame of its own, which settings are not small in.
    #[inline(never)]
    pub(crate) fn new(delivery: Arc<Delivery>, parameters: &Settings) -> Result<Arc<Self>> {
        let state = State { parameters: *parameters, is_requested: false, recording: None };
        let control = Arc::pin_init(pin_init!(Self { delivery, state <- new_mutex!(state) }), GFP_KERNEL)?;
        control.state.lock().put_in_force(&control.delivery, parameters, true)?;
        Ok(control)
    }

    /// The parameters were changed. What was recorded before stays to be read. Says whether the change is in force:
    /// else a reader's request is, until the device is closed.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new); then nothing has changed.
    pub(crate) fn set_parameters(&self, parameters: &Settings) -> Result<bool> {
        let mut state = self.state.lock();
        let goes_on =
            state.recording.as_ref().map_or(parameters.idle, |recording| recording.tracer().settings == *parameters);
        if !state.is_requested && !goes_on {
            state.put_in_force(&self.delivery, parameters, true)?;
        }
        state.parameters = *parameters;
        Ok(!state.is_requested)
    }

    /// Nothing is recorded any more.
    pub(crate) fn end(&self) {
        self.state.lock().recording = None;
    }
}

impl RequestHandler for Control {
    /// Puts the reader's request in force, until [`end_request`](Self::end_request).
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new); then nothing has changed, but that unread packets are gone if they were not to be kept.
    #[inline(never)]
    fn begin_request(&self, request: &Request) -> Result {
        let mut state = self.state.lock();
        let settings = state.parameters.with(request);
        state.put_in_force(&self.delivery, &settings, request.keep_unread)?;
        state.is_requested = true;
        Ok(())
    }

    /// The device was closed: the parameters' settings are in force again. What was recorded by a request
    /// and not read is forgotten; who reads next has not asked for it.
    fn end_request(&self) {
        let mut state = self.state.lock();
        if !state.is_requested {
            return;
        }
        state.is_requested = false;
        let parameters = state.parameters;
        if let Err(error) = state.put_in_force(&self.delivery, &parameters, false) {
            // Nobody is there any more who has asked for it.
            state.recording = None;
            self.delivery.discard();
            pr_err!(
                "the parameters cannot be put in force again ({:?}): nothing is recorded by them until one is written\n",
                error
            );
        }
    }
}

impl State {
    /// Records by `settings` from here on.
    ///
    /// # Errors
    ///
    /// As for [`Control::new`]; then `self` is as before, and only what was not to be kept is gone.
    fn put_in_force(&mut self, delivery: &Arc<Delivery>, settings: &Settings, keep_unread: bool) -> Result {
        let last = self.recording.as_ref().map(Recording::tracer);
        let next = if settings.idle { None } else { Some(Tracer::new(delivery, settings, last)?) };
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
                    pr_err!("nor can they as before: nothing is recorded until a parameter is written\n");
                    None
                });
                Err(error)
            }
        }
    }
}
