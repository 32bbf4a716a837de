// SPDX-License-Identifier: GPL-2.0

//! Fields: the named properties of an event. Filters compare them, formats and JSON print them.
//!
//! Names and meanings are sysdig's. Where sysdig's field and ours differ, the help ([`all`]) says so.
//!
//! - `table`: the fields, with their kinds and help
//! - `value`: their values
//! - `print`: their values as text for people
//! - `argument`: one argument of a call (`evt.arg`)
//! - `args`: all arguments of a call (`evt.args`)
//! - `payload`: forms of the bytes that calls read and write
//! - `needs`: what must be recorded for a field
//! - `near`: suggestions for unknown names

pub(crate) mod args;
mod argument;
mod near;
mod needs;
pub(crate) mod payload;
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
pub use payload::{Look, Payload};
pub use print::escape;
pub use table::Id;
pub use value::{category_words, KIND_WORDS};

use table::{ALIASES, IDS, KINDS, TEXT};

/// A field. `evt.arg` and `evt.rawarg` have the name or number of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    id: Id,
    argument: Option<Argument>,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Its place, from 0.
    Index(u8),
    /// Its name.
    Name(Box<str>),
}

/// The kind of a field's values. It decides how a filter compares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A number.
    Number,
    /// A part of a second in nanoseconds, printed with nine digits.
    Nanoseconds,
    /// A duration in nanoseconds. A filter may give another unit.
    Duration,
    /// The result of a call: a number or an error.
    Result,
    /// True or false.
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
    /// An IP address.
    Address,
    /// An argument as text.
    Argument,
    /// An argument as a number.
    RawArgument,
}

/// The value of a field for one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A number that may be negative.
    Int(i64),
    /// A number that may be large, such as a register with an argument.
    Uint(u64),
    /// True or false.
    Bool(bool),
    /// Text or bytes, as recorded: not escaped.
    Text(&'a [u8]),
    /// An IP address.
    Address(IpAddr),
}

/// The error for a name that no field has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// The message.
    pub message: String,
    /// The most similar name, if any is similar.
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
    /// Finds the field of this name. Arguments are `evt.arg.NAME`, `evt.arg[NAME]` or `evt.arg[NUMBER]`.
    ///
    /// # Errors
    ///
    /// Returns [`UnknownField`], with a suggestion if a known name is similar.
    pub fn parse(text: &str) -> Result<Self, UnknownField> {
        let unknown = |message, near| Err(UnknownField { message, near });
        let bracket = text.split_once('[').and_then(|(name, rest)| Some((name, rest.strip_suffix(']')?)));
        let (name, argument) = match bracket {
            Some((name, argument)) => (name, Some(argument)),
            None => split_argument(text),
        };
        let Some(id) = find(name) else {
            if is_known_to_sysdig(name) {
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
            Some(argument) if argument::is_known(argument) => Some(Argument::Name(argument.into())),
            Some(argument) => {
                let near = argument::nearest_name(argument).map(|near| format!("{name}.{near}"));
                return unknown(format!("no call has an argument `{argument}`"), near);
            }
        };
        Ok(Self { id, argument })
    }

    /// Gives the field without its argument.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Gives the kind of its values.
    pub fn kind(&self) -> FieldKind {
        KINDS.get(self.id as usize).copied().unwrap_or(FieldKind::Text)
    }

    /// Gives its name, without an argument.
    pub fn name(&self) -> &'static str {
        TEXT.lines().nth(self.id as usize).and_then(|line| line.split('\t').next()).unwrap_or_default()
    }

    /// Gives the argument of `evt.arg` or `evt.rawarg`.
    pub fn argument(&self) -> Option<&Argument> {
        self.argument.as_ref()
    }

    /// Gives its value for `event`; `None` if the event does not have the field. Clears `scratch`, and uses it for text
    /// that is not in the event. Text is as it was recorded: whoever prints it must [`escape`] it.
    ///
    /// `fd.ip` and `fd.port` may have two values. This gives the remote end's if it is known. (A filter compares both.)
    pub fn value<'a>(&'a self, event: &Event<'a>, scratch: &'a mut Vec<u8>) -> Option<Value<'a>> {
        value::value(self, event, scratch)
    }

    /// Appends its value to `out` in the form for people. Appends nothing and gives `false` if the event does not have
    /// the field.
    pub fn print(&self, out: &mut Vec<u8>, event: &Event<'_>) -> bool {
        print::print(self, out, event)
    }

    /// Gives `evt.rawarg` for `evt.arg`, and any other field itself.
    pub(crate) fn raw(&self) -> Self {
        let id = if self.id == Id::Arg { Id::RawArg } else { self.id };
        Self { id, argument: self.argument.clone() }
    }

    /// Gives the fields of the two ends of a connection, for `fd.ip` and `fd.port`; nothing for any other field.
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

/// Iterates over the names of all fields, each with a line of help.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEXT.lines().filter_map(|line| line.split_once('\t'))
}

/// Splits `evt.arg.NAME` and `evt.rawarg.NAME` into the field and the argument.
fn split_argument(text: &str) -> (&str, Option<&str>) {
    for prefix in ["evt.arg.", "evt.rawarg."] {
        if let Some(argument) = text.strip_prefix(prefix) {
            return (prefix.trim_end_matches('.'), Some(argument));
        }
    }
    (text, None)
}

/// Finds a field by one of its names.
#[inline(never)]
fn find(name: &str) -> Option<Id> {
    let name = second(ALIASES, name).unwrap_or(name);
    let index = all().position(|(other, _)| other == name)?;
    IDS.get(index).copied()
}

/// Finds the word after `first` in a text of pairs of words.
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

/// Whether sysdig has a field of this name that is not recorded here.
#[cold]
#[inline(never)]
fn is_known_to_sysdig(name: &str) -> bool {
    // A full stop at the end means all fields of the class.
    const NAMES: &str = "container. k8s. group. proc.cmdline proc.args proc.exe proc.exepath proc.cwd proc.env \
        proc.aname proc.apid proc.sid proc.tty proc.vpid user.name user.shell user.loginuid fd.l4proto";
    NAMES.split_ascii_whitespace().any(|known| known == name || known.ends_with('.') && name.starts_with(known))
}

/// Suggests a field for an unknown name.
#[cold]
#[inline(never)]
fn near_field(name: &str) -> Option<&'static str> {
    // Names that other programs have.
    const FOREIGN: &str = "comm proc.name proc.comm proc.name thread.name proc.name pid proc.pid tgid proc.pid \
        proc.tid thread.tid evt.name evt.type syscall evt.type evt.syscall evt.type syscall.name evt.type \
        evt.ret evt.rawres evt.error evt.res evt.errno evt.res path fd.name file fd.name file.name fd.name \
        proc.uid user.uid evt.cat evt.category evt.direction evt.dir evt.duration evt.latency";
    let mut names = all().map(|(name, _)| name);
    // The name of a field without its class.
    let bare = || all().map(|(name, _)| name).find(|full| full.split_once('.').is_some_and(|(_, last)| last == name));
    bare().or_else(|| second(FOREIGN, name)).or_else(|| nearest(name, &mut names))
}

/// Iterates over the names of all calls, some of them more than once.
pub(crate) fn call_names() -> impl Iterator<Item = &'static str> {
    all_calls().map(|(_, _, call)| call.name())
}

/// Iterates over all calls and their numbers.
pub(crate) fn all_calls() -> impl Iterator<Item = (Abi, u32, Call)> {
    Abi::ALL.into_iter().flat_map(|abi| Call::all(abi).map(move |(number, call)| (abi, number, call)))
}
