// SPDX-License-Identifier: GPL-2.0

//! Names of errors: those of `asm-generic/errno-base.h` and `errno.h`, which all architectures here share, and those
//! that the kernel keeps to itself (`include/linux/errno.h`) but shows to who looks at a call's return.

/// By number, from 1; a dash for a number without a name.
const NAMES: &str =
    "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY \
    EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM \
    ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG \
    EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG \
    EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC \
    ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE \
    ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL \
    ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT \
    ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT \
    ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL \
    EHWPOISON";

/// From 512.
const INTERNAL: &str = "ERESTARTSYS ERESTARTNOINTR ERESTARTNOHAND ENOIOCTLCMD ERESTART_RESTARTBLOCK";
const FIRST_INTERNAL: u32 = 512;

/// Second names.
const ALIASES: [(&str, u32); 3] = [("EWOULDBLOCK", 11), ("EDEADLOCK", 35), ("ENOTSUP", 95)];

/// The name of an error.
pub fn name(errno: u32) -> Option<&'static str> {
    let (names, index) = match errno.checked_sub(FIRST_INTERNAL) {
        Some(index) => (INTERNAL, index),
        None => (NAMES, errno.checked_sub(1)?),
    };
    names.split(' ').nth(index as usize).filter(|&name| name != "-")
}

/// The error of a name.
pub fn number(name: &str) -> Option<u32> {
    let position = |names: &str, first: u32| {
        let index = names.split(' ').position(|other| other == name && other != "-");
        index.map(|index| first + index as u32)
    };
    let alias = || ALIASES.iter().find(|(alias, _)| *alias == name).map(|&(_, number)| number);
    position(NAMES, 1).or_else(|| position(INTERNAL, FIRST_INTERNAL)).or_else(alias)
}

/// All names.
pub fn names() -> impl Iterator<Item = &'static str> {
    let aliases = ALIASES.iter().map(|&(name, _)| name);
    NAMES.split(' ').chain(INTERNAL.split(' ')).filter(|&name| name != "-").chain(aliases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_linux() {
        let known = [
            ("EPERM", libc::EPERM),
            ("ENOENT", libc::ENOENT),
            ("EDEADLK", libc::EDEADLK),
            ("ELOOP", libc::ELOOP),
            ("ENOMSG", libc::ENOMSG),
            ("EBADSLT", libc::EBADSLT),
            ("EBFONT", libc::EBFONT),
            ("EOVERFLOW", libc::EOVERFLOW),
            ("EILSEQ", libc::EILSEQ),
            ("ENOTSOCK", libc::ENOTSOCK),
            ("ETIMEDOUT", libc::ETIMEDOUT),
            ("EINPROGRESS", libc::EINPROGRESS),
            ("EDQUOT", libc::EDQUOT),
            ("EHWPOISON", libc::EHWPOISON),
            ("EWOULDBLOCK", libc::EWOULDBLOCK),
            ("ENOTSUP", libc::ENOTSUP),
            ("EDEADLOCK", libc::EDEADLOCK),
        ];
        for (text, errno) in known {
            assert_eq!(number(text), Some(errno as u32), "{text}");
        }
        assert_eq!(number("ERESTARTSYS"), Some(512));
        assert_eq!(number("ERESTART_RESTARTBLOCK"), Some(516));
    }

    #[test]
    fn names_and_numbers_agree() {
        for errno in 0..600 {
            if let Some(text) = name(errno) {
                assert_eq!(number(text), Some(errno), "{text}");
            }
        }
        assert_eq!([0, 41, 58, 134, 511, 517].map(name), [None; 6]);
        assert_eq!(["-", "", "EFOO", "enoent"].map(number), [None; 4]);
        assert!(names().all(|text| number(text).is_some()));
    }
}
