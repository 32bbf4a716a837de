// SPDX-License-Identifier: GPL-2.0

//! System calls that the standard library has no interface to. They start and end processes, load and unload modules,
//! and send requests to the module.

#![allow(unsafe_code)]

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use syscall_record_format::request::{Request, SET_REQUEST};

/// Sends a request to the module, which records by it as long as `device` is open.
///
/// # Errors
///
/// `ENOTTY`: `device` is not the module's device, or the module is of another version. `EINVAL`: the module refuses the
/// request; the kernel's log says why. `EBADF`: `device` is not open for writing. `EPERM`: the request is for memory of
/// programs, which takes `CAP_SYS_PTRACE`.
pub fn send_request(device: BorrowedFd<'_>, request: &Request) -> io::Result<()> {
    let bytes = request.to_bytes();
    // SAFETY: The request's number says how many bytes the kernel reads at the address. `bytes` has as many.
    check(unsafe { libc::ioctl(device.as_raw_fd(), SET_REQUEST as _, bytes.as_ptr()) }).map(drop)
}

/// Loads a kernel module.
///
/// # Errors
///
/// Errors of `finit_module(2)`.
pub fn load_module(file: &File, parameters: &CStr, is_compressed: bool) -> io::Result<()> {
    /// `MODULE_INIT_COMPRESSED_FILE` of `include/uapi/linux/module.h`.
    const COMPRESSED: libc::c_int = 4;
    let flags = if is_compressed { COMPRESSED } else { 0 };
    // SAFETY: The parameters end in a NUL. No other memory is read.
    check_long(unsafe { libc::syscall(libc::SYS_finit_module, file.as_raw_fd(), parameters.as_ptr(), flags) })
}

/// Unloads a kernel module. Fails at once if the module is in use.
///
/// # Errors
///
/// Errors of `delete_module(2)`.
pub fn unload_module(name: &CStr) -> io::Result<()> {
    // SAFETY: The name ends in a NUL.
    check_long(unsafe { libc::syscall(libc::SYS_delete_module, name.as_ptr(), libc::O_NONBLOCK) })
}

/// Opens a file that becomes readable when process `pid` ends.
///
/// # Errors
///
/// Errors of `pidfd_open(2)`.
pub fn open_pidfd(pid: u32) -> io::Result<OwnedFd> {
    // SAFETY: The call takes two numbers, and no memory.
    let file = unsafe { libc::syscall(libc::SYS_pidfd_open, pid as libc::c_long, 0 as libc::c_long) };
    check_long(file)?;
    // SAFETY: The descriptor was just opened, with close-on-exec, and nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(file as libc::c_int) })
}

/// Makes a pipe. Returns the end to read from and the end to write to.
///
/// # Errors
///
/// Errors of `pipe2(2)`.
pub fn pipe() -> io::Result<(File, File)> {
    let mut ends = [0; 2];
    // SAFETY: The array has room for two descriptors.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    // SAFETY: The descriptors were just opened, and nothing else owns them.
    Ok(unsafe { (File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1])) })
}

/// Makes a child of this process. Returns the child's process id in the parent, and `None` in the child.
///
/// # Errors
///
/// Errors of `fork(2)`.
pub fn fork() -> io::Result<Option<u32>> {
    // SAFETY: This program has one thread. So no other thread can hold a lock that would stay locked in the child, and
    // the child may do all that the parent may do.
    let pid = check(unsafe { libc::fork() })?;
    Ok((pid != 0).then_some(pid as u32))
}

/// Waits until the child `pid` has ended. Returns its status as a shell has it: the exit status, or 128 plus the number
/// of the signal that ended it.
///
/// # Errors
///
/// Errors of `waitpid(2)`.
pub fn wait_for_child(pid: u32) -> io::Result<u8> {
    let mut status = 0;
    loop {
        // SAFETY: The kernel may write the status.
        match check(unsafe { libc::waitpid(pid as libc::pid_t, &mut status, 0) }) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
            Err(error) => return Err(error),
            Ok(_) if libc::WIFSIGNALED(status) => return Ok(128 + libc::WTERMSIG(status) as u8),
            Ok(_) => return Ok(libc::WEXITSTATUS(status) as u8),
        }
    }
}

/// Sends a signal to the child `pid`, which was not waited for yet. If the child has ended, nothing happens.
pub fn send_signal(pid: u32, signal: i32) {
    // SAFETY: The call takes two numbers, and no memory. Until the child is waited for, no other process gets its id.
    unsafe { libc::kill(pid as libc::pid_t, signal) };
}

/// Turns the result of a call of the C library into a `Result`, with `errno` as the error.
pub(crate) fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

fn check_long(result: libc::c_long) -> io::Result<()> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
