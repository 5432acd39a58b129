//! The redirect matcher, against a second one that is as plain as can be: both say the same of every pair of URIs.

use std::sync::LazyLock;

use super::{fuzz, seeds};
use crate::authorization_server::fuzzed::{check_redirect_uri, redirect_uri_matches};

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| seeds("redirect"));

#[test]
fn s13_s14_t14_redirect_fuzz() {
    let matching = |seed: &&Vec<u8>| pair(seed).is_some_and(|(one, other)| redirect_uri_matches(one, other));
    assert!(SEEDS.iter().filter(matching).count() > 3, "the control");
    fuzz(&SEEDS, target);
}

/// What was registered, and what is asked for.
fn pair(input: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(input).ok()?.split_once('\n')
}

fn target(input: &[u8]) {
    let Some((registered, asked)) = pair(input) else { return };
    // Nothing else is ever registered.
    if check_redirect_uri(registered).is_err() {
        return;
    }
    let matches = redirect_uri_matches(registered, asked);
    assert_eq!(matches, naive(registered, asked), "{registered} {asked}");
    assert!(!matches || check_redirect_uri(asked).is_ok(), "what matches could be registered: {asked}");
    assert!(redirect_uri_matches(registered, registered));
}

/// Taken apart with a regular grammar of its own: `http://` host [`:` port] rest. What was registered is good; what is asked
/// for has to be the same text, with any port from 1 to 65535 in the way that a browser writes it: no leading zeros, and
/// 80 not at all. A port that no listener can have (0) was not meant as any port.
fn naive(registered: &str, asked: &str) -> bool {
    if registered == asked {
        return true;
    }
    let (Some(registered), Some(asked)) = (Loopback::of(registered), Loopback::of(asked)) else {
        return false;
    };
    registered.host == asked.host
        && registered.rest == asked.rest
        && registered.has_good_port()
        && asked.has_good_port()
}

struct Loopback<'a> {
    host: &'a str,
    port: Option<&'a str>,
    rest: &'a str,
}

impl<'a> Loopback<'a> {
    fn of(uri: &'a str) -> Option<Self> {
        let after = uri.strip_prefix("http://")?;
        let end = after.find(['/', '?']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        let (host, port) = match authority.strip_prefix("[::1]") {
            Some("") => ("[::1]", None),
            Some(port) => ("[::1]", Some(port.strip_prefix(':')?)),
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        ["127.0.0.1", "localhost", "[::1]"].contains(&host).then_some(Self { host, port, rest })
    }

    fn has_good_port(&self) -> bool {
        let Some(port) = self.port else { return true };
        let number: u32 = match port.parse() {
            Ok(number) if number != 80 => number,
            _ => return false,
        };
        (1..=65535).contains(&number) && number.to_string() == port
    }
}
