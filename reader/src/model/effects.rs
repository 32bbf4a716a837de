// SPDX-License-Identifier: GPL-2.0

//! What each system call does to threads, processes and file descriptors.

use crate::calls::{Abi, Direction, KnownCall, NUMBERS, ROW_COUNT};
use std::sync::atomic::{AtomicU8, Ordering};

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
    /// May stop sharing descriptors with other processes.
    Unshare,
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

/// Whether the call makes or ends threads, or replaces their program.
pub fn changes_threads(call: KnownCall) -> bool {
    matches!(Effect::of(call.name()), Effect::Fork | Effect::Exec | Effect::Exit | Effect::ExitGroup)
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
