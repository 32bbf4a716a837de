// SPDX-License-Identifier: GPL-2.0

//! Joins paths.

/// Joins `path` to the directory `base`, without `.`, `..` and double slashes. If the base is not known, a relative
/// path stays as it is.
///
/// The result is wrong if a symbolic link comes before a `..`: the recording does not show where the link leads.
#[cold]
pub(super) fn join(base: Option<&[u8]>, path: &[u8]) -> Vec<u8> {
    let base = match base {
        _ if path.starts_with(b"/") => &[],
        Some(base) if base.starts_with(b"/") => base,
        _ => return path.to_vec(),
    };
    let mut joined = Vec::with_capacity(base.len() + path.len() + 1);
    for part in base.split(|&byte| byte == b'/').chain(path.split(|&byte| byte == b'/')) {
        match part {
            b"" | b"." => (),
            b".." => joined.truncate(joined.iter().rposition(|&byte| byte == b'/').unwrap_or(0)),
            part => {
                joined.push(b'/');
                joined.extend_from_slice(part);
            }
        }
    }
    if joined.is_empty() {
        joined.push(b'/');
    }
    joined
}

#[cfg(test)]
mod tests {
    #[test]
    fn join_removes_dots_and_double_slashes() {
        let joined = |base: Option<&str>, path: &str| {
            String::from_utf8(super::join(base.map(str::as_bytes), path.as_bytes())).expect("text")
        };
        assert_eq!(joined(Some("/home"), "a"), "/home/a");
        assert_eq!(joined(Some("/"), "a/"), "/a");
        assert_eq!(joined(Some("/home/me"), "../you//./b"), "/home/you/b");
        assert_eq!(joined(Some("/home"), "../../.."), "/");
        assert_eq!(joined(Some("/home"), "/etc/../x"), "/x");
        assert_eq!(joined(Some("/home"), ""), "/home");
        assert_eq!(joined(None, "../a"), "../a");
        assert_eq!(joined(Some("socket:[1]"), "a"), "a");
    }
}
