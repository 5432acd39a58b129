//! A client's proof of who it is: a JWT that it signed itself (RFC 7523 section 3).

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Algorithm, KeyRequest, claims, compact::Compact, header};
use crate::authenticate::jwks::VerificationKey;

/// For clocks that differ.
const LEEWAY: f64 = 60.0;
/// The use of each is remembered until it is over, so that it has to be over soon.
const LONGEST: f64 = 60.0 * 60.0;

/// An assertion that says the right things, so far without proof.
pub(crate) struct ClientAssertion<'a> {
    compact: Compact<'a>,
    algorithm: Algorithm,
    key_id: Option<String>,
    client_id: String,
    jti: String,
    good_until: Duration,
}

impl<'a> ClientAssertion<'a> {
    /// The algorithms by the names of RFC 7518: asymmetric ones, of 128 bits.
    pub(crate) const ALGORITHMS: [&'static str; 4] = ["ES256", "RS256", "PS256", "EdDSA"];

    /// Every check that needs no key; otherwise why not, for the log. `audiences` are our names: each of its own has to be
    /// one of them, so that it is good nowhere else (draft-ietf-oauth-rfc7523bis section 4).
    pub(crate) fn check(text: &'a str, audiences: &[&str], now: Duration) -> Result<Self, &'static str> {
        let compact = Compact::parse(text).map_err(|_| "it is not a signed JWT")?;
        let members = header::members(&compact.header).ok_or("its header is not a JSON object")?;
        let all = claims::members(&compact.payload).ok_or("its claims are not a JSON object")?;
        let (algorithm, key_id) = check_header(&members)?;
        let issuer = text_of(&all, "iss")?.ok_or("iss is missing")?;
        let client_id = text_of(&all, "sub")?.ok_or("sub is missing")?.to_owned();
        if issuer != client_id {
            return Err("iss and sub are not the same client");
        }
        if !is_for(all.get("aud"), audiences) {
            return Err("aud is not this authorization server alone");
        }
        let good_until = check_times(&all, now.as_secs_f64())?;
        let jti = text_of(&all, "jti")?.ok_or("jti is missing")?.to_owned();
        Ok(Self { compact, algorithm, key_id, client_id, jti, good_until })
    }

    /// Who says to have signed it, before anything is checked: for finding the keys.
    pub(crate) fn claimed_client(text: &str) -> Option<String> {
        let all = claims::members(&Compact::parse(text).ok()?.payload)?;
        text_of(&all, "sub").ok()?.map(str::to_owned)
    }

    /// Who says to have signed it.
    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Different for each.
    pub(crate) fn jti(&self) -> &str {
        &self.jti
    }

    /// When it is over, on the most generous clock.
    pub(crate) fn good_until(&self) -> Duration {
        self.good_until
    }

    /// The key that it wants to be checked with: only ever compared.
    pub(crate) fn key(&self) -> KeyRequest<'_> {
        KeyRequest { id: self.key_id.as_deref(), algorithm: self.algorithm }
    }

    /// Whether `key`, which is one of the client's, signed it.
    pub(crate) fn is_signed_by(&self, key: &VerificationKey) -> bool {
        key.algorithm() == self.algorithm
            && key.verifies(self.compact.signed.as_bytes(), &self.compact.signature)
    }
}

fn check_header(members: &Map<String, Value>) -> Result<(Algorithm, Option<String>), &'static str> {
    header::no_extensions(members).map_err(|_| "its header has members that change its meaning")?;
    // Every other type is another kind of token (RFC 8725 section 3.11).
    if let Some(kind) = text_of(members, "typ")? {
        let kind = kind.to_ascii_lowercase();
        let kind = kind.strip_prefix("application/").unwrap_or(&kind);
        if !["jwt", "client-authentication+jwt"].contains(&kind) {
            return Err("its type is that of another kind of token");
        }
    }
    let name = text_of(members, "alg")?.filter(|name| ClientAssertion::ALGORITHMS.contains(name));
    let algorithm = name.and_then(Algorithm::from_header).ok_or("its algorithm is not one that is taken")?;
    Ok((algorithm, text_of(members, "kid")?.map(str::to_owned)))
}

fn check_times(all: &Map<String, Value>, now: f64) -> Result<Duration, &'static str> {
    let exp = seconds(all, "exp")?.ok_or("exp is missing")?;
    if exp + LEEWAY <= now {
        return Err("it has expired");
    }
    if exp > now + LONGEST + LEEWAY {
        return Err("it is good for more than an hour");
    }
    for name in ["nbf", "iat"] {
        if seconds(all, name)?.is_some_and(|at| at > now + LEEWAY) {
            return Err("it begins in the future");
        }
    }
    Duration::try_from_secs_f64(exp + LEEWAY).map_err(|_| "exp is no time")
}

/// One text or a list; every one of them is ours.
fn is_for(aud: Option<&Value>, audiences: &[&str]) -> bool {
    let ours = |value: &Value| value.as_str().is_some_and(|text| audiences.contains(&text));
    match aud {
        Some(Value::Array(several)) => !several.is_empty() && several.iter().all(ours),
        Some(one) => ours(one),
        None => false,
    }
}

fn text_of<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, &'static str> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err("a member of it that has to be a text is none"),
    }
}

fn seconds(all: &Map<String, Value>, name: &str) -> Result<Option<f64>, &'static str> {
    let Some(value) = all.get(name) else { return Ok(None) };
    let seconds = value.as_f64().filter(|seconds| seconds.is_finite());
    seconds.map(Some).ok_or("a time in it is no number")
}
