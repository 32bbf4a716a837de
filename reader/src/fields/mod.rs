// SPDX-License-Identifier: GPL-2.0

//! Fields: what an event has, by name. Filters compare them, formats and JSON print them.
//!
//! Names and meanings are sysdig's. Where the module records what sysdig does not have, or the other way round, the help
//! ([`all`]) says so.

pub(crate) mod arg;
pub mod errno;
mod near;
mod needs;
mod print;
mod table;
mod value;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use crate::calls::{Abi, Call};
use crate::model::Event;
use std::fmt;
use std::net::IpAddr;

pub use near::nearest;
pub use needs::Needs;
pub use print::escape;
pub use table::Id;
pub use value::{category_words, KIND_WORDS};
pub(crate) use value::{kind_letter, put_result, result};

use table::{ALIASES, IDS, KINDS, TEXT};

/// A field, with the argument that `evt.arg` and `evt.rawarg` take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    id: Id,
    argument: Option<Argument>,
}

/// Which argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// By its place, from 0.
    Index(u8),
    /// By its name.
    Name(Box<str>),
}

/// What a field's values are, for those who compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A number, printed with nine digits.
    Nanoseconds,
    /// Nanoseconds, where others units can be given.
    Duration,
    /// The result of a call, a number or an error.
    Result,
    /// Yes or no.
    Bool,
    /// Any text.
    Text,
    /// The name of a system call.
    Call,
    /// `>` or `<`.
    Direction,
    /// The name of a category.
    Category,
    /// `SUCCESS` or the name of an error.
    Error,
    /// The name of a kind of file.
    FileKind,
    /// An address of a machine.
    Address,
    /// An argument as text.
    Argument,
    /// An argument as a number.
    RawArgument,
}

/// What a field is for one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A number.
    Int(i64),
    /// A number that may be large: the register that an argument is in.
    Uint(u64),
    /// Yes or no.
    Bool(bool),
    /// Text, or bytes.
    Text(&'a [u8]),
    /// An address.
    Address(IpAddr),
}

/// A name that no field has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// What is wrong.
    pub message: String,
    /// The name that was meant, maybe.
    pub near: Option<String>,
}

impl fmt::Display for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.near {
            Some(near) => write!(f, "; did you mean `{near}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownField {}

impl Field {
    /// The field of this name. Arguments are `evt.arg.NAME`, `evt.arg[NAME]` or `evt.arg[NUMBER]`.
    ///
    /// # Errors
    ///
    /// [`UnknownField`] says what was meant, if that can be guessed.
    pub fn parse(text: &str) -> Result<Self, UnknownField> {
        let unknown = |message, near| Err(UnknownField { message, near });
        let bracket = text.split_once('[').and_then(|(name, rest)| Some((name, rest.strip_suffix(']')?)));
        let (name, argument) = match bracket {
            Some((name, argument)) => (name, Some(argument)),
            None => split_argument(text),
        };
        let Some(id) = find(name) else {
            if is_sysdigs(name) {
                return unknown(format!("no field `{name}`: sysdig has it, but it is not recorded here"), None);
            }
            return unknown(format!("no field `{name}`"), near_field(name).map(String::from));
        };
        let takes_argument = matches!(id, Id::Arg | Id::RawArg);
        let argument = match argument {
            None | Some("") if takes_argument => {
                return unknown(
                    format!("`{name}` needs the name or number of an argument, as in `{name}.flags`"),
                    None,
                );
            }
            Some(_) if !takes_argument => return unknown(format!("`{name}` takes no argument"), None),
            None => None,
            Some(argument) if argument.bytes().all(|byte| byte.is_ascii_digit()) => match argument.parse::<u8>() {
                Ok(index) if index < 8 => Some(Argument::Index(index)),
                _ => return unknown(format!("no call has an argument {argument}; they count from 0"), None),
            },
            Some(argument) if arg::is_known(argument) => Some(Argument::Name(argument.into())),
            Some(argument) => {
                let near = arg::near(argument).map(|near| format!("{name}.{near}"));
                return unknown(format!("no call has an argument `{argument}`"), near);
            }
        };
        Ok(Self { id, argument })
    }

    /// Which it is.
    pub fn id(&self) -> Id {
        self.id
    }

    /// What its values are.
    pub fn kind(&self) -> Kind {
        KINDS.get(self.id as usize).copied().unwrap_or(Kind::Text)
    }

    /// Its name, without an argument.
    pub fn name(&self) -> &'static str {
        TEXT.lines().nth(self.id as usize).and_then(|line| line.split('\t').next()).unwrap_or_default()
    }

    /// The argument that it is of, if it is one of `evt.arg` and `evt.rawarg`.
    pub fn argument(&self) -> Option<&Argument> {
        self.argument.as_ref()
    }

    /// What it is for `event`; `None` where the event has no such thing. Text that has to be made is made in
    /// `scratch`, which is cleared. It is as it was recorded: who prints it has to [`escape`] it.
    ///
    /// `fd.ip` and `fd.port` may have two values; this is the remote end's, if that is known. (A filter compares both.)
    pub fn value<'a>(&'a self, event: &Event<'a>, scratch: &'a mut Vec<u8>) -> Option<Value<'a>> {
        value::of(self, event, scratch)
    }

    /// Appends it to `out` as people read it; says whether the event has it, for nothing is appended where it has not.
    pub fn print(&self, out: &mut Vec<u8>, event: &Event<'_>) -> bool {
        print::print(self, out, event)
    }

    /// Of `evt.arg` the same as a number; others as they are.
    pub(crate) fn raw(&self) -> Self {
        let id = if self.id == Id::Arg { Id::RawArg } else { self.id };
        Self { id, argument: self.argument.clone() }
    }

    /// The same field of a connection's ends: those whose value `fd.ip` and `fd.port` may be, and else only itself.
    pub(crate) fn ends(&self) -> [Option<Self>; 2] {
        let of = |id| Some(Self { id, argument: None });
        match self.id {
            Id::FdIp => [of(Id::FdLocalIp), of(Id::FdRemoteIp)],
            Id::FdPort => [of(Id::FdLocalPort), of(Id::FdRemotePort)],
            _ => [None, None],
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match &self.argument {
            None => Ok(()),
            Some(Argument::Index(index)) => write!(f, "[{index}]"),
            Some(Argument::Name(name)) => write!(f, ".{name}"),
        }
    }
}

/// The fields, each with a line of help.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEXT.lines().filter_map(|line| line.split_once('\t'))
}

/// `evt.arg.NAME` and `evt.rawarg.NAME`, in two.
fn split_argument(text: &str) -> (&str, Option<&str>) {
    for prefix in ["evt.arg.", "evt.rawarg."] {
        if let Some(argument) = text.strip_prefix(prefix) {
            return (prefix.trim_end_matches('.'), Some(argument));
        }
    }
    (text, None)
}

#[inline(never)]
fn find(name: &str) -> Option<Id> {
    let name = second(ALIASES, name).unwrap_or(name);
    let index = all().position(|(other, _)| other == name)?;
    IDS.get(index).copied()
}

/// In words that come in pairs, what stands behind `first`.
#[inline(never)]
pub(crate) fn second(pairs: &'static str, first: &str) -> Option<&'static str> {
    let mut words = pairs.split_ascii_whitespace();
    while let (Some(word), Some(other)) = (words.next(), words.next()) {
        if word == first {
            return Some(other);
        }
    }
    None
}

/// Whether sysdig has a field of this name that cannot be had here.
#[cold]
#[inline(never)]
fn is_sysdigs(name: &str) -> bool {
    // With a point at the end: all of a class.
    const NAMES: &str = "container. k8s. group. proc.cmdline proc.args proc.exe proc.exepath proc.cwd proc.env \
        proc.aname proc.apid proc.sid proc.tty proc.vpid user.name user.shell user.loginuid fd.l4proto";
    NAMES.split_ascii_whitespace().any(|known| known == name || known.ends_with('.') && name.starts_with(known))
}

#[cold]
#[inline(never)]
fn near_field(name: &str) -> Option<&'static str> {
    // Some that other programs have.
    const FOREIGN: &str = "comm proc.name proc.comm proc.name thread.name proc.name pid proc.pid tgid proc.pid \
        proc.tid thread.tid evt.name evt.type syscall evt.type evt.syscall evt.type syscall.name evt.type \
        evt.ret evt.rawres evt.error evt.res evt.errno evt.res path fd.name file fd.name file.name fd.name \
        proc.uid user.uid evt.cat evt.category evt.direction evt.dir evt.duration evt.latency";
    let mut names = all().map(|(name, _)| name);
    // Without its class.
    let bare = || all().map(|(name, _)| name).find(|full| full.split_once('.').is_some_and(|(_, last)| last == name));
    bare().or_else(|| second(FOREIGN, name)).or_else(|| nearest(name, &mut names))
}

/// All calls' names, some of them more than once.
pub(crate) fn call_names() -> impl Iterator<Item = &'static str> {
    all_calls().map(|(_, _, call)| call.name())
}

/// All calls and their numbers.
pub(crate) fn all_calls() -> impl Iterator<Item = (Abi, u32, Call)> {
    Abi::ALL.into_iter().flat_map(|abi| Call::all(abi).map(move |(number, call)| (abi, number, call)))
}
