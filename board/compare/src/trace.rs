// SPDX-License-Identifier: GPL-2.0

//! Reads the text of a trace, and sorts its lines by thread.

use crate::call::TracedCall;
use std::collections::HashMap;

/// A call or another line of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Call(TracedCall),
    /// A line that shows no call, a signal for example.
    Note(String),
}

impl Item {
    /// The item as a line of text.
    pub fn text(&self) -> String {
        match self {
            Self::Call(call) => call.text(),
            Self::Note(text) => text.clone(),
        }
    }

    /// The call's name; empty for another line. Two items are compared if they have the same name.
    pub fn name(&self) -> &str {
        match self {
            Self::Call(call) => &call.name,
            Self::Note(_) => "",
        }
    }
}

/// A thread, and its items in the order of the trace.
#[derive(Debug, Default)]
pub struct ThreadTrace {
    pub id: u32,
    pub items: Vec<Item>,
}

/// All threads, in the order in which they appear, and lines that belong to no thread.
#[derive(Debug, Default)]
pub struct Trace {
    pub threads: Vec<ThreadTrace>,
    pub stray: Vec<String>,
}

impl Trace {
    /// Reads lines `ID TEXT` or `[pid ID] TEXT`. Joins the two halves of a call if lines of other threads stand between
    /// them.
    pub fn parse(text: &str) -> Self {
        let mut trace = Self::default();
        let mut places: HashMap<u32, usize> = HashMap::new();
        let mut begun: HashMap<u32, String> = HashMap::new();
        for line in text.lines() {
            let Some((id, said)) = split_thread_id(line) else {
                if !line.trim().is_empty() {
                    trace.stray.push(line.to_owned());
                }
                continue;
            };
            let place = *places.entry(id).or_insert_with(|| {
                trace.threads.push(ThreadTrace { id, items: Vec::new() });
                trace.threads.len() - 1
            });
            let items = &mut trace.threads[place].items;
            if !said.starts_with("<... ") && TracedCall::parse(said).is_some() {
                // A new call begins although the call before did not return: a signal handler makes it, for example.
                items.extend(begun.remove(&id).map(|start| parse_item(&start)));
            }
            if let Some(start) = said.strip_suffix("<unfinished ...>") {
                begun.insert(id, start.trim_end().to_owned());
                continue;
            }
            let item = match split_resumed(said) {
                Some((name, rest)) => match begun.remove(&id) {
                    Some(start) => parse_item(&(start + rest)),
                    None => Item::Call(TracedCall::headless(name, rest)),
                },
                None => parse_item(said),
            };
            items.push(item);
        }
        // Calls that never returned.
        for (id, start) in begun {
            trace.threads[places[&id]].items.push(parse_item(&start));
        }
        trace
    }

    pub fn count_calls(&self) -> usize {
        let items = self.threads.iter().flat_map(|thread| &thread.items);
        items.filter(|item| matches!(item, Item::Call(_))).count()
    }

    /// Removes a thread, and returns it.
    pub fn take(&mut self, id: u32) -> Option<ThreadTrace> {
        let place = self.threads.iter().position(|thread| thread.id == id)?;
        Some(self.threads.remove(place))
    }
}

/// Makes an item of a line, without its thread.
fn parse_item(said: &str) -> Item {
    TracedCall::parse(said).map_or_else(|| Item::Note(said.to_owned()), Item::Call)
}

/// The id of the thread that a line begins with, and the rest of the line.
fn split_thread_id(line: &str) -> Option<(u32, &str)> {
    let (id, said) = match line.strip_prefix("[pid") {
        Some(rest) => rest.split_once(']')?,
        None => line.split_once(' ')?,
    };
    Some((id.trim().parse().ok()?, said.trim()))
}

/// NAME and REST of `<... NAME resumed>REST`. REST is `) = …` if the first half had all arguments.
fn split_resumed(said: &str) -> Option<(&str, &str)> {
    said.strip_prefix("<... ")?.split_once(" resumed>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(trace: &Trace, id: u32) -> Vec<String> {
        let thread = trace.threads.iter().find(|thread| thread.id == id).expect("the thread");
        thread.items.iter().map(Item::text).collect()
    }

    #[test]
    fn halves_of_a_call_become_one_call() {
        let trace = Trace::parse(
            "12    read(0,  <unfinished ...>\n\
             13    getpid()         = 13\n\
             12    <... read resumed>\"abc\", 10)         = 3\n\
             13    exit_group(0 <unfinished ...>\n\
             13    <... exit_group resumed>)        = ?\n\
             13    +++ exited with 0 +++\n",
        );
        assert_eq!(texts(&trace, 12), ["read(0, \"abc\", 10) = 3"]);
        assert_eq!(texts(&trace, 13), ["getpid() = 13", "exit_group(0) = ?", "+++ exited with 0 +++"]);
        assert_eq!(trace.count_calls(), 3);
    }

    #[test]
    fn call_without_start_or_end_is_kept() {
        let trace = Trace::parse("[pid  7] <... clone resumed>) = 0\n[pid  7] pause( <unfinished ...>\nstray line\n");
        assert_eq!(texts(&trace, 7), ["<... clone resumed> = 0", "pause() = ?"]);
        assert_eq!(trace.stray, ["stray line"]);
    }
}
