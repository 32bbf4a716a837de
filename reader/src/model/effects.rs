// SPDX-License-Identifier: GPL-2.0

//! What each system call does to threads, processes and file descriptors.

use crate::calls::{Abi, Direction, KnownCall, NUMBERS, ROW_COUNT};
use crate::decode::DecodedCall;
use std::sync::atomic::{AtomicU8, Ordering};
use syscall_record_format::format::{Header, Machine};

/// What a call does, as far as it matters to the model. "Result" says that the call's result is a new descriptor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    #[default]
    None,
    /// Makes a thread or a process.
    Fork,
    /// Runs another program.
    Exec,
    /// Ends the thread.
    Exit,
    /// Ends the process.
    ExitGroup,
    /// Result: a file with a path.
    Open,
    /// Result: the file at this index of [`ANONYMOUS`].
    Make(u8),
    /// Result: a file that the call's arguments do not tell.
    Find,
    /// Result: a second descriptor of the same file.
    Dup,
    /// `fcntl`: by its command, as `Dup`, or sets whether `execve` closes the descriptor.
    Fcntl,
    /// `ioctl`: may set whether `execve` closes the descriptor.
    Ioctl,
    /// Result: a socket.
    Socket,
    /// Result: the socket of a connection.
    Accept,
    /// Writes the descriptors of two connected sockets.
    SocketPair,
    /// Writes the descriptors of both ends of a pipe.
    Pipe,
    /// Sets the address of the other end of a socket.
    Connect,
    /// Sets the address of this end of a socket.
    Bind,
    /// Makes a socket accept connections.
    Listen,
    /// Tells the address of this end of a socket.
    SocketName,
    /// Tells the address of the other end of a socket.
    PeerName,
    /// Closes a descriptor.
    Close,
    /// Closes a range of descriptors, or marks them to be closed by `execve`.
    CloseRange,
    /// Changes the current directory, by path.
    Chdir,
    /// Changes the current directory, by descriptor.
    Fchdir,
    /// Tells the current directory.
    Getcwd,
    /// May stop sharing descriptors or the current directory with other threads.
    Unshare,
    /// Makes the current directory another one, which the arguments do not tell.
    LoseDirectory,
    /// May set the name of the thread.
    Rename,
    /// Waits for a child, and may tell of its end. The status is in register 1.
    Wait,
    /// As `Wait`, but for a `siginfo` in register 2.
    Waitid,
    /// Tells the parent.
    Getppid,
    /// Sends to the address in the arguments.
    SendTo,
    /// Receives, and tells the address of the sender.
    ReceiveFrom,
    /// Sets the effective user, which is in this register.
    Setuid(u8),
    /// Tells the real user.
    Getuid,
    /// Tells the effective user.
    Geteuid,
    /// Tells all users.
    Getresuid,
}

/// Files without a path, by the names that `/proc/PID/fd` has for them. With each, the bit of the call's flags that
/// makes `execve` close the descriptor; 0 if `execve` always closes it.
pub(super) static ANONYMOUS: [(&str, u32); 12] = [
    ("anon_inode:[eventfd]", CLOSE_ON_EXEC),
    ("anon_inode:[signalfd]", CLOSE_ON_EXEC),
    ("anon_inode:[timerfd]", CLOSE_ON_EXEC),
    ("anon_inode:[eventpoll]", CLOSE_ON_EXEC),
    ("anon_inode:inotify", CLOSE_ON_EXEC),
    ("/memfd:", 1),
    ("anon_inode:[pidfd]", 0),
    ("anon_inode:[io_uring]", 0),
    ("anon_inode:[perf_event]", 8),
    ("anon_inode:[userfaultfd]", CLOSE_ON_EXEC),
    ("anon_inode:[fanotify]", 1),
    ("anon_inode:[fscontext]", 1),
];

/// `O_CLOEXEC` of all machines. The flags of sockets, pipes and most other files have the same bit.
pub(super) const CLOSE_ON_EXEC: u32 = 0o2_000_000;

impl Effect {
    #[cold]
    fn of(name: &str) -> Self {
        match name {
            "clone" | "clone3" | "fork" | "vfork" => Self::Fork,
            "execve" | "execveat" => Self::Exec,
            "exit" => Self::Exit,
            "exit_group" => Self::ExitGroup,
            "open" | "openat" | "openat2" | "creat" => Self::Open,
            "eventfd" | "eventfd2" => Self::Make(0),
            "signalfd" | "signalfd4" => Self::Make(1),
            "timerfd_create" => Self::Make(2),
            "epoll_create" | "epoll_create1" => Self::Make(3),
            "inotify_init" | "inotify_init1" => Self::Make(4),
            "memfd_create" => Self::Make(5),
            "pidfd_open" => Self::Make(6),
            "io_uring_setup" => Self::Make(7),
            "perf_event_open" => Self::Make(8),
            "userfaultfd" => Self::Make(9),
            "fanotify_init" => Self::Make(10),
            "fsopen" | "fspick" => Self::Make(11),
            "open_by_handle_at"
            | "open_tree"
            | "open_tree_attr"
            | "fsmount"
            | "pidfd_getfd"
            | "mq_open"
            | "memfd_secret"
            | "landlock_create_ruleset" => Self::Find,
            "dup" | "dup2" | "dup3" => Self::Dup,
            "fcntl" | "fcntl64" => Self::Fcntl,
            "ioctl" => Self::Ioctl,
            "socket" => Self::Socket,
            "accept" | "accept4" => Self::Accept,
            "socketpair" => Self::SocketPair,
            "pipe" | "pipe2" => Self::Pipe,
            "connect" => Self::Connect,
            "bind" => Self::Bind,
            "listen" => Self::Listen,
            "getsockname" => Self::SocketName,
            "getpeername" => Self::PeerName,
            "close" => Self::Close,
            "close_range" => Self::CloseRange,
            "chdir" => Self::Chdir,
            "fchdir" => Self::Fchdir,
            "getcwd" => Self::Getcwd,
            "unshare" => Self::Unshare,
            "setns" | "pivot_root" => Self::LoseDirectory,
            "prctl" => Self::Rename,
            "wait4" | "waitpid" => Self::Wait,
            "waitid" => Self::Waitid,
            "getppid" => Self::Getppid,
            "sendto" => Self::SendTo,
            "recvfrom" => Self::ReceiveFrom,
            "setuid" | "setuid32" => Self::Setuid(0),
            "setreuid" | "setreuid32" | "setresuid" | "setresuid32" => Self::Setuid(1),
            "getuid" | "getuid32" => Self::Getuid,
            "geteuid" | "geteuid32" => Self::Geteuid,
            "getresuid" | "getresuid32" => Self::Getresuid,
            _ => Self::None,
        }
    }
}

/// What the model needs to know of a call's row in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CallTraits {
    pub(super) effect: Effect,
    /// The register of its first argument that is a file descriptor.
    pub(super) file: Option<u8>,
}

/// The traits of all calls, by ABI and number. Each is looked up by the call's name once, at its first use.
pub(super) struct EffectTable(Vec<Option<CallTraits>>);

impl Default for EffectTable {
    fn default() -> Self {
        Self(vec![None; Abi::ALL.len() * NUMBERS])
    }
}

impl EffectTable {
    /// The traits of a call, as its record has it.
    pub(super) fn get_by_number(&mut self, header: &Header, call: &DecodedCall<'_>) -> CallTraits {
        let abi = Abi::new(header.machine, call.is_32bit);
        self.get(abi, call.number, KnownCall::new(abi, call.number))
    }

    /// The traits of a call.
    pub(super) fn get(&mut self, abi: Abi, number: u32, call: Option<KnownCall>) -> CallTraits {
        // A larger number would index the numbers of the next ABI.
        let has_place = (number as usize) < NUMBERS;
        let place = self.0.get_mut(abi as usize * NUMBERS + number as usize).filter(|_| has_place);
        match (place, call) {
            (Some(traits), Some(call)) => *traits.get_or_insert_with(|| look_up(call)),
            _ => CallTraits::default(),
        }
    }
}

#[cold]
fn look_up(call: KnownCall) -> CallTraits {
    let file = register_of(call, &["fd", "dirfd"]);
    CallTraits { effect: Effect::of(call.name()), file }
}

/// Whether the model learns from a call: it changes threads, processes or file descriptors, or tells something of them.
pub fn is_followed(call: KnownCall) -> bool {
    Effect::of(call.name()) != Effect::None
}

/// Whether the call makes or ends threads, tells of their end, replaces their program, or gives them another name: from
/// these, the model learns which thread has an id.
pub fn changes_threads(call: KnownCall) -> bool {
    matches!(
        Effect::of(call.name()),
        Effect::Fork | Effect::Exec | Effect::Exit | Effect::ExitGroup | Effect::Wait | Effect::Waitid | Effect::Rename
    )
}

/// Whether the memory of a call with these lower 8 bits of its number may tell of threads: what a child shares with its
/// maker (`clone3`), or that a process has ended (`wait4`, `waitid`, `waitpid`). Of both widths of the machine.
pub(super) fn tells_of_threads(machine: Machine, call: u8) -> bool {
    const fn bits(number: u32) -> u8 {
        number as u8
    }
    const CLONE3: u8 = bits(435);
    const NARROW: [u8; 2] = [bits(114), bits(280)];
    const WIDE: [u8; 2] = [bits(260), bits(95)];
    const X86: [u8; 5] = [bits(61), bits(247), bits(114), bits(284), bits(7)];
    call == CLONE3
        || match machine {
            Machine::Arm => NARROW.contains(&call),
            Machine::Arm64 => NARROW.contains(&call) || WIDE.contains(&call),
            Machine::X86_64 => X86.contains(&call),
        }
}

/// Whether the call's result is a new file descriptor, unless the call fails.
pub fn returns_descriptor(call: KnownCall) -> bool {
    const NO: u8 = 1;
    const YES: u8 = 2;
    // By row, what was found out; 0 for nothing yet.
    static KNOWN: [AtomicU8; ROW_COUNT] = [const { AtomicU8::new(0) }; ROW_COUNT];
    let Some(known) = KNOWN.get(call.row()) else { return false };
    if known.load(Ordering::Relaxed) == 0 {
        known.store(if makes_descriptor(call) { YES } else { NO }, Ordering::Relaxed);
    }
    known.load(Ordering::Relaxed) == YES
}

#[cold]
fn makes_descriptor(call: KnownCall) -> bool {
    let effect = Effect::of(call.name());
    matches!(effect, Effect::Open | Effect::Make(_) | Effect::Find | Effect::Dup | Effect::Socket | Effect::Accept)
}

/// Whether the flags of a call with these arguments make its result a number of another kind, where the call otherwise
/// returns a new descriptor.
pub(super) fn returns_plain_number<'a>(
    call: KnownCall,
    registers: &[u64],
    input: impl Fn(u8) -> Option<&'a [u8]>,
) -> bool {
    match call.name_and_hash().0 {
        // `LANDLOCK_CREATE_RULESET_VERSION` and `LANDLOCK_CREATE_RULESET_ERRATA`.
        "landlock_create_ruleset" => registers.get(2).is_some_and(|flags| flags & 3 != 0),
        // `IORING_SETUP_REGISTERED_FD_ONLY`: the result is an index of the descriptors that the ring knows.
        "io_uring_setup" => {
            let flags = input(1).and_then(|params| params.get(8..)?.first_chunk());
            flags.is_some_and(|flags| u32::from_le_bytes(*flags) & (1 << 15) != 0)
        }
        _ => false,
    }
}

/// The register of the call's first argument of one of these kinds.
pub(super) fn register_of(call: KnownCall, kinds: &[&str]) -> Option<u8> {
    let mut parameters = call.parameters().into_iter().flatten();
    parameters.find(|parameter| kinds.contains(&parameter.kind)).map(|parameter| parameter.register)
}

/// Whether the call only reads the memory that the argument in this register points to.
pub(super) fn is_input(call: KnownCall, register: u8) -> bool {
    let mut parameters = call.parameters().into_iter().flatten();
    parameters.any(|parameter| parameter.register == register && parameter.direction == Direction::In)
}
