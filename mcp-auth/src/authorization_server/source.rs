//! Where a request comes from, for limits: an address that cannot be made up, or nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};

use crate::Problem;

/// One who can be limited without limiting others: an IPv4 address, or the network of an IPv6 one, of which everybody has
/// more than can be counted (RFC 6177).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Source(IpAddr);

/// The proxies that are believed when they say for whom they ask.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrustedProxies(Vec<Network>);

#[derive(Debug, Clone, Copy)]
struct Network {
    address: u128,
    /// How many of the 128 bits count.
    length: u32,
}

impl Source {
    /// `None` where it is not known: the server was not told who connects, or that is a proxy which nobody trusts, such as
    /// whatever runs on this machine or in its network. What a header says counts from a trusted proxy alone: anybody can
    /// write one (F17).
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, trusted: &TrustedProxies) -> Option<Self> {
        let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
        let peer = peer.ip().to_canonical();
        let address = if trusted.contain(peer) { forwarded(headers, trusted)? } else { peer };
        is_public(address).then(|| Self(network_of(address)))
    }
}

/// For whom the last proxy asks that is not trusted itself: whoever stands further left in the header wrote what they liked.
fn forwarded(headers: &HeaderMap, trusted: &TrustedProxies) -> Option<IpAddr> {
    let lines = headers.get_all("x-forwarded-for").into_iter().collect::<Vec<_>>();
    for line in lines.into_iter().rev() {
        for text in line.to_str().ok()?.rsplit(',') {
            let text = text.trim();
            let address = text.parse().or_else(|_| text.parse::<SocketAddr>().map(|peer| peer.ip())).ok()?;
            let address = IpAddr::to_canonical(&address);
            if !trusted.contain(address) {
                return Some(address);
            }
        }
    }
    None
}

/// Behind every other address there may be a proxy, and behind that everybody.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let shared = address.octets()[0] == 100 && address.octets()[1] & 0xc0 == 64;
            !(address.is_loopback() || address.is_private() || address.is_link_local() || shared)
        }
        IpAddr::V6(address) => {
            !(address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local())
        }
    }
}

fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl TrustedProxies {
    /// Addresses, and networks such as `10.0.0.0/8`.
    pub(crate) fn parse(texts: &[String]) -> Result<Self, Vec<Problem>> {
        let (mut networks, mut problems) = (Vec::new(), Vec::new());
        for text in texts {
            match Network::parse(text.trim()) {
                Some(network) => networks.push(network),
                None => problems.push(Problem::new(
                    "AuthorizationServer::trusted_proxies",
                    format!("`{text}` is neither an address nor a network"),
                    "write the address of the proxy, such as 10.0.0.7, or its network, such as 10.0.0.0/8; never 0.0.0.0/0",
                )),
            }
        }
        if problems.is_empty() { Ok(Self(networks)) } else { Err(problems) }
    }

    fn contain(&self, address: IpAddr) -> bool {
        let bits = bits(address);
        self.0.iter().any(|network| {
            let unread = 128 - network.length;
            (bits ^ network.address) >> unread == 0
        })
    }
}

impl Network {
    /// `None`: it cannot be read, or it is everybody.
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let whole = if address.is_ipv4() { Ipv4Addr::BITS } else { Ipv6Addr::BITS };
        let length = length.unwrap_or(whole);
        let counted = (1..=whole).contains(&length).then_some(128 - whole + length)?;
        Some(Self { address: bits(address), length: counted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Option<String> {
        let trusted: Vec<_> = trusted.iter().map(|&text| text.to_owned()).collect();
        let trusted = TrustedProxies::parse(&trusted).unwrap();
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        Source::of(&extensions, &headers, &trusted).map(|Source(address)| address.to_string())
    }

    #[test]
    fn f17_a_header_counts_from_a_trusted_proxy_alone_and_only_what_that_one_wrote() {
        let proxies = ["10.0.0.0/8", "2001:db8:1::7"];
        for (peer, forwarded, expected) in [
            ("203.0.113.9", &[] as &[&str], Some("203.0.113.9")),
            ("203.0.113.9", &["198.51.100.1"], Some("203.0.113.9")),
            ("::ffff:203.0.113.9", &["198.51.100.1"], Some("203.0.113.9")),
            ("2001:db8:5:6:7:8:9:a", &[], Some("2001:db8:5:6::")),
            ("10.1.2.3", &["198.51.100.1"], Some("198.51.100.1")),
            ("10.1.2.3", &["1.1.1.1, 198.51.100.1"], Some("198.51.100.1")),
            ("10.1.2.3", &["1.1.1.1", "198.51.100.1, 10.9.9.9"], Some("198.51.100.1")),
            ("2001:db8:1::7", &["198.51.100.1:4711"], Some("198.51.100.1")),
            ("10.1.2.3", &["198.51.100.1, nonsense"], None),
            ("10.1.2.3", &[], None),
            ("10.1.2.3", &["192.168.0.1"], None),
            ("127.0.0.1", &["198.51.100.1"], None),
            ("192.168.0.1", &["198.51.100.1"], None),
            ("100.64.0.1", &[], None),
            ("fe80::1", &[], None),
        ] {
            assert_eq!(source(peer, forwarded, &proxies).as_deref(), expected, "{peer} {forwarded:?}");
        }
        assert_eq!(Source::of(&Extensions::new(), &HeaderMap::new(), &TrustedProxies::default()), None);
    }

    #[test]
    fn f17_nobody_trusts_everybody() {
        for wrong in ["", "proxy", "0.0.0.0/0", "::/0", "10.0.0.0/33", "10.0.0.0/x", "10.0.0"] {
            assert!(TrustedProxies::parse(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
