// SPDX-License-Identifier: GPL-2.0

//! Runs programs with a deadline, and with the default reaction to signals.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// How long a test waits for anything. What is waited for takes milliseconds; a loaded machine may take seconds.
const DEADLINE: Duration = Duration::from_secs(60);
/// The time between two looks at what is waited for.
const INTERVAL: Duration = Duration::from_millis(5);

/// A command that runs `program` with the default reaction to the signals that ask a program to end.
///
/// A child ignores the signals that its parent ignores. A shell starts `make test &` with SIGINT and SIGQUIT ignored,
/// and a reader started so keeps on ignoring them: without this, a test that sends SIGINT would wait for its end in
/// vain.
pub fn command(program: &str) -> Command {
    let mut command = Command::new("env");
    command.args(["--default-signal=INT,QUIT,TERM,HUP", program]);
    command
}

/// Waits until `is_true` returns true. Panics after the deadline, with `what` was waited for.
pub fn wait_until(what: &str, mut is_true: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_true() {
        assert!(Instant::now() < deadline, "waited {DEADLINE:?} in vain for {what}");
        thread::sleep(INTERVAL);
    }
}

/// A program that runs. If a test fails, the program is killed.
pub struct Running {
    child: Child,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
}

impl Running {
    /// Starts a program. Its standard output and standard error are read, unless the command sends them elsewhere.
    pub fn start(command: &mut Command) -> Self {
        Self::new(spawn(command))
    }

    /// Starts a program whose standard output is a pipe, and closes that pipe.
    pub fn start_with_closed_output(command: &mut Command) -> Self {
        let mut child = spawn(command.stdout(Stdio::piped()));
        drop(child.stdout.take());
        Self::new(child)
    }

    fn new(mut child: Child) -> Self {
        let (stdout, stderr) = (read_all(child.stdout.take()), read_all(child.stderr.take()));
        Self { child, stdout, stderr }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its standard input, which must be a pipe.
    pub fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("standard input is a pipe")
    }

    /// Writes `bytes` to its standard input, and closes that. The program may end before it has read all.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut input = self.stdin();
        let bytes = bytes.to_vec();
        thread::spawn(move || drop(input.write_all(&bytes)));
    }

    /// Waits until it has ended, and returns how it did and what it wrote. After the deadline, kills it and panics,
    /// with `what` was waited for.
    pub fn wait(mut self, what: &str) -> Output {
        let status = self.wait_for_end(what);
        // Another process may hold the other end of a pipe open. Waiting for that has a deadline, too.
        let receive = |pipe: &Receiver<Vec<u8>>, name: &str| {
            pipe.recv_timeout(DEADLINE)
                .unwrap_or_else(|_| panic!("waited {DEADLINE:?} in vain for the end of {name}: {what}"))
        };
        let (stdout, stderr) = (receive(&self.stdout, "standard output"), receive(&self.stderr, "standard error"));
        Output { status, stdout, stderr }
    }

    fn wait_for_end(&mut self, what: &str) -> ExitStatus {
        let mut status = None;
        wait_until(what, || {
            status = self.child.try_wait().expect("the program is a child of the test");
            status.is_some()
        });
        status.expect("was just seen")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // This fails if the program has ended, as it has unless the test fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(command: &mut Command) -> Child {
    command.spawn().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"))
}

/// Reads a pipe to its end, and sends what came. If there is no pipe, nothing came.
fn read_all(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        // The test may have failed meanwhile.
        let _ = sender.send(bytes);
    });
    receiver
}

/// Runs a program to its end, and returns how it ended and what it wrote. After the deadline, kills it and panics.
pub fn output(command: &mut Command) -> Output {
    let what = format!("the end of {command:?}");
    Running::start(command.stdout(Stdio::piped()).stderr(Stdio::piped())).wait(&what)
}
