//! Host and Origin, judged a second time by the URL standard's own parser.

use http::Request;
use proptest::prelude::*;
use url::{Host, Url};

use crate::transport::{HostPattern, Origins};

const HOSTS: [&str; 3] = ["mcp.example.com", "inner.example.com:8080", "[2001:db8::1]"];
const PAGES: [&str; 2] = ["https://app.example.com", "http://dev.example.com:5173"];

fn origins(loopback: bool) -> Origins {
    let hosts = HOSTS.iter().map(|host| HostPattern::parse(host).unwrap()).collect();
    Origins::new(hosts, PAGES.map(str::to_owned).to_vec(), loopback, loopback)
}

/// Hosts as they are, nearly are, and pretend to be.
fn host() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "mcp.example.com",
        "MCP.Example.com",
        "mcp.example.com.",
        "mcp.example.com.evil.example",
        "evil-mcp.example.com",
        "inner.example.com",
        "[2001:db8::1]",
        "[::1]",
        "127.0.0.1",
        "127.1.2.3",
        "128.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.evil.example",
        "app.example.com",
        "dev.example.com",
        "user@mcp.example.com",
        "",
    ]);
    let port = prop::sample::select(vec!["", ":", ":443", ":8080", ":5173", ":99999", ":80a", ":+80"]);
    (name, port).prop_map(|(name, port)| format!("{name}{port}"))
}

/// Whether `authority` is no more than a host and perhaps a port, and what they are.
fn read(authority: &str) -> Option<(Host<String>, Option<u16>)> {
    let url = Url::parse(&format!("http://{authority}/")).ok()?;
    let behind = authority.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.contains(']'));
    let port = match behind {
        None => None,
        Some(digits) => Some(digits.parse().ok().filter(|_| !digits.starts_with('+'))?),
    };
    (!authority.contains('@')).then_some((url.host()?.to_owned(), port))
}

fn loopback(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn admits_host(authority: &str, on_this_machine: bool) -> bool {
    let Some((host, port)) = read(authority) else { return false };
    let named = HOSTS.iter().filter_map(|allowed| read(allowed));
    let mut named = named.filter(|(own, _)| *own == host);
    (on_this_machine && loopback(&host)) || named.any(|(_, own)| own.is_none() || own == port)
}

fn admits_page(origin: &str, on_this_machine: bool) -> bool {
    if PAGES.iter().any(|allowed| allowed.to_lowercase() == origin.to_lowercase()) {
        return true;
    }
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let host = authority.and_then(read).map(|(host, _)| host);
    on_this_machine && host.is_some_and(|host| loopback(&host))
}

proptest! {
    #[test]
    fn host_and_origin_are_judged_as_the_url_standard_reads_them(
        host in host(),
        scheme in prop::sample::select(vec!["https", "http", "HTTPS", "file", "null"]),
        page in prop::option::of(host()),
        on_this_machine in any::<bool>(),
    ) {
        let origin = page.map(|page| format!("{scheme}://{page}"));
        let mut request = Request::post("/mcp").header("host", &host);
        if let Some(origin) = &origin {
            request = request.header("origin", origin);
        }
        let admitted = origins(on_this_machine).check(&request.body(()).unwrap()).is_ok();
        let by_host = admits_host(&host, on_this_machine);
        let by_page = origin.as_deref().is_none_or(|origin| admits_page(origin, on_this_machine));
        prop_assert_eq!(admitted, by_host && by_page, "{} {:?} {}", host, origin, on_this_machine);
    }
}
