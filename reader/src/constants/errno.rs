// SPDX-License-Identifier: GPL-2.0

//! Names and meanings of errors.

use crate::text::compressed_text::{compressed_length as packed_length, CompressedText as Text};
use std::sync::OnceLock;

/// The errors from 1 on, a line each: name, blank, meaning in the words of the C library.
#[rustfmt::skip]
const ERRORS: &str = "\
    EPERM Operation not permitted\n\
    ENOENT No such file or directory\n\
    ESRCH No such process\n\
    EINTR Interrupted system call\n\
    EIO Input/output error\n\
    ENXIO No such device or address\n\
    E2BIG Argument list too long\n\
    ENOEXEC Exec format error\n\
    EBADF Bad file descriptor\n\
    ECHILD No child processes\n\
    EAGAIN Resource temporarily unavailable\n\
    ENOMEM Cannot allocate memory\n\
    EACCES Permission denied\n\
    EFAULT Bad address\n\
    ENOTBLK Block device required\n\
    EBUSY Device or resource busy\n\
    EEXIST File exists\n\
    EXDEV Invalid cross-device link\n\
    ENODEV No such device\n\
    ENOTDIR Not a directory\n\
    EISDIR Is a directory\n\
    EINVAL Invalid argument\n\
    ENFILE Too many open files in system\n\
    EMFILE Too many open files\n\
    ENOTTY Inappropriate ioctl for device\n\
    ETXTBSY Text file busy\n\
    EFBIG File too large\n\
    ENOSPC No space left on device\n\
    ESPIPE Illegal seek\n\
    EROFS Read-only file system\n\
    EMLINK Too many links\n\
    EPIPE Broken pipe\n\
    EDOM Numerical argument out of domain\n\
    ERANGE Numerical result out of range\n\
    EDEADLK Resource deadlock avoided\n\
    ENAMETOOLONG File name too long\n\
    ENOLCK No locks available\n\
    ENOSYS Function not implemented\n\
    ENOTEMPTY Directory not empty\n\
    ELOOP Too many levels of symbolic links\n\
    \n\
    ENOMSG No message of desired type\n\
    EIDRM Identifier removed\n\
    ECHRNG Channel number out of range\n\
    EL2NSYNC Level 2 not synchronized\n\
    EL3HLT Level 3 halted\n\
    EL3RST Level 3 reset\n\
    ELNRNG Link number out of range\n\
    EUNATCH Protocol driver not attached\n\
    ENOCSI No CSI structure available\n\
    EL2HLT Level 2 halted\n\
    EBADE Invalid exchange\n\
    EBADR Invalid request descriptor\n\
    EXFULL Exchange full\n\
    ENOANO No anode\n\
    EBADRQC Invalid request code\n\
    EBADSLT Invalid slot\n\
    \n\
    EBFONT Bad font file format\n\
    ENOSTR Device not a stream\n\
    ENODATA No data available\n\
    ETIME Timer expired\n\
    ENOSR Out of streams resources\n\
    ENONET Machine is not on the network\n\
    ENOPKG Package not installed\n\
    EREMOTE Object is remote\n\
    ENOLINK Link has been severed\n\
    EADV Advertise error\n\
    ESRMNT Srmount error\n\
    ECOMM Communication error on send\n\
    EPROTO Protocol error\n\
    EMULTIHOP Multihop attempted\n\
    EDOTDOT RFS specific error\n\
    EBADMSG Bad message\n\
    EOVERFLOW Value too large for defined data type\n\
    ENOTUNIQ Name not unique on network\n\
    EBADFD File descriptor in bad state\n\
    EREMCHG Remote address changed\n\
    ELIBACC Can not access a needed shared library\n\
    ELIBBAD Accessing a corrupted shared library\n\
    ELIBSCN .lib section in a.out corrupted\n\
    ELIBMAX Attempting to link in too many shared libraries\n\
    ELIBEXEC Cannot exec a shared library directly\n\
    EILSEQ Invalid or incomplete multibyte or wide character\n\
    ERESTART Interrupted system call should be restarted\n\
    ESTRPIPE Streams pipe error\n\
    EUSERS Too many users\n\
    ENOTSOCK Socket operation on non-socket\n\
    EDESTADDRREQ Destination address required\n\
    EMSGSIZE Message too long\n\
    EPROTOTYPE Protocol wrong type for socket\n\
    ENOPROTOOPT Protocol not available\n\
    EPROTONOSUPPORT Protocol not supported\n\
    ESOCKTNOSUPPORT Socket type not supported\n\
    EOPNOTSUPP Operation not supported\n\
    EPFNOSUPPORT Protocol family not supported\n\
    EAFNOSUPPORT Address family not supported by protocol\n\
    EADDRINUSE Address already in use\n\
    EADDRNOTAVAIL Cannot assign requested address\n\
    ENETDOWN Network is down\n\
    ENETUNREACH Network is unreachable\n\
    ENETRESET Network dropped connection on reset\n\
    ECONNABORTED Software caused connection abort\n\
    ECONNRESET Connection reset by peer\n\
    ENOBUFS No buffer space available\n\
    EISCONN Transport endpoint is already connected\n\
    ENOTCONN Transport endpoint is not connected\n\
    ESHUTDOWN Cannot send after transport endpoint shutdown\n\
    ETOOMANYREFS Too many references: cannot splice\n\
    ETIMEDOUT Connection timed out\n\
    ECONNREFUSED Connection refused\n\
    EHOSTDOWN Host is down\n\
    EHOSTUNREACH No route to host\n\
    EALREADY Operation already in progress\n\
    EINPROGRESS Operation now in progress\n\
    ESTALE Stale file handle\n\
    EUCLEAN Structure needs cleaning\n\
    ENOTNAM Not a XENIX named type file\n\
    ENAVAIL No XENIX semaphores available\n\
    EISNAM Is a named type file\n\
    EREMOTEIO Remote I/O error\n\
    EDQUOT Disk quota exceeded\n\
    ENOMEDIUM No medium found\n\
    EMEDIUMTYPE Wrong medium type\n\
    ECANCELED Operation canceled\n\
    ENOKEY Required key not available\n\
    EKEYEXPIRED Key has expired\n\
    EKEYREVOKED Key has been revoked\n\
    EKEYREJECTED Key was rejected by service\n\
    EOWNERDEAD Owner died\n\
    ENOTRECOVERABLE State not recoverable\n\
    ERFKILL Operation not possible due to RF-kill\n\
    EHWPOISON Memory page has hardware error\n\
";

/// The errors from [`FIRST_INTERNAL`] on. The kernel replaces them before a program sees them; a tracer sees them.
const INTERNAL: &str = "\
    ERESTARTSYS To be restarted if SA_RESTART is set\n\
    ERESTARTNOINTR To be restarted\n\
    ERESTARTNOHAND To be restarted if no handler\n\
    ENOIOCTLCMD Unknown error 515\n\
    ERESTART_RESTARTBLOCK Interrupted by signal\n";

const FIRST_INTERNAL: u32 = 512;

static COMPRESSED: Text<{ packed_length(ERRORS.as_bytes()) }> = Text::new(ERRORS.as_bytes());

/// The name and the meaning of an error.
type NameAndMeaning = (&'static str, &'static str);

/// Finds the name and the meaning of an error.
pub(crate) fn name_and_meaning(number: u32) -> Option<NameAndMeaning> {
    static PARSED: OnceLock<Box<[Option<NameAndMeaning>]>> = OnceLock::new();
    if number >= FIRST_INTERNAL {
        return INTERNAL.lines().nth((number - FIRST_INTERNAL) as usize)?.split_once(' ');
    }
    let errors = PARSED.get_or_init(|| COMPRESSED.get().lines().map(|line| line.split_once(' ')).collect());
    errors.get(number.checked_sub(1)? as usize).copied()?
}

/// Finds the name of an error.
pub(crate) fn name(number: u32) -> Option<&'static str> {
    name_and_meaning(number).map(|(name, _)| name)
}

/// Finds the error of this name. Some errors have a second name.
pub(crate) fn number(name: &str) -> Option<u32> {
    let name = match name {
        "EWOULDBLOCK" => "EAGAIN",
        "EDEADLOCK" => "EDEADLK",
        "ENOTSUP" => "EOPNOTSUPP",
        name => name,
    };
    let find = |lines: &str, first: u32| {
        let at = lines.lines().position(|line| !line.is_empty() && line.split(' ').next() == Some(name))?;
        Some(first + at as u32)
    };
    find(COMPRESSED.get(), 1).or_else(|| find(INTERNAL, FIRST_INTERNAL))
}

/// Iterates over the names of all errors, without second names.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    // The internal errors are the last ones; they end before 600.
    (1..600).filter_map(name)
}

/// Whether an error tells the kernel to make the call again. The program does not see such an error.
pub(crate) fn is_restart(number: u32) -> bool {
    matches!(number, 512..=514 | 516)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_name_and_a_meaning() {
        assert_eq!(name_and_meaning(1), Some(("EPERM", "Operation not permitted")));
        assert_eq!(name_and_meaning(133), Some(("EHWPOISON", "Memory page has hardware error")));
        assert_eq!(name_and_meaning(516), Some(("ERESTART_RESTARTBLOCK", "Interrupted by signal")));
        // Linux has no errors 41 and 58.
        let nameless: Vec<_> = (1..=133).filter(|&number| name_and_meaning(number).is_none()).collect();
        assert_eq!(nameless, [41, 58]);
        assert_eq!([0, 134, 511, 517, u32::MAX].map(name_and_meaning), [None; 5]);
    }

    #[test]
    fn every_name_gives_its_number() {
        for error in (1..=133).chain(512..=516) {
            if let Some(name) = name(error) {
                assert_eq!(number(name), Some(error));
            }
        }
        assert_eq!(number("EWOULDBLOCK"), Some(11));
        assert_eq!(number("ENOTSUP"), Some(95));
        assert_eq!(number("ENOENTX"), None);
        assert_eq!(number(""), None);
    }

    #[test]
    fn listed_names_and_numbers_agree() {
        assert_eq!(name(2), Some("ENOENT"));
        assert_eq!(number("EWOULDBLOCK"), Some(11));
        assert_eq!(names().count(), 131 + 5);
        assert!(names().all(|text| number(text).and_then(name) == Some(text)));
        assert_eq!([0, 41, 134].map(name), [None; 3]);
        assert_eq!(["", "EFOO", "enoent"].map(number), [None; 3]);
    }
}
