// SPDX-License-Identifier: GPL-2.0

//! What calls do to threads, processes and file descriptors.

use crate::calls::{Abi, Call, Direction, NUMBERS};

/// What a call does, as far as it matters to the model. Those with a file descriptor as their result say so.
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
    /// Result: one of [`ANONYMOUS`].
    Make(u8),
    /// Result: a file that is not known.
    Find,
    /// Result: the same as another descriptor.
    Dup,
    /// Likewise, if the command is one of these; or sets a flag.
    Fcntl,
    /// Sets that flag by another call.
    Ioctl,
    /// Result: a socket.
    Socket,
    /// Result: the socket of a connection.
    Accept,
    /// Gives two sockets.
    SocketPair,
    /// Gives both ends of a pipe.
    Pipe,
    /// Tell addresses of a socket.
    Connect,
    Bind,
    Listen,
    SocketName,
    PeerName,
    /// Closes files.
    Close,
    CloseRange,
    /// Change the current directory, or tell it.
    Chdir,
    Fchdir,
    Getcwd,
    /// Ends the sharing of files.
    Unshare,
    /// Sets the user: the effective one is in this register.
    Setuid(u8),
    /// Tell the users.
    Getuid,
    Geteuid,
    Getresuid,
}

/// Files without a path, as `/proc/PID/fd` has them, and the bit of the call's flags that closes them when
/// another program is run; 0: they always are.
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

/// `O_CLOEXEC` on all machines, and what sockets, pipes and most others have instead of it.
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

/// What is known of a call before it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traits {
    pub(super) effect: Effect,
    /// The register of its first argument that is a file descriptor.
    pub(super) file: Option<u8>,
}

/// Those of all calls, by their numbers; looked up by name once.
pub(super) struct Table(Vec<Option<Traits>>);

impl Default for Table {
    fn default() -> Self {
        Self(vec![None; Abi::ALL.len() * NUMBERS])
    }
}

impl Table {
    /// Those of a call.
    pub(super) fn get(&mut self, abi: Abi, number: u32, call: Option<Call>) -> Traits {
        // A number beyond these would be another program's.
        let row = (number as usize) < NUMBERS;
        let place = self.0.get_mut(abi as usize * NUMBERS + number as usize).filter(|_| row);
        match (place, call) {
            (Some(traits), Some(call)) => *traits.get_or_insert_with(|| look_up(call)),
            _ => Traits::default(),
        }
    }
}

#[cold]
fn look_up(call: Call) -> Traits {
    let file = register_of(call, &["fd", "dirfd"]);
    Traits { effect: Effect::of(call.name()), file }
}

/// Whether what a call does matters to the model: it does something to threads, processes or file descriptors, or tells
/// something of them.
pub fn is_followed(call: Call) -> bool {
    Effect::of(call.name()) != Effect::None
}

/// Whether the call's result, if it is no error, is a file descriptor.
pub fn returns_file(call: Call) -> bool {
    let effect = Effect::of(call.name());
    matches!(effect, Effect::Open | Effect::Make(_) | Effect::Find | Effect::Dup | Effect::Socket | Effect::Accept)
}

/// The register of the call's first argument of one of these kinds.
pub(super) fn register_of(call: Call, kinds: &[&str]) -> Option<u8> {
    let mut parameters = call.parameters().into_iter().flatten();
    parameters.find(|parameter| kinds.contains(&parameter.kind)).map(|parameter| parameter.register)
}

/// Whether the call only reads the memory that the argument in this register points to.
pub(super) fn is_input(call: Call, register: u8) -> bool {
    let mut parameters = call.parameters().into_iter().flatten();
    parameters.any(|parameter| parameter.register == register && parameter.direction == Direction::In)
}
