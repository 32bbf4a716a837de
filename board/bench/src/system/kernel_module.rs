// SPDX-License-Identifier: GPL-2.0

//! Loads and unloads kernel modules.

use super::machine;
use super::program::must_run;
use super::stop::{Result, Stop};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A module's file, and the name it has once it is loaded.
pub struct KernelModule {
    pub path: PathBuf,
    name: &'static str,
}

/// Why a module cannot be used here.
pub type Obstacle = String;

impl KernelModule {
    pub fn syscall_record(path: &Path) -> Self {
        Self { path: path.to_owned(), name: "syscall_record" }
    }

    pub fn floor(path: &Path) -> Self {
        Self { path: path.to_owned(), name: "floor" }
    }

    pub fn is_loaded(&self) -> bool {
        machine::read("/proc/modules").is_ok_and(|modules| modules.lines().any(|line| is_about(line, self.name)))
    }

    /// Loads the module with these parameters, each of which it must have.
    pub fn load(&self, parameters: &[String]) -> std::result::Result<(), Obstacle> {
        let mut insmod = Command::new("insmod");
        let status = insmod.arg(&self.path).args(parameters).stderr(Stdio::null()).status();
        if !status.is_ok_and(|status| status.success()) {
            return Err(format!("the module does not load: {}", self.last_log_line()));
        }
        // The kernel ignores parameters that a module has not.
        for parameter in parameters {
            let name = parameter.split('=').next().unwrap_or(parameter);
            if !Path::new(&format!("/sys/module/{}/parameters/{name}", self.name)).exists() {
                self.unload().map_err(|_| format!("the module has no {name}= and cannot be unloaded"))?;
                return Err(format!("this module has no {name}="));
            }
        }
        Ok(())
    }

    /// Loads the module, or ends the measurement.
    pub fn must_load(&self, parameters: &[String]) -> Result<()> {
        self.load(parameters).map_err(Stop::Failed)
    }

    /// Loads and unloads the module. Fails with the reason if it cannot be loaded with these parameters.
    pub fn try_to_load(&self, parameters: &[String]) -> std::result::Result<(), Obstacle> {
        self.load(parameters)?;
        self.unload().map_err(|_| "the module cannot be unloaded".to_owned())
    }

    pub fn unload(&self) -> Result<()> {
        must_run(Command::new("rmmod").arg(self.name))
    }

    /// Unloads the module if it is loaded.
    pub fn clean_up(&self) {
        if self.is_loaded() {
            let _ = Command::new("rmmod").arg(self.name).status();
        }
    }

    /// The last line of the kernel's log that this module wrote.
    fn last_log_line(&self) -> String {
        let log = Command::new("dmesg").stderr(Stdio::null()).output().map(|output| output.stdout).unwrap_or_default();
        last_line_with(&String::from_utf8_lossy(&log), &format!("{}: ", self.name)).to_owned()
    }
}

/// Whether a line of /proc/modules is about the module `name`.
fn is_about(line: &str, name: &str) -> bool {
    line.split(' ').next() == Some(name)
}

fn last_line_with<'a>(text: &'a str, part: &str) -> &'a str {
    text.lines().rfind(|line| line.contains(part)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_known_by_their_whole_name() {
        assert!(is_about("floor 16384 0 - Live 0x0 (O)", "floor"));
        assert!(!is_about("floor_2 16384 0 - Live 0x0 (O)", "floor"));
    }

    #[test]
    fn last_line_of_the_module_is_found() {
        let log = "[1] syscall_record: a\n[2] syscall_record: b\n[3] other: c\n";
        assert_eq!(last_line_with(log, "syscall_record: "), "[2] syscall_record: b");
        assert_eq!(last_line_with("", "syscall_record: "), "");
    }
}
