// SPDX-License-Identifier: GPL-2.0

//! Runs programs, to their end or in the background.

use super::signals::{self, Signal};
use super::stop::{fail, About, Result};
use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Result<ExitStatus> {
    let status = command.status().about(name_of(command))?;
    signals::check()?;
    Ok(status)
}

/// Runs a program to its end, which must be a success.
pub fn must_run(command: &mut Command) -> Result<()> {
    let status = run(command)?;
    must_succeed(command, status)
}

/// Runs a program, which must succeed, and returns its standard output.
pub fn output_of(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().about(name_of(command))?;
    signals::check()?;
    must_succeed(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program and returns all it printed, on standard output and, behind that, on standard error.
pub fn all_output_of(command: &mut Command) -> Result<(ExitStatus, String)> {
    let output = command.output().about(name_of(command))?;
    signals::check()?;
    let text = [output.stdout, output.stderr].concat();
    Ok((output.status, String::from_utf8_lossy(&text).into_owned()))
}

/// Runs a program and calls `take` with each line of its standard output.
pub fn for_each_line(command: &mut Command, take: &mut dyn FnMut(&str)) -> Result<ExitStatus> {
    let mut child = command.stdout(Stdio::piped()).spawn().about(name_of(command))?;
    let read = child.stdout.take().map_or(Ok(()), |output| read_lines(output, take));
    let status = child.wait().about(name_of(command))?;
    signals::check()?;
    read.about(name_of(command))?;
    Ok(status)
}

/// Calls `take` with each line of `input`, without its end.
pub fn read_lines(input: impl Read, take: &mut dyn FnMut(&str)) -> std::io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? != 0 {
        take(String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line)).as_ref());
        line.clear();
    }
    Ok(())
}

/// Waits `seconds` seconds.
pub fn sleep(seconds: u64) -> Result<()> {
    thread::sleep(Duration::from_secs(seconds));
    signals::check()
}

/// The path of a program: `name` itself if it has a slash, otherwise the first match in PATH.
pub fn find(name: impl AsRef<Path>) -> Option<PathBuf> {
    find_in(name.as_ref(), &env::var_os("PATH").unwrap_or_default())
}

fn find_in(name: &Path, path: &OsStr) -> Option<PathBuf> {
    let is_program =
        |file: &PathBuf| file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0);
    if name.components().count() > 1 {
        return Some(name.to_owned()).filter(is_program);
    }
    env::split_paths(path).map(|folder| folder.join(name)).find(is_program)
}

fn must_succeed(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    fail(format!("{}: {status}", name_of(command)))
}

fn name_of(command: &Command) -> String {
    Path::new(command.get_program()).display().to_string()
}

/// A program that runs in the background, and is killed if it is dropped.
pub struct Background {
    child: Child,
}

impl Background {
    pub fn start(command: &mut Command) -> Result<Self> {
        Ok(Self { child: command.spawn().about(name_of(command))? })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait().about("a program in the background")?.is_some())
    }

    pub fn signal(&self, signal: Signal) -> Result<()> {
        signals::send(self.pid(), signal).about("a program in the background")
    }

    /// Asks the program to end, and waits for that.
    pub fn end(mut self) -> Result<ExitStatus> {
        self.signal(Signal::Terminate)?;
        let status = self.child.wait().about("a program in the background")?;
        signals::check()?;
        Ok(status)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Fails if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_without_their_ends() {
        let mut lines = Vec::new();
        read_lines(&b"one\n\nthree \xff\nlast"[..], &mut |line| lines.push(line.to_owned()))
            .expect("memory can be read");
        assert_eq!(lines, ["one", "", "three \u{fffd}", "last"]);
    }

    #[test]
    fn programs_are_found_in_path_and_by_path() {
        assert_eq!(find_in(Path::new("sh"), OsStr::new("/nowhere:/bin")), Some("/bin/sh".into()));
        assert_eq!(find_in(Path::new("/bin/sh"), OsStr::new("")), Some("/bin/sh".into()));
        assert_eq!(find_in(Path::new("sh"), OsStr::new("/nowhere")), None);
        assert_eq!(find_in(Path::new("passwd"), OsStr::new("/etc")), None, "is no program");
    }

    #[test]
    fn each_line_of_a_program_is_taken() {
        let mut lines = Vec::new();
        let status = for_each_line(Command::new("sh").args(["-c", "echo a; echo b; exit 3"]), &mut |line| {
            lines.push(line.to_owned());
        });
        assert_eq!(status.map(|status| status.code()), Ok(Some(3)));
        assert_eq!(lines, ["a", "b"]);
    }

    #[test]
    fn failure_of_a_program_is_reported() {
        assert_eq!(output_of(Command::new("sh").args(["-c", "exit 3"])), fail("sh: exit status: 3"));
    }

    #[test]
    fn background_program_ends_when_asked() {
        let mut background = Background::start(Command::new("sleep").arg("60")).expect("sleep starts");
        assert_eq!(background.has_ended(), Ok(false));
        assert!(!background.end().expect("it ends").success());
    }
}
