//! The claims of an access token (RFC 9068 section 4), one check a function.

use std::{collections::HashSet, sync::Arc};

use serde_json::{Map, Value};

use super::{Expectations, json, kind};
use crate::{
    authenticate::{Claims, Principal, Reason, lifetime::Lifetime},
    authorize::Catalog,
};

/// Far above what issuers nest (`realm_access`, `authorization_details`), far below what hurts.
const MAX_DEPTH: usize = 32;

/// Claims that fit; whether the issuer wrote them, the signature tells.
pub(super) struct CheckedClaims {
    pub(super) lifetime: Lifetime,
    principal: Principal,
    audience: Vec<String>,
    scopes: Vec<String>,
    all: Map<String, Value>,
}

impl CheckedClaims {
    /// Every check except those of time, which a cached token has to pass again.
    pub(super) fn check(
        all: Map<String, Value>,
        says_access_token: bool,
        expected: &Expectations,
    ) -> Result<Self, Reason> {
        check_issuer(&all, &expected.issuer)?;
        let audience = check_audience(&all, &expected.audience)?;
        kind::check(&all, says_access_token)?;
        kind::not_sender_constrained(&all)?;
        let lifetime = Lifetime {
            expires_at: seconds(&all, "exp")?.ok_or(Reason::MissingClaim("exp"))?,
            not_before: seconds(&all, "nbf")?,
            issued_at: seconds(&all, "iat")?,
            leeway: expected.leeway,
        };
        let subject = name(&all, "sub")?.ok_or(Reason::MissingClaim("sub"))?;
        let principal = Principal::new(&expected.issuer, subject, client(&all)?);
        let scopes = scopes(&all)?;
        Ok(Self { lifetime, principal, audience, scopes, all })
    }

    /// The claims of a token whose signature fits.
    pub(super) fn into_claims(self, catalog: &Arc<Catalog>) -> Claims {
        Claims::new(self.principal, self.audience, self.scopes, self.lifetime, self.all, catalog)
    }
}

/// The claims in a token's payload.
pub(super) fn members(json: &[u8]) -> Option<Map<String, Value>> {
    json::object(json, MAX_DEPTH)
}

/// `iss` is the configured string, code point by code point (RFC 9068 section 4): no case folding, no slash added.
pub(super) fn check_issuer(claims: &Map<String, Value>, issuer: &str) -> Result<(), Reason> {
    match name(claims, "iss")? {
        Some(found) if found == issuer => Ok(()),
        Some(_) => Err(Reason::WrongIssuer),
        None => Err(Reason::MissingClaim("iss")),
    }
}

/// `aud` names us, alone or among others (RFC 7519 section 4.1.3). A prefix of us, or us with a slash more, is somebody
/// else.
pub(super) fn check_audience(claims: &Map<String, Value>, audience: &str) -> Result<Vec<String>, Reason> {
    let found = match claims.get("aud") {
        None => return Err(Reason::MissingClaim("aud")),
        Some(value) => strings(value).ok_or(Reason::BadClaim("aud"))?,
    };
    if found.iter().any(|found| found == audience) { Ok(found) } else { Err(Reason::WrongAudience) }
}

/// A time as number of seconds since 1970, possibly with a fraction (RFC 7519 section 2, `NumericDate`). A string is
/// not one, whatever it contains.
pub(super) fn seconds(claims: &Map<String, Value>, name: &'static str) -> Result<Option<f64>, Reason> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_f64().filter(|seconds| seconds.is_finite());
    seconds.map(Some).ok_or(Reason::BadClaim(name))
}

/// A claim that is a string and says something.
pub(super) fn name<'a>(
    claims: &'a Map<String, Value>,
    name: &'static str,
) -> Result<Option<&'a str>, Reason> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(Reason::BadClaim(name)),
    }
}

/// The client: `client_id` by RFC 9068 section 2.2, `azp` of OpenID Connect, `cid` of Okta.
fn client(claims: &Map<String, Value>) -> Result<Option<String>, Reason> {
    let by_rfc = name(claims, "client_id")?;
    let by_openid = name(claims, "azp")?;
    let by_okta = name(claims, "cid")?;
    Ok(by_rfc.or(by_openid).or(by_okta).map(str::to_owned))
}

/// `scope` is a string of words with spaces between (RFC 9068 section 2.2.3); `scp` is the same at Entra ID and an array at
/// Okta. A word counts once.
fn scopes(claims: &Map<String, Value>) -> Result<Vec<String>, Reason> {
    let mut words = match claims.get("scope") {
        None => Vec::new(),
        Some(Value::String(scope)) => scope.split(' ').collect(),
        Some(_) => return Err(Reason::BadClaim("scope")),
    };
    match claims.get("scp") {
        None => {}
        Some(Value::String(scope)) => words.extend(scope.split(' ')),
        Some(Value::Array(scopes)) => {
            for scope in scopes {
                words.push(scope.as_str().ok_or(Reason::BadClaim("scp"))?);
            }
        }
        Some(_) => return Err(Reason::BadClaim("scp")),
    }
    // With a set, because this runs before the signature is checked and the list may be as long as the token.
    let mut seen = HashSet::new();
    words.retain(|word| !word.is_empty() && seen.insert(*word));
    Ok(words.into_iter().map(str::to_owned).collect())
}

/// A string, or an array of strings.
fn strings(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(several) => several.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}
