// SPDX-License-Identifier: GPL-2.0

//! The architecture of a kernel.

/// Architecture of the recording kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Machine {
    /// 64-bit ARM; its 32-bit programs use the numbers of [`Machine::Arm`].
    Arm64 = 1,
    /// 32-bit ARM, EABI.
    Arm = 2,
    /// x86-64; its 32-bit programs use the numbers of i386.
    X86_64 = 3,
}

impl Machine {
    /// Bits of a register of programs that are as wide as the kernel.
    #[inline]
    pub const fn register_bits(self) -> u32 {
        match self {
            Self::Arm => 32,
            Self::Arm64 | Self::X86_64 => 64,
        }
    }

    /// Bits of a register of a program; `is_32bit` if it is a 32-bit program on a 64-bit kernel.
    #[inline]
    pub const fn program_bits(self, is_32bit: bool) -> u32 {
        if is_32bit {
            32
        } else {
            self.register_bits()
        }
    }

    /// The architecture with this number in a header.
    #[inline]
    pub(super) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Arm64),
            2 => Some(Self::Arm),
            3 => Some(Self::X86_64),
            _ => None,
        }
    }
}
