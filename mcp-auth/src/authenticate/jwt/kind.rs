//! Is this an access token at all? (RFC 8725 section 3.12: rules that exclude each other.)

use serde_json::{Map, Value};

use crate::authenticate::Reason;

/// Names by which issuers say in a claim what kind of token it is: Keycloak, Cognito, FusionAuth and others.
const KIND_CLAIMS: [&str; 4] = ["typ", "token_use", "token_type", "tty"];
/// What those claims say of access tokens. An unknown word is another kind.
const ACCESS_TOKEN_WORDS: [&str; 6] = ["bearer", "access", "access_token", "at", "at+jwt", "jwt"];
/// Claims of OpenID Connect Core sections 3.1.3.6 and 3.3.2.11 that only ID tokens have, of logout tokens and security
/// events (`events`), and of DPoP proofs (`htm`, `htu`).
const FOREIGN_CLAIMS: [&str; 6] = ["at_hash", "c_hash", "s_hash", "events", "htm", "htu"];

/// Refuses tokens that the same issuer signs with the same key for another purpose. It matters most for issuers whose
/// header does not tell kinds apart, and is asked of all.
///
/// `says_access_token`: whether a header has said so already.
pub(super) fn check(claims: &Map<String, Value>, mut says_access_token: bool) -> Result<(), Reason> {
    for kind in KIND_CLAIMS {
        match claims.get(kind) {
            None => {}
            Some(word) if is_access_token(word) => says_access_token = true,
            Some(_) => return Err(Reason::BadType),
        }
    }
    if FOREIGN_CLAIMS.iter().any(|claim| claims.contains_key(*claim)) {
        return Err(Reason::BadType);
    }
    // A nonce marks an ID token, but older Keycloaks also copy it into access tokens, which say that they are one.
    if claims.contains_key("nonce") && !says_access_token {
        return Err(Reason::BadType);
    }
    Ok(())
}

/// Whether some claim says that this is an access token.
pub(in crate::authenticate) fn says_access_token(claims: &Map<String, Value>) -> bool {
    KIND_CLAIMS.iter().any(|kind| claims.get(*kind).is_some_and(is_access_token))
}

fn is_access_token(word: &Value) -> bool {
    word.as_str().is_some_and(|word| ACCESS_TOKEN_WORDS.contains(&word.to_ascii_lowercase().as_str()))
}

/// A token with `cnf` is worth nothing without a proof of the key it names, and no such proof is checked here
/// (RFC 9449 section 7.2, RFC 8705 section 3). Taking it as a plain bearer token would undo the binding.
pub(super) fn not_sender_constrained(claims: &Map<String, Value>) -> Result<(), Reason> {
    if claims.contains_key("cnf") { Err(Reason::SenderConstrained) } else { Ok(()) }
}
