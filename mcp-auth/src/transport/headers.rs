//! Headers that must stand once, and headers that the gate rewrites.

use http::{HeaderMap, HeaderName, header};

use super::Refusal;

pub(super) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
pub(super) const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
pub(super) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
pub(super) const MCP_METHOD: HeaderName = HeaderName::from_static("mcp-method");
pub(super) const MCP_NAME: HeaderName = HeaderName::from_static("mcp-name");

/// What hyper and rmcp read the first of. Two of them are a request that means one thing to us and another thing to
/// somebody else on the way (T2; RFC 6750 section 3.1 for the credentials).
const ONCE: [HeaderName; 8] = [
    header::HOST,
    header::ORIGIN,
    header::CONTENT_TYPE,
    SESSION,
    PROTOCOL_VERSION,
    LAST_EVENT_ID,
    MCP_METHOD,
    MCP_NAME,
];

pub(crate) fn refuse_repeated(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.len() == headers.keys_len() {
        return Ok(());
    }
    for name in &ONCE {
        if headers.get_all(name).iter().nth(1).is_some() {
            return Err(Refusal::bad_request(format!("the header {name} stands more than once")));
        }
    }
    Ok(())
}
