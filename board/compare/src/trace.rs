// SPDX-License-Identifier: GPL-2.0

//! The text of a trace, by thread.

use crate::call::TracedCall;
use std::collections::HashMap;

/// What a thread's line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Call(TracedCall),
    /// A line that shows no call, a signal for example.
    Note(String),
}

impl Item {
    pub fn text(&self) -> String {
        match self {
            Self::Call(call) => call.text(),
            Self::Note(text) => text.clone(),
        }
    }

    /// What the item must have in common with another's for the two to be compared.
    pub fn name(&self) -> &str {
        match self {
            Self::Call(call) => &call.name,
            Self::Note(_) => "",
        }
    }
}

/// A thread and what was seen of it, in its order.
#[derive(Debug, Default)]
pub struct ThreadTrace {
    pub id: u32,
    pub items: Vec<Item>,
}

/// All threads in the order in which they appear, and lines that are of none.
#[derive(Debug, Default)]
pub struct Trace {
    pub threads: Vec<ThreadTrace>,
    pub stray: Vec<String>,
}

impl Trace {
    /// Reads lines `ID TEXT` or `[pid ID] TEXT`. The two halves of a call that was interrupted by other
    /// threads' lines are put together.
    pub fn parse(text: &str) -> Self {
        let mut trace = Self::default();
        let mut places: HashMap<u32, usize> = HashMap::new();
        let mut begun: HashMap<u32, String> = HashMap::new();
        for line in text.lines() {
            let Some((id, said)) = of_thread(line) else {
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
                // The call before did not return, and yet there is another: of a handler, for example.
                items.extend(begun.remove(&id).map(|start| item(&start)));
            }
            if let Some(start) = said.strip_suffix("<unfinished ...>") {
                begun.insert(id, start.trim_end().to_owned());
                continue;
            }
            let item = match resumed(said) {
                Some((name, rest)) => match begun.remove(&id) {
                    Some(start) => item(&(start + rest)),
                    None => Item::Call(TracedCall::headless(name, rest)),
                },
                None => item(said),
            };
            items.push(item);
        }
        // Calls that never returned.
        for (id, start) in begun {
            trace.threads[places[&id]].items.push(item(&start));
        }
        trace
    }

    pub fn calls(&self) -> usize {
        let items = self.threads.iter().flat_map(|thread| &thread.items);
        items.filter(|item| matches!(item, Item::Call(_))).count()
    }

    /// Takes a thread out.
    pub fn take(&mut self, id: u32) -> Option<ThreadTrace> {
        let place = self.threads.iter().position(|thread| thread.id == id)?;
        Some(self.threads.remove(place))
    }
}

fn item(said: &str) -> Item {
    TracedCall::parse(said).map_or_else(|| Item::Note(said.to_owned()), Item::Call)
}

/// The thread that a line is of, and the rest.
fn of_thread(line: &str) -> Option<(u32, &str)> {
    let (id, said) = match line.strip_prefix("[pid") {
        Some(rest) => rest.split_once(']')?,
        None => line.split_once(' ')?,
    };
    Some((id.trim().parse().ok()?, said.trim()))
}

/// `<... NAME resumed>REST`. Where nothing is left to be said of the arguments REST is `) = …`.
fn resumed(said: &str) -> Option<(&str, &str)> {
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
    fn halves_of_a_call_are_put_together() {
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
        assert_eq!(trace.calls(), 3);
    }

    #[test]
    fn a_start_or_an_end_may_be_missing() {
        let trace = Trace::parse("[pid  7] <... clone resumed>) = 0\n[pid  7] pause( <unfinished ...>\nstray line\n");
        assert_eq!(texts(&trace, 7), ["<... clone resumed> = 0", "pause() = ?"]);
        assert_eq!(trace.stray, ["stray line"]);
    }
}
