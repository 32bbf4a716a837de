// SPDX-License-Identifier: GPL-2.0

//! Serves under a tracer, and keeps what was recorded.

use super::ab;
use super::look_through::Seen;
use super::server::Server;
use crate::nginx_case::NginxCase;
use crate::options::NginxOptions;
use crate::setup::{check_module, check_root};
use crate::system::ftrace::{self, FtraceTotals};
use crate::system::kernel_module::KernelModule;
use crate::system::machine::{is_running, size_of};
use crate::system::memory_folder::MemoryFolder;
use crate::system::program;
use crate::system::recording::{wait_until_quiet, Reader};
use crate::system::stop::{fail, About, Result};
use std::fs;

/// ftrace's buffers are as large as there is memory for.
const FTRACE_BUFFERS_KB: [u32; 3] = [32_768, 8192, 2048];
/// A recording of every process has this program's own calls as well, while it waits for the last events.
const QUIET_BYTES: u64 = 65_536;
/// A request takes at least accept, receive, open, send and close, each with an entry and an exit.
const LEAST_EVENTS: u64 = 10;

/// What was seen of the requests of a round.
#[derive(Clone, Copy, Default)]
pub struct Served {
    /// Requests a second.
    pub rate: f64,
    /// Calls that were recorded, if that is known.
    pub calls: Option<u64>,
    pub bytes: u64,
    /// Events that were dropped.
    pub dropped: u64,
}

/// Everything that was started or loaded ends when this is dropped.
pub struct Bench {
    // Dropped first.
    server: Server,
    folder: MemoryFolder,
    module: KernelModule,
    floor: Option<KernelModule>,
    reader: Reader,
    ftrace: ftrace::Restore,
    /// The module's parameters in all cases.
    parameters: Vec<String>,
    concurrency: u64,
}

impl Bench {
    /// Checks that everything is there, and starts nginx.
    pub fn new(options: &NginxOptions) -> Result<Self> {
        check_root()?;
        for (name, package) in [("nginx", "nginx"), ("ab", "apache2-utils")] {
            if program::find(name).is_none() {
                return fail(format!("no {name} here: install it (Debian: {package})"));
            }
        }
        if program::find(&options.reader).is_none() {
            return fail(format!("no reader '{}': say where it is with --reader", options.reader.display()));
        }
        let module = KernelModule::syscall_record(&options.module);
        check_module(&module)?;
        if is_running("nginx") {
            return fail("a nginx is running, whose calls would be recorded, too: stop it first");
        }
        let folder = MemoryFolder::new()?;
        Ok(Self {
            server: Server::start(&folder, options.concurrency)?,
            folder,
            module,
            floor: options.floor.as_deref().map(KernelModule::floor),
            reader: Reader { program: options.reader.clone() },
            ftrace: ftrace::Restore::new(),
            parameters: options.parameters.clone(),
            concurrency: options.concurrency,
        })
    }

    /// Fails with the reason if a case cannot be measured here.
    pub fn find_obstacle(&self, case: NginxCase) -> std::result::Result<(), String> {
        match case {
            NginxCase::None => Ok(()),
            NginxCase::Floor => match &self.floor {
                Some(floor) => floor
                    .try_to_load(&[])
                    .map_err(|_| format!("{} is not there or does not load", floor.path.display())),
                None => Err("its module is not there or does not load".into()),
            },
            NginxCase::FtraceNginx | NginxCase::Ftrace => ftrace::find_obstacle(),
            _ => self.module.try_to_load(&self.parameters_of(case)),
        }
    }

    /// Serves `requests` requests. In the first round, checks that what was recorded is what nginx does.
    pub fn serve(&self, case: NginxCase, requests: u64, is_first: bool) -> Result<Served> {
        match case {
            NginxCase::None => Ok(Served { rate: self.request(requests)?, ..Served::default() }),
            NginxCase::Floor => self.serve_with_floor(requests),
            NginxCase::FtraceNginx => self.serve_with_ftrace(Some(self.server.worker()?), requests),
            NginxCase::Ftrace => self.serve_with_ftrace(None, requests),
            _ => self.serve_recorded(case, requests, is_first),
        }
    }

    fn request(&self, requests: u64) -> Result<f64> {
        ab::request(requests, self.concurrency)
    }

    fn serve_with_floor(&self, requests: u64) -> Result<Served> {
        let Some(floor) = &self.floor else { return fail("there are no empty probes") };
        floor.must_load(&[])?;
        let rate = self.request(requests)?;
        floor.unload()?;
        Ok(Served { rate, ..Served::default() })
    }

    fn serve_recorded(&self, case: NginxCase, requests: u64, is_first: bool) -> Result<Served> {
        self.module.must_load(&self.parameters_of(case))?;
        let recording = self.folder.file("recording");
        let is_printed = case == NginxCase::NginxStrace;
        let reader =
            if is_printed { self.reader.print_to(&recording, "strace")? } else { self.reader.write_to(&recording)? };
        let rate = self.request(requests)?;
        wait_until_quiet(&recording, QUIET_BYTES)?;
        if !reader.end()?.success() {
            return fail("the reader failed");
        }
        self.module.unload()?;
        let mut seen = Seen::default();
        if is_printed {
            let file = fs::File::open(&recording).about(recording.display())?;
            program::read_lines(file, &mut |line| seen.take_strace(line)).about(recording.display())?;
        } else if !self.reader.for_each_line(&recording, &mut |line| seen.take(line))? {
            return fail("the recording is damaged");
        }
        let bytes = size_of(&recording)?;
        fs::remove_file(&recording).about(recording.display())?;
        if is_first {
            seen.check(case, requests)?;
        }
        Ok(Served { rate, calls: is_first.then_some(seen.exits), bytes, dropped: seen.dropped })
    }

    fn serve_with_ftrace(&self, pid: Option<u32>, requests: u64) -> Result<Served> {
        ftrace::start(&FTRACE_BUFFERS_KB, pid)?;
        let rate = self.request(requests)?;
        ftrace::stop()?;
        let buffers = FtraceTotals::read()?;
        self.ftrace.restore();
        let events = buffers.events + buffers.lost;
        if events < LEAST_EVENTS * requests {
            return fail(format!("ftrace recorded only {events} events"));
        }
        Ok(Served { rate, calls: Some(events / 2), bytes: buffers.bytes_of_all(), dropped: buffers.lost })
    }

    fn parameters_of(&self, case: NginxCase) -> Vec<String> {
        let own = case.parameters().unwrap_or_default().iter().map(|&parameter| parameter.to_owned());
        own.chain(self.parameters.iter().cloned()).collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        for module in self.floor.iter().chain([&self.module]) {
            module.clean_up();
        }
    }
}
