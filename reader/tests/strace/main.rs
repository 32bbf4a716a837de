// SPDX-License-Identifier: GPL-2.0

//! Lines in strace's style. What is expected was printed by strace 6.13 of Debian 13, as far as it is not said otherwise.

mod arbitrary;
mod arguments;
mod lines;
mod made;
