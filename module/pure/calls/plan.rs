// SPDX-License-Identifier: GPL-2.0

//! What to copy of the memory that a call's arguments point to: the table, made ready for who does it.

use super::size::size_of_bytes;
use super::text::{is, Piece, Pieces, Span};
use super::{command, rows::ROWS, Abi, Direction, NUMBERS};

/// One argument of a call whose memory is to be copied, and how.
///
/// How many bytes lie there is the same formula for all but strings: [`Self::head`], and as many
/// times [`Self::size`] as [`Self::count`] says. It may be any number; who copies has limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan(u32);

/// What lies there. The program may have put anything there, or nothing: a bad address is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A string that ends in a NUL.
    Str,
    /// Contents, of which a person wants to see the beginning.
    Payload,
    /// A structure, or an array of some, or a number.
    Items,
    /// Bits, of which the count counts each: in words of [`Plan::size`] bytes, the last one whole.
    Bits,
    /// A socket's address.
    Sockaddr,
    /// Entries of a folder, `struct linux_dirent64`.
    Dirents,
    /// A null-terminated array of addresses of strings.
    Strings,
    /// The same, of which only the number of strings matters.
    Vars,
    /// An array of `struct iovec`. Where the buffers are written, the result says how many bytes in all.
    Iovec,
    /// A `struct msghdr`, likewise.
    Msghdr,
    /// An array of `struct mmsghdr`, each of which says how many bytes its buffers have.
    Mmsghdr,
    /// One of the above or nothing, as another argument says ([`Plan::command`], [`Plan::resolve`]).
    ByCommand(Command),
}

/// Which argument says what lies where another points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The command of `fcntl`.
    Fcntl,
    /// The command of `ioctl`.
    Ioctl,
    /// The option of `prctl`.
    Prctl,
    /// The operation of `futex`: few have a timeout.
    Futex,
    /// The flags of `clone`: few programs want the number of the child stored.
    Clone,
}

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// One.
    One,
    /// As many as this register says, of which the lower half counts if the flag is set.
    Register(u8, bool),
    /// Likewise, but no more than the call's result.
    AtMost(u8, bool),
    /// As many as the `int` says that this register points to.
    PointerIn(u8),
    /// As many as the call's result.
    Result,
}

// The bits of a plan, from the lowest: 3 register, 2 direction, 4 what, 3 + 3 count, 1 failure, 12 size, 4 head.
const DIRECTIONS: [Direction; 4] = [Direction::Value, Direction::In, Direction::Out, Direction::InOut];
const WHATS: [What; 16] = [
    What::Str,
    What::Payload,
    What::Items,
    What::Bits,
    What::Sockaddr,
    What::Strings,
    What::Vars,
    What::Iovec,
    What::Msghdr,
    What::Mmsghdr,
    What::ByCommand(Command::Fcntl),
    What::ByCommand(Command::Ioctl),
    What::ByCommand(Command::Prctl),
    What::ByCommand(Command::Futex),
    What::ByCommand(Command::Clone),
    What::Dirents,
];
const SIZE_LIMIT: u16 = 1 << 12;
/// What [`Plan::head`] is a multiple of.
const HEAD_UNIT: u8 = 4;

impl Plan {
    #[inline]
    const fn new(register: u8, direction: Direction, what: What, count: Count, size: u16) -> Self {
        let what = match what {
            What::Str => 0,
            What::Payload => 1,
            What::Items => 2,
            What::Bits => 3,
            What::Sockaddr => 4,
            What::Strings => 5,
            What::Vars => 6,
            What::Iovec => 7,
            What::Msghdr => 8,
            What::Mmsghdr => 9,
            What::Dirents => 15,
            What::ByCommand(command) => 10 + command as u32,
        };
        let (count, of) = match count {
            Count::One => (0, 0),
            Count::Register(of, false) => (1, of),
            Count::Register(of, true) => (2, of),
            Count::AtMost(of, false) => (3, of),
            Count::AtMost(of, true) => (4, of),
            Count::PointerIn(of) => (5, of),
            Count::Result => (6, 0),
        };
        Self(
            register as u32
                | (direction as u32) << 3
                | what << 5
                | count << 9
                | (of as u32) << 12
                | (size as u32) << 16,
        )
    }

    /// The register that points there, counted from the first that holds an argument.
    #[inline]
    pub const fn register(self) -> u8 {
        (self.0 & 7) as u8
    }

    /// Whether the kernel reads the memory, writes it, or both.
    #[inline]
    pub const fn direction(self) -> Direction {
        DIRECTIONS[(self.0 >> 3 & 3) as usize]
    }

    /// What lies there.
    #[inline]
    pub const fn what(self) -> What {
        WHATS[(self.0 >> 5 & 15) as usize]
    }

    /// How many lie there.
    #[inline]
    pub const fn count(self) -> Count {
        let of = (self.0 >> 12 & 7) as u8;
        match self.0 >> 9 & 7 {
            0 => Count::One,
            1 => Count::Register(of, false),
            2 => Count::Register(of, true),
            3 => Count::AtMost(of, false),
            4 => Count::AtMost(of, true),
            5 => Count::PointerIn(of),
            _ => Count::Result,
        }
    }

    /// Whether what the kernel writes is there only if the call failed; only if it did not, otherwise.
    #[inline]
    pub const fn is_of_failure(self) -> bool {
        self.0 & 1 << 15 != 0
    }

    /// How many bytes one takes.
    #[inline]
    pub const fn size(self) -> u16 {
        (self.0 >> 16) as u16 % SIZE_LIMIT
    }

    /// How many bytes lie there before those that are counted.
    #[inline]
    pub const fn head(self) -> u8 {
        (self.0 >> 28) as u8 * HEAD_UNIT
    }

    /// The register of the argument that says what lies there, if one does.
    #[inline]
    pub const fn command(self) -> Option<u8> {
        match (self.what(), self.count()) {
            (What::ByCommand(_), Count::Register(register, _)) => Some(register),
            _ => None,
        }
    }

    /// What to do if the argument that [`Self::command`] names is `command`: a plan that no other argument
    /// decides, or `None` if nothing lies there.
    #[inline]
    pub const fn resolve(self, command: u32, abi: Abi) -> Option<Self> {
        let What::ByCommand(by) = self.what() else { return Some(self) };
        let found = match by {
            Command::Fcntl => command::fcntl(command, abi),
            Command::Ioctl => command::ioctl(command),
            Command::Prctl => command::prctl(command),
            Command::Futex if command::has_timeout(command) => Some((self.direction(), What::Items, self.size())),
            Command::Clone if command::stores_child(command) => Some((self.direction(), What::Items, self.size())),
            Command::Futex | Command::Clone => None,
        };
        match found {
            Some((direction, what, size)) => Some(Self::new(self.register(), direction, what, Count::One, size)),
            None => None,
        }
    }
}

/// The plans of all calls of programs that use one table. In a static, for a machine's programs, this is all
/// that the module has of the table of calls.
pub struct Plans {
    /// For each number where its plans begin among [`Self::plans`], and above [`PLACE_BITS`] how many they are.
    places: [u16; NUMBERS],
    /// The plans of the calls, which share what they have in common.
    plans: [Plan; PLANS],
}

/// How many plans a table has room for; some more than the largest needs.
const PLANS: usize = 288;
const PLACE_BITS: u32 = 12;
/// The most that a call has.
const PLANS_OF_CALL: usize = 5;

impl Plans {
    /// Those of the programs that use `abi`.
    pub const fn new(abi: Abi) -> Self {
        let mut all = Self { places: [0; NUMBERS], plans: [Plan(0); PLANS] };
        let (mut row, mut used) = (0, 0);
        while row < ROWS.len() {
            let number = ROWS[row].0[abi as usize];
            if number >= 0 && number < NUMBERS as i32 {
                let (plans, count) = plans_of(ROWS[row].2.as_bytes(), abi);
                let mut place = 0;
                while count > 0 && place < used && !(all.plans[place].0 == plans[0].0 && all.has(place, &plans, count))
                {
                    place += 1;
                }
                all.places[number as usize] = (place | count << PLACE_BITS) as u16;
                let mut at = 0;
                while at < count {
                    all.plans[place + at] = plans[at];
                    at += 1;
                }
                if place + count > used {
                    used = place + count;
                }
            }
            row += 1;
        }
        all
    }

    /// Those of the call of this number, in the order of its arguments; none if it is not known.
    #[inline]
    pub fn of(&self, number: u32) -> &[Plan] {
        let place = self.places.get(number as usize).copied().unwrap_or_default();
        let start = usize::from(place) % (1 << PLACE_BITS);
        self.plans.get(start..start + usize::from(place >> PLACE_BITS)).unwrap_or_default()
    }

    /// Whether these `count` plans are at this place, or may be: nothing else is there yet.
    const fn has(&self, place: usize, plans: &[Plan; PLANS_OF_CALL], count: usize) -> bool {
        let mut at = 0;
        while at < count {
            let here = self.plans[place + at].0;
            if here != plans[at].0 && here != 0 {
                return false;
            }
            at += 1;
        }
        true
    }
}

/// The plans of a call with this text, and how many they are.
const fn plans_of(text: &[u8], abi: Abi) -> ([Plan; PLANS_OF_CALL], usize) {
    let mut plans = [Plan(0); PLANS_OF_CALL];
    let mut count = 0;
    let mut command = None;
    let Some(mut pieces) = Pieces::new(text, abi) else { return (plans, 0) };
    while let Some(piece) = pieces.next() {
        let word = part(text, piece.word);
        let what = match command {
            Some((command, _)) if is_told(command, &piece, word) => Some(What::ByCommand(command)),
            _ => what_of(piece.direction, word),
        };
        if let Some(what) = what {
            plans[count] = plan(text, &piece, what, command, abi);
            count += 1;
        }
        if let Some(found) = command_of(word) {
            command = Some((found, piece.register));
        }
    }
    (plans, count)
}

/// The argument that other arguments depend on, if it is one of this word.
const fn command_of(word: &[u8]) -> Option<Command> {
    Some(match word {
        b"fcntl_cmd" => Command::Fcntl,
        b"ioctl_cmd" => Command::Ioctl,
        b"prctl_op" => Command::Prctl,
        b"futex_op" => Command::Futex,
        b"clone_flags" => Command::Clone,
        _ => return None,
    })
}

/// Whether a command says what lies where this argument points to.
const fn is_told(command: Command, piece: &Piece, word: &[u8]) -> bool {
    match command {
        Command::Fcntl | Command::Ioctl => matches!(word, b"fcntl_arg" | b"ioctl_arg"),
        // What lies behind the others is rarely worth it.
        Command::Prctl => matches!(word, b"prctl_arg") && piece.register == 1,
        Command::Futex | Command::Clone => !matches!(piece.direction, Direction::Value),
    }
}

const fn what_of(direction: Direction, word: &[u8]) -> Option<What> {
    if matches!(direction, Direction::Value) {
        return None;
    }
    Some(match word {
        b"path" | b"str" => What::Str,
        b"bytes" | b"msgbuf" | b"old_dirents" => What::Payload,
        b"dirents" => What::Dirents,
        b"fd_set" | b"nodemask" => What::Bits,
        b"sockaddr" => What::Sockaddr,
        b"strings" => What::Strings,
        b"vars" => What::Vars,
        b"iovec" => What::Iovec,
        b"msghdr" => What::Msghdr,
        b"mmsghdr" => What::Mmsghdr,
        _ => What::Items,
    })
}

/// Whether no more of this word are written than the call's result says.
const fn is_counted_by_result(word: &[u8]) -> bool {
    matches!(word, b"bytes" | b"msgbuf" | b"dirents" | b"old_dirents" | b"cpu_set" | b"mmsghdr" | b"gid" | b"old_gid")
}

const fn plan(text: &[u8], piece: &Piece, what: What, command: Option<(Command, u8)>, abi: Abi) -> Plan {
    let word = part(text, piece.word);
    let mut size = match (size_of_bytes(word, abi), what) {
        (Some(size), _) => size,
        (None, What::ByCommand(_)) => 0,
        (None, _) => panic!("a word for memory has no size"),
    };
    let mut is_of_failure = false;
    let count = match (what, command, piece.length) {
        (What::ByCommand(_), Some((_, register)), _) => Count::Register(register, true),
        (_, _, None) => Count::One,
        (_, _, Some(length)) => match part(text, length) {
            b"=" => Count::Result,
            b"!" => {
                is_of_failure = true;
                Count::One
            }
            digits @ [b'0'..=b'9', ..] => {
                size *= decimal(digits);
                Count::One
            }
            name => {
                let is_out = matches!(piece.direction, Direction::Out);
                count_by(text, name, is_out && is_counted_by_result(word), abi)
            }
        },
    };
    assert!(size < SIZE_LIMIT, "a structure is too large for the bits of a plan");
    let plan = Plan::new(piece.register, piece.direction, what, count, size);
    let head = match word {
        b"msgbuf" if abi.is_32bit() => 4,
        b"msgbuf" => 8,
        _ => 0,
    };
    Plan(plan.0 | (is_of_failure as u32) << 15 | (head / HEAD_UNIT as u32) << 28)
}

/// The count that the parameter of this name holds.
const fn count_by(text: &[u8], name: &[u8], is_at_most: bool, abi: Abi) -> Count {
    let Some(mut pieces) = Pieces::new(text, abi) else { panic!("a call without parameters has one") };
    while let Some(piece) = pieces.next() {
        if is(text, piece.name, name) {
            let is_narrow = matches!(part(text, piece.word), b"int" | b"uint");
            return match (piece.direction, is_at_most) {
                (Direction::Value, true) => Count::AtMost(piece.register, is_narrow),
                (Direction::Value, false) => Count::Register(piece.register, is_narrow),
                _ => Count::PointerIn(piece.register),
            };
        }
    }
    panic!("a length is the name of no parameter")
}

const fn decimal(digits: &[u8]) -> u16 {
    let (mut number, mut at) = (0, 0);
    while at < digits.len() {
        number = number * 10 + (digits[at] - b'0') as u16;
        at += 1;
    }
    number
}

const fn part(text: &[u8], span: Span) -> &[u8] {
    text.split_at(span.end).0.split_at(span.start).1
}
