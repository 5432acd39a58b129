//! What an issuer's URL looks like (RFC 8414 section 2).

use std::net::IpAddr;

use ::url::{Host, Url};

/// `https`, or `http` on this machine for development; no query, no fragment, no user.
///
/// The text is only judged and never rewritten: tokens and metadata are compared with what was configured, and
/// `url::Url` would add a slash to `https://auth.example.com`.
pub(crate) fn check_issuer_url(text: &str) -> Result<(), &'static str> {
    // The parser forgives all of these silently.
    if text.chars().any(|char| char.is_whitespace() || char.is_control() || char == '\\') {
        return Err("it contains white space, control characters or a backslash");
    }
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return Err("it does not begin with https://");
    }
    let url = Url::parse(text).map_err(|_| "it cannot be parsed")?;
    if text.contains('?') {
        return Err("it has a query");
    }
    if text.contains('#') {
        return Err("it has a fragment");
    }
    let authority = text.split('/').nth(2).unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Err("it has no host, or a user before it");
    }
    if url.scheme() == "http" && !is_loopback_host(&url) {
        return Err("http is for issuers on this machine only");
    }
    Ok(())
}

/// Whether `text` is an `http` URL of this machine.
pub(crate) fn is_loopback_http(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.scheme() == "http" && is_loopback_host(&url))
}

/// 127.0.0.0/8, `[::1]`, or `localhost`, which RFC 6761 section 6.3 gives to this machine.
fn is_loopback_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_loopback_http;

    /// It opens this machine to requests, so it asks for both.
    #[test]
    fn f6_only_http_urls_of_this_machine_are_loopback() {
        for url in ["http://localhost:8080/a", "http://127.0.0.1", "http://[::1]:3000"] {
            assert!(is_loopback_http(url), "{url}");
        }
        for url in ["https://localhost", "http://issuer.example", "https://issuer.example", "localhost", ""] {
            assert!(!is_loopback_http(url), "{url}");
        }
    }
}
