//! Until the token endpoint's branch is merged.

/// Crude: exact, except the port of loopback http.
pub(crate) fn matches(registered: &str, asked: &str) -> bool {
    fn without_port(uri: &str) -> Option<(&str, &str)> {
        let hosts = ["http://127.0.0.1", "http://[::1]", "http://localhost"];
        let host = hosts.into_iter().find(|host| uri.starts_with(host))?;
        let rest = &uri[host.len()..];
        let rest = match rest.strip_prefix(':') {
            Some(port) => port.trim_start_matches(|digit: char| digit.is_ascii_digit()),
            None => rest,
        };
        (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
    }
    registered == asked || without_port(registered).is_some_and(|bare| without_port(asked) == Some(bare))
}
