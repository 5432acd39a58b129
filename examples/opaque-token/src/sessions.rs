//! What opaque tokens mean: a table here, a database elsewhere.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mcp_auth::{TokenVerifier, VerifyError};
use serde_json::{Map, Value, json};

/// Who signs people in and hands out the tokens; clients find it in the server's metadata.
pub(crate) const ISSUER: &str = "https://sessions.example.com";

/// The sessions of people who have signed in.
#[derive(Clone, Default)]
pub(crate) struct Sessions {
    by_token: Arc<RwLock<HashMap<String, Session>>>,
}

#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) person: &'static str,
    pub(crate) scopes: &'static str,
    pub(crate) server: &'static str,
    pub(crate) ends: SystemTime,
}

impl Sessions {
    pub(crate) fn insert(&self, token: &str, session: Session) {
        self.by_token.write().unwrap_or_else(PoisonError::into_inner).insert(token.to_owned(), session);
    }

    #[cfg(test)]
    pub(crate) fn remove(&self, token: &str) {
        self.by_token.write().unwrap_or_else(PoisonError::into_inner).remove(token);
    }
}

impl TokenVerifier for Sessions {
    fn issuer(&self) -> &str {
        ISSUER
    }

    /// By its form, without looking it up.
    fn recognizes(&self, token: &str) -> bool {
        token.starts_with("sess_")
    }

    /// A session that is removed ends after this time at the latest.
    fn remember(&self) -> Duration {
        Duration::from_secs(10)
    }

    async fn verify(&self, token: &str) -> Result<Map<String, Value>, VerifyError> {
        // A poisoned lock is our fault, not the token's: 503.
        let sessions = self.by_token.read().map_err(|_| VerifyError::unavailable("the table is broken"))?;
        let session = sessions.get(token).ok_or_else(|| VerifyError::invalid("no such session"))?;
        // An error by `?` is 503 as well.
        let ends = session.ends.duration_since(UNIX_EPOCH)?.as_secs();
        let mut claims = Map::new();
        claims.insert("iss".into(), json!(ISSUER));
        claims.insert("aud".into(), json!(session.server));
        claims.insert("exp".into(), json!(ends));
        claims.insert("sub".into(), json!(session.person));
        claims.insert("scope".into(), json!(session.scopes));
        Ok(claims)
    }
}
