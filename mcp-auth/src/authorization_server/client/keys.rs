//! The public keys with which clients sign (RFC 7523): written down, in their metadata, or at a URL.

use std::sync::{Arc, OnceLock};

use quick_cache::sync::Cache;
use serde_json::Value;

use super::Client;
use crate::{
    authenticate::{KeySet, KeySource, KeyTiming, Keys, is_loopback_http},
    authorization_server::IssuerUrl,
    clock::Clock,
    http::{FetchError, HttpClient, Reach},
};

/// Clients that registered themselves with a `jwks_uri`: the keys of so many are remembered. More take turns.
const MOST: usize = 1000;
/// Nobody signs with more.
const MOST_KEYS: usize = 32;

/// The keys of clients that were not written down.
pub(crate) struct ClientKeys {
    /// By the URL: strangers can make us ask for one each half minute, however many clients they register with it.
    fetched: Cache<String, Arc<Keys>>,
    /// One for all of them, made for the first.
    http: OnceLock<HttpClient>,
}

impl Default for ClientKeys {
    fn default() -> Self {
        Self { fetched: Cache::new(MOST), http: OnceLock::new() }
    }
}

impl ClientKeys {
    /// The keys of this client; `None` where it has none.
    pub(crate) fn of(&self, client: &Client, clock: &Clock) -> Result<Option<Arc<Keys>>, FetchError> {
        if let Some(known) = &client.known {
            return Ok(known.keys.clone());
        }
        if let Some(jwks) = &client.metadata.jwks {
            return Ok(given(&client.id, jwks, clock));
        }
        let Some(url) = &client.metadata.jwks_uri else { return Ok(None) };
        if let Some(keys) = self.fetched.get(url) {
            return Ok(Some(keys));
        }
        let keys = fetched(&client.id, url, self.http()?, clock);
        self.fetched.insert(url.clone(), Arc::clone(&keys));
        Ok(Some(keys))
    }
}

impl ClientKeys {
    /// To the public internet, and nowhere else: these URLs are strangers'.
    fn http(&self) -> Result<HttpClient, FetchError> {
        if let Some(http) = self.http.get() {
            return Ok(http.clone());
        }
        let http = HttpClient::new(Reach::default())?;
        Ok(self.http.get_or_init(|| http).clone())
    }
}

/// Keys that do not change.
pub(crate) fn given(client: &str, jwks: &Value, clock: &Clock) -> Option<Arc<Keys>> {
    let set = KeySet::parse(jwks.to_string().as_bytes()).ok()?.0;
    Some(Arc::new(Keys::fixed(client, set, clock.clone())))
}

/// Keys at a URL. The name is the client's: it says in the log whose keys they are.
pub(crate) fn fetched(client: &str, url: &str, http: HttpClient, clock: &Clock) -> Arc<Keys> {
    let source = KeySource::Url(url.to_owned());
    Arc::new(Keys::fetched(client, source, http, KeyTiming::default(), clock.clone()))
}

/// Where the operator's URLs may lead: to this machine only where the authorization server is on it, too.
pub(crate) fn reach_of_operator(url: &str, issuer: Option<&IssuerUrl>) -> Reach {
    let here = issuer.is_some_and(|issuer| is_loopback_http(issuer.as_str()));
    Reach { loopback: here && is_loopback_http(url), ..Reach::default() }
}

/// Whether these are public keys, all of which can be used. A private one among them is somebody's mistake.
pub(crate) fn check(jwks: &Value) -> Result<(), String> {
    let keys = jwks.get("keys").and_then(Value::as_array).map_or(0, Vec::len);
    if keys > MOST_KEYS {
        return Err(format!("there are more than {MOST_KEYS} keys"));
    }
    let (_, left_out) = KeySet::parse(jwks.to_string().as_bytes()).map_err(|error| error.to_string())?;
    left_out.first().map_or(Ok(()), |why| Err(format!("a key cannot be used: {why}")))
}
