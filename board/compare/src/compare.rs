// SPDX-License-Identifier: GPL-2.0

//! Finds what differs between two traces of the same run.

use crate::call::TracedCall;
use crate::rules::{Place, Rules};
use crate::trace::{Item, ThreadTrace, Trace};

/// How many lines only one side may have before the search for the next common line ends.
const MAX_MISSING: usize = 64;

/// How many lines in a row must agree in name for both sides to be in step again.
const ANCHOR: usize = 3;

/// Compares programs by one set of rules.
pub struct Comparison {
    pub rules: Rules,
}

impl Comparison {
    pub fn new(rules: Rules) -> Self {
        Self { rules }
    }

    /// Compares the threads of a program. Returns a line for each difference. Threads are numbered from 1, in the order
    /// of strace's trace. Removes the threads from `ours`.
    pub fn compare_program(&mut self, name: &str, theirs: &Trace, ours: &mut Trace) -> Vec<String> {
        self.rules.set_program(name);
        let mut differences: Vec<String> =
            theirs.stray.iter().map(|line| format!("{name}: a line of no thread: {line}")).collect();
        for (number, thread) in (1..).zip(&theirs.threads) {
            let place = format!("{name}: thread {number} ({})", thread.id);
            match ours.take(thread.id) {
                Some(ours) => self.compare_thread(&place, thread, &ours, &mut differences),
                None => differences.push(format!("{place}: not recorded, with {} lines", thread.items.len())),
            }
        }
        differences
    }

    /// Returns a line for each thread that is left in `ours`, and for each line that belongs to no thread.
    pub fn describe_rest(&mut self, ours: &Trace) -> Vec<String> {
        let mut differences: Vec<String> =
            ours.stray.iter().map(|line| format!("a line of no thread: {line}")).collect();
        for thread in &ours.threads {
            let first = thread.items.first().map(Item::text).unwrap_or_default();
            differences.push(format!("thread {}: {} lines, the first: {first}", thread.id, thread.items.len()));
        }
        differences
    }

    /// Adds what differs between two traces of a thread to `differences`.
    fn compare_thread(&mut self, place: &str, theirs: &ThreadTrace, ours: &ThreadTrace, differences: &mut Vec<String>) {
        // Leave out lines that the rules allow on one side alone.
        let theirs: Vec<&Item> =
            theirs.items.iter().filter(|item| !self.is_allowed_alone(Place::Strace, item)).collect();
        let ours: Vec<&Item> = ours.items.iter().filter(|item| !self.is_allowed_alone(Place::Ours, item)).collect();
        let (mut t, mut o) = (0, 0);
        while t < theirs.len() || o < ours.len() {
            let (only_theirs, only_ours) = count_uncommon(&theirs[t..], &ours[o..]);
            for item in &theirs[t..t + only_theirs] {
                t += 1;
                differences.push(format!("{place}, call {t}: only strace: {}", item.text()));
            }
            for item in &ours[o..o + only_ours] {
                o += 1;
                differences.push(format!("{place}, call {}: only ours: {}", t + 1, item.text()));
            }
            if let (Some(a), Some(b)) = (theirs.get(t), ours.get(o)) {
                t += 1;
                o += 1;
                if let Some(what) = self.compare_items(a, b) {
                    differences.push(format!("{place}, call {t}: {what}: strace: {} | ours: {}", a.text(), b.text()));
                }
            }
        }
    }

    fn is_allowed_alone(&mut self, place: Place, item: &Item) -> bool {
        self.rules.allow_alone(place, &item.text())
    }

    /// Returns what differs between two items; `None` if nothing does, or the rules allow it.
    fn compare_items(&mut self, theirs: &Item, ours: &Item) -> Option<String> {
        if theirs == ours || self.rules.allow_pair(Place::Both, "", &theirs.text(), &ours.text()) {
            return None;
        }
        match (theirs, ours) {
            (Item::Call(theirs), Item::Call(ours)) => self.compare_calls(theirs, ours),
            _ => Some("the line".into()),
        }
    }

    /// Returns which parts of two calls differ; `None` if none does, or the rules allow it.
    fn compare_calls(&mut self, theirs: &TracedCall, ours: &TracedCall) -> Option<String> {
        if theirs.name != ours.name {
            return Some("the call".into());
        }
        if ours.is_headless {
            return Some("the start of the call".into());
        }
        let mut wrong = Vec::new();
        if theirs.arguments.len() != ours.arguments.len() {
            wrong.push(format!("{} and {} arguments", theirs.arguments.len(), ours.arguments.len()));
        } else {
            for (number, (a, b)) in (1..).zip(theirs.arguments.iter().zip(&ours.arguments)) {
                if a != b && !self.rules.allow_pair(Place::Argument(number), &theirs.name, a, b) {
                    wrong.push(format!("argument {number}"));
                }
            }
        }
        if theirs.result != ours.result
            && !self.rules.allow_pair(Place::Result, &theirs.name, &theirs.result, &ours.result)
        {
            wrong.push("the result".into());
        }
        (!wrong.is_empty()).then(|| wrong.join(", "))
    }
}

/// Counts the lines that each side has before the two are in step again. These are the fewest lines behind which
/// [`ANCHOR`] lines have the same names, or all lines if a side has fewer left.
fn count_uncommon(theirs: &[&Item], ours: &[&Item]) -> (usize, usize) {
    let agree = |a: usize, b: usize| {
        let (theirs, ours) = (theirs.get(a..).unwrap_or_default(), ours.get(b..).unwrap_or_default());
        let common = theirs.iter().zip(ours).take(ANCHOR).take_while(|(t, o)| t.name() == o.name()).count();
        common == ANCHOR || (common > 0 && common == theirs.len().min(ours.len()))
    };
    if matches!((theirs.first(), ours.first()), (Some(t), Some(o)) if t.name() == o.name()) {
        return (0, 0);
    }
    for total in 1..=2 * MAX_MISSING {
        for a in 0..=total.min(theirs.len()) {
            let b = total - a;
            if b <= ours.len() && agree(a, b) {
                return (a, b);
            }
        }
    }
    if theirs.is_empty() || ours.is_empty() {
        return (theirs.len(), ours.len());
    }
    // The two sides show different calls in this place.
    (1, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEIRS: &str = "\
10    openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3
10    read(3, \"root\", 4096)            = 4
10    clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>
11    getpid( <unfinished ...>
10    <... clone resumed>)              = 11
11    <... getpid resumed>)             = 11
11    close(4)                          = -1 EBADF (Bad file descriptor)
11    exit_group(0)                     = ?
11    +++ exited with 0 +++
10    --- SIGCHLD {si_signo=SIGCHLD} ---
10    close(3)                          = 0
10    exit_group(0)                     = ?
10    +++ exited with 0 +++
";
    /// Our trace of the same run, which splits other calls in halves.
    const OURS: &str = "\
10    openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3 <0.000012>
10    read(3, \"root\", 4096) = 4
10    clone(child_stack=NULL, flags=SIGCHLD) = 11
11    <... clone resumed>) = 0
11    getpid() = 11
10    close(3 <unfinished ...>
11    close(4) = -1 EBADF (Bad file descriptor)
10    <... close resumed>) = 0
11    exit_group(0) = ?
10    exit_group(0 <unfinished ...>
";
    const RULES: &str = "\
strace: --- * ---
strace: +++ * +++
ours: <... clone resumed> = 0
    They are no calls, and the child returns, too.
";

    fn differences(theirs: &str, ours: &str, rules: &str) -> Vec<String> {
        let mut comparison = Comparison::new(Rules::parse(rules, "armv7").unwrap());
        let mut ours = Trace::parse(ours);
        let mut all = comparison.compare_program("p", &Trace::parse(theirs), &mut ours);
        all.extend(comparison.describe_rest(&ours));
        all
    }

    /// The differences if `from` in our trace becomes `to`.
    fn differences_if(from: &str, to: &str) -> Vec<String> {
        assert!(OURS.contains(from));
        differences(THEIRS, &OURS.replacen(from, to, 1), RULES)
    }

    #[test]
    fn same_run_has_no_differences() {
        assert_eq!(differences(THEIRS, OURS, RULES), [""; 0]);
    }

    #[test]
    fn changed_flag_is_one_difference() {
        assert_eq!(
            differences_if("O_RDONLY|O_CLOEXEC", "O_RDONLY"),
            ["p: thread 1 (10), call 1: argument 3: \
              strace: openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3 | \
              ours: openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY) = 3"]
        );
    }

    #[test]
    fn changed_path_result_or_errno_is_a_difference() {
        assert!(differences_if("/etc/passwd", "/etc/passwe")[0].contains("call 1: argument 2: "));
        assert!(differences_if("getpid() = 11", "getpid() = 12")[0].contains("thread 2 (11), call 1: the result: "));
        let [wrong] = &differences_if("EBADF (Bad", "EBADFD (Bad")[..] else { panic!("one difference") };
        assert!(wrong.contains("thread 2 (11), call 2: the result: "), "{wrong}");
        assert!(differences_if("\"root\", 4096", "\"root\", 4096, 0")[0].contains("3 and 4 arguments"));
    }

    #[test]
    fn missing_call_is_one_difference() {
        let [wrong] = &differences_if("10    read(3, \"root\", 4096) = 4\n", "")[..] else { panic!("one difference") };
        assert_eq!(wrong, "p: thread 1 (10), call 2: only strace: read(3, \"root\", 4096) = 4");
        let [wrong] = &differences_if("11    getpid() = 11\n", "")[..] else { panic!("one difference") };
        assert!(wrong.contains("thread 2 (11), call 1: only strace: getpid"), "{wrong}");
        // The last one.
        assert!(differences_if("11    exit_group(0) = ?\n", "")[0].contains("only strace: exit_group"));
    }

    #[test]
    fn extra_or_other_call_is_a_difference() {
        let [wrong] = &differences_if("11    close(4)", "11    gettid() = 11\n11    close(4)")[..] else {
            panic!("one")
        };
        assert!(wrong.contains("call 2: only ours: gettid() = 11"), "{wrong}");
        let wrong = differences_if("getpid() = 11", "getppid() = 11");
        assert!(wrong.iter().any(|line| line.contains("only strace: getpid")), "{wrong:?}");
        assert!(wrong.iter().any(|line| line.contains("only ours: getppid")), "{wrong:?}");
    }

    #[test]
    fn unfinished_call_differs_from_returned_call() {
        assert!(differences_if("11    exit_group(0) = ?", "11    exit_group(0) = 0")[0].contains("the result"));
        assert!(differences_if("= -1 EBADF (Bad file descriptor)", "<unfinished ...>").len() == 1);
    }

    #[test]
    fn missing_or_extra_thread_is_a_difference() {
        let without: Vec<&str> = OURS.lines().filter(|line| !line.starts_with("11")).collect();
        let without = without.join("\n");
        assert_eq!(differences(THEIRS, &without, RULES), ["p: thread 2 (11): not recorded, with 4 lines"]);
        let more = format!("{OURS}12    getpid() = 12\ndropped 5 events on cpu 0\n");
        assert_eq!(
            differences(THEIRS, &more, RULES),
            ["a line of no thread: dropped 5 events on cpu 0", "thread 12: 1 lines, the first: getpid() = 12"]
        );
    }

    #[test]
    fn no_rules_allow_no_difference() {
        let wrong = differences(THEIRS, OURS, "");
        assert_eq!(wrong.len(), 4, "{wrong:?}");
        assert!(wrong.iter().any(|line| line.contains("only strace: --- SIGCHLD")), "{wrong:?}");
        assert!(wrong.iter().any(|line| line.contains("only ours: <... clone resumed> = 0")), "{wrong:?}");
    }

    #[test]
    fn uses_of_rules_are_counted() {
        let mut comparison = Comparison::new(Rules::parse(RULES, "armv7").unwrap());
        comparison.compare_program("p", &Trace::parse(THEIRS), &mut Trace::parse(OURS));
        assert_eq!(comparison.rules.all().map(|rule| rule.used).collect::<Vec<_>>(), [1, 2, 1]);
    }

    #[test]
    fn rule_for_both_allows_other_whole_call() {
        let rules = format!("{RULES}\nboth: openat(%) = % => <... openat resumed> = 3\n    Why.\n");
        let ours = OURS.replacen("openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC)", "<... openat resumed>)", 1);
        assert_eq!(differences(THEIRS, &ours, &rules), [""; 0]);
        assert!(differences(THEIRS, &ours, RULES)[0].contains("the start of the call"));
    }
}
