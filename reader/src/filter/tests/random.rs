// SPDX-License-Identifier: GPL-2.0

//! Random filters and events, and a naive evaluator of filters.

use crate::fields::testing::{comm, Sample};
use crate::model::{Edge, FileKind};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

/// A random filter.
#[derive(Clone, Debug)]
pub enum FilterTree {
    And(Vec<FilterTree>),
    Or(Vec<FilterTree>),
    Not(Box<FilterTree>),
    Test { field: &'static str, operator: &'static str, values: Vec<&'static str> },
}

const NAMES: &[&str] = &["cat", "sh", "nginx", "a-name-of-sixteen"];
const CALLS: &[&str] = &["read", "write", "openat", "close", "execve", "prctl", "getpid", "rt_sigreturn", "ppoll"];
const PATHS: &[&str] = &["/etc/passwd", "/etc", "/etc/hosts", "/tmp/x.log", "x y"];
const PIDS: &[&str] = &["100", "101", "0x66", "7"];

/// Fields that are numbers, each with values to compare it with.
const NUMBERS: &[(&str, &[&str])] = &[
    ("evt.num", &["1", "3", "7"]),
    ("evt.cpu", &["0", "1"]),
    ("evt.deltatime", &["0", "100", "1us"]),
    ("evt.latency", &["100", "1us", "0x64"]),
    ("evt.rawres", &["0", "-1", "3", "-ENOENT", "80"]),
    ("evt.buflen", &["0", "3"]),
    ("evt.rawarg.fd", &["3", "-1"]),
    ("proc.pid", PIDS),
    ("thread.tid", &["100", "110", "111"]),
    ("proc.ppid", PIDS),
    ("user.uid", &["0", "3", "1000"]),
    ("fd.num", &["3", "4"]),
];
/// Fields that are texts, each with values to compare it with.
const TEXTS: &[(&str, &[&str])] = &[
    ("evt.dir", &[">", "<"]),
    ("evt.type", CALLS),
    ("evt.category", &["file", "net", "process", "ipc", "wait"]),
    ("evt.res", &["SUCCESS", "ENOENT", "EBADF"]),
    ("evt.io_dir", &["read", "write"]),
    ("proc.name", NAMES),
    ("proc.pname", NAMES),
    ("fd.name", PATHS),
    ("fd.type", &["file", "ipv4", "pipe"]),
];
const BOOLS: &[&str] = &["evt.failed", "evt.is_io", "evt.is_io_read", "evt.is_wait", "thread.ismain"];
/// Fields that the kernel can decide. They come more often than the others.
const SIMPLE: &[(&str, &[&str])] = &[
    ("proc.pid", PIDS),
    ("proc.name", NAMES),
    ("evt.type", CALLS),
    ("evt.dir", &["<", ">"]),
    ("evt.failed", &["true", "false"]),
];

fn test(
    fields: &'static [(&'static str, &'static [&'static str])],
    operators: &'static [&'static str],
    values: std::ops::Range<usize>,
) -> BoxedStrategy<FilterTree> {
    let field = select(fields);
    let all = field.prop_flat_map(move |(field, choices)| {
        let operator = select(operators);
        (operator, prop::collection::vec(select(choices), values.clone()))
            .prop_map(move |(operator, values)| FilterTree::Test { field, operator, values })
    });
    all.boxed()
}

/// Filters of several tests joined by `and`, as users write them.
pub fn conjunctions() -> impl Strategy<Value = FilterTree> {
    let part = (tests(), 0..6).prop_map(|(test, kind)| if kind == 0 { FilterTree::Not(Box::new(test)) } else { test });
    prop::collection::vec(part, 2..5).prop_map(FilterTree::And)
}

/// Random filters.
pub fn trees() -> impl Strategy<Value = FilterTree> {
    tests().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 2..4).prop_map(FilterTree::And),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(FilterTree::Or),
            1 => inner.prop_map(|tree| FilterTree::Not(Box::new(tree))),
        ]
    })
}

fn tests() -> impl Strategy<Value = FilterTree> {
    let bools = (select(BOOLS), select(&["=", "!="][..]), select(&["true", "false"][..]))
        .prop_map(|(field, operator, value)| FilterTree::Test { field, operator, values: vec![value] });
    Union::new_weighted(vec![
        (6, test(SIMPLE, &["=", "=", "=", "!="], 1..2)),
        (2, test(&SIMPLE[..4], &["in"], 1..3)),
        (2, test(NUMBERS, &["=", "!=", "<", "<=", ">", ">="], 1..2)),
        (1, test(NUMBERS, &["in"], 1..3)),
        (3, test(TEXTS, &["=", "!=", "contains", "icontains", "startswith", "endswith"], 1..2)),
        (1, test(TEXTS, &["in"], 1..3)),
        (1, test(&TEXTS[5..8], &["pmatch"], 1..3)),
        (1, test(TEXTS, &["exists"], 0..1)),
        (1, test(NUMBERS, &["exists"], 0..1)),
        (2, bools.boxed()),
    ])
}

impl FilterTree {
    /// The filter's text. There are three variants, which differ in quotes.
    pub fn text(&self, variant: usize) -> String {
        let all =
            |trees: &[Self], word: &str| trees.iter().map(|tree| tree.part(variant)).collect::<Vec<_>>().join(word);
        match self {
            Self::And(trees) => all(trees, " and "),
            Self::Or(trees) => all(trees, "  or "),
            Self::Not(tree) => format!("not {}", tree.part(variant)),
            Self::Test { field, operator, values } => {
                let quote = |value: &&str| match (variant, value.contains(' ')) {
                    (0, false) => (*value).to_owned(),
                    (1, _) => format!("\"{value}\""),
                    _ => format!("'{value}'"),
                };
                let values = values.iter().map(quote).collect::<Vec<_>>().join(" , ");
                match *operator {
                    "exists" => format!("{field} exists"),
                    "in" | "pmatch" => format!("{field} {operator} ({values})"),
                    "=" if variant == 2 => format!("{field}=={values}"),
                    _ => format!("{field} {operator} {values}"),
                }
            }
        }
    }

    fn part(&self, variant: usize) -> String {
        match self {
            Self::Test { .. } => self.text(variant),
            _ => format!("({})", self.text(variant)),
        }
    }

    /// Whether an event matches.
    pub fn matches(&self, sample: &Sample) -> bool {
        match self {
            Self::And(trees) => !trees.iter().any(|tree| !tree.matches(sample)),
            Self::Or(trees) => trees.iter().any(|tree| tree.matches(sample)),
            Self::Not(tree) => !tree.matches(sample),
            Self::Test { field, operator, values } => match value(field, sample) {
                None => false,
                Some(_) if *operator == "exists" => true,
                Some(PlainValue::Number(number)) => {
                    let literals: Vec<i128> = values.iter().map(|value| literal(value)).collect();
                    match *operator {
                        "in" => literals.contains(&number),
                        "=" => number == literals[0],
                        "!=" => number != literals[0],
                        "<" => number < literals[0],
                        "<=" => number <= literals[0],
                        ">" => number > literals[0],
                        _ => number >= literals[0],
                    }
                }
                Some(PlainValue::Text(text)) => {
                    // Where shortened names are compared, their first 15 bytes are.
                    let shortened = |value: &str| {
                        if field.ends_with("name") && !field.starts_with("fd") {
                            value.chars().take(15).collect()
                        } else {
                            value.to_owned()
                        }
                    };
                    match *operator {
                        "in" => values.iter().any(|value| shortened(value) == text),
                        "=" => text == shortened(values[0]),
                        "!=" => text != shortened(values[0]),
                        "contains" => text.contains(values[0]),
                        "icontains" => text.to_lowercase().contains(&values[0].to_lowercase()),
                        "startswith" => text.starts_with(values[0]),
                        "endswith" => text.ends_with(values[0]),
                        _ => values.iter().any(|top| text == *top || text.starts_with(&format!("{top}/"))),
                    }
                }
            },
        }
    }
}

/// The value of a field.
enum PlainValue {
    Number(i128),
    Text(String),
}

fn literal(text: &str) -> i128 {
    match text {
        "-ENOENT" => -2,
        "1us" => 1000,
        _ => match text.strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16).expect("digits"),
            None => text.parse().expect("a number"),
        },
    }
}

/// The value of a field; `true` and `false` are texts.
fn value(field: &str, sample: &Sample) -> Option<PlainValue> {
    let number = |number: i128| Some(PlainValue::Number(number));
    let text = |text: &str| Some(PlainValue::Text(text.to_owned()));
    let bool = |is_true: bool| text(if is_true { "true" } else { "false" });
    let event = sample.event();
    let crate::model::EventKind::Call(call) = event.kind else { return None };
    let name = call.known.map(|known| known.name());
    let is_read = name == Some("read");
    let is_write = name == Some("write");
    let failed = sample.result.map(|result| (-4095..0).contains(&result));
    match field {
        "evt.num" => number(sample.number.into()),
        "evt.cpu" => number(sample.cpu.into()),
        "evt.deltatime" => number(sample.since_last.into()),
        "evt.latency" => number(sample.latency?.into()),
        "evt.rawres" => number(sample.result?.into()),
        "evt.buflen" if (is_read || is_write) && sample.result? >= 0 => number(sample.result?.into()),
        "evt.rawarg.fd" if matches!(name?, "read" | "write" | "close") => {
            number(i128::from(*sample.registers.first()? as i32))
        }
        "evt.rawarg.fd" if name == Some("openat") && sample.result? >= 0 => number(sample.result?.into()),
        "proc.pid" => number(sample.task.tgid.into()),
        "thread.tid" => number(sample.task.tid.into()),
        "proc.ppid" => number(sample.process.ppid?.into()),
        "user.uid" => number(sample.process.uid?.into()),
        "fd.num" => match (&sample.file, name?) {
            (Some(file), _) => number(file.number.into()),
            (None, "read" | "write" | "close" | "openat") => number(i128::from(*sample.registers.first()? as i32)),
            _ => None,
        },
        "evt.dir" => text(if sample.edge == Edge::Enter { ">" } else { "<" }),
        "evt.type" => match (name, sample.call) {
            (Some(name), _) => text(name),
            (None, number) => text(&format!("syscall_{}", number?)),
        },
        "evt.category" => match (name, sample.file.as_ref().map(|file| file.kind)) {
            (None, _) => sample.call.and_then(|_| text("other")),
            (Some("openat"), _) => text("file"),
            (Some("execve" | "prctl" | "getpid"), _) => text("process"),
            (Some("ppoll"), _) => text("wait"),
            (Some("rt_sigreturn"), _) => text("signal"),
            (Some(_), Some(FileKind::File)) => text("file"),
            (Some(_), Some(FileKind::Ipv4)) => text("net"),
            (Some(_), Some(FileKind::Pipe)) => text("ipc"),
            (Some(_), _) => None,
        },
        "evt.res" => match sample.result? {
            -2 => text("ENOENT"),
            -9 => text("EBADF"),
            -1 => text("EPERM"),
            _ => text("SUCCESS"),
        },
        "evt.io_dir" if is_read => text("read"),
        "evt.io_dir" if is_write => text("write"),
        "proc.name" => text(&name_of(sample.task.comm)),
        "proc.pname" => text(std::str::from_utf8(sample.process.parent_name.as_ref()?).expect("UTF-8")),
        "fd.name" => text(std::str::from_utf8(&sample.file.as_ref()?.name).expect("UTF-8")),
        "fd.type" => match sample.file.as_ref()?.kind {
            FileKind::File => text("file"),
            FileKind::Ipv4 => text("ipv4"),
            _ => text("pipe"),
        },
        "evt.failed" => bool(failed?),
        "evt.is_io" => sample.call.and_then(|_| bool(is_read || is_write)),
        "evt.is_io_read" => sample.call.and_then(|_| bool(is_read)),
        "evt.is_wait" => sample.call.and_then(|_| bool(name == Some("ppoll"))),
        "thread.ismain" => bool(sample.task.tid == sample.task.tgid),
        _ => None,
    }
}

fn name_of(comm: [u64; 2]) -> String {
    let bytes: Vec<u8> = comm.iter().flat_map(|word| word.to_le_bytes()).take_while(|&byte| byte != 0).collect();
    String::from_utf8(bytes).expect("UTF-8")
}

/// The first 15 bytes of a name.
pub fn short(name: &str) -> &str {
    name.get(..15).unwrap_or(name)
}

/// Random events, which are independent of each other.
pub fn samples() -> impl Strategy<Value = Sample> {
    let who = (select(NAMES), select(NAMES), 100u32..103, select(&[0u32, 10, 11][..]), prop::option::of(100u32..103));
    let what = (select(CALLS), any::<bool>(), select(&[0i64, 3, 80, -1, -2, -9][..]), 3u64..5);
    let file =
        prop::option::of((select(PATHS), select(&[FileKind::File, FileKind::Ipv4, FileKind::Pipe][..]), 3i32..5));
    let rest = (1u64..8, 0u16..2, 0u64..2000, any::<bool>(), prop::option::of(select(&[0u32, 1000][..])));
    (who, what, file, rest).prop_map(|(who, what, file, (number, cpu, time, is_lost, uid))| {
        let (name, parent, pid, thread, ppid) = who;
        let (call, is_return, result, register) = what;
        let mut sample = if is_return { Sample::exit(call, result) } else { Sample::enter(call) };
        sample.task.comm = comm(short(name));
        (sample.task.tgid, sample.task.tid) = (pid, if thread == 0 { pid } else { pid + thread });
        sample.registers = vec![register, 0x1000, 80];
        (sample.number, sample.cpu, sample.since_last) = (number, cpu, time);
        sample.latency = sample.latency.map(|_| time);
        if is_return && is_lost {
            (sample.call, sample.latency) = (None, None);
            sample.registers.clear();
        }
        sample.process.ppid = ppid;
        sample.process.parent_name = ppid.map(|_| short(parent).into());
        sample.process.uid = uid;
        match file.filter(|_| !is_lost) {
            Some((path, kind, number)) => {
                sample = sample.on(kind, path);
                sample.file.as_mut().expect("just set").number = number;
            }
            None => sample.file = None,
        }
        sample
    })
}
