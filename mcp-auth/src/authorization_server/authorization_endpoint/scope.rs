//! What for: scopes (RFC 6749 section 3.3).

use super::{Client, OAuthError, Parameters, ProtectedServer};
use crate::ScopeInfo;

/// Asks for a refresh token elsewhere; here everybody gets one (OpenID Connect Core section 11).
const OFFLINE_ACCESS: &str = "offline_access";

/// What the consent page offers: what is asked for and known here, and what every request to the server needs, in the
/// order of the catalogue. Scopes that are not known are ignored, because clients ask for what they remember (RFC 6749
/// section 3.3 lets us); who asks for nothing gets what a first challenge names.
///
/// A client that the operator wrote down gets none but the scopes that stand there.
pub(super) fn scopes(
    asked: &Parameters,
    server: &ProtectedServer,
    client: &Client,
) -> Result<Vec<ScopeInfo>, OAuthError> {
    if server.requires.iter().any(|scope| !client.may_have(scope.name())) {
        let message = "the client may not have a scope that every request to this resource needs";
        return Err(OAuthError::new("invalid_scope", message));
    }

    let words = asked.get("scope").unwrap_or_default().split(' ');
    let words: Vec<&str> = words.filter(|word| !word.is_empty() && *word != OFFLINE_ACCESS).collect();
    let mut all = catalogue(server);
    all.retain(|scope| client.may_have(scope.name()));
    let required = |scope: &ScopeInfo| server.requires.contains(scope);
    if words.is_empty() {
        let everything = server.requires.is_empty();
        return Ok(all.into_iter().filter(|scope| everything || required(scope)).collect());
    }
    // A server without scopes has nothing to choose from.
    if !all.is_empty() && !all.iter().any(|scope| words.contains(&scope.name())) {
        return Err(OAuthError::new("invalid_scope", "none of the scopes is known here"));
    }
    Ok(all.into_iter().filter(|scope| required(scope) || words.contains(&scope.name())).collect())
}

/// Every scope once, with its description where it has one in either place.
fn catalogue(server: &ProtectedServer) -> Vec<ScopeInfo> {
    let mut all: Vec<ScopeInfo> = Vec::new();
    for scope in server.scopes.iter().chain(&server.requires) {
        match all.iter_mut().find(|known| *known == scope) {
            Some(known) if known.description().is_none() => *known = *scope,
            Some(_) => {}
            None => all.push(*scope),
        }
    }
    all
}
