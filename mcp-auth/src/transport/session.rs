//! Sessions of the older protocol versions, bound to their owner.
//!
//! What the client holds is rmcp's id plus an HMAC over (id, owner): nobody can present an id that was not made for
//! them, and nothing can be fixed in advance. Whoever is not the owner is treated as if the id did not exist. The owner
//! is (issuer, subject, client), not the token, so that a refreshed token goes on.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio_util::sync::CancellationToken;

use crate::{Principal, Problem, authorize::Caller, clock::Clock, random};

/// How many sessions opened without a token may wait for their owner.
const MAX_UNOWNED: usize = 10_000;
/// How often it is looked which of them still live.
const LOOK_AFTER: Duration = Duration::from_secs(1);

/// Whose session an id names.
pub(super) struct Sessions {
    key: hmac::Key,
    /// Sessions opened without a token, by rmcp's id.
    adoptable: Mutex<HashMap<String, Adoptable>>,
    /// When it was last looked which of them still live.
    looked: Mutex<Option<Duration>>,
    clock: Clock,
}

/// A session that was opened without a token: it gets its owner once, from the first good token that comes with it.
struct Adoptable {
    owner: Option<Principal>,
    /// Ends the streams that were opened before the session had an owner.
    unowned_streams: CancellationToken,
}

/// A session that the caller may use.
pub(super) struct Opened {
    /// rmcp's id.
    pub(super) id: String,
    /// For the caller without a token: when their streams must end.
    pub(super) until_adopted: Option<CancellationToken>,
}

impl Sessions {
    /// `key` comes from the configuration (several nodes, restarts) or is random for this process.
    pub(super) fn new(key: Option<&[u8]>, clock: Clock) -> Result<Self, Problem> {
        let random: [u8; 32] = random::bytes().map_err(|error| {
            Problem::new(
                "the system",
                error.to_string(),
                "check the system's source of randomness (/dev/urandom)",
            )
        })?;
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key.unwrap_or(&random)),
            adoptable: Mutex::default(),
            looked: Mutex::default(),
            clock,
        })
    }

    /// The id that `caller` gets for the session that rmcp has just opened for them.
    pub(super) fn seal(&self, id: &str, caller: &Caller) -> String {
        let owner = caller.auth().map(crate::AuthInfo::principal);
        if owner.is_none() {
            let session = Adoptable { owner: None, unowned_streams: CancellationToken::new() };
            self.lock().insert(id.to_owned(), session);
        }
        let tag = hmac::sign(&self.key, &message(id, owner));
        format!("{id}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// rmcp's id, if `sealed` names a session of this caller. A session opened without a token is given to the first
    /// good token that presents it.
    pub(super) fn open(&self, sealed: &str, caller: &Caller) -> Option<Opened> {
        let (id, tag) = sealed.rsplit_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        let owner = caller.auth().map(crate::AuthInfo::principal);
        if owner.is_some() && hmac::verify(&self.key, &message(id, owner), &tag).is_ok() {
            return Some(Opened { id: id.to_owned(), until_adopted: None });
        }
        hmac::verify(&self.key, &message(id, None), &tag).ok()?;
        let mut adoptable = self.lock();
        let session = adoptable.get_mut(id)?;
        match (owner, &session.owner) {
            (Some(owner), None) => {
                session.owner = Some(owner.clone());
                session.unowned_streams.cancel();
            }
            (None, None) => {
                let until_adopted = Some(session.unowned_streams.clone());
                return Some(Opened { id: id.to_owned(), until_adopted });
            }
            (Some(owner), Some(adopted)) if owner == adopted => {}
            _ => return None,
        }
        Some(Opened { id: id.to_owned(), until_adopted: None })
    }

    /// The session is over.
    pub(super) fn forget(&self, id: &str) {
        if let Some(session) = self.lock().remove(id) {
            session.unowned_streams.cancel();
        }
    }

    /// Whether another session may be opened without a token.
    pub(super) fn has_room(&self) -> bool {
        self.lock().len() < MAX_UNOWNED
    }

    /// The sessions that were opened without a token, to look which of them still live. None, if somebody has just
    /// looked: when there is no room, strangers ask as often as they like.
    pub(super) fn to_look_after(&self) -> Vec<String> {
        let now = self.clock.monotonic();
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.is_some_and(|at| now.saturating_sub(at) < LOOK_AFTER) {
            return Vec::new();
        }
        *looked = Some(now);
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Adoptable>> {
        self.adoptable.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes under the HMAC; each part with its length, so that no two owners share an encoding.
fn message(id: &str, owner: Option<&Principal>) -> Vec<u8> {
    let mut message = Vec::with_capacity(160);
    let mut part = |text: Option<&str>| match text {
        None => message.push(0),
        Some(text) => {
            message.push(1);
            message.extend_from_slice(&(text.len() as u64).to_be_bytes());
            message.extend_from_slice(text.as_bytes());
        }
    };
    part(Some(id));
    part(owner.map(Principal::issuer));
    part(owner.map(Principal::subject));
    part(owner.and_then(Principal::client_id));
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_do_not_make_us_look_after_all_sessions_at_each_request() {
        let sessions = Sessions::new(None, Clock::system()).unwrap();
        sessions.seal("a", &Caller::Anonymous);
        assert_eq!(sessions.to_look_after(), ["a"]);
        assert_eq!(sessions.to_look_after(), [""; 0]);
    }
}
