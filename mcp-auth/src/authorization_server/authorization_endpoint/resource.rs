//! For which server: resource indicators (RFC 8707).

use super::{OAuthError, Parameters, ProtectedServer};

/// The one resource that the tokens will be for (RFC 8707 section 2). Many clients name none; where there is but one
/// server, it is meant.
pub(super) fn resource<'a>(
    asked: &Parameters,
    servers: &'a [ProtectedServer],
) -> Result<&'a ProtectedServer, OAuthError> {
    the_resource(&asked.all("resource").collect::<Vec<_>>(), servers)
}

/// The same for a request of another kind, which names these.
pub(crate) fn the_resource<'a>(
    named: &[&str],
    servers: &'a [ProtectedServer],
) -> Result<&'a ProtectedServer, OAuthError> {
    let mut named = named.iter().copied();
    match (named.next(), servers) {
        (Some(first), _) if named.all(|other| same(first, other)) => servers
            .iter()
            .find(|server| same(server.resource.as_str(), first))
            .ok_or_else(|| invalid_target("resource is not one of this authorization server's")),
        (Some(_), _) => Err(invalid_target("a token is for one resource only")),
        (None, [only]) => Ok(only),
        (None, _) => Err(invalid_target("resource is missing, and there are several")),
    }
}

fn invalid_target(description: &str) -> OAuthError {
    OAuthError::new("invalid_target", description)
}

/// Character by character, so that a relative one, or one with a fragment, is none of ours. Only a slash at the end may be
/// too many or missing: JavaScript's `URL` and pydantic write one behind a bare origin.
fn same(one: &str, other: &str) -> bool {
    let bare = |text: &str| text.strip_suffix('/').unwrap_or(text).len();
    one[..bare(one)] == other[..bare(other)]
}
