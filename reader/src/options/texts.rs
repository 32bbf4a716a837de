// SPDX-License-Identifier: GPL-2.0

//! Whether the grammar has the texts of the help. The build script has another file in this place.

/// Whether the grammar has its texts: for the man page and the completions. The reader prints help that its build
/// script made.
pub(super) const HAS_TEXTS: bool = cfg!(feature = "help-texts");
