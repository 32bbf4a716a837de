// SPDX-License-Identifier: GPL-2.0

//! sysdig's style: a [format](super::format) like any other.
//!
//! ```text
//! 1 17:06:08.348000000 2 cat (4513) > openat dfd=-100(AT_FDCWD) filename=/etc/passwd flags=0(O_RDONLY) mode=000 2
//! 17:06:08.348002500 2 cat (4513) < openat fd=3(<f>/etc/passwd) dfd=-100(AT_FDCWD) filename=/etc/passwd
//! flags=0(O_RDONLY) mode=000
//! ```

/// sysdig's format for lines.
pub const FORMAT: &str = "*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info";
