// SPDX-License-Identifier: GPL-2.0

//! Which style the words of a command line ask for.

use super::error::conflict;
use super::hints::check_format;
use super::options::Style;
use super::words::Words;

/// The style that is asked for.
///
/// # Errors
///
/// Two styles are asked for, or an option that the style does not have.
pub(super) fn style(words: &mut Words) -> Result<Style, clap::Error> {
    let (name, format, json) = (words.value::<String>("style"), words.value::<String>("print"), words.has("json"));
    if let Some(format) = &format {
        check_format(format)?;
    }
    // The options that only sysdig's lines have.
    let buffers = ["print-ascii", "print-hex", "print-hex-ascii"].into_iter().find(|name| words.has(name));
    let times = if words.is_given("timetype") { Some("timetype") } else { None };
    let is_sysdigs = buffers.or(times).is_some();
    let wrong = match name.as_deref() {
        Some("record") => buffers.or(times),
        Some("strace") => buffers,
        _ => None,
    };
    if let (Some(name), Some(option)) = (name.as_deref(), wrong) {
        return Err(conflict(format!("--style {name} does not have what --{option} asks for: leave one of them out")));
    }
    if json && times.is_some() {
        let text =
            "-j tells times in nanoseconds since 1970: leave -t out, or name others: -p '%evt.reltime %evt.type'";
        return Err(conflict(text.into()));
    }
    let shown = name.as_ref().map(|_| "style").or(format.as_ref().map(|_| "print")).or(json.then_some("json"));
    if let (Some(option), true) = (shown.or(buffers).or(times), words.is_given("write")) {
        let text = format!(
            "-w writes packets as they are, and shows no events: leave --{option} out, and give it to -r later"
        );
        return Err(conflict(text));
    }
    match (name.as_deref(), format, json) {
        (None, None, false) if is_sysdigs => Ok(Style::Sysdig),
        (None | Some("record"), None, false) => Ok(Style::Record),
        (Some("sysdig"), None, false) => Ok(Style::Sysdig),
        (Some(_), None, false) => Ok(Style::Strace),
        (None, Some(format), false) => Ok(Style::Format(format)),
        (None, None, true) => Ok(Style::Json),
        (None, Some(format), true) => Ok(Style::JsonFields(format)),
        (Some(_), Some(_), _) => Err(conflict("--style and -p are two ways to show events: give one of them".into())),
        (Some(_), None, true) => Err(conflict("--style and -j are two ways to show events: give one of them".into())),
    }
}
