// SPDX-License-Identifier: GPL-2.0

//! Makes plans of what to copy out of the table of calls, while this is compiled; counts registers on the way.

use super::plan::{Command, Count, Plan, What, SIZE_LIMIT};
use super::size::size_of_bytes;
use super::text::{is, Piece, Pieces, Span};
use super::{rows::ROWS, Abi, Direction, MAX_ARGUMENTS, NUMBERS};

/// The plans of all calls of programs that use one table. In a static, for a machine's programs, this is all
/// that the module has of the table of calls.
pub struct Plans {
    /// For each number where its plans begin among [`Self::plans`], above [`PLACE_BITS`] how many they are, and above
    /// these how many registers hold arguments.
    calls: [u16; NUMBERS],
    /// The plans of the calls, which share what they have in common.
    plans: [Plan; PLANS],
}

/// How many plans a table has room for; some more than the largest needs.
const PLANS: usize = 288;
const PLACE_BITS: u32 = 9;
/// The most that a call has.
const PLANS_OF_CALL: usize = 5;
/// Bits of numbers up to that, and up to [`MAX_ARGUMENTS`].
const COUNT_BITS: u32 = 3;

const _: () = assert!(PLANS <= 1 << PLACE_BITS && PLACE_BITS + 2 * COUNT_BITS <= u16::BITS);

impl Plans {
    /// Those of the programs that use `abi`.
    pub const fn new(abi: Abi) -> Self {
        let unknown = (MAX_ARGUMENTS as u16) << (PLACE_BITS + COUNT_BITS);
        let mut all = Self { calls: [unknown; NUMBERS], plans: [Plan::NONE; PLANS] };
        let (mut row, mut used) = (0, 0);
        while row < ROWS.len() {
            let number = ROWS[row].0[abi as usize];
            if number >= 0 && number < NUMBERS as i32 {
                let (plans, count, registers) = plans_of(ROWS[row].2.as_bytes(), abi);
                let mut place = 0;
                while count > 0 && place < used && !(all.plans[place].equals(plans[0]) && all.has(place, &plans, count))
                {
                    place += 1;
                }
                let registers = (registers as usize) << (PLACE_BITS + COUNT_BITS);
                all.calls[number as usize] = (place | (count << PLACE_BITS) | registers) as u16;
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
        let call = usize::from(self.calls.get(number as usize).copied().unwrap_or_default());
        let (start, count) = (call % (1 << PLACE_BITS), (call >> PLACE_BITS) % (1 << COUNT_BITS));
        self.plans.get(start..start.wrapping_add(count)).unwrap_or_default()
    }

    /// How many registers hold the arguments of the call of this number; [`MAX_ARGUMENTS`] where no call is known.
    ///
    /// A 64-bit argument takes two 32-bit registers, and on ARM the first of them is even: one may lie unused before
    /// it, and counts.
    #[inline]
    pub fn arguments(&self, number: u32) -> u8 {
        self.calls.get(number as usize).map_or(MAX_ARGUMENTS, |call| (call >> (PLACE_BITS + COUNT_BITS)) as u8)
    }

    /// Whether these `count` plans are at this place, or may be: nothing else is there yet.
    const fn has(&self, place: usize, plans: &[Plan; PLANS_OF_CALL], count: usize) -> bool {
        let mut at = 0;
        while at < count {
            let here = self.plans[place + at];
            if !here.equals(plans[at]) && !here.equals(Plan::NONE) {
                return false;
            }
            at += 1;
        }
        true
    }
}

/// The plans of a call with this text, how many they are, and how many registers hold its arguments.
const fn plans_of(text: &[u8], abi: Abi) -> ([Plan; PLANS_OF_CALL], usize, u8) {
    let mut plans = [Plan::NONE; PLANS_OF_CALL];
    let mut count = 0;
    let mut command = None;
    let Some(mut pieces) = Pieces::new(text, abi) else { return (plans, 0, MAX_ARGUMENTS) };
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
    assert!(pieces.registers() <= MAX_ARGUMENTS, "a call has more arguments than registers");
    (plans, count, pieces.registers())
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
    let mut plan = Plan::new(piece.register, piece.direction, what, count, size);
    if is_of_failure {
        plan = plan.of_failure();
    }
    if matches!(word, b"msgbuf") {
        // Its type, a `long`.
        plan = plan.with_head(if abi.is_32bit() { 4 } else { 8 });
    }
    plan
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
