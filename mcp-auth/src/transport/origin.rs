//! Host and Origin, checked against the configuration: DNS rebinding and foreign pages end here.

use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header, uri::Authority};

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
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let authority: Authority = text.parse().ok()?;
        if text.contains('@') || authority.host().is_empty() {
            return None;
        }
        Some(Self { host: authority.host().to_ascii_lowercase(), port: authority.port_u16() })
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
        let Some((scheme, authority)) = text.split_once("://") else { return false };
        matches!(scheme, "http" | "https") && HostPattern::parse(authority).is_some()
    }

    /// 403 for a foreign host or origin (MCP transports, *Security*); 400 for a request without a host.
    pub(super) fn check<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        let Some(authority) = host_of(request) else {
            return Err(Refusal::bad_request("the request names no valid host"));
        };
        let host = authority.host();
        if !self.admits_host(host, authority.port_u16()) {
            tracing::warn!(host, "refused: the host is not one of the server's; see `allowed_hosts`");
            return Err(Refusal::new(StatusCode::FORBIDDEN, Rpc::Forbidden, "the host is not served here"));
        }
        match request.headers().get(header::ORIGIN) {
            Some(origin) if !self.admits_origin(origin) => {
                tracing::warn!(?origin, "refused: the origin is not allowed; see `allowed_origins`");
                Err(Refusal::new(StatusCode::FORBIDDEN, Rpc::Forbidden, "the origin is not allowed"))
            }
            _ => Ok(()),
        }
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
        let uri = origin.parse::<Uri>().ok();
        let host = uri.as_ref().and_then(Uri::host);
        self.loopback_pages && host.is_some_and(is_loopback)
    }
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
    let authority = header.or_else(|| target.cloned())?;
    let names_host = !authority.as_str().contains('@') && !authority.host().is_empty();
    names_host.then_some(authority)
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
