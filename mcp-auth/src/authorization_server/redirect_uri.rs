//! Redirect URIs: which may be registered, and which one a request may name (RFC 8252 sections 7 and 8.4, OAuth 2.1 section
//! 2.3.1).
//!
//! A code goes to whoever answers at the URI, so it has to lead to one place only, in a form in which no two parsers
//! disagree: https, http on this machine, or the scheme of an app.

use url::{Host, Url, form_urlencoded};

const LONGEST: usize = 2048;

/// Schemes that run code, read files, open a conversation, or belong to the browser and the system. A code that is sent
/// there reaches no client, or somebody else's program. They are refused even where the rest looks like an app's.
const FOREIGN: [&str; 44] = [
    "about",
    "android-app",
    "blob",
    "brave",
    "chrome",
    "chrome-search",
    "chrome-untrusted",
    "content",
    "data",
    "devtools",
    "dns",
    "edge",
    "feed",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "gopher",
    "imap",
    "intent",
    "jar",
    "javascript",
    "ldap",
    "ldaps",
    "livescript",
    "mailto",
    "mocha",
    "moz-icon",
    "nfs",
    "opera",
    "resource",
    "res",
    "search-ms",
    "sftp",
    "shell",
    "smb",
    "sms",
    "ssh",
    "tel",
    "telnet",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// What the answer says (RFC 6749 section 4.1.2, RFC 9207 section 2). A client that reads the first of two would take it from
/// whoever registered the URI.
const ANSWERED: [&str; 6] = ["code", "state", "iss", "error", "error_description", "error_uri"];

/// Whether a client may register it; otherwise why not.
pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    if text.len() > LONGEST {
        return Err("it is too long");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic())
        || text.contains(['\\', '"', '<', '>', '^', '`', '{', '|', '}'])
    {
        return Err("it has a character that cannot stand in a URI");
    }
    if text.contains('#') {
        return Err("it has a fragment");
    }
    let query = text.split_once('?').map_or("", |(_, query)| query);
    if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| ANSWERED.contains(&name.as_ref())) {
        return Err("its query has a name that only the answer has, such as `code` or `iss`");
    }
    let url = Url::parse(text).map_err(|_| "it is not an absolute URI")?;
    if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
        return Err("it has a user name");
    }
    if path(text).split('/').any(is_dots) {
        return Err("it has dot segments");
    }
    // What the parser changes, another one reads as something else. It adds a slash where there is no path at all.
    let normal = url.as_str() == text || (url.path() == "/" && url.as_str().strip_suffix('/') == Some(text));
    if !normal {
        return Err("it is not in its normal form");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => Err("http is for this machine only: 127.0.0.1, [::1] or localhost"),
        scheme if FOREIGN.contains(&scheme) || scheme.starts_with("ms-") => {
            Err("its scheme belongs to no app")
        }
        // A reversed domain, as RFC 8252 section 7.1 wants it.
        scheme if scheme.contains('.') => Ok(()),
        // `cursor://host/path`: well-known apps have such schemes, and their users cannot change it.
        _ if url.has_host() => Ok(()),
        _ => Err("its scheme is no reversed domain, such as com.example.app, and there is no host behind it"),
    }
}

/// Whether a request may name `asked` where `registered` was registered: the same, character by character; on this machine
/// the port does not count, because an app takes one that is free (RFC 8252 section 7.3).
pub(crate) fn matches(registered: &str, asked: &str) -> bool {
    registered == asked
        || without_port(registered).is_some_and(|bare| without_port(asked).is_some_and(|asked| asked == bare))
}

/// Whether it is answered by a server on the web: https, and not on this machine.
pub(crate) fn is_web(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| {
        url.scheme() == "https" && url.host_str().is_some_and(|host| !crate::transport::is_loopback(host))
    })
}

/// Scheme and host of an http URI of this machine, and what stands behind the port.
pub(super) fn without_port(uri: &str) -> Option<(&str, &str)> {
    let host = ["http://127.0.0.1", "http://[::1]", "http://localhost"]
        .into_iter()
        .find(|host| uri.starts_with(host))?;
    let rest = &uri[host.len()..];
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            rest[..digits].parse::<u16>().ok().filter(|port| *port != 0 && digits <= 5)?;
            &rest[digits..]
        }
    };
    let clean = check(uri).is_ok() && (rest.is_empty() || rest.starts_with(['/', '?']));
    clean.then_some((host, rest))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    }
}

/// What stands between `//` and the path.
fn authority(text: &str) -> &str {
    let Some((_, rest)) = text.split_once("://") else { return "" };
    rest.split(['/', '?']).next().unwrap_or_default()
}

fn path(text: &str) -> &str {
    let rest = text.split_once(':').map_or("", |(_, rest)| rest);
    rest.split('?').next().unwrap_or_default()
}

/// `.` or `..`, also where a part of it is written as `%2e`.
fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s15_web_loopback_and_app_redirect_uris_can_be_registered() {
        for uri in [
            "https://claude.ai/api/mcp/auth_callback",
            "https://app.example.com:8443/callback?tenant=1",
            "https://app.example.com",
            "http://localhost:8787/callback",
            "http://localhost/callback",
            "http://127.0.0.1:33418/",
            "http://127.0.0.1:33418",
            "http://127.0.0.1/",
            "http://[::1]:3000/cb",
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "vscode://vscode.github-authentication/did-authenticate",
            "com.example.app:/oauth2redirect",
            "com.example.app://callback",
            "com.example.app:callback",
        ] {
            assert_eq!(check(uri), Ok(()), "{uri}");
        }
    }

    #[test]
    fn t14_s15_forms_that_two_parsers_read_differently_are_refused() {
        for uri in [
            "",
            "/callback",
            "//app.example.com/cb",
            "callback",
            "https://",
            "https:app.example.com",
            "https:/app.example.com/cb",
            "https:///app.example.com/cb",
            "http://app.example.com/cb",
            "http://127.0.0.2/cb",
            "http://127.1/cb",
            "http://2130706433/cb",
            "http://0x7f.0.0.1/cb",
            "http://localhost.evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://[::ffff:127.0.0.1]/cb",
            "http://0.0.0.0/cb",
            "https://user@app.example.com/cb",
            "https://user:password@app.example.com/cb",
            "https://@app.example.com/cb",
            "https://app.example.com@evil.example/cb",
            "http://localhost:3000@evil.example/cb",
            "com.example.app://user@host/cb",
            "https://app.example.com/a/../cb",
            "https://app.example.com/a/%2e%2E/cb",
            "https://app.example.com/./cb",
            "https://app.example.com/cb/..",
            "cursor://host/a/../cb",
            "cursor://host/a/%2e./cb",
            "com.example.app:/a/../cb",
            "com.example.app:a/../cb",
            "com.example.app:../cb",
            "https://app.example.com/cb#top",
            "https://app.example.com/cb#",
            "https://app.example.com\\@evil.example/cb",
            "https:\\\\app.example.com/cb",
            "https://APP.example.com/cb",
            "HTTPS://app.example.com/cb",
            "https://app.example.com:443/cb",
            "https://app.example.com:0443/cb",
            "https://app.example.com:/cb",
            "http://localhost:080/cb",
            "https://app.example.com/c b",
            " https://app.example.com/cb",
            "https://app.example.com/cb ",
            "https://app.example.com/cb\r\nSet-Cookie: a=b",
            "https://app.example.com/\tcb",
            "https://app.example.com/cb\u{0}",
            "https://äpp.example.com/cb",
            "https://app.example.com/\u{202e}cb",
            "https://app.example.com/\"><script>",
        ] {
            assert!(check(uri).is_err(), "{uri:?}");
        }
        assert!(check(&format!("https://app.example.com/{}", "a".repeat(LONGEST))).is_err());
    }

    /// A client reads the first of two: with `iss` of another server in it, the answer of this one would pass for that
    /// server's (RFC 9207), and the code would be taken there.
    #[test]
    fn s7_s20_t14_a_query_cannot_say_what_only_the_answer_says() {
        for name in ["code", "state", "iss", "error", "error_description", "error_uri", "i%73s", "%63ode"] {
            for uri in [
                format!("https://app.example.com/cb?{name}=x"),
                format!("https://app.example.com/cb?a=b&{name}"),
                format!("http://127.0.0.1/cb?{name}=x"),
                format!("com.example.app:/cb?{name}=x"),
            ] {
                assert!(check(&uri).is_err(), "{uri}");
            }
        }
        for uri in
            ["https://app.example.com/cb?tenant=code", "https://app.example.com/code?isso=1&statement=2"]
        {
            assert_eq!(check(uri), Ok(()), "{uri}");
        }
    }

    #[test]
    fn t15_schemes_that_run_code_or_belong_to_somebody_else_are_refused() {
        for uri in [
            "javascript:alert(1)",
            "javascript://app.example.com/%0aalert(1)",
            "JavaScript://app.example.com/",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "data://app.example.com/x",
            "file:///etc/passwd",
            "file://host/share",
            "vbscript://x/y",
            "blob:https://app.example.com/1",
            "about:blank",
            "about://blank/x",
            "filesystem:https://app.example.com/x",
            "view-source://app.example.com/",
            "ftp://app.example.com/cb",
            "ws://app.example.com/cb",
            "wss://app.example.com/cb",
            "mailto:a@example.com",
            "intent://host/#Intent;end",
            "intent://host/x",
            "ms-msdt://host/x",
            "search-ms://query/x",
            "myapp:callback",
            "myapp:/callback",
            "myapp:///callback",
            "myapp://",
            "urn:ietf:wg:oauth:2.0:oob",
        ] {
            assert!(check(uri).is_err(), "{uri:?}");
        }
    }

    #[test]
    fn s13_s14_a_request_names_the_registered_uri_but_for_the_port_of_this_machine() {
        for (registered, asked) in [
            ("https://app.example.com/cb", "https://app.example.com/cb"),
            ("http://localhost/callback", "http://localhost:54321/callback"),
            ("http://localhost:8787/callback", "http://localhost:1/callback"),
            ("http://localhost:8787/callback", "http://localhost/callback"),
            ("http://127.0.0.1/", "http://127.0.0.1:33418/"),
            ("http://127.0.0.1:1", "http://127.0.0.1:2"),
            ("http://[::1]/cb?a=b", "http://[::1]:9/cb?a=b"),
            ("cursor://host/cb", "cursor://host/cb"),
        ] {
            assert!(matches(registered, asked), "{registered} {asked}");
        }
        for (registered, asked) in [
            ("https://app.example.com/cb", "https://app.example.com:8443/cb"),
            ("https://app.example.com/cb", "https://app.example.com/cb/"),
            ("https://app.example.com/cb", "https://app.example.com/cb?a=b"),
            ("https://app.example.com/cb", "https://app.example.com/CB"),
            ("https://app.example.com", "https://app.example.com/"),
            ("https://localhost/cb", "https://localhost:1/cb"),
            ("http://localhost/cb", "http://127.0.0.1:1/cb"),
            ("http://127.0.0.1/cb", "http://[::1]:1/cb"),
            ("http://localhost/cb", "http://localhost:1/cb/"),
            ("http://localhost/cb", "http://localhost:1/other/../cb"),
            ("http://127.0.0.1:33418/", "http://127.0.0.1:33418"),
            ("http://localhost/cb", "http://localhost:1@evil.example/cb"),
            ("http://localhost/cb", "http://localhost:@evil.example/cb"),
            ("http://localhost/cb", "http://localhost.evil.example/cb"),
            ("http://localhost/cb", "http://localhost:0/cb"),
            ("http://localhost/cb", "http://localhost:65536/cb"),
            ("http://localhost/cb", "http://localhost:1/cb#x"),
            ("http://localhost/cb", "http://localhost:1\\@evil.example/cb"),
            ("http://localhost?x=@evil.example/cb", "http://localhost:1?x=@evil.example/cc"),
            ("cursor://host/cb", "cursor://host:1/cb"),
            ("http://localhost/cb", ""),
        ] {
            assert!(!matches(registered, asked), "{registered} {asked}");
        }
    }
}
