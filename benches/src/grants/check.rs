//! Whether the answers are right.

use std::collections::HashSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Issuer, ORIGIN, RESOURCE, SCOPE,
    wire::{Answer, Connection},
};
use crate::Result;

/// A token response (RFC 6749 section 5.1).
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    token_type: String,
    expires_in: u64,
}

impl Tokens {
    /// Of an answer that is right: 200, a refresh token, and a token for the resource, signed with `algorithm`.
    pub(super) fn of(answer: &Answer, algorithm: &str) -> Result<Self> {
        let wrong = || format!("wrong answer: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
        let tokens: Self = serde_json::from_slice(&answer.body).map_err(|_| wrong())?;
        let (header, claims) = read(&tokens.access_token).ok_or_else(wrong)?;
        let right = answer.status == 200
            && tokens.refresh_token.len() >= 32
            && tokens.token_type == "Bearer"
            && tokens.expires_in == 3600
            && header["alg"] == algorithm
            && header["typ"] == "at+jwt"
            && claims["iss"] == ORIGIN
            && claims["aud"] == RESOURCE
            && claims["scope"] == SCOPE;
        if right { Ok(tokens) } else { Err(wrong().into()) }
    }
}

/// Header and claims of a token, unverified.
fn read(token: &str) -> Option<(Value, Value)> {
    let mut parts = token.split('.');
    let mut part = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok();
    Some((part()?, part()?))
}

/// Nobody got what somebody else got, and a refresh token is rotated.
pub(super) fn all_different(first: &[Tokens], newer: &[Tokens]) -> Result<()> {
    let all = || first.iter().chain(newer);
    let access: HashSet<_> = all().map(|tokens| &tokens.access_token).collect();
    let refresh: HashSet<_> = all().map(|tokens| &tokens.refresh_token).collect();
    let wanted = first.len() + newer.len();
    if first.len() == newer.len() && access.len() == wanted && refresh.len() == wanted {
        return Ok(());
    }
    Err("a token was given twice, or an answer is missing".into())
}

/// What is measured is not given away: another verifier, and a code that was used.
pub(super) async fn refusals(issuer: &mut Issuer) -> Result<()> {
    let codes = issuer.codes(1).await?;
    let code = codes.first().ok_or("no code")?;
    let mut connection = Connection::open(issuer.address()?).await?;
    let (right, stolen) = (issuer.exchange(code), issuer.exchange(&code.of_a_thief()?));
    for (request, status) in [(&stolen, 400), (&right, 200), (&stolen, 400)] {
        let answer = connection.exchange(request).await?;
        let body = String::from_utf8_lossy(&answer.body);
        if answer.status != status || (status == 400) != body.contains("invalid_grant") {
            return Err(format!("{status} was expected: {} {body}", answer.status).into());
        }
    }
    Ok(())
}
