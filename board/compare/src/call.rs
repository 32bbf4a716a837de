// SPDX-License-Identifier: GPL-2.0

//! Parses a call as strace writes it: `name(argument, argument) = result`.

/// The parts of a call's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedCall {
    pub name: String,
    pub arguments: Vec<String>,
    /// The text behind the `=`: number, error and explanation. `?` if the call did not return.
    pub result: String,
    /// The trace has only the end of the call.
    pub is_headless: bool,
}

impl TracedCall {
    /// Parses the text of a whole call; `None` if the text is no call.
    pub fn parse(text: &str) -> Option<Self> {
        let open = text.find('(')?;
        let name = &text[..open];
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        let (arguments, rest) = split_arguments(&text[open + 1..]);
        let result = rest.trim_start().strip_prefix('=').unwrap_or("?");
        Some(Self { name: name.into(), arguments, result: without_latency(result.trim()).into(), is_headless: false })
    }

    /// Makes a call whose start is missing from the text behind `<... NAME resumed>`.
    pub fn headless(name: &str, rest: &str) -> Self {
        let result = rest.rfind(" = ").map_or("?", |at| rest[at + 3..].trim());
        Self { name: name.into(), arguments: Vec::new(), result: without_latency(result).into(), is_headless: true }
    }

    /// The call as text, with the same spaces for both tracers.
    pub fn text(&self) -> String {
        if self.is_headless {
            return format!("<... {} resumed> = {}", self.name, self.result);
        }
        format!("{}({}) = {}", self.name, self.arguments.join(", "), self.result)
    }
}

/// A result without ` <0.000012>`, the time that the call took.
fn without_latency(result: &str) -> &str {
    match result.rsplit_once(" <") {
        Some((before, time)) if time.ends_with('>') && time.starts_with(|c: char| c.is_ascii_digit()) => before,
        _ => result,
    }
}

/// Splits the arguments up to the parenthesis that closes the call. Returns them, and the text behind the parenthesis.
/// Commas inside of quotes, comments and brackets belong to an argument.
fn split_arguments(text: &str) -> (Vec<String>, &str) {
    let bytes = text.as_bytes();
    let mut arguments = Vec::new();
    let mut depth = 0_usize;
    let (mut start, mut at) = (0, 0);
    let mut end = bytes.len();
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = find_closing_quote(bytes, at),
            b'/' if bytes[at..].starts_with(b"/*") => {
                at = text[at + 2..].find("*/").map_or(bytes.len(), |length| at + 2 + length + 2);
                continue;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' if depth == 0 => {
                end = at;
                break;
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                arguments.push(text[start..at].trim().to_owned());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    let last = text[start..end].trim();
    if !last.is_empty() || !arguments.is_empty() {
        arguments.push(last.to_owned());
    }
    (arguments, text.get(end + 1..).unwrap_or(""))
}

/// The place of the quote that closes the one at `at`.
fn find_closing_quote(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, Vec<String>, String) {
        let call = TracedCall::parse(text).expect("a call");
        (call.name, call.arguments, call.result)
    }

    #[test]
    fn commas_inside_an_argument_do_not_split_it() {
        let (name, arguments, result) = parts(r#"openat(AT_FDCWD, "a, \"b\") = 1", O_RDONLY|O_CLOEXEC) = 3"#);
        assert_eq!(name, "openat");
        assert_eq!(arguments, ["AT_FDCWD", r#""a, \"b\") = 1""#, "O_RDONLY|O_CLOEXEC"]);
        assert_eq!(result, "3");
        let (_, arguments, result) = parts("poll([{fd=4, events=POLLIN}], 1, 0)  = 1 ([{fd=4, revents=POLLIN}])");
        assert_eq!(arguments, ["[{fd=4, events=POLLIN}]", "1", "0"]);
        assert_eq!(result, "1 ([{fd=4, revents=POLLIN}])");
        let (_, arguments, _) = parts("wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 5");
        assert_eq!(arguments[1], "[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]");
        let (_, arguments, _) = parts(r#"execve("/x", ["a"], 0x5 /* 10 vars, or so) */) = 0"#);
        assert_eq!(arguments[2], "0x5 /* 10 vars, or so) */");
    }

    #[test]
    fn call_without_arguments_or_result_is_parsed() {
        assert_eq!(parts("getpid()                = 12"), ("getpid".into(), vec![], "12".into()));
        assert_eq!(parts("exit_group(0) = ?"), ("exit_group".into(), vec!["0".into()], "?".into()));
        assert_eq!(parts("read(0, ").2, "?");
    }

    #[test]
    fn result_has_no_latency() {
        assert_eq!(parts("close(-1) = -1 EBADF (Bad file descriptor) <0.000012>").2, "-1 EBADF (Bad file descriptor)");
        assert_eq!(parts("x() = 0x1 <unknown>").2, "0x1 <unknown>");
    }

    #[test]
    fn other_lines_are_no_calls() {
        assert_eq!(TracedCall::parse("--- SIGCHLD {si_signo=SIGCHLD} ---"), None);
        assert_eq!(TracedCall::parse("+++ exited with 0 (x) +++"), None);
    }
}
