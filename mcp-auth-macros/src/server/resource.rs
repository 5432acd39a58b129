//! The resource URL of the attribute (RFC 8707 section 2, and what clients compare with).

use std::net::{Ipv4Addr, Ipv6Addr};

/// What is wrong with `url` as the identifier of a protected resource, if anything is.
pub(crate) fn problem(url: &str) -> Option<String> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return Some(format!("a resource is an absolute URL; expected `https://…`, such as `https://{url}`"));
    };
    let https = scheme.eq_ignore_ascii_case("https");
    if !https && !scheme.eq_ignore_ascii_case("http") {
        return Some(format!("a resource is an `https` URL, not `{scheme}`"));
    }
    if let Some(c) = url.chars().find(|c| !c.is_ascii_graphic() || matches!(c, '"' | '<' | '>' | '\\' | '`'))
    {
        return Some(format!("a resource URL holds no {c:?}"));
    }
    if let Some((before, _)) = url.split_once('#') {
        return Some(format!("a resource has no fragment (RFC 8707); expected `{before}`"));
    }
    if let Some((before, _)) = url.split_once('?') {
        return Some(format!("a resource has no query here; expected `{before}`"));
    }
    let authority = rest.split('/').next().unwrap_or_default();
    if let Some((_, host)) = authority.rsplit_once('@') {
        return Some(format!("a resource names no user; expected `{scheme}://{host}…`"));
    }
    let Some(host) = host(authority) else {
        return Some(format!("`{authority}` is no host; expected `https://host/path`"));
    };
    if !https && !is_loopback(host) {
        return Some(format!("`http` is for loopback only; expected `https://{rest}`"));
    }
    None
}

/// `host:port` -> `host`; the port is a number.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(bracketed) => {
            let (host, port) = bracketed.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, port.strip_prefix(':').or(port.is_empty().then_some("0"))?)
        }
        None => authority.split_once(':').unwrap_or((authority, "0")),
    };
    (!host.is_empty() && port.parse::<u16>().is_ok()).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let v4 = host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    let v6 = host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback());
    v4 || v6 || host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn takes_what_clients_can_compare() {
        for url in [
            "https://notes.example.com/mcp",
            "https://notes.example.com",
            "https://notes.example.com:8443/a/b",
            "http://localhost:3000",
            "http://127.0.0.1:3000/mcp",
            "http://127.8.8.8/",
            "http://[::1]:3000/mcp",
            "http://notes.localhost/mcp",
            "HTTPS://Notes.Example.com/mcp",
        ] {
            assert_eq!(problem(url), None, "{url}");
        }
    }

    #[test]
    fn names_what_is_wrong() {
        for (url, part) in [
            ("notes.example.com/mcp", "absolute"),
            ("/mcp", "absolute"),
            ("", "absolute"),
            ("ftp://notes.example.com", "not `ftp`"),
            ("http://notes.example.com/mcp", "expected `https://notes.example.com/mcp`"),
            ("http://localhost.example.com/", "loopback"),
            ("http://127.0.0.1.example.com/", "loopback"),
            ("http://[2001:db8::1]/", "loopback"),
            ("https://notes.example.com/mcp#a", "fragment"),
            ("https://notes.example.com/mcp?a=b", "query"),
            ("https://me:secret@notes.example.com/mcp", "user"),
            ("http://localhost@evil.example/mcp", "user"),
            ("https://", "no host"),
            ("https:///mcp", "no host"),
            ("https://notes.example.com:port/", "no host"),
            ("https://[::1/", "no host"),
            ("https://notes.example.com/m cp", "' '"),
            ("https://nötes.example.com/", "'ö'"),
        ] {
            let problem = problem(url).unwrap_or_default();
            assert!(problem.contains(part), "{url}: {problem}");
        }
    }
}
