//! Host and Origin, checked against the configuration: DNS rebinding and foreign pages end here.

use http::{HeaderMap, HeaderValue, Request, StatusCode, header, uri::Authority};

use super::Refusal;
use crate::challenge::Rpc;

/// Which hosts the server answers to, and which pages may talk to it.
#[derive(Debug, Clone)]
pub(crate) struct Origins {
    hosts: Vec<HostPattern>,
    pages: Vec<String>,
    loopback_hosts: bool,
    loopback_pages: bool,
}

/// `host` (any port) or `host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPattern {
    host: String,
    port: Option<u16>,
}

impl HostPattern {
    /// No wildcards: `*.example.com` would be a host of that name, and let nobody in.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let authority = text.parse().ok().filter(|_| !text.contains('*'))?;
        let (host, port) = host_and_port(&authority)?;
        Some(Self { host: host.to_ascii_lowercase(), port })
    }

    pub(crate) fn matches(&self, host: &str, port: Option<u16>) -> bool {
        self.host.eq_ignore_ascii_case(host) && self.port.is_none_or(|own| Some(own) == port)
    }
}

impl Origins {
    /// The last two let in every host, and every page, of this machine; for a resource on this machine.
    pub(crate) fn new(
        hosts: Vec<HostPattern>,
        pages: Vec<String>,
        loopback_hosts: bool,
        loopback_pages: bool,
    ) -> Self {
        Self { hosts, pages, loopback_hosts, loopback_pages }
    }

    /// Whether `text` is what a browser sends as `Origin`: scheme, host and port, nothing behind.
    pub(crate) fn is_origin(text: &str) -> bool {
        page(text).is_some()
    }

    /// 403 for a foreign host or origin (MCP transports, *Security*); 400 for a request without a host.
    pub(super) fn check<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        self.check_host(request)?;
        match request.headers().get(header::ORIGIN) {
            Some(origin) if !self.admits_origin(origin) => {
                tracing::warn!(?origin, "refused: the origin is not allowed; see `allowed_origins`");
                Err(Refusal::new(StatusCode::FORBIDDEN, Rpc::Forbidden, "the origin is not allowed"))
            }
            _ => Ok(()),
        }
    }

    /// The first half of it.
    pub(crate) fn check_host<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        let authority = host_of(request);
        let Some((host, port)) = authority.as_ref().and_then(host_and_port) else {
            return Err(Refusal::bad_request("the request names no valid host"));
        };
        if !self.admits_host(host, port) {
            tracing::warn!(host, "refused: the host is not one of the server's; see `allowed_hosts`");
            return Err(Refusal::new(StatusCode::FORBIDDEN, Rpc::Forbidden, "the host is not served here"));
        }
        Ok(())
    }

    pub(crate) fn admits_host(&self, host: &str, port: Option<u16>) -> bool {
        (self.loopback_hosts && is_loopback(host))
            || self.hosts.iter().any(|pattern| pattern.matches(host, port))
    }

    fn admits_origin(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else { return false };
        if self.pages.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
            return true;
        }
        self.loopback_pages && page(origin).is_some_and(|page| is_loopback(&page.host))
    }
}

/// Host and port of an origin.
fn page(origin: &str) -> Option<HostPattern> {
    let (scheme, authority) = origin.split_once("://")?;
    if matches!(scheme, "http" | "https") { HostPattern::parse(authority) } else { None }
}

/// `host` or `host:port` and nothing else: no user, no port that is no number.
fn host_and_port(authority: &Authority) -> Option<(&str, Option<u16>)> {
    let host = authority.host();
    let rest = authority.as_str().strip_prefix(host).filter(|_| !host.is_empty())?;
    let port = match rest.strip_prefix(':') {
        None if rest.is_empty() => None,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
        _ => return None,
    };
    Some((host, port))
}

/// The host a request is for. HTTP/2 carries it in the target, HTTP/1.1 in the header; where both stand they must
/// agree.
fn host_of<B>(request: &Request<B>) -> Option<Authority> {
    let header = request.headers().get(header::HOST).map(HeaderValue::to_str);
    let header: Option<Authority> = match header {
        None => None,
        Some(text) => Some(text.ok()?.parse().ok()?),
    };
    let target = request.uri().authority();
    if let (Some(header), Some(target)) = (&header, target)
        && header != target
    {
        return None;
    }
    header.or_else(|| target.cloned())
}

/// `localhost` and the loopback addresses; nothing that needs a resolver.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

const ALLOWED_METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE");
const ALLOWED_HEADERS: &str = "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Session-Id, \
                               Mcp-Method, Mcp-Name, Last-Event-ID";
const EXPOSED_HEADERS: HeaderValue =
    HeaderValue::from_static("WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After");

/// The answer's CORS headers for a page whose origin has passed [`Origins::check`] (R18).
pub(super) fn expose(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
    }
}

/// The answer to a preflight; `Mcp-Param-*` headers have no fixed names, so those asked for are named back.
pub(super) fn preflight(asked: Option<&HeaderValue>, headers: &mut HeaderMap) {
    let mut allowed = ALLOWED_HEADERS.to_owned();
    for name in asked.and_then(|asked| asked.to_str().ok()).unwrap_or_default().split(',').map(str::trim) {
        let parameter = name.get(..10).is_some_and(|prefix| prefix.eq_ignore_ascii_case("mcp-param-"));
        if parameter && header::HeaderName::try_from(name).is_ok() {
            allowed.push_str(", ");
            allowed.push_str(name);
        }
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
}
