// SPDX-License-Identifier: GPL-2.0

//! The table of fields: their names, kinds and help. The build script uses it, too, and compresses the texts.

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

/// Makes an enumeration of the fields, and their texts. All texts are one constant, because a pointer takes more memory
/// than most of the texts.
macro_rules! fields {
    ($($id:ident $name:literal $kind:ident $help:literal;)*) => {
        /// A field, without its argument.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FieldId {
            $(#[doc = $help] $id,)*
        }

        pub(super) const IDS: &[FieldId] = &[$(FieldId::$id),*];
        pub(super) const KINDS: &[FieldKind] = &[$(FieldKind::$kind),*];
        /// A line for each field: its name, a tab, its help.
        #[allow(dead_code)] // The reader has it compressed.
        pub(super) const TEXT: &str = concat!($($name, "\t", $help, "\n"),*);
    };
}

fields! {
    Num "evt.num" Number "number of the event, from 1";
    Time "evt.time" Text "time of day, HH:MM:SS with nanoseconds, in local time";
    TimeS "evt.time.s" Text "time of day without nanoseconds";
    TimeIso "evt.time.iso8601" Text "date and time with nanoseconds, in UTC, as ISO 8601 has them";
    DateTime "evt.datetime" Text "date and time with nanoseconds, in local time";
    DateTimeS "evt.datetime.s" Text "date and time without nanoseconds";
    RawTime "evt.rawtime" Duration "nanoseconds since 1970";
    RawTimeS "evt.rawtime.s" Number "seconds since 1970";
    RawTimeNs "evt.rawtime.ns" Nanoseconds "nanoseconds of the second";
    RelTime "evt.reltime" Duration "nanoseconds since the first event";
    RelTimeS "evt.reltime.s" Number "seconds since the first event";
    RelTimeNs "evt.reltime.ns" Nanoseconds "nanoseconds of evt.reltime's second";
    DeltaTime "evt.deltatime" Duration "nanoseconds since the event before";
    DeltaTimeS "evt.deltatime.s" Number "seconds since the event before";
    DeltaTimeNs "evt.deltatime.ns" Nanoseconds "nanoseconds of evt.deltatime's second";
    Latency "evt.latency" Duration "of a return: nanoseconds since the call's entry";
    LatencyS "evt.latency.s" Number "seconds of evt.latency";
    LatencyNs "evt.latency.ns" Nanoseconds "nanoseconds of evt.latency's second";
    Dir "evt.dir" Direction "> for the entry of a call, < for its return";
    Type "evt.type" Call "name of the call, such as openat";
    Category "evt.category" Category "kind of call: file, net, ipc, memory, process, sleep, wait, signal, time, user, system or other; what the descriptor refers to decides for read, write, close and the like";
    Cpu "evt.cpu" Number "number of the CPU";
    Args "evt.args" Text "all arguments, of a return with its result, as name=value; descriptors with what they refer to: live if all calls of a process are recorded, or if a field about that is asked for, too";
    Arg "evt.arg" Argument "one argument as text, by name or number: evt.arg.flags, evt.arg[0]; res is the result, arg0 to arg5 are those of a call that has no name, and sysdig's names name, path, data, size do for the kernel's";
    RawArg "evt.rawarg" RawArgument "one argument as a number, by name or number (evt.rawarg.flags); a path or buffer as it is";
    Buffer "evt.buffer" Text "bytes that are read or written, as far as they are recorded";
    Absent "evt.absent" Text "names of the arguments whose memory was not resident, so that fault=0 did not record it, with commas";
    BufLen "evt.buflen" Number "of the return of an input or output: number of bytes";
    Res "evt.res" Error "of a return: SUCCESS or the error's name, such as ENOENT";
    RawRes "evt.rawres" Result "of a return: the result; an error is negative, and may be written as -ENOENT";
    Failed "evt.failed" Bool "of a return: whether the call failed";
    IsIo "evt.is_io" Bool "whether the call reads from or writes to a descriptor";
    IsIoRead "evt.is_io_read" Bool "whether the call reads from a descriptor";
    IsIoWrite "evt.is_io_write" Bool "whether the call writes to a descriptor";
    IoDir "evt.io_dir" Text "of input and output: read or write";
    IsWait "evt.is_wait" Bool "whether the call makes the thread wait, as poll and nanosleep do";
    Count "evt.count" Number "1";
    ProcName "proc.name" Text "name of the thread that makes the call, 15 bytes at most; a process's first thread has the name of its program";
    Pid "proc.pid" Number "process id";
    Ppid "proc.ppid" Number "process id of the parent";
    ParentName "proc.pname" Text "name of the parent";
    Tid "thread.tid" Number "thread id";
    IsMain "thread.ismain" Bool "whether it is the process's first thread";
    FdNum "fd.num" Number "number of the descriptor that the call is about";
    FdName "fd.name" Text "what the descriptor refers to: a path, or the ends of a connection";
    FdType "fd.type" FileKind "file, directory, ipv4, ipv6, unix, socket, pipe, event, signalfd, timerfd, eventpoll, inotify or other";
    FdTypeChar "fd.typechar" Text "fd.type as a letter: f, d, 4, 6, u, s, p, e, g, t, l, i, o";
    FdDirectory "fd.directory" Text "of a file or directory: its directory";
    FdFilename "fd.filename" Text "of a file: its name without the directory";
    FdServerIp "fd.sip" Address "address of a connection's server; a network (10.0.0.0/8) matches those in it";
    FdClientIp "fd.cip" Address "address of a connection's client";
    FdLocalIp "fd.lip" Address "address of a connection's end on this machine";
    FdRemoteIp "fd.rip" Address "address of a connection's other end";
    FdIp "fd.ip" Address "address of either end of a connection";
    FdServerPort "fd.sport" Number "port of a connection's server";
    FdClientPort "fd.cport" Number "port of a connection's client";
    FdLocalPort "fd.lport" Number "port of a connection's end on this machine";
    FdRemotePort "fd.rport" Number "port of a connection's other end";
    FdPort "fd.port" Number "port of either end of a connection";
    FdIsServer "fd.is_server" Bool "whether this process's end of the connection is the server's";
    FdFamily "fd.sockfamily" Text "of a socket: ip or unix";
    Uid "user.uid" Number "effective user id of the process; in a recording, once a call has set or returned it";
}
