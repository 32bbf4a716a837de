// SPDX-License-Identifier: GPL-2.0

//! A field, and how it is found by its name.

use super::argument::{self, Argument};
use super::names::{all, find, find_in_pairs};
use super::near::nearest;
use super::table::{FieldId, FieldKind, KINDS};
use std::fmt;

/// A field. `evt.arg` and `evt.rawarg` have the name or number of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    id: FieldId,
    argument: Option<Argument>,
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
        let takes_argument = matches!(id, FieldId::Arg | FieldId::RawArg);
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
    pub fn id(&self) -> FieldId {
        self.id
    }

    /// Gives the kind of its values.
    pub fn kind(&self) -> FieldKind {
        KINDS.get(self.id as usize).copied().unwrap_or(FieldKind::Text)
    }

    /// Gives its name, without an argument.
    pub fn name(&self) -> &'static str {
        all().nth(self.id as usize).map(|(name, _)| name).unwrap_or_default()
    }

    /// Gives the argument of `evt.arg` or `evt.rawarg`.
    pub fn argument(&self) -> Option<&Argument> {
        self.argument.as_ref()
    }

    /// Gives `evt.rawarg` for `evt.arg`, and any other field itself.
    pub(crate) fn as_raw_argument(&self) -> Self {
        let id = if self.id == FieldId::Arg { FieldId::RawArg } else { self.id };
        Self { id, argument: self.argument.clone() }
    }

    /// Gives the fields of the two ends of a connection, for `fd.ip` and `fd.port`; nothing for any other field.
    pub(crate) fn fields_of_ends(&self) -> [Option<Self>; 2] {
        let of = |id| Some(Self { id, argument: None });
        match self.id {
            FieldId::FdIp => [of(FieldId::FdLocalIp), of(FieldId::FdRemoteIp)],
            FieldId::FdPort => [of(FieldId::FdLocalPort), of(FieldId::FdRemotePort)],
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

/// Splits `evt.arg.NAME` and `evt.rawarg.NAME` into the field and the argument.
fn split_argument(text: &str) -> (&str, Option<&str>) {
    for prefix in ["evt.arg.", "evt.rawarg."] {
        if let Some(argument) = text.strip_prefix(prefix) {
            return (prefix.trim_end_matches('.'), Some(argument));
        }
    }
    (text, None)
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
    bare().or_else(|| find_in_pairs(FOREIGN, name)).or_else(|| nearest(name, &mut names))
}
