// SPDX-License-Identifier: GPL-2.0

//! Addresses of sockets, as programs pass them to the kernel.

use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};

/// Address families, `include/linux/socket.h`.
pub(crate) const AF_UNIX: u16 = 1;
pub(crate) const AF_INET: u16 = 2;
pub(crate) const AF_INET6: u16 = 10;

/// The address of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// An IPv4 or IPv6 address.
    Ip(SocketAddr),
    /// The address of a Unix socket: a path, or `@` and an abstract name. Empty for a socket without a name.
    Path(Vec<u8>),
    /// No address, or one of another family.
    None,
}

impl Address {
    /// Reads a `struct sockaddr`. One that is cut off is [`Address::None`].
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self::read(bytes).unwrap_or(Self::None)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (family, rest) = bytes.split_first_chunk::<2>()?;
        match u16::from_le_bytes(*family) {
            AF_UNIX => {
                let path = match rest.split_first() {
                    // The length says where an abstract name ends. It may contain a NUL.
                    Some((0, name)) if !name.is_empty() => [b"@", name].concat(),
                    _ => rest.split(|&byte| byte == 0).next().unwrap_or_default().to_vec(),
                };
                Some(Self::Path(path))
            }
            AF_INET => {
                let (port, rest) = rest.split_first_chunk::<2>()?;
                let (ip, _) = rest.split_first_chunk::<4>()?;
                Some(Self::Ip(SocketAddr::from((*ip, u16::from_be_bytes(*port)))))
            }
            AF_INET6 => {
                let (port, rest) = rest.split_first_chunk::<2>()?;
                let (_flow, rest) = rest.split_first_chunk::<4>()?;
                let (ip, rest) = rest.split_first_chunk::<16>()?;
                // Old programs pass an address without a scope.
                let scope = rest.split_first_chunk::<4>().map_or(0, |(scope, _)| u32::from_le_bytes(*scope));
                let (ip, port) = (Ipv6Addr::from(*ip), u16::from_be_bytes(*port));
                Some(Self::Ip(SocketAddrV6::new(ip, port, 0, scope).into()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_each_family_are_read_and_cut_ones_are_none() {
        let ip = |text: &str| Address::Ip(text.parse().expect("an address"));
        assert_eq!(Address::new(&[2, 0, 0, 80, 10, 0, 2, 15, 0, 0]), ip("10.0.2.15:80"));
        let mut six = vec![10, 0, 0x1f, 0x90, 0, 0, 0, 0];
        six.extend([0; 15]);
        six.push(1);
        assert_eq!(Address::new(&six), ip("[::1]:8080"));
        six.extend([3, 0, 0, 0]);
        assert_eq!(Address::new(&six), ip("[::1%3]:8080"));
        assert_eq!(Address::new(b"\x01\0/run/x\0junk"), Address::Path(b"/run/x".to_vec()));
        assert_eq!(Address::new(b"\x01\0\0abstract"), Address::Path(b"@abstract".to_vec()));
        assert_eq!(Address::new(b"\x01\0"), Address::Path(Vec::new()));
        for cut in [&[][..], &[2], &[2, 0, 0, 80, 10], &six[..23], &[16, 0, 1, 2, 3]] {
            assert_eq!(Address::new(cut), Address::None, "{cut:?}");
        }
    }
}
