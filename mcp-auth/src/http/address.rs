//! Which addresses our requests may go to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far outgoing requests reach beyond the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Reach {
    /// This machine itself, for an issuer that is configured on it.
    pub(crate) loopback: bool,
    /// The private networks of an organisation (RFC 1918, RFC 4193, RFC 6598). Never link-local addresses: there
    /// live the metadata services of clouds.
    pub(crate) private: bool,
}

impl Reach {
    /// Whether a connection to `address` may be opened.
    pub(crate) fn allows(self, address: IpAddr) -> bool {
        let address = unmapped(address);
        if address.is_loopback() {
            self.loopback
        } else if is_private(address) {
            self.private
        } else {
            !is_special(address)
        }
    }
}

/// `::ffff:10.0.0.1` reaches 10.0.0.1, so it is judged as that.
fn unmapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => PRIVATE_V4.iter().any(|network| network.contains(v4)),
        IpAddr::V6(v6) => UNIQUE_LOCAL.contains(v6),
    }
}

fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => SPECIAL_V4.iter().any(|network| network.contains(v4)),
        // Everything outside of global unicast is special, and some of what is inside.
        IpAddr::V6(v6) => {
            !GLOBAL_V6.contains(v6) || SPECIAL_V6.iter().any(|network| network.contains(v6)) || is_isatap(v6)
        }
    }
}

/// An interface that stands for an IPv4 address behind a tunnel (ISATAP, RFC 5214 section 6.1), under any prefix.
fn is_isatap(address: Ipv6Addr) -> bool {
    let [_, _, _, _, first, second, _, _] = address.segments();
    second == 0x5efe && first & !0x0200 == 0
}

/// A block of IPv4 addresses: those whose first `length` bits are the ones of `first`.
struct V4(Ipv4Addr, u32);

impl V4 {
    const fn new(a: u8, b: u8, c: u8, d: u8, length: u32) -> Self {
        Self(Ipv4Addr::new(a, b, c, d), length)
    }

    fn contains(&self, address: Ipv4Addr) -> bool {
        (self.0.to_bits() ^ address.to_bits()).leading_zeros() >= self.1
    }
}

/// The same for IPv6, where the first two groups tell all blocks that matter here apart.
struct V6(Ipv6Addr, u32);

impl V6 {
    const fn new(first: u16, second: u16, third: u16, length: u32) -> Self {
        Self(Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0), length)
    }

    fn contains(&self, address: Ipv6Addr) -> bool {
        (self.0.to_bits() ^ address.to_bits()).leading_zeros() >= self.1
    }
}

const PRIVATE_V4: [V4; 4] = [
    V4::new(10, 0, 0, 0, 8),     // RFC 1918
    V4::new(172, 16, 0, 0, 12),  // RFC 1918
    V4::new(192, 168, 0, 0, 16), // RFC 1918
    V4::new(100, 64, 0, 0, 10),  // shared between a carrier and its customers, RFC 6598
];

/// The registry of RFC 6890 without the private blocks above.
const SPECIAL_V4: [V4; 11] = [
    V4::new(0, 0, 0, 0, 8),      // "this network"
    V4::new(127, 0, 0, 0, 8),    // loopback
    V4::new(169, 254, 0, 0, 16), // link-local, metadata services of clouds
    V4::new(192, 0, 0, 0, 24),   // protocol assignments
    V4::new(192, 0, 2, 0, 24),   // documentation
    V4::new(192, 88, 99, 0, 24), // 6to4 relays
    V4::new(198, 18, 0, 0, 15),  // benchmarks
    V4::new(198, 51, 100, 0, 24),
    V4::new(203, 0, 113, 0, 24),
    V4::new(224, 0, 0, 0, 4), // multicast
    V4::new(240, 0, 0, 0, 4), // reserved, broadcast
];

const UNIQUE_LOCAL: V6 = V6::new(0xfc00, 0, 0, 7); // RFC 4193

/// Global unicast. NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`), discard-only, IPv4-compatible, link-local, site-local and
/// multicast addresses are all outside of it.
const GLOBAL_V6: V6 = V6::new(0x2000, 0, 0, 3);

/// Special blocks inside of global unicast. Teredo and 6to4 carry an IPv4 address that would escape the table above.
const SPECIAL_V6: [V6; 5] = [
    V6::new(0x2001, 0, 0, 23), // protocol assignments: Teredo 2001::/32, benchmarks, ORCHID
    V6::new(0x2001, 0xdb8, 0, 32), // documentation
    V6::new(0x2002, 0, 0, 16), // 6to4
    V6::new(0x3fff, 0, 0, 20), // documentation, RFC 9637
    V6::new(0x2620, 0x4f, 0x8000, 48), // AS112
];

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: Reach = Reach { loopback: false, private: false };

    #[test]
    fn f6_public_addresses_are_reached() {
        for address in
            ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2001:4860:4860::8888"]
        {
            assert!(PUBLIC.allows(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn f6_special_addresses_are_never_reached() {
        let everything_opened = Reach { loopback: true, private: true };
        for address in [
            "0.0.0.0",
            "169.254.169.254",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::7f00:1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378::",
            "2001:db8::1",
            "2002:7f00:1::",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2606:4700::5efe:7f00:1",
            "2606:4700::200:5efe:a9fe:a9fe",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!PUBLIC.allows(address.parse().unwrap()), "{address}");
            assert!(!everything_opened.allows(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn f6_loopback_and_private_networks_are_opened_by_name() {
        for address in ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"] {
            let address = address.parse().unwrap();
            assert!(!PUBLIC.allows(address) && !Reach { private: true, ..PUBLIC }.allows(address));
            assert!(Reach { loopback: true, ..PUBLIC }.allows(address));
        }
        for address in [
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "fd00::1",
            "::ffff:10.0.0.1",
        ] {
            let address = address.parse().unwrap();
            assert!(!PUBLIC.allows(address) && !Reach { loopback: true, ..PUBLIC }.allows(address));
            assert!(Reach { private: true, ..PUBLIC }.allows(address));
        }
    }
}
