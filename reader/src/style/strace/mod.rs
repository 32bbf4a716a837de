// SPDX-License-Identifier: GPL-2.0

//! strace's style.
//!
//! ```text
//! 1224  openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3
//! 1224  read(3,  <unfinished ...>
//! 1225  getpid()                          = 1225
//! 1224  <... read resumed>"root:x:0:0:"..., 4096) = 881
//! 1224  exit_group(0)                     = ?
//! 1224  +++ exited with 0 +++
//! ```
//!
//! A call is printed up to the first argument that its entry does not tell, and completed when it returns. Events of
//! another thread in between are printed on lines of their own. Where only returns are selected, each makes a complete
//! line.
//!
//! - `options`: which columns and limits lines have
//! - `printer`: calls, whole or in two parts
//! - `columns`: the start of a line, and the column of results
//! - `arguments`: the arguments of a call, and which of them are printed at its entry

mod arguments;
mod options;
mod columns;
mod printer;

pub use options::{Pids, StraceOptions, TimeColumn};
pub use printer::StracePrinter;
