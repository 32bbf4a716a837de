// SPDX-License-Identifier: GPL-2.0

//! Shows an input, or writes it as it is.

use crate::errors::AnyError;
use crate::kernel_request::KernelRequest;
use crate::output::Output;
use crate::prelude::PreludeFilter;
use crate::presentation::Presentation;
use crate::progress::Progress;
use crate::session::{self, InputState};
use crate::sink::{self, Sink};
use std::io::{self, IsTerminal};
use syscall_record::options::Options;
use syscall_record::source::Source;

/// Shows what comes from `source`, or writes it as it is. Returns the exit status. `prelude` hides what a child does
/// before it runs its command. `begin` is called before anything is read: it looks up what processes have open that are
/// recorded, and starts what waits for that.
///
/// # Errors
///
/// Errors of reading and of writing.
pub fn show(
    options: &Options,
    request: KernelRequest,
    presentation: Presentation,
    source: &mut Source,
    sink: Sink,
    prelude: Option<PreludeFilter>,
    begin: impl FnOnce(&mut Output) -> io::Result<()>,
) -> Result<u8, AnyError> {
    // Lines that run over the terminal show how far reading is.
    let shows_lines = !options.is_quiet() && options.output.is_none() && io::stdout().is_terminal();
    let may_take_long = source.size().is_some() || options.output.is_some();
    // With `run`, the command has the terminal for itself.
    let is_seen = may_take_long && !shows_lines && prelude.is_none() && io::stderr().is_terminal();
    let mut progress = Progress::new(source.size(), is_seen);
    // Packets and text must not be mixed.
    let (mut packets, text) = match (options.raw, &options.output) {
        (false, _) => (None, sink),
        (true, Some(_)) => (Some(sink), sink::open(None, false)?),
        (true, None) => (Some(sink), sink::standard_error()?),
    };
    let mut output = Output::new(options, request, presentation, text, source.is_device());
    if let Some(prelude) = prelude {
        output.hide_prelude(prelude);
    }
    begin(&mut output)?;
    let state = match &mut packets {
        Some(packets) => {
            output.stop_needless_count();
            session::copy(source, packets, &mut output, &mut progress)?
        }
        None => session::run(source, &mut output, &mut progress)?,
    };
    Ok(u8::from(state == InputState::Damaged))
}
